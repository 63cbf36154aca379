/// What a user may be called: `[a-z0-9][a-z0-9_-]{0,31}` (contract.md §3).
///
/// A user's name is also the name of their directory in the spool.
package enum UserNameRule {
    /// The name under which the desk's files are kept beside the resellers'. No user may take it.
    package static let reserved = "desk"

    /// The rule, to stand after "must be".
    package static let words =
        "1 to 32 of a-z 0-9 _ -, beginning with a letter or digit, and not \"\(reserved)\""

    /// Whether a user may be called `text`.
    package static func allows(_ text: String) -> Bool {
        let bytes = text.utf8
        guard (1...32).contains(bytes.count), let first = bytes.first else { return false }
        return text != reserved && isPlain(first)
            && bytes.allSatisfy { isPlain($0) || "_-".utf8.contains($0) }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
