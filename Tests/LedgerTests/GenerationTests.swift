import Failures
import Glibc
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

@Suite struct GenerationTests {
    @Test(arguments: [
        ("1 0", true), ("1 100000", false), ("2 0", false),
    ])
    func `a ledger is refused if one of a later generation, or with more effects, was seen`(
        seen: String, isOpened: Bool
    ) throws {
        let books = try Books()
        let file = books.folder.write(seen, to: "generation")
        if isOpened {
            _ = try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
        } else {
            let error = try #require(throws: LedgerError.self) {
                try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
            }
            #expect(error.exitStatus == .badConfiguration)
            #expect("\(error)".contains("admin recover --restored"))
        }
    }

    @Test func `the note of what was seen grows with the ledger's effects`() throws {
        let books = try Books()
        let file = SeenGeneration(path: "\(books.folder.path)/generation")
        #expect(try file.read() == nil)
        var last = Generation.first
        for number in 1...3 {
            try books.add(UserID(rawValue: "user\(number)")!)
            _ = try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file.path)
            let seen = try #require(try file.read())
            #expect(last.isBehind(seen))
            last = seen
        }
    }

    @Test func `a copy from before a commit is refused, even if nobody opened the ledger since`()
        throws
    {
        let books = try Books()
        let file = "\(books.folder.path)/generation"
        let ledger = try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
        let copy = "\(books.folder.path)/copy"
        try ledger.store.copy(to: copy).close()
        _ = try Ledger.open(in: SQLiteFile(copy), currency: usd, lastSeenIn: file)
        // Even a commit that adds no row.
        try ledger.pause(books.alpha, until: books.now, reason: "it fails")
        #expect(throws: LedgerError.self) {
            try Ledger.open(in: SQLiteFile(copy), currency: usd, lastSeenIn: file)
        }
        _ = try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
    }

    @Test func `the note begins with the first opening, and a run that cannot write it ends`()
        throws
    {
        let books = try Books()
        let file = "\(books.folder.path)/generation"
        let ledger = try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
        #expect(try SeenGeneration(path: file).read() != nil)
        #expect(unlink(file) == 0)
        let error = try #require(throws: LedgerError.self) {
            try ledger.pause(books.alpha, until: books.now, reason: "it fails")
        }
        #expect(error.exitStatus == .ioFailed)
        #expect("\(error)".contains("what was committed is in the ledger"))
        #expect(try books.value("SELECT state FROM providers") == "paused")
    }

    @Test(arguments: ["", "1", "one two", "1 2 3", "99999999999999999999 1"])
    func `a damaged note stops the programs until it is written anew`(
        text: String
    ) throws {
        let books = try Books()
        let file = books.folder.write(text, to: "generation")
        let error = try #require(throws: LedgerError.self) {
            try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
        }
        #expect(error.exitStatus == .badConfiguration)
        #expect("\(error)".hasPrefix("\(file) does not say how far the ledger has come"))
        try books.ledger.resume(lastSeenIn: file)
        _ = try Ledger.open(in: SQLiteFile(books.path), currency: usd, lastSeenIn: file)
    }
}
