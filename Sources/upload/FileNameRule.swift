/// What a file that comes over HTTP may be called (doors.md §3).
enum FileNameRule {
    private static let longest = 200

    /// The name with `.json` that a path asks for, where it must be written.
    ///
    /// - Throws: `DoorError.badName`.
    static func written(_ name: String) throws(DoorError) -> String {
        guard name.hasSuffix(".json") else { throw .badName("The name must end in .json.") }
        let stem = String(name.dropLast(5))
        guard isStem(stem) else {
            throw .badName(
                "A name is a letter or digit and then at most 199 of A-Z a-z 0-9 . _ -, before "
                    + ".json.")
        }
        guard !isOurs(stem) else {
            throw .badName("Names such as this one are given by this server itself.")
        }
        return name
    }

    /// The name in a path, for the description of the calls.
    static let parameter = DoorRoute.Parameter(
        "name", .text(pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,\(longest - 1)}\\.json$"),
        "The file's name. It stands for one content, for ever.")

    /// The file's name with `.json` whose receipt a path asks for; `.json` may be there or not. Nil
    /// if no file can have it.
    static func read(_ name: String) -> String? {
        let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
        return isStem(stem) ? "\(stem).json" : nil
    }

    /// The name of a file that we name after its content.
    static func file(_ digest: String) -> String { "\(digest.prefix(32)).json" }

    /// The name of a batch that is taken at once. It differs from that of a file, which was
    /// promised to stay, because this one may be withdrawn.
    static func orders(_ digest: String) -> String { "orders-\(digest.prefix(32)).json" }

    private static func isStem(_ text: String) -> Bool {
        let bytes = text.utf8
        guard 1...longest ~= bytes.count, let first = bytes.first, isPlain(first) else {
            return false
        }
        return bytes.allSatisfy { isPlain($0) || "._-".utf8.contains($0) }
    }

    /// Whether a name has the form of those under which single orders and batches of calls come.
    private static func isOurs(_ stem: String) -> Bool {
        for prefix in ["orders-", "api-"] where stem.hasPrefix(prefix) {
            let rest = stem.dropFirst(prefix.count).utf8
            if rest.count == 32, rest.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }) {
                return true
            }
        }
        return false
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        0x30...0x39 ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
    }
}
