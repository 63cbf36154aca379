import Money
import Tables
import Timestamps

/// What to record about an order that was sent.
package struct SendOutcome: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// The provider has it. It is asked about from `followAt`.
        case placed(providerOrder: String, followAt: Timestamp)
        /// No provider has it; it is sent again from `until`. `isRefusal`: the provider said so
        /// itself; `isDuplicate`: because it has an active order for the same link.
        case postponed(
            until: Timestamp, isRefusal: Bool, evidence: String, isDuplicate: Bool = false)
        /// The provider refused it for good. `isOfService`: it does not know the service, which is
        /// taken off sale.
        case refused(evidence: String, isOfService: Bool = false)
        /// It may have been placed.
        case unknown(evidence: String)
    }

    package let order: OrderID
    /// Which attempt it was; nil for the one that is under way.
    package let attempt: Int?
    package let content: Content

    package init(order: OrderID, attempt: Int? = nil, _ content: Content) {
        self.order = order
        self.attempt = attempt
        self.content = content
    }
}

/// The answers that one commit records.
struct Outcomes {
    private let db: any Connection
    private let market: Market
    private let moves: OrderMoves
    private let attempts: Attempts
    private let now: Timestamp
    /// Providers that got orders which others refused.
    private(set) var haveMore: Set<ProviderID> = []
    /// Orders whose attempts have ended as placed, and that are not `placed` yet: they are moved
    /// together.
    private var placements: [Placement] = []
    /// How many are moved together at most.
    private static let placementLimit = 32
    /// Orders that are in doubt although their answers say "placed".
    private(set) var unproven: [UnprovenPlacement] = []

    init(_ db: any Connection, _ postings: Postings, _ market: Market, at now: Timestamp) {
        self.db = db
        self.market = market
        self.now = now
        moves = OrderMoves(db, postings, at: now)
        attempts = Attempts(db)
    }

    /// Records the answers, in their order.
    mutating func record(_ answers: [SendOutcome]) throws {
        for answer in answers {
            if !mayWait(before: answer) { try movePlaced() }
            try record(answer)
        }
        try movePlaced()
    }

    /// Whether the orders that are to be `placed` may still wait when this answer is recorded.
    private func mayWait(before answer: SendOutcome) -> Bool {
        guard case .placed = answer.content, placements.count < Self.placementLimit else {
            return false
        }
        return placements.allSatisfy { $0.order.id != answer.order }
    }

    private mutating func movePlaced() throws {
        try moves.place(placements)
        placements = []
    }

    private mutating func record(_ answer: SendOutcome) throws {
        guard let order = try OrderRow.fetch(db, answer.order) else { return }
        guard order.state == .sending else {
            // The journal replays answers that may have been recorded before it was emptied, or
            // whose order a restored older ledger holds in doubt.
            if order.state == .inDoubt, case .placed(let id, _) = answer.content {
                try attempts.note("an answer that was kept says: placed as \(id)", on: order.id)
            }
            return
        }
        switch answer.content {
        case .placed(let providerOrder, let followAt):
            try place(answer, order, as: providerOrder, followAt: followAt)
        case .postponed(let due, let isRefusal, let evidence, let isDuplicate):
            guard try end(answer, as: isRefusal ? .refused : .notSent, evidence) else { return }
            if isDuplicate { try testify(order) }
            try moves.returnToQueue(order, due: due)
        case .refused(let evidence, let isOfService):
            guard try end(answer, as: .refused, isFinal: true, evidence) else { return }
            try passOn(order, evidence, isOfService: isOfService)
        case .unknown(let evidence):
            guard try end(answer, as: .unknown, evidence) else { return }
            try moves.doubt(order.id)
        }
    }

    /// Ends the attempt that was answered; false if it is no longer under way. The answer then came
    /// from the journal, and its order is on its way elsewhere.
    private func end(
        _ answer: SendOutcome, as outcome: AttemptOutcome, isFinal: Bool = false,
        _ evidence: String?
    ) throws -> Bool {
        try attempts.end(
            answer.order, number: answer.attempt, as: outcome, isFinal: isFinal,
            evidence: evidence, at: now)
    }

    private mutating func place(
        _ answer: SendOutcome, _ order: OrderRow, as providerOrder: String, followAt: Timestamp
    ) throws {
        if let other = try holder(of: providerOrder, with: order.provider) {
            let evidence = "answered with id \(providerOrder), which order \(other) has"
            guard try end(answer, as: .unknown, evidence) else { return }
            try moves.doubt(order.id)
            unproven.append(UnprovenPlacement(order: order.id, evidence: evidence))
            try Ledger.raise(
                .idTwice(providerOrder, of: other), order: order.id, provider: order.provider, db,
                at: now)
        } else {
            guard try end(answer, as: .placed, nil) else { return }
            placements.append(
                Placement(order: order, providerOrder: providerOrder, followAt: followAt))
        }
    }

    /// The order that already has a provider's order id.
    private func holder(of providerOrder: String, with provider: ProviderID) throws -> OrderID? {
        let placed = placements.first {
            $0.providerOrder == providerOrder && $0.order.provider == provider
        }
        return try placed?.order.id ?? attempts.holder(of: providerOrder, with: provider)
    }

    /// After a final refusal, buys the order at the next place, or ends it.
    private mutating func passOn(
        _ order: OrderRow, _ evidence: String, isOfService: Bool
    ) throws {
        let waiting = try WaitingOrder.fetch(db, order.id)
        if isOfService { try withhold(waiting.bought, order, evidence) }
        switch try market.choice(for: waiting, asking: nil, wasRefused: true) {
        case .now(let place, _):
            try moves.buy(order.id, as: place, due: now)
            try moves.returnToQueue(order, due: now)
            haveMore.insert(place.provider)
        case .later(let place, let least, _):
            let wait = least == nil ? Claiming.pauseWait : Claiming.priceWait
            let due = now.adding(seconds: wait)
            try moves.buy(order.id, as: place, due: due)
            try moves.returnToQueue(order, due: due)
            if let least {
                try Ledger.raise(
                    .belowCost(order.charge, least: least, at: place), order: order.id,
                    provider: place.provider, db, at: now)
            }
        case .never:
            try moves.refuse(order)
        }
    }
}

extension Outcomes {
    /// Notes with an earlier order in doubt that its provider reports an active order for the link.
    /// This speaks for the order in doubt, unless the provider has another of our orders for the
    /// link (provider-api.md §6). One such note is enough: the doubt is examined once, however many
    /// orders for the link are refused.
    private func testify(_ order: OrderRow) throws {
        let doubts: [OrderID] = try db.values(
            """
            SELECT n.id FROM orders o JOIN orders n
                ON coalesce(n.link_key, n.link) = coalesce(o.link_key, o.link)
                AND n.state = 'in_doubt' AND n.provider_id = o.provider_id AND n.id <> o.id
            WHERE o.id = \(order.id) AND NOT EXISTS (SELECT 1 FROM attempts a
                WHERE a.order_id = n.id AND a.outcome = 'unknown'
                    AND instr(coalesce(a.evidence, ''), \(Self.testimony)) > 0)
            """)
        guard try !doubts.isEmpty && !hasPlaced(likeLinkOf: order.id) else { return }
        for doubt in doubts {
            try attempts.note(
                "it refused order \(order.id) \(Self.testimony), which speaks for it", on: doubt)
        }
    }

    private static let testimony = "as a second one for an active link"

    /// The condition is that of the index `orders_open_by_link`, or SQLite would not use it.
    private static let isOpenForSamePage = """
        coalesce(n.link_key, n.link) = coalesce(o.link_key, o.link)
            AND n.link IS NOT NULL AND n.ended_at IS NULL
        """

    /// Whether its provider has another order of ours for an order's link.
    private func hasPlaced(likeLinkOf order: OrderID) throws -> Bool {
        try db.exists(
            """
            SELECT 1 FROM orders o JOIN orders n
                ON \(raw: Self.isOpenForSamePage) AND n.provider_id = o.provider_id
                    AND n.id <> o.id AND n.state = 'placed'
            WHERE o.id = \(order) LIMIT 1
            """)
    }

    /// Takes a service that its provider does not know off sale.
    private func withhold(_ id: ServiceID, _ order: OrderRow, _ evidence: String) throws {
        let changed = try db.run(
            """
            UPDATE services SET enabled = 0, withheld = 'refused'
            WHERE id = \(id) AND withheld IS NULL
            """)
        guard changed > 0 else { return }
        market.places.forget(id)
        try CatalogueChanges(db, order.provider, at: now).note(
            .refused, of: id, "withheld", after: KnownService.Withheld.refused.rawValue)
        try Ledger.raise(
            .serviceRefused(id, order.id, evidence), order: nil, provider: order.provider, db,
            at: now)
    }
}

extension LedgerException {
    /// A provider does not know a service that it is asked for.
    fileprivate static func serviceRefused(
        _ id: ServiceID, _ order: OrderID, _ evidence: String
    ) -> LedgerException {
        LedgerException(
            .serviceRefused,
            """
            the provider refused order \(order) because of its service (\(evidence)); service \
            \(id) is off sale until the provider's list lacks it once and offers it again, or a \
            desk file releases it
            """)
    }
}
