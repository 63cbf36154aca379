import BatchFiles
import Ledger
import Money
import TestHouse
import Timestamps

/// Orders and their outcomes, in both.
extension ModelRun {
    private func newOrder(_ ref: String, _ micros: Int64, isFlexible: Bool = true) -> NewOrder {
        NewOrder(
            ref: ref, service: ServiceID(isFlexible ? 1 : 2), provider: books.id(of: .alpha),
            link: nil,
            quantity: 1_000, parameters: nil, billedUnits: 1_000, charge: Amount(micros: micros))
    }

    mutating func order(_ micros: Int64, by user: UserID) throws {
        let ref = newRef()
        let isFlexible = Bool.random(using: &random)
        let reply = try books.reply(to: user, .orders, ref: ref) { draft, line in
            try draft.accept(newOrder(ref, micros, isFlexible: isFlexible), line)
        }
        let isCovered = model.canSpend(micros, user)
        expect(reply, isCovered ? "accepted" : "INSUFFICIENT_FUNDS", "an order")
        guard isCovered else { return }
        model.available[user]! -= micros
        let id = Int64(try books.table("SELECT max(id) FROM orders")[0])!
        model.orders[id] = Model.Order(
            user: user, ref: ref, charge: micros, isFlexible: isFlexible,
            due: books.now.milliseconds)
    }

    /// The same reference again, for the same service or for another one.
    mutating func orderAgain(by user: UserID) throws {
        guard let id = pick(), model.orders[id]!.user == user else { return }
        let ref = model.orders[id]!.ref
        let reply = try books.reply(to: user, .orders, ref: ref) { draft, line in
            try draft.accept(newOrder(ref, 1), line)
        }
        // The repeated one is for the first service.
        let isSame = model.orders[id]!.isFlexible
        expect(reply, isSame ? "duplicate" : "REF_REUSED", "an order again")
    }

    mutating func abandon(_ micros: Int64, by user: UserID) throws {
        try books.abandon(newOrder(newRef(), micros), of: user)
    }

    mutating func end() throws {
        guard let id = pick({ $0.state == .placed }) else { return }
        let refund = Int64.random(in: 0...model.orders[id]!.charge, using: &random)
        let (settlement, state, back): (Settlement, Model.State, Int64) = [
            (.completed, .completed, 0), (.canceled, .canceled, model.orders[id]!.charge),
            (.partial(refund: Amount(micros: refund)), .partial, refund),
        ].randomElement(using: &random)!
        try settle(id, settlement)
        model.end(id, as: state, back: back)
    }

    /// A provider that changes its mind moves no money.
    mutating func endAgain() throws {
        guard let id = pick(\.state.isEnded) else { return }
        try settle(id, [.completed, .canceled].randomElement(using: &random)!)
    }

    private mutating func settle(_ id: Int64, _ settlement: Settlement) throws {
        var news = StatusNews(order: OrderID(id), askAgain: books.now)
        news.settlement = settlement
        let micros = Int64.random(in: 0...2_000_000, using: &random)
        if Bool.random(using: &random) {
            news.charged = ProviderCharge(
                amount: Amount(micros: micros), cost: Amount(micros: micros))
        }
        _ = try books.ledger.record([news], at: books.now)
    }

    /// Asks for a cancel of an order, sometimes of another user's.
    mutating func cancel() throws {
        guard let id = pick() else { return }
        let order = model.orders[id]!
        let user = asker(order)
        let reply = try books.reply(to: user, .cancels, ref: newRef()) { draft, line in
            try draft.requestCancel(of: OrderID(id), line)
        }
        let wanted =
            if user != order.user { "UNKNOWN_ORDER" } else if order.state.isEnded {
                "ORDER_ENDED"
            } else if order.state == .accepted { "accepted" } else if !order.isFlexible {
                "CANCEL_NOT_ALLOWED"
            } else { order.hasOpenCancel ? "duplicate" : "accepted" }
        expect(reply, wanted, "a cancel")
        guard wanted == "accepted" else { return }
        if order.state == .accepted {
            model.end(id, as: .canceled)
        } else {
            model.orders[id]!.hasOpenCancel = true
        }
    }

    mutating func refill() throws {
        guard let id = pick({ $0.state.isEnded }) else { return }
        let order = model.orders[id]!
        let user = asker(order)
        let reply = try books.reply(to: user, .refills, ref: newRef()) { draft, line in
            try draft.requestRefill(of: OrderID(id), line)
        }
        let isDelivered = order.state == .completed || order.state == .partial
        let wanted =
            if user != order.user { "UNKNOWN_ORDER" } else if !order.isFlexible || !isDelivered {
                "REFILL_NOT_ALLOWED"
            } else { order.hasOpenRefill ? "duplicate" : "accepted" }
        expect(reply, wanted, "a refill")
        if wanted == "accepted" { model.orders[id]!.hasOpenRefill = true }
    }

    private mutating func asker(_ order: Model.Order) -> UserID {
        Int.random(in: 0..<5, using: &random) == 0 ? Model.users[2] : order.user
    }
}
