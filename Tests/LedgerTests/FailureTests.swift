import Glibc
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

/// Failures of the ledger, as a person reads them.
@Suite struct FailureTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/ledger.sqlite" }

    @Test func `whatever the ledger does, its failures come out in words`() throws {
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        for work in [
            { try ledger.read { try $0.script("SELECT * FROM nothing") } },
            { try ledger.commit { try $0.script("INSERT INTO wallets (id) VALUES (1)") } },
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
