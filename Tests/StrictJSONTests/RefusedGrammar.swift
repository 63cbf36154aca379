/// A document that the reader refuses, and the error.
struct Refusal: Sendable {
    let text: String
    let line: Int
    let column: Int
    let reason: String
    let path: String

    init(
        _ text: String, line: Int = 1, _ column: Int, _ reason: String, path: String = ""
    ) {
        self.text = text
        self.line = line
        self.column = column
        self.reason = reason
        self.path = path
    }

    static let all =
        nothing + following + preceding + words + numbers + arrays + objects + duplicateKeys
        + strings
}

/// Documents that the grammar of values refuses.
extension Refusal {
    /// Documents without a value.
    static let nothing: [Refusal] = [
        Refusal("", 1, "the document holds no value"),
        Refusal(" \n\t ", line: 2, 3, "the document holds no value"),
    ]

    /// Documents with something after the value.
    static let following: [Refusal] = [
        Refusal("1 2", 3, #"only white space may follow the document's value, not "2""#),
        Refusal("{}{}", 3, #"only white space may follow the document's value, not "{""#),
        Refusal("[]]", 3, #"only white space may follow the document's value, not "]""#),
        Refusal("{}}", 3, #"only white space may follow the document's value, not "}""#),
        Refusal("null,", 5, #"only white space may follow the document's value, not ",""#),
        Refusal("1//x", 2, #"only white space may follow the document's value, not "/""#),
        Refusal("1\u{0}", 2, "only white space may follow the document's value, not byte 0x00"),
        Refusal("truex", 5, #"only white space may follow the document's value, not "x""#),
        Refusal("[][]", 3, #"only white space may follow the document's value, not "[""#),
        Refusal(#""a"x"#, 4, #"only white space may follow the document's value, not "x""#),
        Refusal("1\u{C}", 2, "only white space may follow the document's value, not byte 0x0C"),
        Refusal(
            "{} \u{FEFF}", 4,
            "only white space may follow the document's value, not a character outside of ASCII"),
    ]

    /// Documents with something before the value.
    static let preceding: [Refusal] = [
        Refusal("\u{FEFF}{}", 1, "a byte order mark is not allowed"),
        Refusal("\u{FEFF}", 1, "a byte order mark is not allowed"),
        Refusal("\u{A0}1", 1, "a value is expected here, not a character outside of ASCII"),
        Refusal("\u{B}1", 1, "a value is expected here, not byte 0x0B"),
        Refusal("\u{2028}1", 1, "a value is expected here, not a character outside of ASCII"),
        Refusal("//c\n1", 1, "comments are not allowed"),
        Refusal("/**/1", 1, "comments are not allowed"),
        Refusal("#c\n1", 1, "comments are not allowed"),
        Refusal(";", 1, #"a value is expected here, not ";""#),
        Refusal(":", 1, #"a value is expected here, not ":""#),
        Refusal(",", 1, #"a value is expected here, not ",""#),
        Refusal("&", 1, #"a value is expected here, not "&""#),
    ]

    /// Words that JSON does not have.
    static let words: [Refusal] = [
        Refusal("nul", 1, "the only words allowed are true, false and null"),
        Refusal("NULL", 1, "the only words allowed are true, false and null"),
        Refusal("True", 1, "the only words allowed are true, false and null"),
        Refusal("tru", 1, "the only words allowed are true, false and null"),
        Refusal("fals", 1, "the only words allowed are true, false and null"),
        Refusal("falsE", 1, "the only words allowed are true, false and null"),
        Refusal("nulll", 5, #"only white space may follow the document's value, not "l""#),
        Refusal("NaN", 1, "the only words allowed are true, false and null"),
        Refusal("-NaN", 2, #"a digit is expected here, not "N""#),
        Refusal("Infinity", 1, "the only words allowed are true, false and null"),
        Refusal("-Infinity", 2, #"a digit is expected here, not "I""#),
        Refusal("undefined", 1, "the only words allowed are true, false and null"),
        Refusal("[t]", 2, "the only words allowed are true, false and null", path: "[0]"),
        Refusal("[nan]", 2, "the only words allowed are true, false and null", path: "[0]"),
        Refusal("[true", 6, #"a comma or "]" is expected here, not the end of the document"#),
        Refusal("[tr\u{0}e]", 2, "the only words allowed are true, false and null", path: "[0]"),
    ]

    /// Numbers as other languages write them.
    static let numbers: [Refusal] = [
        Refusal("01", 1, "a number may not begin with 0"),
        Refusal("-01", 2, "a number may not begin with 0"),
        Refusal("00", 1, "a number may not begin with 0"),
        Refusal("-", 2, "a digit is expected here, not the end of the document"),
        Refusal("--1", 2, #"a digit is expected here, not "-""#),
        Refusal("+1", 1, #"a number may not begin with "+""#),
        Refusal(".5", 1, #"a number may not begin with ".""#),
        Refusal("-.5", 2, #"a digit is expected here, not ".""#),
        Refusal("1.", 3, "a digit is expected here, not the end of the document"),
        Refusal("1.e1", 3, #"a digit is expected here, not "e""#),
        Refusal("1.5.5", 4, #"only white space may follow the document's value, not ".""#),
        Refusal("1e", 3, "a digit is expected here, not the end of the document"),
        Refusal("1e+", 4, "a digit is expected here, not the end of the document"),
        Refusal("1E-", 4, "a digit is expected here, not the end of the document"),
        Refusal("1e1.5", 4, #"only white space may follow the document's value, not ".""#),
        Refusal("1ee1", 3, #"a digit is expected here, not "e""#),
        Refusal("1e+-1", 4, #"a digit is expected here, not "-""#),
        Refusal("0x10", 2, #"only white space may follow the document's value, not "x""#),
        Refusal("0b1", 2, #"only white space may follow the document's value, not "b""#),
        Refusal("1_000", 2, #"only white space may follow the document's value, not "_""#),
        Refusal("1 000", 3, #"only white space may follow the document's value, not "0""#),
        Refusal("[1,000]", 4, "a number may not begin with 0", path: "[1]"),
        Refusal("- 1", 2, "a digit is expected here, not a space"),
        Refusal("1e 5", 3, "a digit is expected here, not a space"),
        Refusal("\u{FF11}", 1, "a value is expected here, not a character outside of ASCII"),
        Refusal("\u{661}", 1, "a value is expected here, not a character outside of ASCII"),
        Refusal("[-]", 3, #"a digit is expected here, not "]""#, path: "[0]"),
        Refusal("[1.]", 4, #"a digit is expected here, not "]""#, path: "[0]"),
        Refusal("[0e]", 4, #"a digit is expected here, not "]""#, path: "[0]"),
        Refusal("[1a]", 3, #"a comma or "]" is expected here, not "a""#),
        Refusal("[2.e3]", 4, #"a digit is expected here, not "e""#, path: "[0]"),
        Refusal("[0e+]", 5, #"a digit is expected here, not "]""#, path: "[0]"),
        Refusal("[0.1.2]", 5, #"a comma or "]" is expected here, not ".""#),
        Refusal("[-foo]", 3, #"a digit is expected here, not "f""#, path: "[0]"),
        Refusal(
            "1\u{FF11}", 2,
            "only white space may follow the document's value, not a character outside of ASCII"),
    ]

    /// Arrays with something missing, or too much.
    static let arrays: [Refusal] = [
        Refusal("[", 2, "a value is expected here, not the end of the document", path: "[0]"),
        Refusal("[1", 3, #"a comma or "]" is expected here, not the end of the document"#),
        Refusal("[1,", 4, "a value is expected here, not the end of the document", path: "[1]"),
        Refusal("[,", 2, #"a value is expected here, not ",""#, path: "[0]"),
        Refusal("[,1]", 2, #"a value is expected here, not ",""#, path: "[0]"),
        Refusal("[1,]", 4, #"a value is expected here, not "]""#, path: "[1]"),
        Refusal("[1,,2]", 4, #"a value is expected here, not ",""#, path: "[1]"),
        Refusal("[1 2]", 4, #"a comma or "]" is expected here, not "2""#),
        Refusal("[1;2]", 3, #"a comma or "]" is expected here, not ";""#),
        Refusal(#"["a" "b"]"#, 6, #"a comma or "]" is expected here, not a quotation mark"#),
        Refusal("[}", 2, #"a value is expected here, not "}""#, path: "[0]"),
        Refusal("[1}", 3, #"a comma or "]" is expected here, not "}""#),
        Refusal("[1:2]", 3, #"a comma or "]" is expected here, not ":""#),
        Refusal("]", 1, #"a value is expected here, not "]""#),
        Refusal("[[]", 4, #"a comma or "]" is expected here, not the end of the document"#),
        Refusal(#"[""],"#, 5, #"only white space may follow the document's value, not ",""#),
        Refusal(
            "[\n1\n,2,\n", line: 4, 1, "a value is expected here, not the end of the document",
            path: "[2]"),
        Refusal("[{}", 4, #"a comma or "]" is expected here, not the end of the document"#),
        Refusal("[{]}", 3, #"a key in double quotes is expected here, not "]""#, path: "[0]"),
    ]
}
