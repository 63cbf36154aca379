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

/// What is to be written down about an order that was sent.
package struct SendOutcome: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// The provider has it. It is asked about from `followAt`.
        case placed(providerOrder: String, followAt: Timestamp)
        /// No provider has it; it is sent again from `due`. `isRefusal`: he said so himself.
        case postponed(until: Timestamp, isRefusal: Bool, evidence: String)
        /// Refused for good.
        case refused(evidence: String)
        /// It may have been placed.
        case unknown(evidence: String)
    }

    package let order: OrderID
    package let content: Content

    package init(order: OrderID, _ content: Content) {
        self.order = order
        self.content = content
    }
}

/// How many due orders of a provider are wanted.
package struct Claim: Sendable {
    package let provider: ProviderID
    package let count: Int

    package init(provider: ProviderID, count: Int) {
        self.provider = provider
        self.count = count
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

    private static func unanswered(_ db: Database) throws -> [OrderID] {
        try OrderID.fetchAll(db, sql: "SELECT id FROM orders WHERE state = 'sending' ORDER BY id")
    }

    /// Writes down answers and claims the next due orders, in one commit: an fsync per moment, not per
    /// order. A claimed order is `sending`, with a new attempt.
    ///
    /// With `waitingForLinks`, an order waits while an earlier one for the same service and link has
    /// not ended; it is looked at again after `linkWait`.
    ///
    /// - Parameter health: what the answers say of the providers who gave them, where that is new.
    package func record(
        _ answers: [SendOutcome], claiming claims: [Claim], waitingForLinks: Bool,
        noting health: [ProviderHealth] = [], at now: Timestamp
    ) throws -> [Intent] {
        try commit(at: now) { db, postings in
            for answer in answers { try Self.record(answer, db, postings, at: now) }
            for health in health { try Self.keep(health, db) }
            return try claims.flatMap {
                try Self.claim($0, db, waitingForLinks: waitingForLinks, at: now)
            }
        }
    }

    private static func record(
        _ answer: SendOutcome, _ db: Database, _ postings: Postings, at now: Timestamp
    ) throws {
        guard let order = try OrderRow.fetch(db, answer.order), order.state == .sending else {
            // The journal replays answers that may have been written down before it was emptied.
            return
        }
        let moves = OrderMoves(db, postings, at: now)
        let attempts = Attempts(db)
        switch answer.content {
        case .placed(let providerOrder, let followAt):
            if let other = try attempts.holder(of: providerOrder, with: order.provider) {
                let evidence = "answered with id \(providerOrder), which order \(other) has"
                try attempts.end(order.id, as: .unknown, evidence: evidence, at: now)
                try moves.doubt(order.id)
                try raise(
                    .idTwice(providerOrder, of: other), order: order.id, provider: order.provider,
                    db, at: now)
            } else {
                try attempts.end(order.id, as: .placed, evidence: nil, at: now)
                try moves.place(order, as: providerOrder, followAt: followAt)
            }
        case .postponed(let due, let isRefusal, let evidence):
            try attempts.end(
                order.id, as: isRefusal ? .refused : .notSent, evidence: evidence, at: now)
            try moves.returnToQueue(order, due: due)
        case .refused(let evidence):
            try attempts.end(order.id, as: .refused, evidence: evidence, at: now)
            try moves.refuse(order)
        case .unknown(let evidence):
            try attempts.end(order.id, as: .unknown, evidence: evidence, at: now)
            try moves.doubt(order.id)
        }
    }

    /// How long an order that waits for its link is left alone.
    static let linkWait: Int64 = 60_000

    private static func claim(
        _ claim: Claim, _ db: Database, waitingForLinks: Bool, at now: Timestamp
    ) throws -> [Intent] {
        var intents: [Intent] = []
        while intents.count < claim.count {
            let due = try dueToSend(db, claim.provider, limit: claim.count - intents.count, at: now)
            if due.isEmpty { break }
            for row in due {
                if waitingForLinks, try hasEarlier(row, db) {
                    try db.cachedStatement(sql: "UPDATE orders SET due_at = ?2 WHERE id = ?1")
                        .execute(arguments: [
                            row["id"] as OrderID, now.milliseconds + linkWait,
                        ])
                } else {
                    intents.append(try begin(row, claim.provider, db, at: now))
                }
            }
        }
        return intents
    }

    /// Whether an order of a provider is due to be sent.
    package func hasDueOrders(of provider: ProviderID, at now: Timestamp) throws -> Bool {
        try read { db in try !Self.dueToSend(db, provider, limit: 1, at: now).isEmpty }
    }

    private static func dueToSend(
        _ db: Database, _ provider: ProviderID, limit: Int, at now: Timestamp
    ) throws -> [Row] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT o.id, o.link, o.service_id, o.quantity, o.parameters, s.provider_service,
                        (SELECT count(*) FROM attempts a WHERE a.order_id = o.id) AS attempts
                    FROM orders o JOIN services s ON s.id = o.service_id
                    WHERE o.state = 'accepted' AND o.provider_id = ?1 AND o.due_at <= ?2
                    ORDER BY o.due_at, o.id LIMIT ?3
                    """), arguments: [provider, now, limit])
    }

    /// Whether an earlier order for the same service and link is open.
    private static func hasEarlier(_ row: Row, _ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM orders
                        WHERE link = ?1 AND service_id = ?2 AND id < ?3
                            AND ended_at IS NULL)
                    """),
            arguments: [row["link"] as String?, row["service_id"] as Int64, row["id"] as Int64])!
    }

    private static func begin(
        _ row: Row, _ provider: ProviderID, _ db: Database, at now: Timestamp
    ) throws -> Intent {
        let order: OrderID = row["id"]
        try db.cachedStatement(sql: "UPDATE orders SET state = 'sending' WHERE id = ?")
            .execute(arguments: [order])
        try Attempts(db).begin(order, with: provider, at: now)
        return Intent(
            order: order, provider: provider, providerService: row["provider_service"],
            link: row["link"], quantity: row["quantity"], parameters: row["parameters"],
            attempt: row["attempts"] + 1)
    }
}
