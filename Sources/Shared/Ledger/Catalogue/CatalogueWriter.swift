import Money
import Tables
import Timestamps

/// Writes what changed in one provider's catalogue, and reports it to the operator.
struct CatalogueWriter {
    private(set) var tally = CatalogueTally()
    private let db: any Connection
    private let provider: ProviderID
    private let now: Timestamp
    private let changes: CatalogueChanges
    /// The categories that were looked up, by name.
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

    /// Takes a service that is gone from the list off sale. Its prices stay, because they are the
    /// expected cost of its open orders.
    mutating func drop(_ known: KnownService) throws {
        try db.run(
            "UPDATE services SET enabled = 0, withheld = 'dropped' WHERE id = \(known.id)")
        try changes.note(.dropped, of: known.id)
        tally.dropped += 1
    }

    private mutating func tell(_ service: PricedService, over known: KnownService) throws {
        var differs = false
        for (before, after) in zip(known.service.reported, service.reported)
        where before.value != after.value {
            // `returned` already says that it is on sale again.
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

    /// Writes all columns of a service, new or known. A withheld service stays withheld, unless it
    /// was only gone from the list.
    private mutating func write(
        _ service: PricedService, as id: ServiceID, isWanted: Bool
    ) throws {
        let category = try category(service.category)
        let offered = service.offered
        try db.run(
            """
            INSERT INTO services (id, provider_id, provider_service, name, type, category_id,
                rate, cost_rate, profit, profit_fixed, sale_rate, min, max, dripfeed, refill,
                cancel, enabled, fault, offered_rate, offered_cost_rate, offered_sale_rate,
                is_wanted)
            VALUES (\(id), \(provider), \(service.providerService), \(service.name),
                \(service.type), \(category), \(service.rate), \(service.costRate),
                \(service.profit), \(service.profitFixed), \(service.saleRate),
                \(service.minimum), \(service.maximum), \(service.drips), \(service.refills),
                \(service.cancels), \(service.isEnabled), \(service.fault), \(offered?.rate),
                \(offered?.costRate), \(offered?.saleRate), \(isWanted))
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
            """)
    }

    private mutating func category(_ name: String) throws -> Int64 {
        if let known = categories[name] { return known }
        let id: Int64
        if let known: Int64 = try db.value("SELECT id FROM categories WHERE name = \(name)") {
            id = known
        } else {
            try db.run("INSERT INTO categories (name) VALUES (\(name))")
            id = db.lastInsertedID
        }
        categories[name] = id
        return id
    }

    /// The provider's id of a service if it is a number that is free, otherwise the next number.
    private func freeID(like providerService: String) throws -> ServiceID {
        if let number = Int64(providerService), (1...Int64(Int32.max)).contains(number),
            try !db.exists("SELECT 1 FROM services WHERE id = \(number)")
        {
            return ServiceID(number)
        }
        return try db.one("SELECT coalesce(max(id), 0) + 1 FROM services")
    }
}

extension LedgerException {
    /// A rate changed by more than the operator has agreed to.
    fileprivate static func priceJump(
        _ id: ServiceID, _ service: PricedService, to rate: Rate
    ) -> LedgerException {
        LedgerException(
            .priceJump,
            """
            service \(id) (the provider's \(service.providerService)) went from \(service.rate) to \
            \(rate); it keeps its price, and is not sold below what the provider asks, until a \
            desk file releases it
            """)
    }
}
