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
    let serviceRefills: Bool
    let serviceCancels: Bool

    static func fetch(_ db: Database, _ id: OrderID, of user: UserID? = nil) throws -> OrderRow? {
        try db.cachedStatement(
            sql: """
                SELECT o.*, p.currency, s.rate, s.cost_rate, s.type, s.refill, s.cancel
                FROM orders o
                    JOIN services s ON s.id = o.service_id JOIN providers p ON p.id = o.provider_id
                WHERE o.id = ?1 AND o.user_id = coalesce(?2, o.user_id)
                """
        ).fetchRow([id, user]).map(OrderRow.init(row:))
    }

    init(row: Row) throws {
        id = row["id"]
        user = row["user_id"]
        state = row["state"]
        provider = row["provider_id"]
        providerCurrency = row["currency"]
        charge = row["charge"]
        refunded = row["refunded"]
        cost = row["cost"]
        billedUnits = row["billed_units"]
        serviceRefills = row["refill"]
        serviceCancels = row["cancel"]
        let billing = OrderType.named(row["type"])?.billing ?? .quantity
        expectedCharge = try billing.price(of: billedUnits, at: row["rate"])
        expectedCost = try billing.price(of: billedUnits, at: row["cost_rate"])
    }
}
