/// The names of files in the archive and in quarantine: `<sha256>-<name>`, and what belongs to
/// them.
enum KeptName {
    static func file(_ digest: String, _ name: FileName) -> String { "\(digest)-\(name.safe)" }

    /// The file that says why the file `kept` is in quarantine.
    static func reason(of kept: String) -> String { kept + reasonEnding }

    static func isReason(_ name: FileName) -> Bool { "\(name)".hasSuffix(reasonEnding) }

    /// The receipt that the file `kept` had before it was replayed.
    static func formerReceipt(of kept: String) -> String { "\(kept).former-receipt.json" }

    /// The digest of an archived file and the name it had in the inbox; nil for any other name.
    ///
    /// If the archive keeps only the beginning of a long name, the digest takes its place.
    static func parts(of kept: FileName) -> (digest: String, name: String)? {
        let parts = "\(kept)".split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 64 else { return nil }
        let isWhole = parts[1].lowercased().hasSuffix(".json")
        return (String(parts[0]), isWhole ? String(parts[1]) : "\(parts[0]).json")
    }

    private static let reasonEnding = ".reason.json"
}
