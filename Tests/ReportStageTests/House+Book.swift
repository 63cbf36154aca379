import Ledger
import Logging
import Money
import Run
import Settings
import TestHouse
import TestSupport
import Timestamps

@testable import ReportStage

/// A house with a small book, made through the ledger's own methods: two resellers, one provider,
/// an order in every state but `sending`, and money in every wallet. A person can add up its
/// amounts.
extension House {
    static let now: Timestamp = "2026-11-23T10:00:00Z"

    /// A house without a row in its ledger.
    ///
    /// `reports`: the settings of the reports.
    static func unused(reports: String = "reports") throws -> House {
        try House(
            empty: [Supplier(url: "https://alpha.example/api/v2")], also: "reports: \(reports)")
    }

    static func withBook(reports: String = "reports") throws -> House {
        let house = try unused(reports: reports)
        let alpha = try house.id(of: "alpha")
        try house.stock(alpha)
        try house.open()
        try house.buyInOctober(from: alpha)
        try house.buyInNovember(from: alpha)
        try house.close()
        _ = try house.ledger.recordBalance(
            "498.20", of: alpha, maxDrift: "10", at: "2026-11-23T09:00:00Z")
        return house
    }

    var reports: String { settings.reports.directory }

    func context(at now: Timestamp = House.now) -> RunContext {
        RunContext(
            program: "report", settings: settings, logger: log.logger, clock: WallClock { now })
    }

    /// Does the program's work as the program does it.
    @discardableResult
    func report(
        _ parts: Set<MakeReports.Part> = [.summaries, .statements], at now: Timestamp = House.now
    ) throws -> Summary {
        try MakeReports(context(at: now)).run(parts)
    }

    func text(of name: String) -> String? { content(at: "\(folder.path)/\(name)") }

    /// A summary of the last run, with its header.
    func summary(_ name: String) throws -> [[String]] {
        try rows(ofCSV: text(of: "reports/latest/\(name).csv") ?? "")
    }
}

let zoe = UserID(rawValue: "zoe")!

// MARK: In few words

extension House {
    /// Takes a file with what `body` does.
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
        return Arrival(
            of: FileOwner(user: user), name: name, digest: digest, bytes: 100, receivedAt: moment)
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
