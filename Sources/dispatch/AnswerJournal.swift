import Glibc
import Ledger
import Spool
import Trade

/// Keeps the answers of providers when the ledger cannot. It reserves its room on the disk before
/// anything is sent, so that a full disk cannot lose them. The next run writes them into the ledger
/// before anything else (design.md §6).
///
/// Each line is one answer, as JSON (`JournalLine`). The rest of the file is zeros, so that a write
/// that was cut off leaves no line of an earlier run behind it. A line that was cut off is no
/// answer: its order is still `sending`, and so becomes in doubt.
struct AnswerJournal: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Room for all answers that can be outstanding at once.
    private static let bytes = 4 << 20

    /// Opens the journal and reserves its room on the disk.
    ///
    /// - Throws: `SystemError`, also if there is no room.
    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("cannot open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("cannot look at", path) }
        guard status.st_size < Self.bytes else { return }
        let code = posix_fallocate(descriptor, 0, off_t(Self.bytes))
        guard code == 0 else { throw SystemError("cannot take room for", path, code: code) }
        guard fsync(descriptor) == 0 else { throw SystemError("cannot sync", path) }
    }

    deinit {
        close(descriptor)
    }

    /// Writes answers into the journal and syncs them. The journal is clear, or holds the first of
    /// them.
    ///
    /// - Throws: `SystemError`.
    func keep(_ answers: [SendOutcome]) throws(SystemError) {
        try write(Array(answers.flatMap { JournalLine($0).bytes }.prefix(Self.bytes)))
    }

    /// Forgets the answers that were kept.
    ///
    /// - Throws: `SystemError`.
    func clear() throws(SystemError) {
        try write([UInt8](repeating: 0, count: Self.bytes))
    }

    /// The answers that were kept and not cleared.
    ///
    /// - Throws: `SystemError`.
    func kept() throws(SystemError) -> [SendOutcome] {
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = pread(descriptor, &piece, piece.count, off_t(text.count))
            guard count >= 0 else { throw SystemError("cannot read", path) }
            let written = piece[..<count].prefix { $0 != 0 }
            text += written
            if written.count < piece.count { break }
        }
        return text.split(separator: UInt8(ascii: "\n")).compactMap {
            JournalLine(Array($0))?.answer
        }
    }

    private func write(_ bytes: [UInt8]) throws(SystemError) {
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, fsync(descriptor) == 0
        else { throw SystemError("cannot write", path) }
    }
}
