import GRDB
import Money
import Tables
import Timestamps

/// How many due orders of a provider are wanted.
package struct Claim: Sendable {
    package let provider: ProviderID
    package let count: Int

    package init(provider: ProviderID, count: Int) {
        self.provider = provider
        self.count = count
    }
}

/// What a commit of dispatch brought.
package struct ClaimedOrders: Sendable {
    /// What is to be sent.
    package internal(set) var intents: [Intent] = []
    /// Those who have more due than their claim shows: orders of others came to them, or not all of theirs
    /// were looked at.
    package internal(set) var haveMore: Set<ProviderID> = []
}

/// The claims of one commit: of the orders that are due, which are sent, which are bought elsewhere, and
/// which wait.
struct Claiming {
    private let db: any Connection
    private let postings: Postings
    private let market: Market
    private let turns: Turns
    private let waitingForLinks: Bool
    private let now: Timestamp
    private(set) var claimed: ClaimedOrders

    /// The most due orders of a provider that one commit looks at.
    static let lookedAt = 1_000
    /// How long an order is left alone that nobody may serve now, and one that costs too much, in seconds.
    static let pauseWait = 60
    static let priceWait = 300

    init(
        _ db: any Connection, _ postings: Postings, _ market: Market, _ turns: Turns,
        haveMore: Set<ProviderID>, waitingForLinks: Bool, at now: Timestamp
    ) {
        self.db = db
        self.postings = postings
        self.market = market
        self.turns = turns
        self.waitingForLinks = waitingForLinks
        self.now = now
        claimed = ClaimedOrders(haveMore: haveMore)
        for provider in haveMore { turns.renew(provider) }
    }

    /// Claims due orders of a provider, of its resellers in turn.
    mutating func claim(_ claim: Claim) throws {
        var looks = Self.lookedAt
        var wanted = claim.count
        try turns.serve(claim.provider, count: claim.count, looks: &looks, db, at: now) {
            user, limit in
            let due = try Self.due(db, claim.provider, of: user, limit: limit, at: now)
            var taken = 0
            for order in due where try !waitsForLink(order) {
                guard let place = try choosePlace(for: order, asking: claim.provider) else {
                    continue
                }
                claimed.intents.append(try begin(order, at: place))
                taken += 1
            }
            wanted -= taken
            return (due.count, taken)
        }
        if looks <= 0, wanted > 0 { claimed.haveMore.insert(claim.provider) }
    }

    /// Offers the due orders of a provider who gets none to those who may serve them too.
    mutating func offer(from provider: ProviderID) throws {
        var looks = Self.lookedAt
        var last = ""
        while looks > 0, let user = try Turns.user(after: last, waitingFor: provider, db) {
            last = user
            let due = try Self.due(
                db, provider, of: user, limit: looks, isMovable: true, at: now)
            for order in due where try choosePlace(for: order, asking: nil) != nil {
                // It may be sent orders again; the next claim for it decides.
                try postpone(order.id, seconds: Self.pauseWait)
            }
            looks -= due.count
        }
        if looks <= 0 { claimed.haveMore.insert(provider) }
    }

    /// Whether any order of a provider is due.
    static func hasDue(_ db: any Connection, _ provider: ProviderID, at now: Timestamp) throws
        -> Bool
    {
        var last = ""
        while let user = try Turns.user(after: last, waitingFor: provider, db) {
            if try !due(db, provider, of: user, limit: 1, at: now).isEmpty { return true }
            last = user
        }
        return false
    }

    private static func due(
        _ db: any Connection, _ provider: ProviderID, of user: String, limit: Int,
        isMovable: Bool = false, at now: Timestamp
    ) throws -> [WaitingOrder] {
        let movable = """
            AND (o.bought_service_id IS NOT NULL
                OR EXISTS (SELECT 1 FROM service_backups b WHERE b.service_id = o.service_id))
            """
        let statement = try db.statement(
            """
            SELECT \(WaitingOrder.columns) FROM orders o
            WHERE o.state = 'accepted' AND o.provider_id = ?1 AND o.user_id = ?4 AND o.due_at <= ?2 \
            \(isMovable ? movable : "")
            ORDER BY o.due_at, o.id LIMIT ?3
            """)
        statement.bind(1, provider.rawValue)
        statement.bind(2, now.milliseconds)
        statement.bind(3, Int64(limit))
        statement.bind(4, user)
        var due: [WaitingOrder] = []
        while try statement.step() { due.append(WaitingOrder(statement.row)) }
        return due
    }
}

extension Claiming {
    /// The service to buy an order as where it is now; nil if it is not to be sent from there, and then
    /// it has been moved, put off or ended.
    private mutating func choosePlace(
        for order: WaitingOrder, asking provider: ProviderID?
    ) throws -> Place? {
        switch try market.choice(for: order, asking: provider) {
        case .now(let place, let reason):
            guard place.id != order.bought else { return place }
            try move(order, to: place, due: now, reason)
            claimed.haveMore.insert(place.provider)
            turns.renew(place.provider)
        case .later(let place, let least, let reason):
            let wait = least == nil ? Self.pauseWait : Self.priceWait
            if place.id == order.bought {
                try postpone(order.id, seconds: wait)
            } else {
                try move(order, to: place, due: now.adding(seconds: wait), reason)
            }
            if let least {
                try Ledger.raise(
                    .belowCost(order.charge, least: least, at: place), order: order.id,
                    provider: place.provider, db, at: now)
            }
        case .never:
            try OrderMoves(db, postings, at: now).refuseUnsent(order.id)
        }
        return nil
    }

    private func move(
        _ order: WaitingOrder, to place: Place, due: Timestamp, _ reason: String
    ) throws {
        let before = try market.places.place(order.bought)
        try Attempts(db).pass(
            order.id, by: before.provider,
            evidence: "not sent: \(reason.isEmpty ? "one before him may serve it again" : reason); "
                + "bought from \(place.providerName) instead", at: now)
        try OrderMoves(db, postings, at: now).buy(order.id, as: place, due: due)
    }

    private func postpone(_ order: OrderID, seconds: Int) throws {
        let update = try db.statement("UPDATE orders SET due_at = ?2 WHERE id = ?1")
        update.bind(1, order.rawValue)
        update.bind(2, now.adding(seconds: seconds).milliseconds)
        try update.run()
    }

    private func begin(_ order: WaitingOrder, at place: Place) throws -> Intent {
        let update = try db.statement("UPDATE orders SET state = 'sending' WHERE id = ?1")
        update.bind(1, order.id.rawValue)
        try update.run()
        try Attempts(db).begin(order.id, with: place.provider, at: now)
        return Intent(
            order: order.id, provider: place.provider, providerService: place.providerService,
            link: order.link, quantity: order.quantity, billedUnits: order.billedUnits,
            parameters: order.parameters, attempt: order.attempts + 1)
    }
}

extension Claiming {
    /// Has an order wait that is not the first open one for its service and link: it is due when the one
    /// before it has ended (`OrderMoves.end`), and until then nobody looks at it.
    private func waitsForLink(_ order: WaitingOrder) throws -> Bool {
        guard waitingForLinks, order.link != nil else { return false }
        let earlier = try db.statement(
            """
            SELECT 1 FROM orders o JOIN orders e
                ON coalesce(e.link_key, e.link) = coalesce(o.link_key, o.link)
                    AND e.service_id = o.service_id AND e.id < o.id
                    AND e.link IS NOT NULL AND e.ended_at IS NULL
            WHERE o.id = ?1 LIMIT 1
            """)
        earlier.bind(1, order.id.rawValue)
        guard try earlier.first({ _ in true }) == true else { return false }
        let update = try db.statement("UPDATE orders SET due_at = NULL WHERE id = ?1")
        update.bind(1, order.id.rawValue)
        try update.run()
        return true
    }
}

extension Ledger {
    /// Makes due what waits for a link, where orders no longer wait for links.
    package func endLinkWaits(at now: Timestamp) throws {
        let waiting = "WHERE state = 'accepted' AND due_at IS NULL"
        let isAny = try read { db in
            try Bool.fetchOne(db.grdb, sql: "SELECT EXISTS (SELECT 1 FROM orders \(waiting))")!
        }
        guard isAny else { return }
        try commit { db in
            try db.grdb.execute(sql: "UPDATE orders SET due_at = ? \(waiting)", arguments: [now])
        }
    }
}

extension LedgerException {
    /// An order that would cost more than it brings.
    static func belowCost(
        _ charge: Amount, least: Amount, at place: Place
    ) -> LedgerException {
        LedgerException(
            .belowCost,
            """
            its charge of \(charge) is less than \(least), the least for service \(place.id) of \
            \(place.providerName) as it costs now; it is held, and goes out by itself once the price \
            allows; lower min_profit_percent, name a backup in catalogue.yaml, or have it cancelled
            """)
    }
}
