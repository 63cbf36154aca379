/// A pattern for names: `*` stands for any text, even none, and `?` for one character. It ignores
/// case.
package struct Glob: Hashable, Sendable {
    /// As written, for reports.
    package let pattern: String
    private let folded: [Character]

    package init(_ pattern: String) {
        self.pattern = pattern
        folded = Array(pattern.lowercased())
    }

    /// Matches every name.
    package static let any = Glob("*")

    /// Whether the pattern covers the whole of `name`.
    ///
    /// It takes at most length × length steps: on a mismatch only the last `*` takes one character
    /// more, because an earlier `*` could not do better.
    package func matches(_ name: String) -> Bool {
        let name = Array(name.lowercased())
        var (position, patternPosition) = (0, 0)
        var star: (position: Int, patternPosition: Int)?
        while position < name.count {
            let wanted = patternPosition < folded.count ? folded[patternPosition] : nil
            if wanted == "*" {
                star = (position, patternPosition)
                patternPosition += 1
            } else if wanted == "?" || wanted == name[position] {
                position += 1
                patternPosition += 1
            } else if let last = star {
                star = (last.position + 1, last.patternPosition)
                position = last.position + 1
                patternPosition = last.patternPosition + 1
            } else {
                return false
            }
        }
        return folded[patternPosition...].allSatisfy { $0 == "*" }
    }
}
