import Ledger
import Logging
import Money
import Run
import SQLiteTables
import Settings
import TestSupport
import Timestamps

@testable import ReportStage

/// A small book made through the ledger's own methods, with a spool and a place for reports.
///
/// Two resellers, one provider, an order in every state but `sending`, and money in every wallet.
/// Amounts are chosen so that a person can add them up.
struct Book {
    let folder = TemporaryFolder()
    let ledger: Ledger
    let settings: Settings
    static let now: Timestamp = "2026-11-23T10:00:00Z"

    /// A ledger without a row.
    static func empty() throws -> Book { try Book(settled: ()) }

    init(settled: Void, reports: String = "reports") throws {
        let file = folder.write(
            """
            currency: USD
            spool: spool
            ledger: ledger.sqlite
            reports: \(reports)
            providers: [{name: alpha, url: "https://alpha.example/api/v2", \
            api_key: {env: ALPHA_KEY}, currency: USD}]
            """,
            to: "pipeline.yaml")
        settings = try Settings.load(from: file)
        ledger = try Ledger.open(in: SQLiteFile(settings.ledger), currency: settings.currency)
    }

    init(reports: String = "reports") throws {
        try self.init(settled: (), reports: reports)
        let alpha = try ledger.providers(
            configured: [ConfiguredProvider(name: "alpha", currency: usd, isEnabled: true)])[
                "alpha"]!
        try stock(alpha.id)
        try open()
        try buyInOctober(from: alpha.id)
        try buyInNovember(from: alpha.id)
        try close()
        _ = try ledger.recordBalance(
            "498.20", of: alpha.id, maxDrift: "10", at: "2026-11-23T09:00:00Z")
    }

    var reports: String { settings.reports.directory }
    var spool: String { settings.spool }
    var database: String { settings.ledger }

    func context(at now: Timestamp = Book.now) -> RunContext {
        RunContext(
            program: "report", settings: settings,
            logger: Logger(label: "report") { _ in SwiftLogNoOpLogHandler() },
            clock: WallClock { now })
    }

    /// Runs the program's work as the program does.
    @discardableResult
    func report(
        _ parts: Set<MakeReports.Part> = [.summaries, .statements], at now: Timestamp = Book.now
    ) throws -> Summary {
        try MakeReports(context(at: now)).run(parts)
    }

    func text(of name: String) -> String? { content(at: "\(folder.path)/\(name)") }

    /// A summary of the last run, with its header.
    func summary(_ name: String) throws -> [[String]] {
        try rows(ofCSV: text(of: "reports/latest/\(name).csv") ?? "")
    }
}

let usd = try! Currency(parsing: "USD")
let acme = UserID(rawValue: "acme")!
let zoe = UserID(rawValue: "zoe")!

// MARK: In few words

extension Book {
    /// Takes a reseller's file that does what `body` does.
    func file(
        _ name: String, by user: UserID, at moment: Timestamp,
        _ body: (ResellerDraft) throws -> Void
    ) throws {
        try ledger.intake(at: moment) { intake in
            let draft = try intake.openBatch(
                arrival(name, by: user, at: moment), batch: "batch of \(name)")
            try body(draft)
            _ = try draft.close()
        }
    }

    /// Takes a desk file that does what `body` does.
    func deskFile(
        _ name: String, at moment: Timestamp, _ body: (DeskDraft) throws -> Void
    ) throws {
        try ledger.intake(at: moment) { intake in
            let draft = try intake.openDeskFile(
                arrival(name, by: nil, at: moment), batch: "batch of \(name)")
            try body(draft)
            _ = try draft.close()
        }
    }

    private func arrival(_ name: String, by user: UserID?, at moment: Timestamp) -> Arrival {
        let digest =
            String(repeating: "0", count: 64 - name.utf8.count)
            + name.utf8.map { String($0 % 10) }.joined()
        return Arrival(user: user, name: name, digest: digest, bytes: 100, receivedAt: moment)
    }

    func send(
        _ provider: ProviderID, at moment: Timestamp, _ answer: (OrderID) -> SendOutcome.Content
    ) throws {
        let intents = try ledger.advance(
            recording: [], claiming: [Claim(provider: provider, count: 10)], waitingForLinks: false,
            at: moment
        ).intents
        _ = try ledger.advance(
            recording: intents.map { SendOutcome(order: $0.order, answer($0.order)) }, claiming: [],
            waitingForLinks: false, at: moment)
    }

    func order(
        _ ref: String, _ service: Int64, quantity: Int64?, units: Int64, _ charge: Amount,
        _ provider: ProviderID
    ) -> NewOrder {
        NewOrder(
            ref: ref, service: ServiceID(service), provider: provider,
            link: "https://example.com/\(units)?a=1,2", quantity: quantity, parameters: nil,
            billedUnits: units, charge: charge)
    }

    func order(
        _ ref: String, _ service: Int64, units: Int64, _ charge: Amount, _ provider: ProviderID
    ) -> NewOrder {
        order(ref, service, quantity: units, units: units, charge, provider)
    }

    func entry(
        _ id: String, _ name: String, _ type: String, cost: String, sale: String, profit: String,
        enabled: Bool = true
    ) throws -> PricedService {
        PricedService(
            providerService: id, name: name, type: type, category: "@Instagram",
            rate: try Rate(parsing: cost), costRate: try Rate(parsing: cost),
            profit: try Percent(parsing: profit), profitFixed: .zero,
            saleRate: try Rate(parsing: sale), minimum: 10, maximum: 50_000, drips: true,
            refills: false, cancels: true, isEnabled: enabled)
    }
}

extension Timestamp: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self = Timestamp(parsing: text)!
    }
}

extension Amount: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self = try! Amount(parsing: text)
    }
}
