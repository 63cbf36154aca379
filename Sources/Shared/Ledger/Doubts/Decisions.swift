import GRDB
import Tables
import Timestamps

/// How the desk resolves an order in doubt.
package enum Decision: Equatable, Sendable {
    /// The provider has it, under this id.
    case placed(providerOrder: String)
    /// The provider does not have it: it is sent again.
    case notPlaced
    /// Nobody knows, and the reseller gets his money back.
    case refund
}

extension Decision: CustomStringConvertible {
    package var description: String {
        if case .placed(let id) = self { "\(word) \(id)" } else { word }
    }

    /// As a desk file says it, and the ledger keeps it.
    package var word: String {
        switch self {
        case .placed: "placed"
        case .notPlaced: "not_placed"
        case .refund: "refund"
        }
    }

    /// For people, without the id.
    var inWords: String { self == .notPlaced ? "not placed" : word }

    fileprivate init(_ outcome: String, _ providerOrder: String?) {
        switch outcome {
        case "placed": self = .placed(providerOrder: providerOrder!)
        case "not_placed": self = .notPlaced
        default: self = .refund
        }
    }
}

/// What a provider can be asked, to see whether a decision about an order of his is right.
package enum Witness: Sendable {
    /// Nothing: he is switched off or not configured.
    case silent
    /// The status of an id.
    case statuses
    /// The same, and the list of his orders.
    case orders

    /// Whether he can say that a decision is wrong.
    func canDispute(_ decision: Decision) -> Bool {
        switch (self, decision) {
        case (.silent, _): false
        case (.statuses, .placed), (.orders, _): true
        case (.statuses, .notPlaced), (.statuses, .refund): false
        }
    }
}

/// A decision that waits for its provider.
package struct PendingDecision: Sendable {
    package let id: Int64
    package let decision: Decision
    package let person: String
    package let createdAt: Timestamp
    /// When to ask.
    package let dueAt: Timestamp

    init(row: GRDB.Row) {
        id = row["id"]
        decision = Decision(row["outcome"], row["provider_order"])
        person = row["person"]
        createdAt = row["created_at"]
        dueAt = row["due_at"]
    }
}

/// The desk's decisions on orders in doubt, within a commit. At most one of an order is pending.
struct Decisions {
    let db: any Connection
    let moves: OrderMoves
    let now: Timestamp

    /// Keeps a decision until its provider was asked, in the place of one that waits already.
    func add(_ decision: Decision, on order: OrderRow, by person: String, file: FileID) throws {
        try end(order.id, as: "replaced", note: "decided again")
        let providerOrder: String? =
            if case .placed(let id) = decision { id } else { nil }
        try db.grdb.execute(
            literal: """
                INSERT INTO decisions (order_id, outcome, provider_order, person, file_id, state,
                                       due_at, created_at)
                VALUES (\(order.id), \(decision.word), \(providerOrder), \(person), \(file),
                        'pending', \(now), \(now));
                UPDATE providers SET inquiry_due = 0 WHERE id = \(order.provider);
                """)
    }

    func pending(of order: OrderID) throws -> PendingDecision? {
        try db.grdb.cachedStatement(
            sql: "SELECT * FROM decisions WHERE order_id = ? AND state = 'pending'"
        ).fetchRow([order]).map(PendingDecision.init(row:))
    }

    func postpone(_ decision: PendingDecision, until due: Timestamp) throws {
        try db.grdb.execute(
            literal: "UPDATE decisions SET due_at = \(due) WHERE id = \(decision.id)")
    }

    /// Ends the pending decision of an order, if there is one.
    func end(_ order: OrderID, as state: String, note: String) throws {
        try db.grdb.execute(
            literal: """
                UPDATE decisions SET state = \(state), note = \(note), ended_at = \(now)
                WHERE order_id = \(order) AND state = 'pending'
                """)
    }

    /// Moves an order out of doubt, or, if it is lost, to the next place that may have it.
    ///
    /// - Parameter note: who says so, and on what grounds; it stays with the attempt.
    /// - Returns: whether it is in doubt no more.
    @discardableResult
    func carryOut(_ decision: Decision, on order: OrderRow, note: String) throws -> Bool {
        let attempts = Attempts(db)
        switch decision {
        case .placed(let providerOrder):
            try attempts.resolve(order.id, as: .placed, note: note)
            try moves.place(order, as: providerOrder, followAt: now)
        case .notPlaced:
            guard try LostOrders(db, moves, at: now).leave(order, note: note) else { return false }
            try moves.returnToQueue(order, due: now)
        case .refund:
            try attempts.resolve(order.id, as: .refused, note: note)
            try moves.refuse(order)
        }
        return true
    }

    /// Pending decisions that would send an order again are void once an older ledger is gone on with:
    /// it may have been sent in the lost time, beyond what its provider still lists.
    static func voidResending(_ db: any Connection, of file: FileID? = nil, at now: Timestamp)
        throws
    {
        try db.grdb.execute(
            literal: """
                UPDATE decisions SET state = 'replaced', ended_at = \(now),
                    note = 'void: the ledger was restored; decide again'
                WHERE state = 'pending' AND outcome = 'not_placed'
                    AND file_id = coalesce(\(file), file_id)
                """)
    }
}
