import GRDB
import Money
import OrderTypes

/// A service on our price list.
package struct Service: Sendable {
    package let id: ServiceID
    package let provider: ProviderID
    package let name: String
    /// The provider's word for the kind of order; perhaps one that cannot be sold.
    package let typeName: String
    /// What we pay for a thousand units (a package), in the house currency.
    package let costRate: Rate
    /// What the provider asks since a jump of his price that the operator has not released yet.
    package let offeredCostRate: Rate?
    /// What a user without a price of his own pays.
    package let saleRate: Rate
    package let minimum: Int64
    package let maximum: Int64
    package let drips: Bool
    package let refills: Bool
    package let cancels: Bool
    package let isEnabled: Bool
    /// The kind of order it sells, if it is one that can be sold.
    package let type: OrderType?

    static func fetch(_ db: Database, _ id: ServiceID) throws -> Service? {
        try db.cachedStatement(sql: "SELECT * FROM services WHERE id = ?")
            .fetchRow([id]).map(Service.init(row:))
    }

    init(row: Row) {
        id = row["id"]
        provider = row["provider_id"]
        name = row["name"]
        typeName = row["type"]
        costRate = row["cost_rate"]
        offeredCostRate = row["offered_cost_rate"]
        saleRate = row["sale_rate"]
        minimum = row["min"]
        maximum = row["max"]
        drips = row["dripfeed"]
        refills = row["refill"]
        cancels = row["cancel"]
        isEnabled = row["enabled"]
        type = OrderType.named(typeName)
    }

    /// The least rate at which it is sold to anybody.
    package func leastRate(minProfit: Percent) throws(MoneyError) -> Rate {
        try PriceRule.least(for: costRate, offered: offeredCostRate, minProfit: minProfit)
    }
}
