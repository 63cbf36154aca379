import Money
import Tables
import Trade

/// An order, with everything needed to move it.
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
    /// Its cost with its provider: as it was sold, or as it was bought elsewhere.
    private let supply: SupplyCost
    /// Whether the order can be refilled, by the reseller's terms and by its provider's; `cancels`
    /// likewise.
    let refills: Bool
    let cancels: Bool

    static func fetch(_ db: any Connection, _ id: OrderID, of user: UserID? = nil) throws
        -> OrderRow?
    {
        try db.statement(lookup).bound(to: id, user).first(OrderRow.init(row:))
    }

    /// A constant, because it is asked for once an order.
    private static let lookup = """
        SELECT o.id, o.user_id, o.state, o.provider_id, p.currency, o.charge, o.refunded,
            o.cost, o.billed_units, sold.refill AND bought.refill,
            sold.cancel AND bought.cancel, sold.type, \(SupplyCost.columns("bought", "bought"))
        FROM orders o
            JOIN sales sold ON sold.id = o.sale_id
            JOIN sales bought ON bought.id = coalesce(o.purchase_id, o.sale_id)
            JOIN providers p ON p.id = o.provider_id
        WHERE o.id = ?1 AND o.user_id = coalesce(?2, o.user_id)
        """

    private init(row: Row) throws {
        id = try row[0]
        user = try row[1]
        state = try row[2]
        provider = try row[3]
        providerCurrency = try row[4]
        charge = try row[5]
        refunded = try row[6]
        cost = try row[7]
        billedUnits = try row[8]
        refills = try row[9]
        cancels = try row[10]
        billing = try OrderType.named(row[11])?.billing ?? .quantity
        supply = try SupplyCost(row, from: 12)
    }

    /// The provider's expected charge for it, in the provider's currency.
    func expectedCharge() throws(MoneyError) -> Amount {
        try supply.charge(for: billedUnits, billing)
    }

    /// The same in the house currency.
    func expectedCost() throws(MoneyError) -> Amount {
        try supply.cost(of: billedUnits, billing)
    }
}
