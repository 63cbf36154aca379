import BatchFiles
import Money
import SQLiteTables
import Tables
import TestSupport
import Testing
import Timestamps

@testable import Ledger

/// A ledger on disk, kept in USD, with the provider `alpha` (paid in EUR) and its two services.
///
/// Service 1 costs 1 EUR or 1.10 USD a thousand and can be refilled and canceled; service 2 costs
/// the same and can be neither.
final class Books {
    let folder = TemporaryFolder()
    let ledger: Ledger
    let alpha: ProviderID
    /// The time; a test moves it on.
    var now = Books.moment
    static let moment = Timestamp(milliseconds: 1_795_000_000_000)
    private var files = 0

    var path: String { "\(folder.path)/ledger.sqlite" }

    init() throws {
        ledger = try Ledger.openUnchecked(
            in: SQLiteFile("\(folder.path)/ledger.sqlite"), currency: usd)
        alpha = try ledger.providers(configured: [
            ConfiguredProvider(name: "alpha", currency: eur, isEnabled: true)
        ])["alpha"]!.id
        _ = try ledger.takeOver(
            [Books.service("1"), Books.service("2", isFlexible: false)], of: alpha, at: now)
    }

    static func service(_ id: String, isFlexible: Bool = true) -> PricedService {
        PricedService(
            providerService: id, name: "Followers \(id)", type: "Default", category: "Instagram",
            rate: Rate(micros: 1_000_000), costRate: Rate(micros: 1_100_000), profit: .zero,
            profitFixed: .zero, saleRate: Rate(micros: 2_000_000), minimum: 1, maximum: 1_000_000,
            drips: false, refills: isFlexible, cancels: isFlexible, isEnabled: true)
    }

    /// The ledger as somebody with a plain `sqlite3` shell has it: no foreign keys, no recursive
    /// triggers.
    func shell() throws -> any Store {
        try SQLiteFile(path).openPlainly()
    }
}

let usd = try! Currency(parsing: "USD")
let eur = try! Currency(parsing: "EUR")
let acme = UserID(rawValue: "acme")!
let zenith = UserID(rawValue: "zenith")!

func amount(_ text: String) -> Amount { try! Amount(parsing: text) }

extension Books {
    /// An arrival of bytes that nobody dropped before.
    func arrival(_ user: UserID?, name: String = "orders.json") -> Arrival {
        files += 1
        let number = String(files)
        return Arrival(
            of: FileOwner(user: user), name: name,
            digest: String(repeating: "0", count: 64 - number.count) + number, bytes: 100,
            receivedAt: now)
    }

    /// The whole effect of a reseller's file.
    @discardableResult
    func file(
        of user: UserID, batch: String? = nil, _ body: (ResellerDraft) throws -> Void
    ) throws -> FileID {
        let arrival = arrival(user)
        return try ledger.intake(at: now) { intake in
            let draft = try intake.openBatch(arrival, batch: batch ?? arrival.digest)
            try body(draft)
            return try draft.close()
        }
    }

    /// The whole effect of a desk file.
    @discardableResult
    func deskFile(
        batch: String? = nil, _ body: (DeskDraft) throws -> Void
    ) throws -> FileID {
        let arrival = arrival(nil)
        return try ledger.intake(at: now) { intake in
            let draft = try intake.openDeskFile(arrival, batch: batch ?? arrival.digest)
            try body(draft)
            return try draft.close()
        }
    }

    /// The outcome of a reseller's file of one line: its status, or the code of its rejection.
    @discardableResult
    func verdict(
        of user: UserID, _ kind: LineKind, ref: String,
        _ body: (ResellerDraft, ResellerLine) throws -> Void
    ) throws -> String {
        try verdict(
            on: file(of: user) { try body($0, ResellerLine(kind, 1, ref: ref)) }, kind)
    }

    /// The outcome of a desk file of one line: its status, or the code of its rejection.
    @discardableResult
    func deskVerdict(
        _ kind: LineKind, _ body: (DeskDraft, Line) throws -> Void
    ) throws -> String {
        try verdict(on: deskFile { try body($0, Line(kind, 1)) }, kind)
    }

    private func verdict(on file: FileID, _ kind: LineKind) throws -> String {
        let line = try lines(of: file, kind)[0]
        return line.code ?? line.status
    }

    func lines(of file: FileID, _ kind: LineKind) throws -> [LineReport] {
        try ledger.receipts { receipts in
            var lines: [LineReport] = []
            try receipts.forEachLine(of: try receipts.report(of: file), kind) { lines.append($0) }
            return lines
        }
    }

    func report(of file: FileID) throws -> FileReport {
        try ledger.receipts { try $0.report(of: file) }
    }
}

extension Books {
    func balance(of user: UserID = acme, _ wallet: UserWallet = .available) throws -> Amount {
        try ledger.read { try Wallets.find($0, .user(user, wallet)).balance }
    }

    /// The balance of a wallet of the house or of alpha, by its name.
    func balance(_ wallet: String, in currency: Currency = usd) throws -> Amount {
        try value(
            """
            SELECT coalesce(sum(balance), 0) FROM wallets
            WHERE user_id IS NULL AND name = '\(wallet)' AND currency = '\(currency)'
            """)
    }

    func state(of order: OrderID) throws -> OrderState {
        try value("SELECT state FROM orders WHERE id = \(order)")
    }

    func value<T: Column>(_ sql: String) throws -> T {
        try ledger.read { try $0.one("\(raw: sql)") }
    }

    /// Expects the thirteen invariants to hold.
    func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        let findings = try ledger.audit()
        #expect(findings.map(\.violations) == [], sourceLocation: location)
    }
}
