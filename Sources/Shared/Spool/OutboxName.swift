import Glibc

/// The names of the files that users find in their outboxes (contract.md §4): the one place that
/// makes them, and reads them.
package enum OutboxName {
    /// The receipt of a file that was dropped as `<stem>.json`.
    package static func receipt(ofFile stem: String) -> String {
        "\(stem).receipt.json"
    }

    /// The receipt for the content `digest`, while the one for another content has the plain name.
    static func receipt(ofFile stem: String, digest: String) -> String {
        "\(stem).\(digest.prefix(8)).receipt.json"
    }

    /// Where a file that is not ours goes when it has the plain name of a receipt.
    static func receipt(ofFile stem: String, displaced number: Int) -> String {
        "\(stem)~\(number).receipt.json"
    }

    /// A reseller's status file, by its number: `status-0000000001.json`.
    package static func statusFile(_ number: Int64) -> String {
        let digits = String(number)
        return "\(status)\(String(repeating: "0", count: max(0, 10 - digits.count)))\(digits).json"
    }

    /// The number of a status file; nil for any other name.
    static func number(ofStatusFile name: String) -> Int64? {
        guard name.hasPrefix(status), name.hasSuffix(".json") else { return nil }
        let number = Int64(name.dropFirst(status.count).dropLast(".json".count))
        return number.flatMap { $0 >= 0 ? $0 : nil }
    }

    private static let status = "status-"
}

extension Spool {
    /// The number of the last status file in a reseller's outbox; 0 if there is none.
    package func lastStatusFile(of user: String) throws(SystemError) -> Int64 {
        let path = outbox(of: .reseller(user))
        guard access(path, F_OK) == 0 else { return 0 }
        return try Directory(path).names()
            .compactMap { OutboxName.number(ofStatusFile: "\($0)") }.max() ?? 0
    }
}
