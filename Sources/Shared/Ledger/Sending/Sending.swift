import Money
import Tables
import Timestamps

/// An order that is `sending`, with everything its provider is asked for.
package struct Intent: Sendable {
    package let order: OrderID
    package let provider: ProviderID
    /// The provider's id of the service.
    package let providerService: String
    package let link: String?
    package let quantity: Int64?
    /// The units that are paid for, also if its type has no quantity.
    package let billedUnits: Int64
    /// The parameters of its type besides link and quantity, as a JSON object.
    package let parameters: String?
    /// The number of this attempt.
    package let attempt: Int
}

/// An answer that says "placed" with an id that another order has. It proves nothing, so its order
/// is in doubt.
package struct UnprovenPlacement: Equatable, Sendable {
    package let order: OrderID
    package let evidence: String
}

/// The next steps of a commit of dispatch, once it has recorded the answers.
package struct NextMoves: Sendable {
    /// Which due orders to send.
    package var claims: [Claim]
    /// Providers that get no orders now: their orders are offered to the backups.
    package var offering: [ProviderID]
    /// What the answers say about their providers, if it is new.
    package var health: [ProviderHealth]
    /// Which providers get orders from now on, and which do not.
    package var gates: [GateChange]
    /// Providers whose servers closed kept-alive connections without notice.
    package var silentClosers: Set<ProviderID>

    package init(
        claims: [Claim] = [], offering: [ProviderID] = [], health: [ProviderHealth] = [],
        gates: [GateChange] = [], silentClosers: Set<ProviderID> = []
    ) {
        self.claims = claims
        self.offering = offering
        self.health = health
        self.gates = gates
        self.silentClosers = silentClosers
    }
}

extension Ledger {
    /// Holds every order in doubt that a run left `sending`: nobody knows whether the provider has
    /// it. The caller holds the lock of dispatch, so none of them is still on its way.
    ///
    /// - Returns: how many there were.
    /// - Throws: `StoreError`, `LedgerError`.
    package func holdUnanswered(at now: Timestamp) throws -> Int {
        let found = try read { try Self.unanswered($0) }
        guard !found.isEmpty else { return 0 }
        return try commit(at: now) { db, postings in
            let orders = try Self.unanswered(db)
            for order in orders {
                try Attempts(db).end(
                    order, as: .unknown, evidence: "the run that sent it ended without an answer",
                    at: now)
                try OrderMoves(db, postings, at: now).doubt(order)
            }
            return orders.count
        }
    }

    private static func unanswered(_ db: any Connection) throws -> [OrderID] {
        try db.values("SELECT id FROM orders WHERE state = 'sending' ORDER BY id")
    }

    /// Records answers and claims the orders to send next, in one commit: one fsync each turn, not
    /// each order. A claimed order is `sending`, with a new attempt.
    ///
    /// With `waitingForLinks`, an order waits while an earlier one for the same service and link is
    /// open, and becomes due when that one ends.
    ///
    /// - Parameters:
    ///   - answers: the outcomes of orders that were sent.
    ///   - waitingForLinks: whether an order waits for an earlier one of its link.
    ///   - minProfit: what an order must bring over its cost to be sent.
    ///   - turns: whose turn it is; the run keeps it.
    ///   - now: the time.
    ///   - next: what to do once the answers are judged. It is given those that say "placed" and
    ///     prove nothing.
    /// - Returns: what was claimed.
    /// - Throws: `StoreError`, `LedgerError`, and what `next` throws.
    package func advance(
        recording answers: [SendOutcome], waitingForLinks: Bool, minProfit: Percent = .zero,
        turns: Turns = Turns(), at now: Timestamp,
        then next: ([UnprovenPlacement]) throws -> NextMoves
    ) throws -> ClaimedOrders {
        try commit(at: now) { db, postings in
            let market = Market(db, minProfit: minProfit)
            var outcomes = Outcomes(db, postings, market, at: now)
            try outcomes.record(answers)
            let moves = try next(outcomes.unproven)
            for health in moves.health { try Self.keep(health, db) }
            for provider in moves.silentClosers { try Self.keepSilentCloser(provider, db) }
            for change in moves.gates { try Self.carryOut(change, db) }
            var claiming = Claiming(
                db, postings, market, turns, haveMore: outcomes.haveMore,
                waitingForLinks: waitingForLinks, at: now)
            for claim in moves.claims { try claiming.claim(claim) }
            for provider in moves.offering { try claiming.offer(from: provider) }
            return claiming.claimed
        }
    }

    /// Does the same when the next step does not depend on the answers.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func advance(
        recording answers: [SendOutcome], claiming claims: [Claim], waitingForLinks: Bool,
        offeringFrom closed: [ProviderID] = [], minProfit: Percent = .zero, at now: Timestamp
    ) throws -> ClaimedOrders {
        try advance(
            recording: answers, waitingForLinks: waitingForLinks, minProfit: minProfit, at: now
        ) { _ in NextMoves(claims: claims, offering: closed) }
    }

    /// Whether an order of a provider is due to be sent.
    ///
    /// - Throws: `StoreError`.
    package func hasDueOrders(of provider: ProviderID, at now: Timestamp) throws -> Bool {
        try read { db in try Claiming.hasDue(db, provider, at: now) }
    }
}
