import GRDB
import Money
import Tables
import Timestamps

/// Writes the differences of one provider's catalogue, and what is told of them.
struct CatalogueWriter {
    private(set) var tally = CatalogueTally()
    private let db: any Connection
    private let provider: ProviderID
    private let now: Timestamp
    private let changes: CatalogueChanges
    /// Those that were looked up, by name.
    private var categories: [String: Int64] = [:]

    init(_ db: any Connection, _ provider: ProviderID, at now: Timestamp) {
        self.db = db
        self.provider = provider
        self.now = now
        changes = CatalogueChanges(db, provider, at: now)
    }

    mutating func put(_ listed: PricedService, over known: KnownService?) throws {
        var service = listed
        guard let known else {
            let id = try freeID(like: service.providerService)
            try write(service, as: id, isWanted: listed.isEnabled)
            try changes.note(.new, of: id, "fault", after: service.fault)
            tally.new += 1
            return
        }
        if known.withheld == .refused { service.isEnabled = false }
        let returns = known.withheld == .dropped
        guard returns || service != known.service || listed.isEnabled != known.isWanted
        else { return }
        try write(service, as: known.id, isWanted: listed.isEnabled)
        if returns { try changes.note(.returned, of: known.id) }
        try tell(service, over: known)
        try tellJump(service, over: known)
    }

    /// Takes a service off sale that is gone from the list. Its prices stay: they are what its open
    /// orders are expected to cost.
    mutating func drop(_ known: KnownService) throws {
        try db.grdb.execute(
            literal: """
                UPDATE services SET enabled = 0, withheld = 'dropped' WHERE id = \(known.id)
                """)
        try changes.note(.dropped, of: known.id)
        tally.dropped += 1
    }

    private mutating func tell(_ service: PricedService, over known: KnownService) throws {
        var differs = false
        for (before, after) in zip(known.service.told, service.told)
        where before.value != after.value {
            // That it is on sale again is what `returned` says.
            if known.withheld == .dropped, before.field == "enabled" { continue }
            try changes.note(
                .changed, of: known.id, before.field, before: before.value, after: after.value)
            differs = true
        }
        if differs { tally.changed += 1 }
    }

    private mutating func tellJump(_ service: PricedService, over known: KnownService) throws {
        let before = known.service.offered?.rate
        let after = service.offered?.rate
        guard before != after else { return }
        if let after {
            try changes.note(
                .quarantined, of: known.id, "rate", before: "\(service.rate)", after: "\(after)")
            try Ledger.raise(
                .priceJump(known.id, service, to: after), order: nil, provider: provider, db,
                at: now)
            tally.quarantined += 1
        } else if before != service.rate {
            try changes.note(
                .withdrawn, of: known.id, "rate", before: before.map { "\($0)" },
                after: "\(service.rate)")
        }
    }

    /// A column for a value: those of a service that is known already are all written again.
    private mutating func write(
        _ service: PricedService, as id: ServiceID, isWanted: Bool
    ) throws {
        let category = try category(service.category)
        try db.grdb.cachedStatement(
            sql: """
                INSERT INTO services (id, provider_id, provider_service, name, type, category_id,
                    rate, cost_rate, profit, profit_fixed, sale_rate, min, max, dripfeed, refill,
                    cancel, enabled, fault, offered_rate, offered_cost_rate, offered_sale_rate,
                    is_wanted)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type,
                    category_id = excluded.category_id, rate = excluded.rate,
                    cost_rate = excluded.cost_rate, profit = excluded.profit,
                    profit_fixed = excluded.profit_fixed, sale_rate = excluded.sale_rate,
                    min = excluded.min, max = excluded.max, dripfeed = excluded.dripfeed,
                    refill = excluded.refill, cancel = excluded.cancel, enabled = excluded.enabled,
                    fault = excluded.fault, offered_rate = excluded.offered_rate,
                    offered_cost_rate = excluded.offered_cost_rate,
                    offered_sale_rate = excluded.offered_sale_rate,
                    is_wanted = excluded.is_wanted,
                    withheld = nullif(withheld, 'dropped')
                """
        ).execute(arguments: [
            id, provider, service.providerService, service.name, service.type, category,
            service.rate, service.costRate, service.profit, service.profitFixed, service.saleRate,
            service.minimum, service.maximum, service.drips, service.refills, service.cancels,
            service.isEnabled, service.fault, service.offered?.rate, service.offered?.costRate,
            service.offered?.saleRate, isWanted,
        ])
    }

    private mutating func category(_ name: String) throws -> Int64 {
        if let known = categories[name] { return known }
        let known = try Int64.fetchOne(
            db.grdb.cachedStatement(sql: "SELECT id FROM categories WHERE name = ?"),
            arguments: [name])
        let id: Int64
        if let known {
            id = known
        } else {
            try db.grdb.cachedStatement(sql: "INSERT INTO categories (name) VALUES (?)")
                .execute(arguments: [name])
            id = db.grdb.lastInsertedRowID
        }
        categories[name] = id
        return id
    }

    /// The provider's own number if it is one and nobody has it, else the next after all.
    private func freeID(like providerService: String) throws -> ServiceID {
        if let number = Int64(providerService), (1...Int64(Int32.max)).contains(number),
            try Service.fetch(db, ServiceID(number)) == nil
        {
            return ServiceID(number)
        }
        return ServiceID(
            try Int64.fetchOne(
                db.grdb.cachedStatement(sql: "SELECT coalesce(max(id), 0) + 1 FROM services"))!)
    }
}

extension LedgerException {
    /// A rate that nobody here has agreed to.
    fileprivate static func priceJump(
        _ id: ServiceID, _ service: PricedService, to rate: Rate
    ) -> LedgerException {
        LedgerException(
            .priceJump,
            """
            service \(id) (his \(service.providerService)) went from \(service.rate) to \(rate); it \
            keeps its price, and is not sold below what he asks, until a desk file releases it
            """)
    }
}
