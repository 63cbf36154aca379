import GRDB
import Money
import Tables

extension DeskDraft {
    /// Takes a person's word on an order in doubt. Where its provider can say that the word is wrong,
    /// it waits until `poll` has asked him; else it is believed at once. His `refund` also ends an
    /// order that is with a provider who will never tell its end: once it stands in `exceptions`, or nobody
    /// asks him any more.
    ///
    /// - Parameter witness: what the provider of that name can be asked.
    package func decide(
        _ decision: Decision, on id: OrderID, by person: String, _ line: Line,
        asking witness: (_ provider: String) -> Witness = { _ in .silent }
    ) throws {
        try record(outcome(of: decision, on: id, by: person, asking: witness), of: line)
    }

    private func outcome(
        of decision: Decision, on id: OrderID, by person: String,
        asking witness: (String) -> Witness
    ) throws -> LineOutcome {
        guard let order = try OrderRow.fetch(db, id) else { return unknownOrder(id) }
        let moves = OrderMoves(db, postings, at: intake.now, file: file)
        let witness = witness(try name(of: order.provider))
        if order.state == .placed, decision == .refund,
            try Ledger.mayBeGivenUp(id, witness, db)
        {
            // What the provider took stays booked: nobody knows that he gives it back.
            try moves.settle(
                order, as: .canceled,
                charged: ProviderCharge(amount: moves.bookedCharge(of: order), cost: order.cost))
            return .accepted(id)
        }
        if let objection = try Decisions.objection(to: decision, on: order, db) {
            return .rejected(Rejection(.notAllowed, "\(objection); nothing was changed"))
        }
        let decisions = Decisions(db: db, moves: moves, now: intake.now)
        // What was sent again by a decision of a lost time is not sent once more (`holdIfLost`).
        if witness.canDispute(decision) || (decision == .notPlaced && lostSince != nil) {
            try decisions.add(decision, on: order, by: person, file: file)
            return .pending()
        }
        try decisions.end(id, as: "replaced", note: "decided again")
        try decisions.carryOut(
            decision, on: order, note: "decided by \(person): \(decision.inWords)")
        return .accepted(id)
    }

    private func name(of provider: ProviderID) throws -> String {
        try String.fetchOne(
            db.grdb, sql: "SELECT name FROM providers WHERE id = ?", arguments: [provider])!
    }

    /// Gives back, after the end, some of what the house earned with an order.
    package func refund(_ amount: Amount, of id: OrderID, by person: String, _ line: Line) throws {
        guard let order = try OrderRow.fetch(db, id) else {
            try record(unknownOrder(id), of: line)
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
        try db.grdb.execute(
            literal: "UPDATE orders SET refunded = refunded + \(amount) WHERE id = \(id)")
        try Changes.note(db, order.user, .order, id.rawValue)
        try record(.accepted(id), of: line)
    }

    private func unknownOrder(_ id: OrderID) -> LineOutcome {
        .rejected(Rejection(.unknownOrder, "there is no order \(id); nothing was done"))
    }
}
