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
        (", be it", "whether"), ("as ever", "nothing"), ("of no consequence", "does not matter"),
        ("he", "it for a company, they for a person"), ("his", "its, or their"),
        ("him", "it, or them"),
    ]

    @Test func `everything is written in plain English`() {
        let files = SourceTree.files.filter {
            !$0.isBelow(SourceTree.frozen + ["Tests/TidyTests"])
        }
        for path in files.map(\.path) + SourceTree.documents {
            let text = SourceTree.text(of: path).lowercased()
            for ban in Self.banned {
                for line in Self.lines(of: text, saying: ban.phrase) {
                    Issue.record("\(path):\(line) says \"\(ban.phrase)\": say \(ban.instead)")
                }
            }
        }
    }

    @Test(arguments: [
        ("He pays", 1), ("the cache", 0), ("for him.", 1), ("a secluded file", 1), ("/// his\n", 1),
        ("hero, this, whim", 0), ("maybe its", 0), ("any, be it so", 1), ("may be it", 0),
        ("Whoever", 1),
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
