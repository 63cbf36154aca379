import Money
import Tables
import Trade

/// A service on our price list.
package struct Service: Sendable {
    package let id: ServiceID
    package let provider: ProviderID
    package let name: String
    /// The provider's word for the kind of order; perhaps one that cannot be sold.
    package let typeName: String
    /// What it costs us.
    package let cost: SupplyCost
    /// Its cost at the provider's new rate after a jump, until the operator releases that rate.
    package let offeredCost: SupplyCost?
    /// The price for users without a price of their own.
    package let saleRate: Rate
    package let minimum: Int64
    package let maximum: Int64
    package let drips: Bool
    package let refills: Bool
    package let cancels: Bool
    package let isEnabled: Bool
    /// Whether anybody can serve it: its provider, or one of its backups if the provider is
    /// switched off or gone from the configuration. A provider that names another currency than is
    /// configured serves nothing.
    package let isServed: Bool
    /// The kind of order that it sells; nil if that cannot be sold.
    package let type: OrderType?

    static func fetch(_ db: any Connection, _ id: ServiceID) throws -> Service? {
        try db.first(
            """
            SELECT \(raw: selection) FROM services s JOIN providers p ON p.id = s.provider_id
            WHERE s.id = \(id)
            """, Service.init)
    }

    /// The columns that `init` reads, of a service `s` and its provider `p`.
    static let selection = """
        s.*, p.min_charge, p.charge_decimals, p.exchange_rate, \(isServed) AS is_served
        """

    /// The property in SQL. A backup need not be sold itself.
    static let isServed = """
        (NOT \(Provider.hasOtherCurrency) AND (p.state <> 'disabled' OR EXISTS (
            SELECT 1 FROM service_backups b
                JOIN providers q ON q.name = b.provider
                JOIN services t ON t.provider_id = q.id AND t.provider_service = b.provider_service
            WHERE b.service_id = s.id AND q.state <> 'disabled' AND t.fault IS NULL
                AND t.withheld IS NULL AND t.type = s.type
                AND coalesce(q.balance_currency, q.status_currency, q.currency) = q.currency)))
        """

    init(_ row: Row) throws {
        id = try row["id"]
        provider = try row["provider_id"]
        name = try row["name"]
        typeName = try row["type"]
        cost = SupplyCost(
            rate: try row["rate"], houseRate: try row["cost_rate"],
            rule: ChargeRule(
                minimum: try row["min_charge"], decimals: try row["charge_decimals"]),
            exchangeRate: ExchangeRate(stored: try row["exchange_rate"]))
        offeredCost = cost.offered(try row["offered_rate"], try row["offered_cost_rate"])
        saleRate = try row["sale_rate"]
        minimum = try row["min"]
        maximum = try row["max"]
        drips = try row["dripfeed"]
        refills = try row["refill"]
        cancels = try row["cancel"]
        isEnabled = try row["enabled"]
        isServed = try row["is_served"]
        type = OrderType.named(typeName)
    }

    /// The lowest rate at which it is sold to anybody.
    ///
    /// - Throws: `MoneyError`.
    package func leastRate(minProfit: Percent) throws(MoneyError) -> Rate {
        try PriceRule.least(
            for: cost.houseRate, offered: offeredCost?.houseRate, minProfit: minProfit)
    }

    /// Whether the provider may charge more for an order than its rate says.
    package var isRoundedUp: Bool { cost.rule != .exact }

    /// The lowest charge for `units` billed units of it.
    ///
    /// - Throws: `MoneyError`.
    package func leastCharge(
        for units: Int64, _ billing: Billing, minProfit: Percent
    ) throws(MoneyError) -> Amount {
        let least = try cost.least(for: units, billing, minProfit: minProfit)
        guard let offeredCost else { return least }
        return max(least, try offeredCost.least(for: units, billing, minProfit: minProfit))
    }
}
