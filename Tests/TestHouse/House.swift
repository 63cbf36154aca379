import BatchFiles
import Ledger
import Money
import Run
import SQLiteTables
import Settings
import Stage
import TestSupport
import Timestamps

/// A house in which a test runs stages in process: configuration, spool, ledger and clock, in a
/// folder of its own.
package final class House: World, Sendable {
    package let folder: TemporaryFolder
    package let clock: TickingClock
    package let log = LogBook()
    package let settings: Settings
    package let ledger: Ledger
    /// The part of the configuration that stays as it is.
    private let head: String

    package static let wealth = Amount(micros: 1_000_000_000_000)

    /// A house with nothing in its ledger.
    ///
    /// - `also`: more lines of `pipeline.yaml`.
    /// - `inMemory`: for tests that would otherwise mostly wait for the disk.
    package init(
        empty suppliers: [Supplier], also: String = "", clock: TickingClock = TickingClock(),
        inMemory: Bool = false
    ) throws {
        self.clock = clock
        folder = TemporaryFolder(inMemory: inMemory)
        let key = folder.write("s3cret", to: "key")
        let lines = suppliers.map { $0.line(key: "{file: \"\(key)\"}") }
        head = """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            providers:
            \(lines.joined(separator: "\n"))

            """
        settings = try Settings.load(from: folder.write(head + also, to: "pipeline.yaml"))
        ledger = try Ledger.openUnchecked(
            in: SQLiteFile(settings.ledger), currency: settings.currency)
    }

    /// A house whose user `acme` has 1,000,000.00 USD. Its first provider sells service 101, the
    /// second 201: of type Default, bought at 1.00 a thousand in its currency and sold at 2.00.
    ///
    /// `also`: more lines of `pipeline.yaml`.
    package convenience init(
        _ suppliers: [Supplier], also: String = "", clock: TickingClock = TickingClock()
    ) throws {
        try self.init(empty: suppliers, also: Self.rates + also, clock: clock)
        let providers = try providers()
        for (index, supplier) in suppliers.enumerated() {
            guard let provider = providers[supplier.name]?.id else { continue }
            _ = try ledger.takeOver(
                [.sample("\(index + 1)01")], of: provider, at: TickingClock.start)
            try ledger.ask(
                provider, .catalogue,
                at: TickingClock.start.adding(seconds: settings.catalogue.syncEverySeconds))
        }
        try deskFile { draft in
            try draft.put(UserEntry(user: acme), Line(.users, 1))
            try draft.confirm(
                ConfirmedDeposit(
                    user: acme, method: "bank", reference: "TX-1", amount: Self.wealth,
                    currency: settings.currency, credited: Self.wealth, fee: .zero),
                Line(.deposits, 1))
        }
        // Of that, acme was told: status file 1.
        try ledger.issueStatusFiles(at: TickingClock.start) { _ in [] }
        try ledger.notePublished(ledger.unpublishedStatusFiles())
    }

    private static let rates = "exchange_rates: {EUR: \"1.10\"}\n"

    /// The context of a run of `program`.
    ///
    /// `settings`: other than the house was built with.
    package func context(_ program: String, _ settings: Settings? = nil) -> RunContext {
        RunContext(
            program: program, settings: settings ?? self.settings, logger: log.logger,
            clock: clock.wall)
    }

    /// The settings with other lines of `pipeline.yaml` than the house was built with.
    package func settings(also: String) throws -> Settings {
        try Settings.load(from: folder.write(head + Self.rates + also, to: "changed.yaml"))
    }

    package var ledgerPath: String { settings.ledger }

    package var configuration: String { "\(folder.path)/pipeline.yaml" }

    package var spool: String { settings.spool }

    /// The right time of its clock. Setting it lets the time pass.
    package var now: Timestamp {
        get { clock.truth }
        set { clock.truth = newValue }
    }

    package func id(of provider: String) throws -> ProviderID {
        guard let known = try providers()[provider] else {
            throw WorldFailure("there is no provider \(provider)")
        }
        return known.id
    }

    private func providers() throws -> [String: Provider] {
        try ledger.providers(configured: settings.configuredProviders)
    }
}

extension House {
    /// Acme's available balance, and the held one.
    package func balances() throws -> String {
        "\(try balance())|\(try balance(of: "acme", "held"))"
    }
}

/// The user of every house.
package let acme = UserID(rawValue: "acme")!
package let usd = try! Currency(parsing: "USD")
