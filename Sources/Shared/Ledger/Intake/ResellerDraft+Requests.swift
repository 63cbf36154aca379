import BatchFiles
import Identity
import Tables
import Trade

extension ResellerDraft {
    /// Asks the provider to refill what an order has lost. The request is sent when it is due.
    package func requestRefill(of order: OrderID, _ line: ResellerLine) throws {
        try record(refill(of: order, line), of: line)
    }

    /// Cancels an order. One that was not sent yet ends at once, and all its money goes back. Else
    /// the provider is asked, and no money moves until it says that the order is canceled.
    package func requestCancel(of order: OrderID, _ line: ResellerLine) throws {
        try record(cancel(order, line), of: line)
    }

    private func refill(of id: OrderID, _ line: ResellerLine) throws -> LineOutcome {
        if let known = try earlierRequest(id, line, as: .refill) { return known }
        guard let order = try OrderRow.fetch(db, id, of: user) else { return unknown(id) }
        guard order.refills else {
            return .rejected(
                Rejection(.refillNotAllowed, "the service of order \(id) has no refill"))
        }
        guard order.state == .completed || order.state == .partial else {
            return .rejected(
                Rejection(
                    .refillNotAllowed,
                    "order \(id) is \(order.state.rawValue); only what was delivered is refilled"))
        }
        return try ask(for: order, line, as: .refill)
    }

    private func cancel(_ id: OrderID, _ line: ResellerLine) throws -> LineOutcome {
        if let known = try earlierRequest(id, line, as: .cancel) { return known }
        guard let order = try OrderRow.fetch(db, id, of: user) else { return unknown(id) }
        if order.state.isEnded {
            return .rejected(
                Rejection(.orderEnded, "order \(id) has ended: \(order.state.rawValue)"))
        }
        if order.state == .accepted {
            try insertRequest(for: order, line, as: .cancel, state: "ended", status: .completed)
            try OrderMoves(db, postings, at: intake.now, file: file).cancel(order)
            return .accepted(id, note: "canceled before it was sent")
        }
        guard order.cancels else {
            return .rejected(
                Rejection(.cancelNotAllowed, "the service of order \(id) cannot be canceled"))
        }
        return try ask(for: order, line, as: .cancel)
    }

    private func ask(
        for order: OrderRow, _ line: ResellerLine, as kind: RequestKind
    ) throws -> LineOutcome {
        let isAsked: Bool = try db.one(
            """
            SELECT EXISTS (SELECT 1 FROM requests
                WHERE order_id = \(order.id) AND kind = \(kind) AND state <> 'ended')
            """)
        guard !isAsked else { return .duplicate(of: order.id) }
        try insertRequest(for: order, line, as: kind, state: "accepted")
        return .accepted(order.id)
    }

    private func insertRequest(
        for order: OrderRow, _ line: ResellerLine, as kind: RequestKind, state: String,
        status: RequestStatus? = nil
    ) throws {
        let now = intake.now
        let endedAt = state == "ended" ? now : nil
        if endedAt == nil { intake.isDispatchDue = true }
        try noteSpelling(ofRef: Spelling(ofName: line.ref))
        try db.run(
            """
            INSERT INTO requests (user_id, kind, ref, order_id, state, status, due_at, created_at,
                                  ended_at)
            VALUES (\(user), \(kind), \(line.ref), \(order.id), \(state), \(status?.rawValue),
                    \(now), \(now), \(endedAt))
            """)
    }

    /// The outcome of a request whose reference is in use.
    private func earlierRequest(
        _ order: OrderID, _ line: ResellerLine, as kind: RequestKind
    ) throws -> LineOutcome? {
        let ref = try asFirstWritten(line.ref)
        if try References.isOrders(db, user, ref) { return References.reused(ref, by: "an order") }
        guard let (holder, id) = try References.other(db, user, ref) else { return nil }
        let subject: OrderID? = try db.value(
            "SELECT order_id FROM requests WHERE id = \(id) AND kind = \(kind)")
        return holder.rawValue == kind.rawValue && subject == order
            ? .duplicate(of: order) : References.reused(ref, by: "a \(holder.rawValue)")
    }

    /// Also the answer about another reseller's order: nobody learns who has which orders.
    private func unknown(_ id: OrderID) -> LineOutcome {
        .rejected(Rejection(.unknownOrder, "you have no order \(id)"))
    }
}
