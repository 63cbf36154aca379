/// A type that a file declares.
struct DeclaredType: Sendable {
    let name: String
    let line: Int
    /// Whether `///` stands above it, or above the group of one-line types it belongs to. A
    /// program's command needs none: its manual says what it is.
    let isDocumented: Bool
    /// Whether it is declared inside another type.
    let isNested: Bool
    /// Whether other files cannot see it.
    let isPrivate: Bool

    private static let keywords: Set<Substring> = ["struct", "class", "enum", "actor", "protocol"]
    private static let modifiers: Set<Substring> = [
        "package", "private", "fileprivate", "internal", "final", "indirect", "nonisolated",
    ]

    /// The types declared in a file.
    static func all(in parts: SwiftParts) -> [DeclaredType] {
        let code = parts.code.lines
        let comments = parts.comments.lines
        return code.indices.compactMap { index in
            let words = code[index].split(separator: " ").drop { $0.hasPrefix("@") }
            guard let keyword = words.firstIndex(where: keywords.contains),
                words[..<keyword].allSatisfy(modifiers.contains),
                let name = words[(keyword + 1)...].first?.prefix(while: {
                    $0.isLetter || $0.isNumber
                }),
                name.first?.isUppercase == true
            else { return nil }
            var above = index
            while above > 0, isAttribute(code[above - 1]) || isOneLine(code[above - 1]) {
                above -= 1
            }
            let isCommand = code[above..<index].contains { $0.contains("@main") }
            return DeclaredType(
                name: String(name), line: index + 1,
                isDocumented: isCommand
                    || above > 0 && comments[above - 1].drop { $0 == " " }.hasPrefix("///"),
                isNested: code[index].hasPrefix(" "),
                isPrivate: words[..<keyword].contains { $0 == "private" || $0 == "fileprivate" })
        }
    }

    /// Whether a line has only attributes of the next one.
    private static func isAttribute(_ line: Substring) -> Bool {
        line.drop { $0 == " " }.hasPrefix("@") && !line.contains("{")
    }

    /// Whether a line declares a whole type.
    private static func isOneLine(_ line: Substring) -> Bool {
        line.hasSuffix("}") && line.split(separator: " ").contains(where: keywords.contains)
    }
}
