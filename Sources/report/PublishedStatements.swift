import Glibc
import Spool
import Version

/// The statements in the outboxes, as the last run left them: `spool/lock/report.statements`. Its
/// first line says what the statements cover; each other line is a file.
///
/// Statements are made of transactions alone, and no transaction ever changes. So if the last
/// transaction is the same, and every file is as it was left, there is nothing to do. A file that
/// its owner removed or wrote to is not as it was left.
struct PublishedStatements {
    /// What the statements cover: the state of the books, and the months.
    let edition: String
    /// How each file was left, by its path.
    private(set) var files: [String: String] = [:]

    private static let name = "report.statements"

    init(edition: String) {
        self.edition = "\(ProgramVersion.text) \(edition)"
    }

    /// Notes a file that is in its place.
    mutating func note(_ path: String) {
        // A file that is gone again is not as it was left.
        files[path] = Self.fingerprint(of: path) ?? "gone"
    }

    /// Whether the outboxes hold these statements already.
    func areThere(in spool: Spool) -> Bool {
        guard let text = Self.read("\(spool.runDirectory)/\(Self.name)") else { return false }
        let lines = text.split(separator: "\n")
        return lines.first == edition[...]
            && lines.dropFirst().allSatisfy { line in
                let parts = line.split(separator: "\t", maxSplits: 1)
                return parts.count == 2
                    && Self.fingerprint(of: String(parts[1])) == String(parts[0])
            }
    }

    /// Keeps them for the next run, once the files are durable.
    func keep(in spool: Spool) throws {
        let lines = files.sorted { $0.key < $1.key }.map { "\($0.value)\t\($0.key)" }
        var publishing = try Publishing(spool)
        try publishing.add(Self.name, in: spool.runDirectory, ifChanged: true, mode: 0o600) {
            try $0.write(Array(([edition] + lines).map { "\($0)\n" }.joined().utf8))
        }
        try publishing.finish()
    }

    /// Changes with a file's content, since nobody can set the time of a change.
    private static func fingerprint(of path: String) -> String? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let changed = status.st_ctim
        return "\(status.st_ino).\(status.st_size).\(changed.tv_sec).\(changed.tv_nsec)"
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count == bytes.count ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
