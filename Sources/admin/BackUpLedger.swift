import Accounts
import Failures
import Glibc
import Ledger
import Run
import Settings
import Spool
import Stage

/// Copies the ledger into a file, and the accounts into one beside it. Each is sound and on disk,
/// or it does not exist.
///
/// 1. Make an empty file beside it, which only its owner may read.
/// 2. Copy the ledger into it, as of one moment; mark it as a backup; prove it.
/// 3. The same with the accounts, if there are any, for `FILE.accounts`.
/// 4. Sync both, give them their names, the ledger's last; sync the directory.
///
/// If `FILE` is there, all of the backup is. A run that dies leaves files ending in `.part`, which
/// the next one for the same name removes.
struct BackUpLedger {
    private let context: RunContext
    private let path: String
    private let folder: String

    /// The name of the copy of the accounts, beside that of the ledger.
    private var accountsPath: String { "\(path).accounts" }

    init(_ context: RunContext, to path: String) {
        self.context = context
        self.path = path
        let slash = path.lastIndex(of: "/")
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Makes the backup.
    ///
    /// - Returns: its name and length.
    /// - Throws: `FileExists`, `SystemError`, `LedgerError`, `UnsoundLedger`, `AccountsError`,
    ///   `StoreError`.
    func run() throws -> Summary {
        for path in [path, accountsPath] {
            guard access(path, F_OK) != 0 else { throw FileExists(path: path) }
        }
        let stage = try Stage.openExisting(context)
        let accounts = try stage.openExistingAccounts()
        defer { for path in [path, accountsPath] { unlink(path + ".part") } }
        try copy(to: path) { try stage.ledger.backUp(to: $0) }
        if let accounts {
            try copy(to: accountsPath) { try accounts.backUp(to: $0) }
            try name(accountsPath)
        }
        try name(path)
        try Directory(folder).sync()
        return Summary(
            "backed up",
            [
                "file": .text(path), "bytes": .integer(try size()),
                "accounts": .text(accounts == nil ? "none" : accountsPath),
            ])
    }

    /// Makes the file that will be called `path`, complete and on disk, under another name.
    private func copy(to path: String, _ write: (String) throws -> Void) throws {
        let part = path + ".part"
        unlink(part)
        try makeEmpty(part)
        try write(part)
        try sync(part)
    }

    private func name(_ path: String) throws {
        guard link(path + ".part", path) == 0 else {
            throw errno == EEXIST ? FileExists(path: path) : SystemError("cannot name", path)
        }
    }

    private func makeEmpty(_ part: String) throws(SystemError) {
        let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("cannot make", part) }
        close(descriptor)
    }

    /// Syncs the copy, because SQLite does not. SQLite has closed the file, so opening it here
    /// drops none of SQLite's locks.
    private func sync(_ part: String) throws(SystemError) {
        let descriptor = open(part, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("cannot open", part) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError("cannot sync", part) }
    }

    private func size() throws(SystemError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw SystemError("cannot look at", path) }
        return Int(status.st_size)
    }
}

/// The backup's file exists already. A backup never replaces another file.
struct FileExists: StageFailure, CustomStringConvertible {
    let path: String

    var exitStatus: ExitStatus { .ioFailed }

    var description: String {
        "\(path) is there already; nothing was written; give the backup a name of its own"
    }
}
