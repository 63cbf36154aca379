/// Wrong objects and strings.
extension Refusal {
    /// Objects with something missing, or too much.
    static let objects: [Refusal] = [
        Refusal("{", 2, "a key in double quotes is expected here, not the end of the document"),
        Refusal(#"{"a""#, 5, "a colon must follow the key, not the end of the document", path: "a"),
        Refusal(#"{"a":"#, 6, "a value is expected here, not the end of the document", path: "a"),
        Refusal(#"{"a":1"#, 7, #"a comma or "}" is expected here, not the end of the document"#),
        Refusal(
            #"{"a":1,"#, 8, "a key in double quotes is expected here, not the end of the document"),
        Refusal(#"{"a":1,}"#, 8, #"a key in double quotes is expected here, not "}""#),
        Refusal(#"{"a":1,,"b":2}"#, 8, #"a key in double quotes is expected here, not ",""#),
        Refusal(#"{,"a":1}"#, 2, #"a key in double quotes is expected here, not ",""#),
        Refusal(#"{"a" 1}"#, 6, #"a colon must follow the key, not "1""#, path: "a"),
        Refusal(#"{"a"}"#, 5, #"a colon must follow the key, not "}""#, path: "a"),
        Refusal(#"{"a",1}"#, 5, #"a colon must follow the key, not ",""#, path: "a"),
        Refusal(#"{"a":}"#, 6, #"a value is expected here, not "}""#, path: "a"),
        Refusal(#"{"a"::1}"#, 6, #"a value is expected here, not ":""#, path: "a"),
        Refusal(#"{"a"=1}"#, 5, #"a colon must follow the key, not "=""#, path: "a"),
        Refusal(#"{"a":1 "b":2}"#, 8, #"a comma or "}" is expected here, not a quotation mark"#),
        Refusal(#"{"a":1;"b":2}"#, 7, #"a comma or "}" is expected here, not ";""#),
        Refusal("{a:1}", 2, #"a key in double quotes is expected here, not "a""#),
        Refusal("{'a':1}", 2, #"a key in double quotes is expected here, not "'""#),
        Refusal("{1:1}", 2, #"a key in double quotes is expected here, not "1""#),
        Refusal("{null:1}", 2, #"a key in double quotes is expected here, not "n""#),
        Refusal("{[]:1}", 2, #"a key in double quotes is expected here, not "[""#),
        Refusal("{]", 2, #"a key in double quotes is expected here, not "]""#),
        Refusal(#"{"a":1]"#, 7, #"a comma or "}" is expected here, not "]""#),
        Refusal(#"{"a":1:2}"#, 7, #"a comma or "}" is expected here, not ":""#),
        Refusal("}", 1, #"a value is expected here, not "}""#),
        Refusal(#"{"a":/**/1}"#, 6, "comments are not allowed", path: "a"),
        Refusal(#"{"a":1/*c*/}"#, 7, #"a comma or "}" is expected here, not "/""#),
        Refusal(#"{"a":1}#"#, 8, ##"only white space may follow the document's value, not "#""##),
        Refusal("{:1}", 2, #"a key in double quotes is expected here, not ":""#),
        Refusal(#"{"a" b}"#, 6, #"a colon must follow the key, not "b""#, path: "a"),
        Refusal(#"{"a":1,"b"}"#, 11, #"a colon must follow the key, not "}""#, path: "b"),
    ]

    /// Duplicate keys, compared without their escapes.
    static let duplicateKeys: [Refusal] = [
        Refusal(#"{"a":1,"a":1}"#, 8, "this key is in the object already", path: "a"),
        Refusal(#"{"a":1,"\u0061":2}"#, 8, "this key is in the object already", path: "a"),
        Refusal(#"{"":1,"":2}"#, 7, "this key is in the object already", path: #"[""]"#),
        Refusal(
            #"{"b":{"a":1,"c":2,"a":3}}"#, 19, "this key is in the object already", path: "b.a"),
        Refusal(
            #"{"quantity_x":1,"quantity_y":1,"quantity_x":2}"#, 32,
            "this key is in the object already", path: "quantity_x"),
        Refusal(
            "{\"\\u00e9\":1,\"\u{E9}\":2}", 13, "this key is in the object already", path: #"["é"]"#
        ),
        Refusal(#"{"a":[{"b":1}],"a":2}"#, 16, "this key is in the object already", path: "a"),
    ]

    /// Strings that are not closed, not escaped, or wrongly escaped.
    static let strings: [Refusal] = [
        Refusal(#"""#, 2, "the document ends inside of a string"),
        Refusal(#""a"#, 3, "the document ends inside of a string"),
        Refusal("'a'", 1, "a string must be in double quotes"),
        Refusal(#"["a]"#, 5, "the document ends inside of a string", path: "[0]"),
        Refusal(#""\"#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\""#, 4, "the document ends inside of a string"),
        Refusal(#""\x41""#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\'""#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\0""#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\a""#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\v""#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\U0041""#, 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal("\"\\\u{E9}\"", 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal("\"\\\n\"", 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal("\"\\\u{0}\"", 2, #"a backslash must be followed by one of "\/bfnrtu"#),
        Refusal(#""\u""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u1""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u12""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u123""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u123g""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u+123""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u 123""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u{41}""#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\u00"#, 2, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\uD800""#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""\uDC00""#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""\uD800\u0041""#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""\uD800\uD800""#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""\uD800\n""#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""\uD800\uDC""#, 8, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\uD800\uDCxx""#, 8, #"\u must be followed by four hexadecimal digits"#),
        Refusal(#""\uD800x""#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""\uD800\"#, 2, "half of a surrogate pair stands alone"),
        Refusal(#""a\uDFFFb""#, 3, "half of a surrogate pair stands alone"),
        Refusal("\"a\nb\"", 3, "byte 0x0A must be written as an escape in a string"),
        Refusal("\"a\tb\"", 3, "byte 0x09 must be written as an escape in a string"),
        Refusal("\"a\rb\"", 3, "byte 0x0D must be written as an escape in a string"),
        Refusal("\"\u{0}\"", 2, "byte 0x00 must be written as an escape in a string"),
        Refusal("\"\u{1F}\"", 2, "byte 0x1F must be written as an escape in a string"),
        Refusal("\"a\u{0}", 3, "byte 0x00 must be written as an escape in a string"),
        Refusal("\"12345678\u{1}\"", 10, "byte 0x01 must be written as an escape in a string"),
        Refusal("{\"a\nb\":1}", 4, "byte 0x0A must be written as an escape in a string"),
        Refusal(#"{"\uD800":1}"#, 3, "half of a surrogate pair stands alone"),
        Refusal(
            "[\"\u{1F600}\\q\"]", 4, #"a backslash must be followed by one of "\/bfnrtu"#,
            path: "[0]"),
        Refusal(
            "[\n\"\u{E9}\", \"\u{E9}\u{1}\"]", line: 2, 8,
            "byte 0x01 must be written as an escape in a string", path: "[1]"),
    ]
}
