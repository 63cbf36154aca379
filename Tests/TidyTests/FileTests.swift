import Testing

@Suite struct FileTests {
    /// So that a file can be read in one sitting.
    private static let mostLines = 300

    @Test func `a file can be read in one sitting`() {
        for file in SourceTree.files {
            let lines = file.parts.code.utf8.count { $0 == UInt8(ascii: "\n") }
            #expect(
                lines <= Self.mostLines,
                "\(file.path) has \(lines) lines, \(Self.mostLines) are the most: split it by idea."
            )
        }
    }

    @Test func `a file begins with what it is about`() {
        // No banner with a name and a date: git knows those.
        let beginnings = [
            "import ", "@testable import ", "package import ", "/// ", "// ", "extension ",
        ]
        for file in SourceTree.files {
            let bytes = SourceTree.bytes(of: file.path)
            let first = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            #expect(
                beginnings.contains { first.hasPrefix($0) } && !first.hasPrefix("//  "),
                "\(file.path) begins with \"\(first)\": begin with imports or a comment."
            )
        }
    }
}
