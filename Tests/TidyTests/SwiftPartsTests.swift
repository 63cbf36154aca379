import Testing

@Suite struct SwiftPartsTests {
    private static let cases: [(source: String, code: String, text: String, comments: String)] = [
        ("a // b", "a", "", "// b"),
        ("a /* b /* c */ d */ e", "a e", "", "/* b /* c */ d */"),
        (#"a "b // c" // d"#, "a", #""b // c""#, "// d"),
        (#"a "b \" c" d"#, "a d", #""b \" c""#, ""),
        (#"a "\\" b"#, "a b", #""\\""#, ""),
        (#"a "b \(c(d) + "e") f" g"#, "a c(d) + g", ##""b \( "e") f""##, ""),
        (##"a #"b \(c) "d" "# e"##, "a e", ##"#"b \(c) "d" "#"##, ""),
        (##"a #"\#(b)"# c"##, "a b c", ##"#"\#( )"#"##, ""),
        ("a \"\"\"\n b \"c\" // d\n \"\"\" e", "a e", "\"\"\" b \"c\" // d \"\"\"", ""),
        ("func `a \"b\" // c`() // d", "func ()", "`a \"b\" // c`", "// d"),
    ]

    @Test(arguments: cases) func `code, text and comments are told apart`(
        source: String, code: String, text: String, comments: String
    ) {
        let parts = SwiftParts(of: Array(source.utf8))
        #expect(words(parts.code) == words(code))
        #expect(words(parts.text) == words(text))
        #expect(words(parts.comments) == words(comments))
    }

    @Test(arguments: [
        ("x print(a)", [1]), ("sprint(a)", []), ("prints(a)", []), ("_print", []), ("", []),
        ("a\n\nprint(b); print", [3, 3]),
    ])
    func `a phrase is found as a word of its own, with its line`(
        text: String, lines: [Int]
    ) {
        #expect(text.lines(saying: "print") == lines)
    }

    private func words(_ text: String) -> [Substring] {
        text.split(whereSeparator: \.isWhitespace)
    }
}
