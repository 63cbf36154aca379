import GRDB
import Money
import Tables
import Trade

/// What decides over a user's prices. Users of the same tariff have the same price list.
package struct Tariff: Hashable, Sendable {
    /// What is spared of the sale rate where there is no price of his own.
    package let discount: Percent
    /// Whose own prices hold; nil: nobody's.
    package let owner: UserID?
}

/// A service as it is offered to the users of a tariff.
package struct Offer: Sendable {
    package let service: ServiceID
    package let name: String
    package let category: String
    package let type: OrderType
    /// The price of a thousand units, or of a package, in the house currency.
    package let rate: Rate
    package let minimum: Int64
    package let maximum: Int64
    package let drips: Bool
    package let refills: Bool
    package let cancels: Bool
}

extension Reports {
    /// Every user with his tariff; users of the same tariff follow each other.
    package func tariffs() throws -> [(user: UserID, tariff: Tariff)] {
        try GRDB.Row.fetchAll(
            db.grdb,
            sql: """
                SELECT id, discount_percent,
                    EXISTS (SELECT 1 FROM prices WHERE user_id = users.id) AS has_prices
                FROM users ORDER BY has_prices, discount_percent, id
                """
        ).map { row in
            let user: UserID = row["id"]
            let owner: UserID? = row["has_prices"] ? user : nil
            return (user, Tariff(discount: row["discount_percent"], owner: owner))
        }
    }

    /// Calls `body` with every service that intake would sell at the tariff, by its id.
    package func forEachOffer(
        on tariff: Tariff, minProfit: Percent, _ body: (Offer) throws -> Void
    ) throws {
        let rows = try GRDB.Row.fetchCursor(
            db.grdb.cachedStatement(
                sql: """
                    SELECT \(Service.selection), c.name AS category, own.price
                    FROM services s
                        JOIN providers p ON p.id = s.provider_id
                        JOIN categories c ON c.id = s.category_id
                        LEFT JOIN prices own ON own.service_id = s.id AND own.user_id = ?
                    WHERE s.enabled AND \(Service.isServed) ORDER BY s.id
                    """), arguments: [tariff.owner])
        while let row = try rows.next() {
            let service = Service(row: row)
            guard let type = service.type else { continue }
            let rate = try? PriceRule.price(
                of: service.saleRate, discount: tariff.discount, own: row["price"])
            let least = try? service.leastRate(minProfit: minProfit)
            guard let rate, let least, rate >= least else { continue }
            try body(
                Offer(
                    service: service.id, name: service.name, category: row["category"], type: type,
                    rate: rate,
                    minimum: service.minimum, maximum: service.maximum, drips: service.drips,
                    refills: service.refills, cancels: service.cancels))
        }
    }
}
