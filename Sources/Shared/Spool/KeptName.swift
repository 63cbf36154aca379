/// The names of files in the archive and in quarantine, and of those in `work` that were collected
/// from doors: `<sha256>-<name>`, and what belongs to them.
enum KeptName {
    static func file(_ digest: String, _ name: FileName) -> String { "\(digest)-\(name.safe)" }

    /// The file that says why the file `kept` is in quarantine.
    static func reason(of kept: String) -> String { kept + reasonEnding }

    /// The receipt of the archived file with this digest, in the same directory. No file has such a
    /// name: the digest is not followed by a hyphen.
    static func receipt(of digest: String) -> String { "\(digest).receipt.json" }

    /// The receipt that the file `kept` had before it was replayed.
    static func formerReceipt(of kept: String) -> String { kept + formerReceiptEnding }

    /// Whether it is a file that was dropped, and not what belongs to one.
    static func isDropped(_ name: FileName) -> Bool {
        ![reasonEnding, formerReceiptEnding].contains { "\(name)".hasSuffix($0) }
    }

    /// The digest of an archived file and the name it had in the inbox; nil for any other name.
    ///
    /// If the archive keeps only the beginning of a long name, the digest takes its place.
    static func parts(of kept: FileName) -> (digest: String, name: String)? {
        let parts = "\(kept)".split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 64 else { return nil }
        let isWhole = parts[1].lowercased().hasSuffix(".json")
        return (String(parts[0]), isWhole ? String(parts[1]) : "\(parts[0]).json")
    }

    /// The name in `work` of a file that was collected from a door. It has the file's whole name,
    /// so that a crash does not lose it; a long one leaves room for fewer digits of the digest.
    static func collected(_ digest: String, _ name: FileName) -> String {
        let room = longestCollected - 1 - "\(name)".utf8.count
        // No program that serves HTTP lets so long a name pass.
        guard room >= fewestDigits else { return file(digest, name) }
        return "\(digest.prefix(room))-\(name)"
    }

    /// The beginning of the digest of such a file and the name it had in the door; nil for any
    /// other name.
    static func collectedParts(of kept: FileName) -> (digits: String, name: String)? {
        guard kept.bytes.count <= longestCollected else { return nil }
        let parts = "\(kept)".split(separator: "-", maxSplits: 1)
        guard parts.count == 2, (fewestDigits...64).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
        else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    /// In bytes. An entry whose name looks like that of such a file still has room for a mark
    /// before it (`FileName.held`).
    private static let longestCollected = 250
    /// 160 bits still tell files apart.
    private static let fewestDigits = 40

    private static let reasonEnding = ".reason.json"
    private static let formerReceiptEnding = ".former-receipt.json"
}
