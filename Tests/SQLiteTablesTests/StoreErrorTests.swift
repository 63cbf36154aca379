import Failures
import GRDB
import SQLiteTables
import Tables
import TestSupport
import Testing

@Suite struct StoreErrorTests {
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

    @Test func `the statement is named only if the program is at fault`() {
        for (code, isNamed) in [(ResultCode.SQLITE_CONSTRAINT, true), (.SQLITE_FULL, false)] {
            let cause = DatabaseError(resultCode: code, message: "m", sql: "DELETE FROM orders")
            let text = "\(StoreError(cause, at: "l"))"
            #expect(text.contains("DELETE FROM orders") == isNamed)
        }
    }
}
