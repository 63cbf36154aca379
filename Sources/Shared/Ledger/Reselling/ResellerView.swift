import Money
import Tables

extension Ledger {
    /// Shows one reseller what is theirs, as of one moment.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    package func show<T>(_ user: UserID, _ body: (ResellerView) throws -> T) throws -> T {
        try read { try body(ResellerView(db: $0, user: user)) }
    }
}

/// What one reseller may look at: their own orders and refills, their balance, and what is on sale
/// to them. Another's order is as unknown as one that does not exist.
///
/// Valid only within `Ledger.show`. Each look-up goes by a number or a unique reference, so it
/// costs the same however long the ledger is.
package struct ResellerView {
    let db: any Connection
    package let user: UserID

    /// What the reseller can spend.
    ///
    /// - Throws: `StoreError`.
    package func balance() throws -> Amount {
        try Wallets.find(db, .user(user, .available)).balance
    }

    /// A service that is or was on sale; nil if no service has that id.
    ///
    /// - Throws: `StoreError`.
    package func service(_ id: ServiceID) throws -> Service? {
        try Service.fetch(db, id)
    }

    /// What decides the reseller's prices; nil if there is no such user.
    ///
    /// - Throws: `StoreError`.
    package func tariff() throws -> Tariff? {
        try db.first(
            """
            SELECT discount_percent, EXISTS (SELECT 1 FROM prices WHERE user_id = users.id)
            FROM users WHERE id = \(user)
            """
        ) { row in
            let hasPrices: Bool = try row[1]
            return Tariff(discount: try row[0], owner: hasPrices ? user : nil)
        }
    }

    /// Calls `body` with every service that intake would sell to the reseller, by its id.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    package func forEachOffer(minProfit: Percent, _ body: (Offer) throws -> Void) throws {
        guard let tariff = try tariff() else { return }
        try Offer.forEach(db, on: tariff, minProfit: minProfit, body)
    }

    /// Whether the reseller's price for a service is one at which intake sells it, leaving aside
    /// orders that are too small for the provider's smallest charge.
    ///
    /// - Throws: `StoreError`.
    package func isSold(_ service: Service, minProfit: Percent) throws -> Bool {
        guard service.isEnabled, service.isServed, let tariff = try tariff() else { return false }
        let own: Rate? = try db.value(
            "SELECT price FROM prices WHERE user_id = \(user) AND service_id = \(service.id)")
        guard
            let rate = try? PriceRule.price(
                of: service.saleRate, discount: tariff.discount, own: own),
            let least = try? service.leastRate(minProfit: minProfit)
        else { return false }
        return rate >= least
    }
}
