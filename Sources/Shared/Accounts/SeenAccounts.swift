import Glibc
import Tables

/// How far the accounts have come. Accounts that are behind what the spool notes were restored.
struct AccountsGeneration: Equatable, Sendable {
    /// Below zero in a backup; greater after each restore.
    let number: Int64
    /// Grows with each commit after which an older copy would open more than it should.
    let commits: Int64

    /// That of new accounts, and of a spool that has seen none yet.
    static let first = AccountsGeneration(number: 1, commits: 0)

    func isBehind(_ other: AccountsGeneration) -> Bool {
        (number, commits) < (other.number, other.commits)
    }

    static func of(_ db: any Connection) throws -> AccountsGeneration {
        try db.statement("SELECT number, commits FROM generation WHERE id = 1").one {
            AccountsGeneration(number: try $0[0], commits: try $0[1])
        }
    }
}

/// The file in the spool that notes how far the accounts had come when a program last saw them: two
/// numbers on a line. It lies in `lock/`, which is in no backup.
struct SeenAccounts: Sendable {
    let path: String

    /// What the note says.
    enum Note: Equatable {
        /// No accounts were seen yet.
        case none
        case seen(AccountsGeneration)
        /// It cannot be understood, so it is not trusted: keys wait for a person.
        case damaged
    }

    /// - Throws: `AccountsError.unreachable`.
    func read() throws(AccountsError) -> Note {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .none }
            throw .unreachable(path, errno: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw .unreachable(path, errno: errno) }
        let numbers = String(decoding: bytes[..<count], as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard numbers.count == 2, let number = numbers[0], let commits = numbers[1], number > 0
        else { return .damaged }
        return .seen(AccountsGeneration(number: number, commits: commits))
    }

    /// Replaces the note; it is on disk when this returns. The caller holds the opening lock, so no
    /// other process writes meanwhile.
    func write(_ generation: AccountsGeneration) throws(AccountsError) {
        let line = Array("\(generation.number) \(generation.commits)\n".utf8)
        let temporary = path + ".part"
        let descriptor = open(
            temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unnoted(temporary, errno: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw .unnoted(temporary, errno: errno) }
        try syncFolder()
    }

    /// Without this a power cut could bring back the note from before a key was revoked.
    private func syncFolder() throws(AccountsError) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unnoted(folder, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unnoted(folder, errno: errno) }
    }
}
