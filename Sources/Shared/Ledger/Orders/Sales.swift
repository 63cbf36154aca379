import Money
import Tables
import Trade

/// The terms an order was sold or bought on: its service as it was then.
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

    /// The terms of a service as it is now. They are kept from now on.
    func current(of service: ServiceID) throws -> SaleID {
        let known = try db.statement(Self.lookup).bound(to: service).first { row -> SaleID in
            try row[0]
        }
        if let known { return known }
        try db.statement(Self.insertion).bound(to: service).run()
        return SaleID(db.lastInsertedID)
    }

    func terms(_ sale: SaleID) throws -> SaleTerms {
        try db.one(
            """
            SELECT provider_service, type, min, max, dripfeed,
                \(raw: SupplyCost.columns("t", "t"))
            FROM sales t WHERE id = \(sale)
            """
        ) { row in
            SaleTerms(
                providerService: try row[0], type: OrderType.named(try row[1]),
                cost: try SupplyCost(row, from: 5), bounds: (try row[2], try row[3]),
                drips: try row[4])
        }
    }

    /// The columns of a service that are kept, and those of its provider.
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
        WHERE s.id = ?1
        """

    private static let insertion = """
        INSERT INTO sales (service_id, \((ofService + ofProvider).joined(separator: ", ")))
        SELECT s.id, \(ofService.map { "s.\($0)" }.joined(separator: ", ")),
            \(ofProvider.map { "p.\($0)" }.joined(separator: ", ")) \(now) WHERE s.id = ?1
        """
}

extension SupplyCost {
    /// The columns that `init(_:from:)` reads, of a table with rates and one with how the
    /// provider charges.
    static func columns(_ rates: String, _ charging: String) -> String {
        """
        \(rates).rate, \(rates).cost_rate, \(charging).min_charge, \(charging).charge_decimals, \
        \(charging).exchange_rate
        """
    }

    /// By position, from column `first` on.
    init(_ row: Row, from first: Int) throws {
        self.init(
            rate: try row[first], houseRate: try row[first + 1],
            rule: ChargeRule(minimum: try row[first + 2], decimals: try row[first + 3]),
            exchangeRate: ExchangeRate(stored: try row[first + 4]))
    }
}

extension ExchangeRate {
    /// Reads a rate as the ledger stores it: 0 if none is known.
    init?(stored picos: Int64) {
        guard picos > 0 else { return nil }
        self.init(picos: picos)
    }
}
