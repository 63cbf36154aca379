import Failures
import Glibc
import Tables
import TestSupport
import Testing

@testable import Ledger
@testable import SQLiteTables

/// An operator puts another file in the place of a ledger that a run has open.
@Suite struct PlaceTests {
    private let books: Books
    private let original: String

    init() throws {
        books = try Books()
        original = "\(books.folder.path)/original"
        try books.ledger.store.copy(to: "\(books.folder.path)/copy").close()
    }

    private var copy: String { "\(books.folder.path)/copy" }

    @Test(arguments: [true, false])
    func `a commit into a ledger that is no longer in its place is refused`(
        hasSuccessor: Bool
    ) throws {
        try books.ledger.checkIsInPlace()
        #expect(rename(books.path, original) == 0)
        if hasSuccessor { #expect(rename(copy, books.path) == 0) }
        let error = try #require(throws: LedgerError.self) {
            try books.ledger.pause(books.alpha, until: books.now, reason: "it fails")
        }
        #expect(error.exitStatus == .badConfiguration)
        #expect("\(error)".hasPrefix("\(books.path) is no longer the ledger that this run opened"))
        #expect(throws: LedgerError.self) { try books.ledger.checkIsInPlace() }
        #expect(rename(original, books.path) == 0)
        #expect(try books.value("SELECT state FROM providers") == "active")
        // It is the same file again.
        try books.ledger.pause(books.alpha, until: books.now, reason: "it fails")
    }

    @Test func `a link that leads to another file by now is noticed`() throws {
        let link = "\(books.folder.path)/link"
        #expect(symlink(books.path, link) == 0)
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(link), currency: usd)
        try ledger.checkIsInPlace()
        #expect(unlink(link) == 0 && symlink(copy, link) == 0)
        #expect(throws: LedgerError.self) { try ledger.checkIsInPlace() }
    }

    @Test func `a file that was put there before it was looked at is noticed, too`() throws {
        let store = try #require(books.ledger.store as? SQLiteStore)
        #expect(rename(books.path, original) == 0 && rename(copy, books.path) == 0)
        // The wrapper sees the successor only; SQLite has the original open.
        let late = SQLiteStore(store.queue, at: SQLiteFile(books.path))
        #expect(!late.isInPlace())
    }
}
