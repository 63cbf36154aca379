import Glibc

/// The file in the spool, beside the generation, that holds the path of the ledger that the
/// programs saw last.
///
/// It helps a person who mistyped a path, and decides nothing.
struct SeenLedger {
    let file: String

    /// In bytes: no path is longer.
    private static let longest = 4_096

    /// Nil if none is known.
    var path: String? {
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Self.longest)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        let line = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    /// Notes that the ledger is at `path`. The caller holds the opening lock.
    func note(_ path: String) throws {
        guard self.path != path else { return }
        let temporary = file + ".part"
        let descriptor = Glibc.open(
            temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LedgerError.unreachable(temporary, errno: errno) }
        defer { close(descriptor) }
        let bytes = Array("\(path)\n".utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, file) == 0
        else { throw LedgerError.unreachable(temporary, errno: errno) }
    }
}

extension SeenGeneration {
    /// Where that ledger was.
    var ledger: SeenLedger {
        let folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        return SeenLedger(file: "\(folder)/ledger")
    }
}
