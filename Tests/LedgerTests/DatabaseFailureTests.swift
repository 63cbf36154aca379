import Failures
import GRDB
import Glibc
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

/// What SQLite could not do, as a person reads it.
@Suite struct DatabaseFailureTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/ledger.sqlite" }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, "no room is left on its disk", Failures.ExitStatus.ioFailed),
        (.SQLITE_IOERR_FSYNC, "its disk could not be read or written", .ioFailed),
        (.SQLITE_READONLY, "this user may not write to it", .ioFailed),
        (.SQLITE_READONLY_DBMOVED, "this user may not write to it", .ioFailed),
        (.SQLITE_CANTOPEN, "it cannot be opened", .ioFailed),
        (.SQLITE_BUSY, "another program kept it for too long", .ioFailed),
        (.SQLITE_CORRUPT, "it is damaged", .unexpected),
        (.SQLITE_NOMEM, "no memory is left", .unexpected),
        (.SQLITE_CONSTRAINT_CHECK, "a fault of the program", .unexpected),
        (.SQLITE_ERROR, "a fault of the program", .unexpected),
    ])
    func `each kind of failure is a sentence, and its status says who must act`(
        code: ResultCode, words: String, status: Failures.ExitStatus
    ) {
        let cause = DatabaseError(resultCode: code, message: "disk I/O error", sql: "SELECT 1")
        let failure = StoreError(cause, at: "/l.sqlite")
        #expect("\(failure)".hasPrefix("/l.sqlite: "))
        #expect("\(failure)".contains(words))
        #expect("\(failure)".contains("(SQLite \(code.rawValue): disk I/O error"))
        #expect(RawWords.alone(in: "\(failure)") == nil)
        #expect(failure.exitStatus == status)
    }

    @Test func `a statement is told where the program is at fault, and nowhere else`() {
        for (code, isTold) in [(ResultCode.SQLITE_CONSTRAINT, true), (.SQLITE_FULL, false)] {
            let cause = DatabaseError(resultCode: code, message: "m", sql: "DELETE FROM orders")
            let text = "\(StoreError(cause, at: "l"))"
            #expect(text.contains("DELETE FROM orders") == isTold)
        }
    }

    @Test func `whatever the ledger does, its failures come out in words`() throws {
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        for work in [
            { try ledger.read { try $0.script("SELECT * FROM nothing") } },
            {
                try ledger.commit {
                    try $0.script("INSERT INTO wallets (id) VALUES (1)")
                }
            },
            { try ledger.backUp(to: "\(folder.path)/no/folder") },
        ] {
            let failure = #expect(throws: StoreError.self) { try work() }
            #expect(failure.map { RawWords.alone(in: "\($0)") } == .some(nil))
        }
    }

    @Test func `a damaged ledger says what to put in its place`() throws {
        _ = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        #expect(truncate(path, 9_000) == 0)
        let failure = #expect(throws: StoreError.self) {
            _ = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd).audit()
        }
        #expect(failure?.description.contains("admin recover --restored") == true)
    }
}
