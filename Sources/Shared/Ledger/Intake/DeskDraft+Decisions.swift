import BatchFiles
import Money
import Tables

extension DeskDraft {
    /// Takes a person's decision about an order in doubt. If the order's provider can show that the
    /// decision is wrong, the decision waits until `poll` has asked the provider; otherwise it is
    /// believed at once.
    ///
    /// The decision `refund` also ends an order whose provider will never report an end: one that
    /// is listed in `exceptions`, or that nobody asks about any more.
    ///
    /// `witness`: what the provider of that name can be asked.
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
        let witness = witness(try Decisions.provider(of: order, db))
        if order.state == .placed, decision == .refund,
            try Decisions.mayBeGivenUp(id, witness, db)
        {
            // The provider's charge stays booked: nobody knows whether the provider gives it back.
            try moves.settle(
                order, as: .canceled,
                charged: ProviderCharge(amount: moves.bookedCharge(of: order), cost: order.cost))
            return .accepted(id)
        }
        if let objection = try Decisions.objection(to: decision, on: order, db) {
            return .rejected(Rejection(.notAllowed, "\(objection); nothing was changed"))
        }
        let decisions = Decisions(db: db, moves: moves, now: intake.now)
        // A replayed decision may have sent the order again already; it must not do so twice
        // (`holdIfLost`).
        if witness.canDispute(decision) || (decision == .notPlaced && lostSince != nil) {
            try decisions.add(decision, on: order, by: person, file: file)
            return .pending()
        }
        try decisions.end(id, as: "replaced", note: "decided again")
        try decisions.carryOut(
            decision, on: order, note: "decided by \(person): \(decision.inWords)")
        return .accepted(id)
    }

    /// Gives back part of what the house earned with an order that has ended.
    package func refund(_ amount: Amount, of id: OrderID, by person: String, _ line: Line) throws {
        try record(outcome(ofRefunding: amount, of: id, by: person, line), of: line)
    }

    private func outcome(
        ofRefunding amount: Amount, of id: OrderID, by person: String, _ line: Line
    ) throws -> LineOutcome {
        guard let order = try OrderRow.fetch(db, id) else { return unknownOrder(id) }
        guard order.state.isEnded else {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "order \(id) is \(order.state.rawValue), it has not ended; "
                        + "nothing was refunded"))
        }
        let earned = try order.charge - order.refunded
        guard amount <= earned else {
            return .rejected(
                Rejection(
                    .notAllowed,
                    "only \(earned) of order \(id) was not refunded yet; nothing was refunded"))
        }
        try postings.post(
            .refund(in: file, line: line.number), from: .house(.revenue, intake.currency),
            to: .user(order.user, .available), amount,
            Subject(order: id, file: file, user: order.user, metadata: person))
        try db.run("UPDATE orders SET refunded = refunded + \(amount) WHERE id = \(id)")
        try Changes.note(db, order.user, .order, id.rawValue)
        return .accepted(id)
    }

    private func unknownOrder(_ id: OrderID) -> LineOutcome {
        .rejected(Rejection(.unknownOrder, "there is no order \(id); nothing was done"))
    }
}
