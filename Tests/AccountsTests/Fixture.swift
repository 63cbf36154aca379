import Glibc
import Networks
import SQLiteTables
import Tables
import TestSupport
import Timestamps

@testable import Accounts

/// Accounts in a folder of their own, with the note of a spool beside them.
struct House {
    let folder = TemporaryFolder(inMemory: true)
    /// 2026-11-23T10:30:00Z.
    let now = Timestamp(milliseconds: 1_795_429_800_000)

    var path: String { "\(folder.path)/accounts.sqlite" }
    var note: String { "\(folder.path)/note" }
    var copy: String { "\(folder.path)/copy" }

    func open() throws -> Accounts {
        try Accounts.open(in: SQLiteFile(path, holding: .accounts), lastSeenIn: note)
    }

    /// Looks into the file, or falsifies it, as a `sqlite3` shell does.
    func alter(_ sql: String) throws {
        let store = try SQLiteFile(path).openPlainly()
        try store.inConnection { try $0.script(sql) }
        try store.close()
    }

    func values(_ sql: String) throws -> [String] {
        let store = try SQLiteFile(path).openPlainly()
        return try store.inConnection { try $0.values("\(raw: sql)") }
    }

    /// Copies the file as an operator might, by hand, with what is still in its WAL.
    func copyByHand() throws {
        try alter("PRAGMA wal_checkpoint(TRUNCATE)")
        precondition(shellRun("cp '\(path)' '\(copy)'").status == 0)
    }

    /// Puts the copy in the place of the accounts.
    func restore() {
        for suffix in ["-wal", "-shm", ""] { unlink(path + suffix) }
        precondition(rename(copy, path) == 0)
    }
}

extension Accounts {
    /// Whether a key is let in.
    func admits(_ key: KeyText, from address: String = "192.0.2.1", at now: Timestamp) throws
        -> Bool
    {
        guard let address = NetworkAddress(address) else { return false }
        return try authenticate(key.text, from: address, at: now) != nil
    }
}
