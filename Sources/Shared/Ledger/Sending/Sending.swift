import GRDB
import Money
import Timestamps

/// An order that is `sending`: what its provider is to be told.
package struct Intent: Sendable {
    package let order: OrderID
    package let provider: ProviderID
    /// The provider's id of the service.
    package let providerService: String
    package let link: String?
    package let quantity: Int64?
    /// What its type takes besides link and quantity, as a JSON object.
    package let parameters: String?
    /// How many attempts were made, with this one.
    package let attempt: Int
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

    private static func unanswered(_ db: Database) throws -> [OrderID] {
        try OrderID.fetchAll(db, sql: "SELECT id FROM orders WHERE state = 'sending' ORDER BY id")
    }

    /// Writes down answers and claims the next due orders, in one commit: an fsync per moment, not per
    /// order. A claimed order is `sending`, with a new attempt.
    ///
    /// With `waitingForLinks`, an order waits while an earlier one for the same service and link has
    /// not ended, and is due once it has.
    ///
    /// - Parameters:
    ///   - closed: those who get no orders now: theirs are offered to others who may serve them.
    ///   - minProfit: what an order must at least bring over its cost to be sent.
    ///   - health: what the answers say of the providers who gave them, where that is new.
    package func record(
        _ answers: [SendOutcome], claiming claims: [Claim], waitingForLinks: Bool,
        offeringFrom closed: [ProviderID] = [], minProfit: Percent = .zero,
        noting health: [ProviderHealth] = [], at now: Timestamp
    ) throws -> Claimed {
        try commit(at: now) { db, postings in
            let market = Market(db, minProfit: minProfit)
            var outcomes = Outcomes(db, postings, market, at: now)
            for answer in answers { try outcomes.record(answer) }
            for health in health { try Self.keep(health, db) }
            var claiming = Claiming(
                db, postings, market, haveMore: outcomes.haveMore,
                waitingForLinks: waitingForLinks, at: now)
            for claim in claims { try claiming.claim(claim) }
            for provider in closed { try claiming.offer(from: provider) }
            return claiming.claimed
        }
    }

    /// Whether an order of a provider is due to be sent.
    package func hasDueOrders(of provider: ProviderID, at now: Timestamp) throws -> Bool {
        try read { db in try !Claiming.due(db, provider, limit: 1, at: now).isEmpty }
    }
}
