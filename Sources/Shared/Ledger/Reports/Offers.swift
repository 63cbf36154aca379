import Money
import Tables
import Trade

/// What decides a user's prices. Users of the same tariff have the same price list.
package struct Tariff: Hashable, Sendable {
    /// The discount on the sale rate, for services without a price of the user's own.
    package let discount: Percent
    /// The user whose own prices apply; nil if there are none.
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
    /// Every user with their tariff; users of the same tariff follow each other.
    ///
    /// - Throws: `StoreError`.
    package func tariffs() throws -> [(user: UserID, tariff: Tariff)] {
        try db.all(
            """
            SELECT id, discount_percent,
                EXISTS (SELECT 1 FROM prices WHERE user_id = users.id) AS has_prices
            FROM users ORDER BY has_prices, discount_percent, id
            """
        ) { row in
            let user: UserID = try row[0]
            let owner: UserID? = try row[2] ? user : nil
            return (user, Tariff(discount: try row[1], owner: owner))
        }
    }

    /// Calls `body` with every service that intake would sell at the tariff, by its id.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    package func forEachOffer(
        on tariff: Tariff, minProfit: Percent, _ body: (Offer) throws -> Void
    ) throws {
        try Offer.forEach(db, on: tariff, minProfit: minProfit, body)
    }
}

extension Offer {
    /// Calls `body` with every service that intake would sell at the tariff, by its id.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    static func forEach(
        _ db: any Connection, on tariff: Tariff, minProfit: Percent,
        _ body: (Offer) throws -> Void
    ) throws {
        try db.forEach(
            """
            SELECT \(raw: Service.selection), c.name AS category, own.price
            FROM services s
                JOIN providers p ON p.id = s.provider_id
                JOIN categories c ON c.id = s.category_id
                LEFT JOIN prices own ON own.service_id = s.id AND own.user_id = \(tariff.owner)
            WHERE s.enabled AND \(raw: Service.isServed) ORDER BY s.id
            """
        ) { row in
            let service = try Service(row)
            let ownPrice: Rate? = try row["price"]
            guard let type = service.type,
                let rate = try? PriceRule.price(
                    of: service.saleRate, discount: tariff.discount, own: ownPrice),
                let least = try? service.leastRate(minProfit: minProfit), rate >= least
            else { return }
            try body(
                Offer(
                    service: service.id, name: service.name, category: try row["category"],
                    type: type, rate: rate, minimum: service.minimum, maximum: service.maximum,
                    drips: service.drips, refills: service.refills, cancels: service.cancels))
        }
    }
}
