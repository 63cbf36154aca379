import GRDB
import Money
import Tables
import Timestamps

/// An order that is `sending`: what its provider is to be told.
package struct Intent: Sendable {
    package let order: OrderID
    package let provider: ProviderID
    /// The provider's id of the service.
    package let providerService: String
    package let link: String?
    package let quantity: Int64?
    /// The units that are paid for, also where its type has no quantity.
    package let billedUnits: Int64
    /// What its type takes besides link and quantity, as a JSON object.
    package let parameters: String?
    /// How many attempts were made, with this one.
    package let attempt: Int
}

/// An answer that says "placed" with an id that another order has: it proves nothing, so its order
/// is in doubt.
package struct UnprovenPlacement: Equatable, Sendable {
    package let order: OrderID
    package let evidence: String
}

/// What a commit of dispatch does after it has written down the answers.
package struct NextMoves: Sendable {
    /// Which due orders are to be sent.
    package var claims: [Claim]
    /// Those who get no orders now: theirs are offered to others who may serve them.
    package var offering: [ProviderID]
    /// What the answers say of the providers who gave them, where that is new.
    package var health: [ProviderHealth]
    /// Whom orders are sent to from now on, and whom not.
    package var gates: [GateChange]
    /// Whose servers were seen to close connections that they had left open, without saying so.
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
    /// Holds as in doubt every order that a run left `sending`: nobody can know whether the provider
    /// has it. The caller holds the lock of dispatch, so none of them is still on its way.
    ///
    /// Returns how many there were.
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
        try OrderID.fetchAll(
            db.grdb, sql: "SELECT id FROM orders WHERE state = 'sending' ORDER BY id")
    }

    /// Writes down answers and does what follows from them, in one commit: an fsync per moment, not
    /// per order. A claimed order is `sending`, with a new attempt.
    ///
    /// With `waitingForLinks`, an order waits while an earlier one for the same service and link
    /// has not ended, and is due once it has.
    ///
    /// - Parameters:
    ///   - minProfit: what an order must at least bring over its cost to be sent.
    ///   - turns: whose turn it is, kept by the run.
    ///   - next: what follows, once the ledger has judged the answers. It is given those that say
    ///     "placed" and prove nothing.
    package func advance(
        recording answers: [SendOutcome], waitingForLinks: Bool, minProfit: Percent = .zero,
        turns: Turns = Turns(), at now: Timestamp,
        then next: ([UnprovenPlacement]) throws -> NextMoves
    ) throws -> ClaimedOrders {
        try commit(at: now) { db, postings in
            let market = Market(db, minProfit: minProfit)
            var outcomes = Outcomes(db, postings, market, at: now)
            for answer in answers { try outcomes.record(answer) }
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

    /// The same, where what follows does not depend on the answers.
    package func advance(
        recording answers: [SendOutcome], claiming claims: [Claim], waitingForLinks: Bool,
        offeringFrom closed: [ProviderID] = [], minProfit: Percent = .zero, at now: Timestamp
    ) throws -> ClaimedOrders {
        try advance(
            recording: answers, waitingForLinks: waitingForLinks, minProfit: minProfit, at: now
        ) { _ in NextMoves(claims: claims, offering: closed) }
    }

    /// Whether an order of a provider is due to be sent.
    package func hasDueOrders(of provider: ProviderID, at now: Timestamp) throws -> Bool {
        try read { db in try Claiming.hasDue(db, provider, at: now) }
    }
}
