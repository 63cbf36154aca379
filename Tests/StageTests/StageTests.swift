import Accounts
import Failures
import Glibc
import Ledger
import Logging
import Run
import Settings
import Spool
import TestSupport
import Testing
import Timestamps

@testable import Stage

@Suite struct StageTests {
    private let folder = TemporaryFolder(inMemory: true)

    @Test func `a first run makes the spool and the ledger`() throws {
        let stage = try Stage.open(context())
        #expect(access(stage.settings.ledger, F_OK) == 0)
        #expect(access("\(stage.spool.root)/desk/inbox", F_OK) == 0)
        #expect(try stage.ledger.users() == [])
    }

    @Test func `no ledger is made for a run that needs one`() throws {
        let context = try context()
        #expect(throws: LedgerError.self) { try Stage.openExisting(context) }
        #expect(throws: LedgerError.self) { try Stage.openUnchecked(context) }
        #expect(throws: LedgerError.self) { try Stage.openLedgerUnchecked(context) }
        #expect(access(context.settings.ledger, F_OK) != 0)
    }

    @Test func `an older ledger is opened only by those who ask for it unchecked`() throws {
        let context = try context()
        try Stage.open(context).ledger.backUp(to: "\(folder.path)/copy")
        _ = try Stage.open(context)
        for suffix in ["", "-wal", "-shm"] { unlink(context.settings.ledger + suffix) }
        #expect(rename("\(folder.path)/copy", context.settings.ledger) == 0)

        #expect(throws: LedgerError.self) { try Stage.open(context) }
        #expect(throws: LedgerError.self) { try Stage.openExisting(context) }
        let stage = try Stage.openUnchecked(context)
        #expect(try stage.ledger.isBehind(stage.spool.generationFile))
        #expect(try Stage.openLedgerUnchecked(context).users() == [])
    }

    @Test func `a house that is open notices an older ledger, and a full disk`() throws {
        let context = try context()
        let stage = try Stage.open(context)
        try stage.check(leastFree: 1)
        #expect(throws: NoRoom.self) { try stage.check(leastFree: .max) }
        // As if the programs had seen a later one than what is in this file by now.
        folder.write("2 0", to: "spool/lock/generation")
        let error = #expect(throws: LedgerError.self) { try stage.check() }
        #expect(error?.exitStatus == .badConfiguration)
        folder.write("1 0", to: "spool/lock/generation")
        try stage.check()
        #expect(rename(context.settings.ledger, "\(folder.path)/moved") == 0)
        #expect(throws: LedgerError.self) { try stage.check() }
    }

    @Test func `the accounts are beside the ledger, and made when a key is`() throws {
        let stage = try Stage.open(context())
        #expect(try stage.openExistingAccounts() == nil)
        #expect(access(stage.settings.accounts, F_OK) != 0)
        let now = stage.context.clock.now()
        _ = try stage.openAccounts().issue(KeyWish(for: .user("acme")), at: now)
        #expect(stage.settings.accounts == "\(folder.path)/accounts.sqlite")
        #expect(try stage.openExistingAccounts()?.keys().count == 1)
        #expect(access("\(stage.spool.root)/lock/accounts", F_OK) == 0)
    }

    @Test func `a disk that is nearly full is refused before the ledger is touched`() throws {
        let context = try context()
        #expect(throws: NoRoom.self) { try Stage.open(context, leastFree: .max) }
        #expect(access(context.settings.ledger, F_OK) != 0)
    }

    @Test func `the ledger learns the providers of the configuration`() throws {
        let providers = try Stage.open(context()).providers()
        #expect(providers.keys.sorted() == ["alpha"])
    }

    private func context() throws -> RunContext {
        let path = folder.write(
            """
            currency: USD
            spool: spool
            ledger: ledger.sqlite
            providers: [{name: alpha, url: "https://alpha.example/api/v2", \
            api_key: {env: ALPHA_KEY}, currency: USD}]

            """, to: "pipeline.yaml")
        return RunContext(
            program: "test", settings: try Settings.load(from: path),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
}
