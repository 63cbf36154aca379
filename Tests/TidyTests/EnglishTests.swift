import Testing

/// This project speaks plain English, so that nobody has to translate it.
@Suite struct EnglishTests {
    /// Phrases that must not stand in comments, messages, documents or names, and what to write
    /// instead.
    ///
    /// A phrase counts only between word boundaries; a stem ends in `*`.
    static let banned: [(phrase: String, instead: String)] = [
        ("seclud*", "quarantine"), ("lost time", "the gap after a restore"),
        ("gone on with", "resumed"), ("whoever", "anyone who, or an active sentence"),
        ("be it", "whether"), ("as ever", "nothing"), ("of no consequence", "does not matter"),
        ("he", "it for a company, they for a person"), ("his", "its, or their"),
        ("him", "it, or them"),
    ]
    /// Lines that were written before this rule.
    private static let remainder = 80

    @Test func `everything is written in plain English`() {
        let texts =
            SourceTree.files.filter { !$0.isBelow(["Tests/TidyTests"]) }.map(\.path)
            + SourceTree.documents
        let findings = texts.flatMap { path in
            let text = String(decoding: SourceTree.bytes(of: path), as: UTF8.self).lowercased()
            return Self.banned.flatMap { ban in
                Self.lines(of: text, saying: ban.phrase).map {
                    "\(path):\($0) says \"\(ban.phrase)\": say \(ban.instead)"
                }
            }
        }
        expect(atMost: Self.remainder, findings, "say it in plain English.")
    }

    @Test(arguments: [
        ("He pays", 1), ("the cache", 0), ("for him.", 1), ("a secluded file", 1), ("/// his\n", 1),
        ("hero, this, whim", 0), ("maybe its", 0), ("be it so", 1), ("Whoever", 1),
    ])
    func `a phrase is found only between word boundaries`(text: String, count: Int) {
        let found = Self.banned.flatMap { Self.lines(of: text.lowercased(), saying: $0.phrase) }
        #expect(found.count == count)
    }

    private static func lines(of text: String, saying phrase: String) -> [Int] {
        guard phrase.hasSuffix("*") else { return text.lines(saying: phrase) }
        let stem = String(phrase.dropLast())
        return text.lines.enumerated().filter { $0.element.contains(stem) }.map { $0.offset + 1 }
    }
}
