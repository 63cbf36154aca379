import GRDB
import Money

/// How the desk resolves an order in doubt.
package enum Decision: Equatable, Sendable {
    /// The provider has it, under this id.
    case placed(providerOrder: String)
    /// The provider does not have it: it is sent again.
    case notPlaced
    /// Nobody knows, and the reseller gets his money back.
    case refund
}

extension FileDraft {
    /// Moves an order out of doubt, by the word of a person. His `refund` also ends an order that is
    /// with a provider who will never tell its end, once it stands in `exceptions`.
    package func decide(
        _ decision: Decision, on id: OrderID, by person: String, _ line: Line
    ) throws {
        try note(line, outcome(of: decision, on: id, by: person))
    }

    private func outcome(
        of decision: Decision, on id: OrderID, by person: String
    ) throws -> LineOutcome {
        guard let order = try OrderRow.fetch(db, id) else { return unknownOrder(id) }
        let moves = OrderMoves(db, postings, at: intake.now, file: file)
        if order.state == .placed, decision == .refund, try isExceptional(id) {
            // What the provider took stays booked: nobody knows that he gives it back.
            try moves.settle(
                order, as: .canceled,
                charged: ProviderCharge(amount: moves.bookedCharge(of: order), cost: order.cost))
            return .accepted(id)
        }
        guard order.state == .inDoubt else {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "order \(id) is \(order.state.rawValue), not in doubt; nothing was changed"))
        }
        let attempts = Attempts(db)
        switch decision {
        case .placed(let providerOrder):
            if let other = try attempts.holder(of: providerOrder, with: order.provider) {
                return .rejected(
                    Rejection(
                        .notAllowed,
                        "the provider's order \(providerOrder) belongs to order \(other); "
                            + "nothing was changed"))
            }
            try attempts.resolve(id, as: .placed, note: "decided by \(person): placed")
            try moves.place(order, as: providerOrder, followAt: intake.now)
        case .notPlaced:
            try attempts.resolve(id, as: .notSent, note: "decided by \(person): not placed")
            try moves.returnToQueue(order, due: intake.now)
        case .refund:
            try attempts.resolve(id, as: .refused, note: "decided by \(person): refund")
            try moves.refuse(order)
        }
        return .accepted(id)
    }

    /// Whether the operator was told that something is wrong with the order.
    private func isExceptional(_ id: OrderID) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM exceptions WHERE order_id = ?)",
            arguments: [id])!
    }

    /// Gives back, after the end, some of what the house earned with an order.
    package func refund(_ amount: Amount, of id: OrderID, by person: String, _ line: Line) throws {
        guard let order = try OrderRow.fetch(db, id) else {
            try note(line, unknownOrder(id))
            return
        }
        guard order.state.isEnded else {
            return try reject(
                line,
                Rejection(
                    .notAllowed,
                    "order \(id) is \(order.state.rawValue), it has not ended; "
                        + "nothing was refunded"))
        }
        let earned = try order.charge - order.refunded
        guard amount <= earned else {
            return try reject(
                line,
                Rejection(
                    .notAllowed,
                    "only \(earned) of order \(id) was not refunded yet; nothing was refunded"))
        }
        try postings.post(
            .refund, "refund:\(file):\(line.number)", from: .house(.revenue, intake.currency),
            to: .user(order.user, .available), amount,
            Subject(order: id, file: file, user: order.user, metadata: person))
        try db.execute(
            literal: "UPDATE orders SET refunded = refunded + \(amount) WHERE id = \(id)")
        try Changes.note(db, order.user, .order, id.rawValue)
        try note(line, .accepted(id))
    }

    private func unknownOrder(_ id: OrderID) -> LineOutcome {
        .rejected(Rejection(.unknownOrder, "there is no order \(id); nothing was done"))
    }
}
