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
    private let billing: Billing
    /// What its provider asks now, in his and in the house currency.
    private let rate: Rate
    private let costRate: Rate
    /// Of the service that it is bought as, like what it costs.
    let serviceRefills: Bool
    let serviceCancels: Bool

    static func fetch(_ db: Database, _ id: OrderID, of user: UserID? = nil) throws -> OrderRow? {
        let found = try RawStatement(
            db,
            """
            SELECT o.id, o.user_id, o.state, o.provider_id, p.currency, o.charge, o.refunded,
                o.cost, o.billed_units, s.refill, s.cancel, s.type, s.rate, s.cost_rate
            FROM orders o
                JOIN services s ON s.id = coalesce(o.bought_service_id, o.service_id)
                JOIN providers p ON p.id = o.provider_id
            WHERE o.id = ?1 AND o.user_id = coalesce(?2, o.user_id)
            """)
        found.bind(1, id.rawValue)
        found.bind(2, user?.rawValue)
        return try found.first(OrderRow.init(row:))
    }

    /// The row at which `found` stands.
    private init(row found: RawStatement) throws {
        id = OrderID(found.integer(0)!)
        user = UserID(rawValue: found.text(1)!)!
        state = OrderState(rawValue: found.text(2)!)!
        provider = ProviderID(found.integer(3)!)
        providerCurrency = try Currency(parsing: found.text(4)!)
        charge = Amount(micros: found.integer(5)!)
        refunded = Amount(micros: found.integer(6)!)
        cost = Amount(micros: found.integer(7)!)
        billedUnits = found.integer(8)!
        serviceRefills = found.integer(9) != 0
        serviceCancels = found.integer(10) != 0
        billing = OrderType.named(found.text(11)!)?.billing ?? .quantity
        rate = Rate(micros: found.integer(12)!)
        costRate = Rate(micros: found.integer(13)!)
    }

    /// What placing it costs now, in the provider's currency.
    func expectedCharge() throws(MoneyError) -> Amount {
        try billing.price(of: billedUnits, at: rate)
    }

    /// The same in the house currency.
    func expectedCost() throws(MoneyError) -> Amount {
        try billing.price(of: billedUnits, at: costRate)
    }
}
