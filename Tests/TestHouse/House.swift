import Ledger
import Money
import Run
import SQLiteTables
import Settings
import TestSupport
import Timestamps

/// A house of its own for the test of a stage: configuration, spool, ledger and clock, in a folder.
///
/// Its user `acme` has 1,000,000.00 USD. Its first provider sells service 101, the second 201: of
/// type Default, bought at 1.00 a thousand in his currency and sold at 2.00.
package final class House: World, Sendable {
    package let folder = TemporaryFolder()
    package let clock: TickingClock
    package let log = LogBook()
    package let settings: Settings
    package let ledger: Ledger
    /// What of the configuration stays as it is.
    private let head: String

    package static let acme = UserID(rawValue: "acme")!
    package static let wealth = Amount(micros: 1_000_000_000_000)

    /// - Parameter also: more lines of `pipeline.yaml`.
    package init(
        _ suppliers: [Supplier], also: String = "", clock: TickingClock = TickingClock()
    ) throws {
        self.clock = clock
        let key = folder.write("s3cret", to: "key")
        let lines = suppliers.map { $0.line(key: "{file: \"\(key)\"}") }
        head = """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            exchange_rates: {EUR: "1.10"}
            providers:
            \(lines.joined(separator: "\n"))

            """
        settings = try Settings.load(from: folder.write(head + also, to: "pipeline.yaml"))
        ledger = try Ledger.open(in: SQLiteFile(settings.ledger), currency: settings.currency)
        let providers = try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled)
            })
        for (index, supplier) in suppliers.enumerated() {
            _ = try ledger.takeOver(
                [.sample("\(index + 1)01")], of: providers[supplier.name]!.id,
                at: TickingClock.start)
            try ledger.ask(
                providers[supplier.name]!.id, .catalogue,
                at: TickingClock.start.adding(
                    seconds: settings.catalogue.syncEverySeconds))
        }
        try deskFile { draft in
            try draft.put(UserEntry(user: Self.acme), Line(.users, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: Self.acme, method: "bank", reference: "TX-1", amount: Self.wealth,
                    currency: settings.currency, credited: Self.wealth, fee: .zero),
                Line(.deposits, 1))
        }
        // Of that, acme was told: status file 1.
        try ledger.issueStatusFiles(at: TickingClock.start) { _ in [] }
        try ledger.notePublished(ledger.unpublishedStatusFiles())
    }

    /// What a run of `program` is given.
    ///
    /// - Parameter settings: other than the house was built with.
    package func context(_ program: String, _ settings: Settings? = nil) -> RunContext {
        RunContext(
            program: program, settings: settings ?? self.settings, logger: log.logger,
            clock: clock.wall)
    }

    /// The settings with other lines of `pipeline.yaml` than the house was built with.
    package func settings(also: String) throws -> Settings {
        try Settings.load(from: folder.write(head + also, to: "changed.yaml"))
    }

    package var ledgerPath: String { settings.ledger }

    package var configuration: String { "\(folder.path)/pipeline.yaml" }

    package func id(of provider: String) throws -> ProviderID {
        try ledger.providers(
            configured: settings.providers.map {
                ConfiguredProvider(name: $0.name, currency: $0.currency, isEnabled: $0.isEnabled)
            })[provider]!.id
    }
}

extension House {
    /// What acme can spend and what is held of his.
    package func balances() throws -> String {
        try table(
            """
            SELECT available.balance, held.balance FROM wallets available, wallets held
            WHERE available.user_id = 'acme' AND available.name = 'available'
                AND held.user_id = 'acme' AND held.name = 'held'
            """)[0]
    }
}
