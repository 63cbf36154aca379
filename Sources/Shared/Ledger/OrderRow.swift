import GRDB
import Money
import OrderTypes

/// An order as far as moving it needs to know.
struct OrderRow {
    let id: OrderID
    let user: UserID
    let state: OrderState
    let provider: ProviderID
    let providerCurrency: Currency
    let charge: Amount
    let refunded: Amount
    let cost: Amount
    let billedUnits: Int64
    /// What placing it costs now, in the provider's and in the house currency.
    let expectedCharge: Amount
    let expectedCost: Amount
    /// Of the service that it is bought as, like what it costs.
    let serviceRefills: Bool
    let serviceCancels: Bool

    static func fetch(_ db: Database, _ id: OrderID, of user: UserID? = nil) throws -> OrderRow? {
        try db.cachedStatement(
            sql: """
                SELECT o.id, o.user_id, o.state, o.provider_id, p.currency, o.charge, o.refunded,
                    o.cost, o.billed_units, s.refill, s.cancel, s.type, s.rate, s.cost_rate
                FROM orders o
                    JOIN services s ON s.id = coalesce(o.bought_service_id, o.service_id)
                    JOIN providers p ON p.id = o.provider_id
                WHERE o.id = ?1 AND o.user_id = coalesce(?2, o.user_id)
                """
        ).fetchRow([id, user]).map(OrderRow.init(row:))
    }

    /// By position: this is read for each order that moves, and names are slow to look up.
    private init(row: Row) throws {
        id = row[0]
        user = row[1]
        state = row[2]
        provider = row[3]
        providerCurrency = row[4]
        charge = row[5]
        refunded = row[6]
        cost = row[7]
        billedUnits = row[8]
        serviceRefills = row[9]
        serviceCancels = row[10]
        let billing = OrderType.named(row[11])?.billing ?? .quantity
        expectedCharge = try billing.price(of: billedUnits, at: row[12])
        expectedCost = try billing.price(of: billedUnits, at: row[13])
    }
}
