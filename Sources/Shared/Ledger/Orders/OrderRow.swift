import GRDB
import Money
import OrderTypes
import Tables

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
    /// What it costs with its provider: as it was sold, or as it was bought elsewhere.
    private let supply: SupplyCost
    /// Whether the reseller bought that, and its provider sold it to us.
    let refills: Bool
    let cancels: Bool

    static func fetch(_ db: any Connection, _ id: OrderID, of user: UserID? = nil) throws
        -> OrderRow?
    {
        let found = try db.statement(
            """
            SELECT o.id, o.user_id, o.state, o.provider_id, p.currency, o.charge, o.refunded,
                o.cost, o.billed_units, sold.refill AND bought.refill,
                sold.cancel AND bought.cancel, sold.type, \(SupplyCost.columns("bought", "bought"))
            FROM orders o
                JOIN sales sold ON sold.id = o.sale_id
                JOIN sales bought ON bought.id = coalesce(o.purchase_id, o.sale_id)
                JOIN providers p ON p.id = o.provider_id
            WHERE o.id = ?1 AND o.user_id = coalesce(?2, o.user_id)
            """)
        found.bind(1, id.rawValue)
        found.bind(2, user?.rawValue)
        return try found.first(OrderRow.init(row:))
    }

    /// The row at which `found` stands.
    private init(row found: Row) throws {
        id = OrderID(found.integer(0)!)
        user = UserID(rawValue: found.text(1)!)!
        state = OrderState(rawValue: found.text(2)!)!
        provider = ProviderID(found.integer(3)!)
        providerCurrency = try Currency(parsing: found.text(4)!)
        charge = Amount(micros: found.integer(5)!)
        refunded = Amount(micros: found.integer(6)!)
        cost = Amount(micros: found.integer(7)!)
        billedUnits = found.integer(8)!
        refills = found.integer(9) != 0
        cancels = found.integer(10) != 0
        billing = OrderType.named(found.text(11)!)?.billing ?? .quantity
        supply = SupplyCost(found, from: 12)
    }

    /// What its provider takes for it, in that one's currency.
    func expectedCharge() throws(MoneyError) -> Amount {
        try supply.charge(for: billedUnits, billing)
    }

    /// The same in the house currency.
    func expectedCost() throws(MoneyError) -> Amount {
        try supply.cost(of: billedUnits, billing)
    }
}
