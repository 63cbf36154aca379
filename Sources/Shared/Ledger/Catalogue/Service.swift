import GRDB
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
    /// What the provider asks since a jump of its price that the operator has not released yet.
    package let offeredCost: SupplyCost?
    /// What a user without a price of his own pays.
    package let saleRate: Rate
    package let minimum: Int64
    package let maximum: Int64
    package let drips: Bool
    package let refills: Bool
    package let cancels: Bool
    package let isEnabled: Bool
    /// Whether anybody can serve it: its provider, or one of its backups where that is switched off
    /// or gone from the configuration. Not one that names another currency than is configured.
    package let isServed: Bool
    /// The kind of order it sells, if it is one that can be sold.
    package let type: OrderType?

    static func fetch(_ db: any Connection, _ id: ServiceID) throws -> Service? {
        try db.grdb.cachedStatement(
            sql: """
                SELECT \(selection) FROM services s JOIN providers p ON p.id = s.provider_id
                WHERE s.id = ?
                """
        ).fetchRow([id]).map(Service.init(row:))
    }

    /// What `init(row:)` reads of a service `s` and its provider `p`.
    static let selection = """
        s.*, p.min_charge, p.charge_decimals, p.exchange_rate, \(isServed) AS is_served
        """

    /// See the property, in SQL. A backup need not be sold itself.
    static let isServed = """
        (NOT \(Provider.hasOtherCurrency) AND (p.state <> 'disabled' OR EXISTS (
            SELECT 1 FROM service_backups b
                JOIN providers q ON q.name = b.provider
                JOIN services t ON t.provider_id = q.id AND t.provider_service = b.provider_service
            WHERE b.service_id = s.id AND q.state <> 'disabled' AND t.fault IS NULL
                AND t.withheld IS NULL AND t.type = s.type
                AND coalesce(q.balance_currency, q.status_currency, q.currency) = q.currency)))
        """

    init(row: GRDB.Row) {
        id = row["id"]
        provider = row["provider_id"]
        name = row["name"]
        typeName = row["type"]
        let picos: Int64 = row["exchange_rate"]
        cost = SupplyCost(
            rate: row["rate"], houseRate: row["cost_rate"],
            rule: ChargeRule(minimum: row["min_charge"], decimals: row["charge_decimals"]),
            exchangeRate: picos > 0 ? ExchangeRate(picos: picos) : nil)
        offeredCost = cost.offered(row["offered_rate"], row["offered_cost_rate"])
        saleRate = row["sale_rate"]
        minimum = row["min"]
        maximum = row["max"]
        drips = row["dripfeed"]
        refills = row["refill"]
        cancels = row["cancel"]
        isEnabled = row["enabled"]
        isServed = row["is_served"]
        type = OrderType.named(typeName)
    }

    /// The least rate at which it is sold to anybody.
    package func leastRate(minProfit: Percent) throws(MoneyError) -> Rate {
        try PriceRule.least(
            for: cost.houseRate, offered: offeredCost?.houseRate, minProfit: minProfit)
    }

    /// Whether the provider may take more for an order than its rate says.
    package var isRoundedUp: Bool { cost.rule != .exact }

    /// The least that is taken for `units` billed units of it.
    package func leastCharge(
        for units: Int64, _ billing: Billing, minProfit: Percent
    ) throws(MoneyError) -> Amount {
        let least = try cost.least(for: units, billing, minProfit: minProfit)
        guard let offeredCost else { return least }
        return max(least, try offeredCost.least(for: units, billing, minProfit: minProfit))
    }
}
