import Ledger
import Timestamps
import Trade

/// Dispatch's part, in both.
extension ModelRun {
    /// Dispatch's round: a few orders of each provider are claimed, a paused provider's orders are
    /// offered to the other, and most of the claimed ones are answered.
    mutating func send() throws {
        let open = Model.Place.allCases.filter { !model.paused.contains($0) }
        let closed = Model.Place.allCases.filter(model.paused.contains)
        let intents = try books.ledger.advance(
            recording: [], claiming: open.map { Claim(provider: books.id(of: $0), count: 3) },
            waitingForLinks: false, offeringFrom: closed.map(books.id), at: books.now
        ).intents
        let now = books.now.milliseconds
        let wanted = open.flatMap { model.claim(3, from: $0, at: now) }
        for place in closed { model.offer(from: place, at: now) }
        expect("\(intents.map(\.order.rawValue))", "\(wanted)", "orders claimed")
        for id in wanted { try answer(id) }
    }

    private mutating func answer(_ id: Int64) throws {
        let order = OrderID(id)
        switch Int.random(in: 0..<6, using: &random) {
        case 0:
            try books.answer(order, .refused(evidence: "no"))
            model.refuse(id, at: books.now.milliseconds)
        case 1:
            try books.answer(
                order, .postponed(until: books.now, isRefusal: false, evidence: "later"))
            model.requeue(id, due: books.now.milliseconds)
        case 2:
            try books.answer(order, .unknown(evidence: "lost"))
            model.orders[id]!.state = .inDoubt
        case 3: break
        default:
            try books.answer(order, .placed(providerOrder: "P\(id)", followAt: books.now))
            model.orders[id]!.state = .placed
        }
    }

    mutating func findUnanswered() throws {
        let found = model.orders.filter { $0.value.state == .sending }.keys
        let held = try books.ledger.holdUnanswered(at: books.now)
        expect("\(held)", "\(found.count)", "orders without an answer")
        for id in found { model.orders[id]!.state = .inDoubt }
    }

    /// Pauses a provider, or ends its pause, and lets some time pass.
    mutating func pause() throws {
        let place = Model.Place.allCases.randomElement(using: &random)!
        if model.paused.remove(place) != nil {
            try books.ledger.resume(books.id(of: place))
        } else {
            model.paused.insert(place)
            try books.ledger.pause(
                books.id(of: place), until: books.now.adding(seconds: 80_000), reason: "ill")
        }
        books.wait(seconds: Int.random(in: 0...200, using: &random))
    }
}
