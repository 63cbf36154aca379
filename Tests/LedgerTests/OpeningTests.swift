import Failures
import Money
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

@Suite struct OpeningTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/ledger.sqlite" }

    @Test func `a new ledger has the whole schema, our mark, and a sound, empty set of books`()
        throws
    {
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        #expect(try pragma("user_version", of: ledger) == "5")
        #expect(try pragma("application_id", of: ledger) == "\(0x534D_4D47)")
        #expect(try ledger.audit().isEmpty)
        let houses = try ledger.read {
            try $0.texts("SELECT name FROM wallets WHERE currency = 'USD'")
        }
        #expect(Set(houses) == Set(HouseWallet.allCases.map(\.rawValue)) && houses.count == 5)
    }

    @Test(arguments: [
        ("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"),
        ("recursive_triggers", "1"),
    ])
    func `the connection is as durable and strict as promised`(
        name: String, value: String
    ) throws {
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        #expect(try pragma(name, of: ledger) == value)
        let again = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        #expect(try pragma(name, of: again) == value)
    }

    @Test func `eight openings of a new ledger at once make one schema`() async throws {
        let path = path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { _ = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd) }
            }
            try await group.waitForAll()
        }
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        let wallets = try ledger.read {
            try $0.number("SELECT count(*) FROM wallets")
        }
        #expect(wallets == HouseWallet.allCases.count)
    }

    @Test func `a ledger keeps its currency, and says so`() throws {
        _ = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        let error = try #require(throws: LedgerError.self) {
            try Ledger.openUnchecked(in: SQLiteFile(path), currency: eur)
        }
        #expect("\(error)".contains("kept in USD, the configuration says EUR; nothing was touched"))
        #expect(error.exitStatus == .badConfiguration)
        #expect(try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd).currency == usd)
    }

    @Test func `a ledger of a later version is left alone`() throws {
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        try ledger.store.script("PRAGMA user_version = 9")
        let error = try #require(throws: LedgerError.self) {
            try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        }
        #expect("\(error)".contains("has schema 9, this program knows 5; nothing was touched"))
    }

    @Test func `a database of something else is left alone`() throws {
        let theirs = try SQLiteFile(path).openPlainly()
        try theirs.script("CREATE TABLE recipes (name TEXT)")
        let error = try #require(throws: LedgerError.self) {
            try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        }
        #expect("\(error)".contains("a database of something else; nothing was touched"))
        let tables = try theirs.inConnection { try $0.texts("SELECT name FROM sqlite_schema") }
        #expect(tables == ["recipes"])
    }

    @Test(arguments: [
        ("CREATE TABLE recipes (name TEXT)", "a database of something else"),
        ("PRAGMA user_version = 9; PRAGMA application_id = 0x534D4D47", "has schema 9"),
    ])
    func `a file that is no ledger of ours keeps every byte, and no file appears beside it`(
        sql: String, words: String
    ) throws {
        try SQLiteFile(path).openPlainly().script(sql)
        try expectRefusal(words)
    }

    @Test func `a ledger in another currency keeps every byte, and no file appears beside it`()
        throws
    {
        try Ledger.openUnchecked(in: SQLiteFile(path), currency: eur).store
            .script("PRAGMA journal_mode = DELETE")
        try expectRefusal("the ledger is kept in EUR")
    }

    @Test func `a file that is no database is named, and left as it is`() throws {
        folder.write(String(repeating: "no database, ", count: 400), to: "ledger.sqlite")
        try expectRefusal("\(path) is no database; nothing was touched; correct `ledger`")
    }

    private func expectRefusal(_ words: String) throws {
        let before = try #require(bytes(at: path))
        let error = try #require(throws: LedgerError.self) {
            try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        }
        #expect("\(error)".contains(words))
        #expect(error.exitStatus == .badConfiguration)
        #expect(bytes(at: path) == before)
        #expect(names(in: folder.path) == ["ledger.sqlite"])
    }

    @Test(arguments: ["ledger.sqlite", "missing/ledger.sqlite"])
    func `a program that only looks says where no ledger is, and makes none`(name: String) throws {
        let error = try #require(throws: LedgerError.self) {
            try Ledger.openExistingUnchecked(
                in: SQLiteFile("\(folder.path)/\(name)"), currency: usd)
        }
        #expect(
            "\(error)".hasPrefix("there is no ledger at \(folder.path)/\(name); nothing was made"))
        #expect(error.exitStatus == .badConfiguration)
        #expect(names(in: folder.path) == [])
    }

    @Test func `an empty file counts as no ledger`() throws {
        folder.write("", to: "ledger.sqlite")
        #expect(throws: LedgerError.self) {
            try Ledger.openExistingUnchecked(in: SQLiteFile(path), currency: usd)
        }
        #expect(bytes(at: path) == [])
    }

    @Test func `an impossible path is an error that names it`() throws {
        folder.write("", to: "file")
        let error = try #require(throws: LedgerError.self) {
            try Ledger.openUnchecked(
                in: SQLiteFile("\(folder.path)/file/ledger.sqlite"), currency: usd)
        }
        #expect("\(error)".hasPrefix("\(folder.path)/file cannot be reached: "))
        #expect(error.exitStatus == .ioFailed)
    }

    private func pragma(_ name: String, of ledger: Ledger) throws -> String? {
        try ledger.store.inConnection { db in
            let value: SQLValue = try db.one("PRAGMA \(raw: name)")
            return switch value {
            case .null: nil
            case .integer(let number): "\(number)"
            case .text(let text): text
            }
        }
    }
}
