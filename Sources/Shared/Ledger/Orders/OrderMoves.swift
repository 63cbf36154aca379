import Money
import Tables
import Timestamps

/// How an order ended, once it was with a provider.
package enum Settlement: Equatable, Sendable {
    /// Delivered in full: the whole charge is earned.
    case completed
    /// Delivered in part: `refund` goes back, the rest is earned.
    case partial(refund: Amount)
    /// Not delivered: the whole charge goes back.
    case canceled
}

/// The provider's final charge for an order.
package struct ProviderCharge: Equatable, Sendable {
    /// In the provider's currency.
    package let amount: Amount
    /// The same in the house currency.
    package let cost: Amount

    package init(amount: Amount, cost: Amount) {
        self.amount = amount
        self.cost = cost
    }
}

/// The moves of an order, each together with its money, within a commit. The only place that
/// writes `orders.state`.
///
/// The program that learns a fact calls the move: dispatch, poll, or ingest for the desk. The
/// ledger's trigger `orders_move_forward` forbids every other move.
struct OrderMoves {
    let db: any Connection
    let postings: Postings
    let now: Timestamp
    private let file: FileID?

    /// `file`: the file that asks for the moves; nil if no file does.
    init(_ db: any Connection, _ postings: Postings, at now: Timestamp, file: FileID? = nil) {
        self.db = db
        self.postings = postings
        self.now = now
        self.file = file
    }
}

// Before an order is with a provider.
extension OrderMoves {
    /// `accepted` → `sending`: the intent to send orders to a provider, each with a new attempt.
    ///
    /// One statement moves as many as it can take: SQLite keeps a journal for each statement that a
    /// trigger may refuse, which costs as much as moving an order.
    func send(_ orders: [OrderID], to provider: ProviderID) throws {
        var rest = orders[...]
        while !rest.isEmpty {
            let some = rest.prefix(rest.count < Self.fewOrders ? 1 : Self.ordersAtOnce)
            rest = rest.dropFirst(some.count)
            let update = try db.statement(some.count == 1 ? Self.sendOne : Self.sendMany)
            // Parameters without a value are NULL, which no order has as its number.
            for (index, order) in some.enumerated() { update.bind(index + 1, order) }
            try update.run()
        }
        let attempts = Attempts(db)
        for order in orders { try attempts.begin(order, with: provider, at: now) }
    }

    private static let sendOne = "UPDATE orders SET state = 'sending' WHERE id = ?1"
    private static let sendMany = """
        UPDATE orders SET state = 'sending'
        WHERE id IN (\((1...ordersAtOnce).map { "?\($0)" }.joined(separator: ", ")))
        """
    private static let ordersAtOnce = 32
    /// Fewer than this are moved one by one, which then costs less.
    static let fewOrders = 8

    /// `accepted` → `sending` where the order may have been sent in the gap before a restore. An
    /// order that is past `accepted` stays as it is, with the attempt that it has.
    ///
    /// `since`: before this moment it was not sent.
    func sendAsLost(_ order: OrderID, since: Timestamp) throws {
        let provider: ProviderID? = try db.value(
            """
            UPDATE orders SET state = 'sending' WHERE id = \(order) AND state = 'accepted'
            RETURNING provider_id
            """)
        if let provider { try Attempts(db).begin(order, with: provider, at: since) }
    }

    /// `sending` or `in_doubt` → `accepted`: no provider has it. It is sent again when due, unless
    /// its cancel was asked for meanwhile.
    func returnToQueue(_ order: OrderRow, due: Timestamp) throws {
        try db.statement("UPDATE orders SET state = 'accepted', due_at = ?2 WHERE id = ?1")
            .bound(to: order.id, due).run()
        if try Ledger.hasOpenCancel(order.id, db) { try cancel(order) }
    }

    /// Buys an order as another service than before, from the provider of that service, on the
    /// terms of this moment. What the reseller ordered and pays stays as it is.
    func buy(_ order: OrderID, as place: Place, due: Timestamp) throws {
        let terms = try Sales(db).current(of: place.id)
        try db.run(
            """
            UPDATE orders SET bought_service_id = nullif(\(place.id), service_id),
                purchase_id = CASE \(place.id) WHEN service_id THEN NULL
                    WHEN bought_service_id THEN purchase_id ELSE \(terms) END,
                provider_id = \(place.provider), due_at = \(due) WHERE id = \(order)
            """)
    }

    /// `sending` → `in_doubt`: the money stays on hold, and the provider is asked about it soon.
    func doubt(_ order: OrderID) throws {
        try db.statement("UPDATE orders SET state = 'in_doubt', due_at = NULL WHERE id = ?1")
            .bound(to: order).run()
        try db.statement(
            """
            UPDATE providers SET inquiry_due = 0
            WHERE id = (SELECT provider_id FROM orders WHERE id = ?1)
            """
        ).bound(to: order).run()
    }

    /// `sending` or `in_doubt` → `refused`: no provider will serve it, and all its money goes back.
    func refuse(_ order: OrderRow) throws {
        try end(order, as: .refused, refund: order.charge)
    }

    /// `accepted` → `refused`, when no provider is left that could serve it.
    func refuseUnsent(_ id: OrderID) throws {
        // The schema allows this move by way of `sending` only; no attempt is made.
        try db.run("UPDATE orders SET state = 'sending' WHERE id = \(id)")
        guard let order = try OrderRow.fetch(db, id) else { return }
        try refuse(order)
    }

    /// `accepted` → `canceled`, before it was sent.
    func cancel(_ order: OrderRow) throws {
        try end(order, as: .canceled, refund: order.charge)
    }
}

// With a provider, and after that.
extension OrderMoves {
    /// `placed` → its end. The hold is settled here, once: the references of the postings are
    /// unique.
    ///
    /// `lookBack`: when its provider is asked again whether it ended so; nil: never.
    func settle(
        _ order: OrderRow, as settlement: Settlement, charged: ProviderCharge?,
        lookBack: Timestamp? = nil
    ) throws {
        switch settlement {
        case .completed:
            try correctCost(order, to: charged, delivered: order.charge)
            try end(order, as: .completed, refund: .zero, lookBack: lookBack)
        case .partial(let refund):
            try correctCost(order, to: charged, delivered: order.charge - refund)
            try end(order, as: .partial, refund: refund, lookBack: lookBack)
        case .canceled:
            try correctCost(order, to: charged, delivered: .zero)
            try end(order, as: .canceled, refund: order.charge, lookBack: lookBack)
        }
    }

    private func end(
        _ order: OrderRow, as state: OrderState, refund: Amount, lookBack: Timestamp? = nil
    ) throws {
        let captured = try order.charge - refund
        if captured > .zero {
            try postings.post(
                .capture(order.id), from: .user(order.user, .held),
                to: .house(.revenue, houseCurrency()), captured, subject(order))
        }
        if refund > .zero {
            try postings.post(
                .release(order.id), from: .user(order.user, .held),
                to: .user(order.user, .available), refund, subject(order))
        }
        try db.statement(
            """
            UPDATE orders SET state = ?2, refunded = ?3, due_at = ?5, changed_at = ?4, ended_at = ?4
            WHERE id = ?1
            """
        ).bound(to: order.id, state, refund, now, lookBack).run()
        try wakeNext(after: order.id)
        try Changes.note(db, order.user, .order, order.id.rawValue)
        try Ledger.endCancels(of: order.id, as: state, db, at: now)
    }

    /// Makes the next order for the same link due once one has ended. An order that waits for a
    /// link has NULL as its `due_at`.
    private func wakeNext(after order: OrderID) throws {
        try db.statement(
            """
            UPDATE orders SET due_at = ?2 WHERE state = 'accepted' AND due_at IS NULL AND id = (
                SELECT n.id FROM orders e JOIN orders n
                    ON coalesce(n.link_key, n.link) = coalesce(e.link_key, e.link)
                    AND n.service_id = e.service_id AND n.id > e.id
                    AND n.link IS NOT NULL AND n.ended_at IS NULL
                WHERE e.id = ?1 ORDER BY n.id LIMIT 1)
            """
        ).bound(to: order, now).run()
    }
}

// The provider's charge.
extension OrderMoves {
    /// Books the provider's real charge: the one that it names, or else the share of the expected
    /// cost that was delivered. The difference is another transaction; none is ever changed.
    private func correctCost(
        _ order: OrderRow, to charged: ProviderCharge?, delivered: Amount
    ) throws {
        let booked = try bookedCharge(of: order)
        let actual =
            try charged
            ?? ProviderCharge(
                amount: share(delivered, of: order, booked),
                cost: share(delivered, of: order, order.cost))
        let float = WalletKey.provider(order.provider, .float, order.providerCurrency)
        let spent = WalletKey.provider(order.provider, .spent, order.providerCurrency)
        if actual.amount > booked {
            try postings.post(
                .chargeAtEnd(order.id), from: float, to: spent,
                actual.amount - booked, subject(order))
        } else if actual.amount < booked {
            try postings.post(
                .providerRefund(order.id), from: spent, to: float,
                booked - actual.amount, subject(order))
        }
        guard actual.cost != order.cost else { return }
        try db.statement("UPDATE orders SET cost = ?2 WHERE id = ?1")
            .bound(to: order.id, actual.cost).run()
    }

    /// The share of `whole` that `delivered` is of the order's charge; all of it for a free order.
    private func share(_ delivered: Amount, of order: OrderRow, _ whole: Amount) throws -> Amount {
        guard order.charge > .zero else { return whole }
        return try whole.prorated(delivered.micros, of: order.charge.micros, rounding: .up)
    }

    /// The charge that was booked when the order was placed, in the provider's currency.
    func bookedCharge(of order: OrderRow) throws -> Amount {
        try db.statement("SELECT amount FROM transactions WHERE reference = ?1")
            .bound(to: PostingReference.providerCharge(order.id).text).first { try $0[0] } ?? .zero
    }

    private func houseCurrency() throws -> Currency {
        try Wallets.houseCurrency(db)
    }

    func subject(_ order: OrderRow) -> Subject {
        Subject(order: order.id, file: file, user: order.user)
    }
}
