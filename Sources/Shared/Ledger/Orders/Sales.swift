import GRDB
import Money
import OrderTypes
import Tables

/// What an order was sold or bought on: its service as it was then.
struct SaleTerms {
    let providerService: String
    /// Nil for a kind of order that is not sold here.
    let type: OrderType?
    let cost: SupplyCost
    let bounds: (least: Int64, most: Int64)
    let drips: Bool

    var billing: Billing { type?.billing ?? .quantity }
}

/// The sets of terms that orders are sold and bought on. Each is kept once, however many orders
/// have it, and never changes.
struct Sales {
    private let db: any Connection

    init(_ db: any Connection) {
        self.db = db
    }

    /// The terms of a service as it is now; they are kept from now on.
    func current(of service: ServiceID) throws -> SaleID {
        let known = try SaleID.fetchOne(
            db.grdb.cachedStatement(sql: Self.lookup), arguments: [service])
        if let known { return known }
        try db.grdb.cachedStatement(sql: Self.insertion).execute(arguments: [service])
        return SaleID(db.grdb.lastInsertedRowID)
    }

    func terms(_ sale: SaleID) throws -> SaleTerms {
        // An order references it, so it is there.
        try db.grdb.cachedStatement(
            sql: """
                SELECT provider_service, type, min, max, dripfeed, \(SupplyCost.columns("t", "t"))
                FROM sales t WHERE id = ?
                """
        ).fetchRow([sale]).map { row in
            SaleTerms(
                providerService: row[0], type: OrderType.named(row[1]),
                cost: SupplyCost(row: row, from: 5), bounds: (row[2], row[3]), drips: row[4])
        }!
    }

    /// What of a service is kept, and what of its provider.
    private static let ofService = [
        "provider_service", "name", "type", "rate", "cost_rate", "min", "max", "dripfeed", "refill",
        "cancel",
    ]
    private static let ofProvider = ["min_charge", "charge_decimals", "exchange_rate"]

    private static let now =
        "FROM services s JOIN providers p ON p.id = s.provider_id"

    private static let lookup = """
        SELECT t.id \(now) JOIN sales t ON t.service_id = s.id
            AND \(ofService.map { "t.\($0) = s.\($0)" }.joined(separator: " AND "))
            AND \(ofProvider.map { "t.\($0) = p.\($0)" }.joined(separator: " AND "))
        WHERE s.id = ?
        """

    private static let insertion = """
        INSERT INTO sales (service_id, \((ofService + ofProvider).joined(separator: ", ")))
        SELECT s.id, \(ofService.map { "s.\($0)" }.joined(separator: ", ")),
            \(ofProvider.map { "p.\($0)" }.joined(separator: ", ")) \(now) WHERE s.id = ?
        """
}

extension SupplyCost {
    /// The columns that `init(row:from:)` reads, of a table with rates and one with how the
    /// provider charges.
    static func columns(_ rates: String, _ charging: String) -> String {
        """
        \(rates).rate, \(rates).cost_rate, \(charging).min_charge, \(charging).charge_decimals, \
        \(charging).exchange_rate
        """
    }

    /// By position, from column `first` on.
    init(row: GRDB.Row, from first: Int) {
        self.init(
            rate: row[first], houseRate: row[first + 1],
            rule: ChargeRule(minimum: row[first + 2], decimals: row[first + 3]),
            exchangeRate: Self.exchangeRate(row[first + 4]))
    }

    /// The same of a statement that is read for each order.
    init(_ row: Row, from first: Int) {
        self.init(
            rate: Rate(micros: row.integer(first)!),
            houseRate: Rate(micros: row.integer(first + 1)!),
            rule: ChargeRule(
                minimum: Amount(micros: row.integer(first + 2)!),
                decimals: Int(row.integer(first + 3)!)),
            exchangeRate: Self.exchangeRate(row.integer(first + 4)!))
    }

    private static func exchangeRate(_ picos: Int64) -> ExchangeRate? {
        picos > 0 ? ExchangeRate(picos: picos) : nil
    }
}
