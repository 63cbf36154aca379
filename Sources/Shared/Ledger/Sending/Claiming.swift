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

/// The orders that a commit of dispatch claimed.
package struct ClaimedOrders: Sendable {
    /// The orders to send.
    package internal(set) var intents: [Intent] = []
    /// Providers that have more due than their claim shows: other providers' orders came to them,
    /// or not all of theirs were looked at.
    package internal(set) var haveMore: Set<ProviderID> = []
}

/// The claims of one commit. For each order that is due, it decides whether the order is sent,
/// bought elsewhere, or waits.
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
    /// How long an order waits if nobody can serve it now, in seconds.
    static let pauseWait = 60
    /// How long an order waits if it costs too much, in seconds.
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

    /// Claims due orders of a provider, from its resellers in turn.
    mutating func claim(_ claim: Claim) throws {
        var looks = Self.lookedAt
        var wanted = claim.count
        try turns.serve(claim.provider, count: claim.count, looks: &looks, db, at: now) {
            user, limit in
            let due = try Self.due(db, claim.provider, of: user, limit: limit, at: now)
            var taken: [OrderID] = []
            for order in due where try !waitsForLink(order) {
                guard let place = try choosePlace(for: order, asking: claim.provider) else {
                    continue
                }
                claimed.intents.append(intent(to: place, order))
                taken.append(order.id)
            }
            // Commits to sending them, before anything is sent.
            try OrderMoves(db, postings, at: now).send(taken, to: claim.provider)
            wanted -= taken.count
            return (due.count, taken.count)
        }
        if looks <= 0, wanted > 0 { claimed.haveMore.insert(claim.provider) }
    }

    /// Offers the due orders of a provider that gets none now to the backups that can serve them.
    mutating func offer(from provider: ProviderID) throws {
        var looks = Self.lookedAt
        var last = ""
        while looks > 0, let user = try Turns.user(after: last, waitingFor: provider, db) {
            last = user
            let due = try Self.due(
                db, provider, of: user, limit: looks, isMovable: true, at: now)
            for order in due where try choosePlace(for: order, asking: nil) != nil {
                // The provider may get orders again by then; the next claim for it decides.
                try setDue(order.id, now.adding(seconds: Self.pauseWait))
            }
            looks -= due.count
        }
        if looks <= 0 { claimed.haveMore.insert(provider) }
    }

    /// Whether any order of a provider is due.
    static func hasDue(
        _ db: any Connection, _ provider: ProviderID, at now: Timestamp
    ) throws -> Bool {
        var last = ""
        while let user = try Turns.user(after: last, waitingFor: provider, db) {
            if try !due(db, provider, of: user, limit: 1, at: now).isEmpty { return true }
            last = user
        }
        return false
    }
}

extension Claiming {
    private static let allDue = dueOrders("")
    private static let movableDue = dueOrders(
        """
        AND (o.bought_service_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM service_backups b WHERE b.service_id = o.service_id))
        """)

    private static func dueOrders(_ condition: String) -> String {
        """
        SELECT \(WaitingOrder.columns) FROM orders o
        WHERE o.state = 'accepted' AND o.provider_id = ?1 AND o.user_id = ?4 AND o.due_at <= ?2
            \(condition)
        ORDER BY o.due_at, o.id LIMIT ?3
        """
    }

    private static func due(
        _ db: any Connection, _ provider: ProviderID, of user: String, limit: Int,
        isMovable: Bool = false, at now: Timestamp
    ) throws -> [WaitingOrder] {
        let orders = try db.statement(isMovable ? movableDue : allDue)
        orders.bind(1, provider)
        orders.bind(2, now)
        orders.bind(3, limit)
        orders.bind(4, user)
        var due: [WaitingOrder] = []
        while try orders.step() { due.append(try WaitingOrder(orders.row)) }
        return due
    }

    /// The place to which to send an order, seen from its present place; nil if it is not sent from
    /// there. The order has then been moved, put off or ended.
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
            let due = now.adding(seconds: least == nil ? Self.pauseWait : Self.priceWait)
            if place.id == order.bought {
                try setDue(order.id, due)
            } else {
                try move(order, to: place, due: due, reason)
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
        let reason = reason.isEmpty ? "an earlier place can serve it again" : reason
        try Attempts(db).pass(
            order.id, by: before.provider,
            evidence: "not sent: \(reason); bought from \(place.providerName) instead", at: now)
        try OrderMoves(db, postings, at: now).buy(order.id, as: place, due: due)
    }

    private func intent(to place: Place, _ order: WaitingOrder) -> Intent {
        Intent(
            order: order.id, provider: place.provider, providerService: place.providerService,
            link: order.link, quantity: order.quantity, billedUnits: order.billedUnits,
            parameters: order.parameters, attempt: order.attempts + 1)
    }

    /// Says when an order may be sent; nil: once the order before it for its link has ended.
    private func setDue(_ order: OrderID, _ due: Timestamp?) throws {
        let update = try db.statement("UPDATE orders SET due_at = ?2 WHERE id = ?1")
        update.bind(1, order)
        update.bind(2, due)
        try update.run()
    }
}

extension Claiming {
    private static let earlierForLink = """
        SELECT 1 FROM orders o JOIN orders e
            ON coalesce(e.link_key, e.link) = coalesce(o.link_key, o.link)
                AND e.service_id = o.service_id AND e.id < o.id
                AND e.link IS NOT NULL AND e.ended_at IS NULL
        WHERE o.id = ?1 LIMIT 1
        """

    /// Of an order whose file waits for links whatever the settings say.
    private static let earlierForFile = """
        SELECT 1 FROM orders o JOIN files f ON f.id = o.file_id AND f.waits_for_links = 1
            JOIN orders e ON coalesce(e.link_key, e.link) = coalesce(o.link_key, o.link)
                AND e.service_id = o.service_id AND e.id < o.id
                AND e.link IS NOT NULL AND e.ended_at IS NULL
        WHERE o.id = ?1 LIMIT 1
        """

    /// Makes an order wait if it is not the first open one for its service and link. It becomes due
    /// when the one before it ends (`OrderMoves.end`); until then no run looks at it.
    private func waitsForLink(_ order: WaitingOrder) throws -> Bool {
        guard order.link != nil else { return false }
        let earlier = try db.statement(
            waitingForLinks ? Self.earlierForLink : Self.earlierForFile)
        earlier.bind(1, order.id)
        guard try earlier.first({ _ in true }) == true else { return false }
        try setDue(order.id, nil)
        return true
    }
}

extension Ledger {
    /// Makes every order due that waits for a link, once orders no longer wait for links; not those
    /// of files that want to wait.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func endLinkWaits(at now: Timestamp) throws {
        let waiting = """
            \(DueDate.waitsForLink) AND NOT EXISTS
                (SELECT 1 FROM files f WHERE f.id = orders.file_id AND f.waits_for_links = 1)
            """
        guard try read({ try $0.exists("SELECT 1 FROM orders WHERE \(raw: waiting) LIMIT 1") })
        else { return }
        try commit { db in
            try db.run("UPDATE orders SET due_at = \(now) WHERE \(raw: waiting)")
        }
    }
}

extension LedgerException {
    /// An order would cost more than it brings.
    static func belowCost(
        _ charge: Amount, least: Amount, at place: Place
    ) -> LedgerException {
        LedgerException(
            .belowCost,
            """
            its charge of \(charge) is less than \(least), the least for service \(place.id) of \
            \(place.providerName) at today's cost; it is held until the price allows; to send it \
            sooner, lower min_profit_percent or name a backup in catalogue.yaml; or have it \
            canceled
            """)
    }
}
