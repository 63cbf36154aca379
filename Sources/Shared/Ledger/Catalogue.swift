import GRDB
import Money
import Timestamps

/// A service of a provider's catalogue, priced by our rules.
package struct PricedService: Sendable {
    package var providerService: String
    package var name: String
    package var type: String
    package var category: String
    /// The provider's rate, in his currency.
    package var rate: Rate
    /// The same in the house currency.
    package var costRate: Rate
    package var profit: Percent
    package var profitFixed: Amount
    package var saleRate: Rate
    package var minimum: Int64
    package var maximum: Int64
    package var drips: Bool
    package var refills: Bool
    package var cancels: Bool
    package var isEnabled: Bool

    package init(
        providerService: String, name: String, type: String, category: String, rate: Rate,
        costRate: Rate, profit: Percent, profitFixed: Amount, saleRate: Rate, minimum: Int64,
        maximum: Int64, drips: Bool, refills: Bool, cancels: Bool, isEnabled: Bool
    ) {
        self.providerService = providerService
        self.name = name
        self.type = type
        self.category = category
        self.rate = rate
        self.costRate = costRate
        self.profit = profit
        self.profitFixed = profitFixed
        self.saleRate = saleRate
        self.minimum = minimum
        self.maximum = maximum
        self.drips = drips
        self.refills = refills
        self.cancels = cancels
        self.isEnabled = isEnabled
    }
}

extension Ledger {
    /// Takes over a provider's catalogue, in one commit. A service keeps its id for ever; a new one
    /// gets the provider's own number where that is free, so that a panel that moves here keeps its
    /// ids. A service that is not in the list stays as it is.
    ///
    /// Returns how many services are new.
    package func takeOver(
        _ entries: [PricedService], of provider: ProviderID, at now: Timestamp
    ) throws -> Int {
        try commit { db in
            var added = 0
            var categories: [String: Int64] = [:]
            for entry in entries {
                if categories[entry.category] == nil {
                    categories[entry.category] = try category(entry.category, db)
                }
                if try put(entry, of: provider, in: categories[entry.category]!, db) { added += 1 }
            }
            try db.execute(
                literal: "UPDATE providers SET catalogue_at = \(now) WHERE id = \(provider)")
            return added
        }
    }

    private func category(_ name: String, _ db: Database) throws -> Int64 {
        try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    INSERT INTO categories (name) VALUES (?)
                    ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id
                    """), arguments: [name])!
    }

    /// Returns whether the service is new.
    private func put(
        _ entry: PricedService, of provider: ProviderID, in category: Int64, _ db: Database
    ) throws -> Bool {
        let known = try ServiceID.fetchOne(
            db.cachedStatement(
                sql: "SELECT id FROM services WHERE provider_id = ? AND provider_service = ?"),
            arguments: [provider, entry.providerService])
        let id = try known ?? freeID(like: entry.providerService, db)
        try db.cachedStatement(
            sql: """
                INSERT INTO services (id, provider_id, provider_service, name, type, category_id,
                    rate, cost_rate, profit, profit_fixed, sale_rate, min, max, dripfeed, refill,
                    cancel, enabled)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type,
                    category_id = excluded.category_id, rate = excluded.rate,
                    cost_rate = excluded.cost_rate, profit = excluded.profit,
                    profit_fixed = excluded.profit_fixed, sale_rate = excluded.sale_rate,
                    min = excluded.min, max = excluded.max, dripfeed = excluded.dripfeed,
                    refill = excluded.refill, cancel = excluded.cancel, enabled = excluded.enabled
                """
        ).execute(arguments: [
            id, provider, entry.providerService, entry.name, entry.type, category, entry.rate,
            entry.costRate, entry.profit, entry.profitFixed, entry.saleRate, entry.minimum,
            entry.maximum, entry.drips, entry.refills, entry.cancels, entry.isEnabled,
        ])
        return known == nil
    }

    /// The provider's own number if it is one and nobody has it, else the next after all.
    private func freeID(like providerService: String, _ db: Database) throws -> ServiceID {
        if let number = Int64(providerService), (1...Int64(Int32.max)).contains(number),
            try Service.fetch(db, ServiceID(number)) == nil
        {
            return ServiceID(number)
        }
        return ServiceID(
            try Int64.fetchOne(db, sql: "SELECT coalesce(max(id), 0) + 1 FROM services")!)
    }
}
