import Tables
import Timestamps

/// How the desk resolves an order in doubt.
package enum Decision: Equatable, Sendable {
    /// The provider has the order, under this id.
    case placed(providerOrder: String)
    /// The provider does not have the order: it is sent again.
    case notPlaced
    /// Nobody knows, and the reseller gets their money back.
    case refund
}

extension Decision: CustomStringConvertible {
    package var description: String {
        if case .placed(let id) = self { "\(word) \(id)" } else { word }
    }

    /// The word in desk files and in the ledger.
    package var word: String {
        switch self {
        case .placed: "placed"
        case .notPlaced: "not_placed"
        case .refund: "refund"
        }
    }

    /// For people, without the id.
    var inWords: String { self == .notPlaced ? "not placed" : word }

    /// Returns nil if there is no such decision, or a placement lacks the provider's id.
    ///
    /// `word`: the text of the property `word`.
    fileprivate init?(_ word: String, _ providerOrder: String?) {
        switch (word, providerOrder) {
        case ("placed", let id?): self = .placed(providerOrder: id)
        case ("not_placed", _): self = .notPlaced
        case ("refund", _): self = .refund
        default: return nil
        }
    }
}

/// What a provider can be asked, to find out whether a decision about one of its orders is right.
package enum Witness: Sendable {
    /// Nothing: the provider is switched off or not configured.
    case silent
    /// The status of an id.
    case statuses
    /// The same, and the list of its orders.
    case orders

    /// Whether the provider can tell that a decision is wrong.
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

    /// The columns of a pending decision, for `init(_:from:)`.
    static let columns = "d.id, d.outcome, d.provider_order, d.person, d.created_at, d.due_at"

    /// `first`: the position of the first of `columns`.
    init(_ row: Row, from first: Int = 0) throws {
        id = try row[first]
        let word: String = try row[first + 1]
        guard let decision = Decision(word, try row[first + 2]) else {
            preconditionFailure("decision \(id) says \(word), which is no decision")
        }
        self.decision = decision
        person = try row[first + 3]
        createdAt = try row[first + 4]
        dueAt = try row[first + 5]
    }
}

/// The desk's decisions on orders in doubt, within a commit. An order has at most one that is
/// pending.
struct Decisions {
    let db: any Connection
    let moves: OrderMoves
    let now: Timestamp

    /// Keeps a decision until its provider has been asked. It replaces one that already waits.
    func add(_ decision: Decision, on order: OrderRow, by person: String, file: FileID) throws {
        try end(order.id, as: "replaced", note: "decided again")
        let providerOrder: String? =
            if case .placed(let id) = decision { id } else { nil }
        try db.run(
            """
            INSERT INTO decisions (order_id, outcome, provider_order, person, file_id, state,
                                   due_at, created_at)
            VALUES (\(order.id), \(decision.word), \(providerOrder), \(person), \(file), 'pending',
                    \(now), \(now))
            """)
        try db.run("UPDATE providers SET inquiry_due = 0 WHERE id = \(order.provider)")
    }

    func pending(of order: OrderID) throws -> PendingDecision? {
        try db.first(
            """
            SELECT \(raw: PendingDecision.columns) FROM decisions d
            WHERE d.order_id = \(order) AND d.state = 'pending'
            """
        ) { try PendingDecision($0) }
    }

    func postpone(_ decision: PendingDecision, until due: Timestamp) throws {
        try db.run("UPDATE decisions SET due_at = \(due) WHERE id = \(decision.id)")
    }

    /// Ends the pending decision of an order, if there is one.
    func end(_ order: OrderID, as state: String, note: String) throws {
        try db.run(
            """
            UPDATE decisions SET state = \(state), note = \(note), ended_at = \(now)
            WHERE order_id = \(order) AND state = 'pending'
            """)
    }

    /// The name of the provider that has an order.
    static func provider(of order: OrderRow, _ db: any Connection) throws -> String {
        try db.one("SELECT name FROM providers WHERE id = \(order.provider)")
    }

    /// Moves an order out of doubt. One that was lost in the gap after a restore moves on to the
    /// next place that may have it.
    ///
    /// Returns whether the order is no longer in doubt.
    ///
    /// `note`: who says so, and why; it stays with the attempt.
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

    /// Voids the pending decisions that would send an order again, when work resumes on a restored
    /// ledger. The order may have been sent in the gap and may no longer be in its provider's list.
    ///
    /// `file`: the only file whose decisions are voided; nil voids those of all files.
    static func voidResending(
        _ db: any Connection, of file: FileID? = nil, at now: Timestamp
    ) throws {
        try db.run(
            """
            UPDATE decisions SET state = 'replaced', ended_at = \(now),
                note = 'void: the ledger was restored; decide again'
            WHERE state = 'pending' AND outcome = 'not_placed'
                AND file_id = coalesce(\(file), file_id)
            """)
    }
}
