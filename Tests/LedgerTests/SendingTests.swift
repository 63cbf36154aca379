import BatchFiles
import Money
import Testing
import Timestamps

@testable import Ledger

@Suite struct SendingTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
    }

    private func outcome() throws -> String {
        try books.value("SELECT coalesce(outcome, 'none') FROM attempts ORDER BY id DESC LIMIT 1")
    }

    private func later(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: books.now.milliseconds + seconds * 1_000)
    }

    @Test func `a claimed order is on its way, once, with an attempt`() throws {
        let order = try books.accepted()
        let intent = try books.ledger.advance(
            recording: [], claiming: [Claim(provider: books.alpha, count: 5)],
            waitingForLinks: false,
            at: books.now
        ).intents[0]
        #expect(intent.order == order && intent.providerService == "1" && intent.attempt == 1)
        #expect(intent.link == "https://a.example/1" && intent.quantity == 1_000)
        #expect(try books.state(of: order) == .sending)
        #expect(try books.claim() == [])
        try books.expectSound()
    }

    @Test func `no more is claimed than was wanted, oldest first`() throws {
        let orders = try (1...5).map { try books.accepted("A-\($0)") }
        #expect(try books.claim(2) == Array(orders[..<2]))
        #expect(try books.claim(2) == Array(orders[2..<4]))
        #expect(try books.claim(0) == [])
    }

    @Test func `placed: the order has the provider's id, and the expected charge is booked`() throws
    {
        let order = try books.accepted()
        try books.claim()
        try books.answer(order, .placed(providerOrder: "77", followAt: later(60)))
        #expect(try books.state(of: order) == .placed)
        #expect(try outcome() == "placed")
        #expect(try books.balance("spent", in: eur) == amount("1"))
        #expect(try books.value("SELECT cost FROM orders") == amount("1.1"))
        try books.expectSound()
    }

    @Test func `postponed: the order waits, and its money stays on hold`() throws {
        for (isRefusal, word) in [(false, "not_sent"), (true, "refused")] {
            let order = try books.accepted("A-\(word)")
            try books.claim()
            try books.answer(
                order, .postponed(until: later(60), isRefusal: isRefusal, evidence: "HTTP 429"))
            #expect(try outcome() == word)
            #expect(try books.state(of: order) == .accepted)
            #expect(try books.claim() == [])
            books.now = later(60)
            #expect(try books.claim() == [order])
        }
        #expect(try books.balance(.held) == amount("4"))
        try books.expectSound()
    }

    @Test func `refused: all the money goes back`() throws {
        let order = try books.accepted()
        try books.claim()
        try books.answer(order, .refused(evidence: "Incorrect service ID"))
        #expect(try books.state(of: order) == .refused)
        #expect(try books.balance() == amount("100"))
        try books.expectSound()
    }

    @Test func `unknown: the order is held, never sent again`() throws {
        let order = try books.inDoubt()
        #expect(try books.state(of: order) == .inDoubt)
        books.now = later(1_000_000)
        #expect(try books.claim() == [])
        #expect(try books.balance(.held) == amount("2"))
        try books.expectSound()
    }

    @Test func `an id that another order has is no proof of placement`() throws {
        let first = try books.placed("A-1")
        let second = try books.accepted("A-2")
        try books.claim()
        try books.answer(second, .placed(providerOrder: "P\(first)", followAt: books.now))
        #expect(try books.state(of: second) == .inDoubt)
        let evidence: String = try books.value(
            "SELECT evidence FROM attempts WHERE order_id = \(second)")
        #expect(evidence == "answered with id P\(first), which order \(first) has")
        try books.expectSound()
    }

    @Test func `an answer that was already recorded changes nothing`() throws {
        let order = try books.placed()
        for content: SendOutcome.Content in [
            .placed(providerOrder: "other", followAt: books.now), .refused(evidence: "no"),
            .postponed(until: books.now, isRefusal: false, evidence: "no"),
            .unknown(evidence: "no"),
        ] {
            try books.answer(order, content)
        }
        try books.answer(OrderID(99), .refused(evidence: "no such order"))
        #expect(try books.state(of: order) == .placed)
        #expect(try books.value("SELECT provider_order FROM orders") == "P\(order)")
        try books.expectSound()
    }

    /// A commit seemed to have failed, and its answers were kept. Meanwhile the order is on its way
    /// for the second time.
    @Test(arguments: [
        SendOutcome.Content.refused(evidence: "no"), .unknown(evidence: "?"),
        .placed(providerOrder: "77", followAt: Timestamp(milliseconds: 0)),
        .postponed(until: Timestamp(milliseconds: 0), isRefusal: true, evidence: "later"),
    ])
    func `an answer to an earlier attempt says nothing about the one under way`(
        content: SendOutcome.Content
    ) throws {
        let order = try books.accepted()
        try books.claim()
        try books.answer(
            order, .postponed(until: books.now, isRefusal: true, evidence: "later"))
        try books.claim()
        _ = try books.ledger.advance(
            recording: [SendOutcome(order: order, attempt: 1, content)], claiming: [],
            waitingForLinks: false, at: books.now)
        #expect(try books.state(of: order) == .sending)
        #expect(try outcome() == "none")
        try books.expectSound()
    }

    @Test func `a kept answer is evidence for an order that a restored ledger holds in doubt`()
        throws
    {
        let order = try books.accepted()
        try books.claim()
        _ = try books.ledger.holdUnanswered(at: books.now)
        try books.answer(order, .placed(providerOrder: "77", followAt: later(60)))
        #expect(try books.state(of: order) == .inDoubt)
        let evidence: String = try books.value("SELECT evidence FROM attempts")
        #expect(evidence.hasSuffix("an answer that was kept says: placed as 77"))
    }

    @Test func `an order that a dead run left on its way is held in doubt`() throws {
        let orders = [try books.accepted("A-1"), try books.accepted("A-2")]
        try books.claim()
        let waiting = try books.accepted("A-3")
        #expect(try books.ledger.holdUnanswered(at: books.now) == 2)
        #expect(try orders.map(books.state) == [.inDoubt, .inDoubt])
        #expect(try books.state(of: waiting) == .accepted)
        #expect(try outcome() == "unknown")
        #expect(try books.ledger.holdUnanswered(at: books.now) == 0)
        try books.expectSound()
    }

    @Test func `an order waits while an earlier one for its link is open`() throws {
        let first = try books.accepted("A-1")
        let second = try books.accepted("A-2")
        let elsewhere = try books.accepted("A-3", link: "https://a.example/2")
        let otherService = try books.accepted("A-4", service: 2)
        let nowhere = try books.accepted("A-5", link: nil)
        #expect(
            try books.claim(waitingForLinks: true) == [first, elsewhere, otherService, nowhere])
        books.now = later(61)
        #expect(try books.claim(waitingForLinks: true) == [])
        try books.answer(first, .placed(providerOrder: "1", followAt: books.now))
        #expect(try books.claim(waitingForLinks: true) == [])
        try books.settle(first, as: .completed)
        #expect(try books.claim(waitingForLinks: true) == [second], "at once")
        try books.expectSound()
    }

    @Test func `orders that wait for a link go one by one, however the one before ends`()
        throws
    {
        let orders = try (1...5).map { try books.accepted("A-\($0)") }
        #expect(try books.claim(waitingForLinks: true) == [orders[0]])
        #expect(try books.value("SELECT count(*) FROM orders WHERE due_at IS NULL") == 4)
        // The second is canceled while it waits: the third still waits for the first.
        try books.verdict(of: acme, .cancels, ref: "C-1") {
            try $0.requestCancel(of: orders[1], $1)
        }
        #expect(try books.claim(waitingForLinks: true) == [])
        try books.answer(orders[0], .refused(evidence: "no"))
        #expect(try books.claim(waitingForLinks: true) == [orders[2]])
        // In doubt is not ended.
        try books.answer(orders[2], .unknown(evidence: "lost"))
        books.now = later(1_000_000)
        #expect(try books.claim(waitingForLinks: true) == [])
        try books.deskVerdict(.decisions) {
            try $0.decide(.refund, on: orders[2], by: "a", $1)
        }
        #expect(try books.claim(waitingForLinks: true) == [orders[3]])
        try books.answer(
            orders[3], .postponed(until: later(60), isRefusal: true, evidence: "later"))
        #expect(try books.claim(waitingForLinks: true) == [], "the fourth is still the first")
        books.now = later(60)
        #expect(try books.claim(waitingForLinks: true) == [orders[3]])
        try books.answer(orders[3], .placed(providerOrder: "4", followAt: books.now))
        try books.settle(orders[3], as: .canceled)
        #expect(try books.claim(waitingForLinks: true) == [orders[4]])
        try books.expectSound()
    }

    @Test func `once orders no longer wait for links, those that did are due`() throws {
        for number in 1...3 { _ = try books.accepted("A-\(number)") }
        #expect(try books.claim(waitingForLinks: true).count == 1)
        try books.ledger.endLinkWaits(at: books.now)
        #expect(try books.claim().count == 2)
    }

    @Test func `"duplicate" speaks for an order in doubt on that link`() throws {
        let doubtful = try books.inDoubt("A-1")
        let elsewhere = try books.accepted("A-2", link: "https://a.example/2")
        let second = try books.accepted("A-3")
        try books.claim()
        let due = later(300)
        for order in [elsewhere, second] {
            try books.answer(
                order,
                .postponed(until: due, isRefusal: true, evidence: "active", isDuplicate: true))
        }
        let evidence: String = try books.value(
            "SELECT evidence FROM attempts WHERE order_id = \(doubtful)")
        #expect(
            evidence == "timed out; it refused order \(second) as a second one for an active link, "
                + "which speaks for it")
        #expect(try books.state(of: second) == .accepted)
        try books.expectSound()
    }

    @Test
    func `"duplicate" says nothing about a doubt if another order of ours explains it`()
        throws
    {
        let doubtful = try books.inDoubt("A-1")
        _ = try books.placed("A-2")
        let third = try books.accepted("A-3")
        try books.claim()
        try books.answer(
            third,
            .postponed(until: later(300), isRefusal: true, evidence: "active", isDuplicate: true))
        #expect(
            try books.value("SELECT evidence FROM attempts WHERE order_id = \(doubtful)")
                == "timed out")
    }

    @Test func `an order that waits for its link does not take up a turn`() throws {
        _ = try books.accepted("A-1")
        try books.claim()
        for number in 2...4 { _ = try books.accepted("A-\(number)") }
        let free = try books.accepted("A-5", link: "https://a.example/2")
        #expect(try books.claim(1, waitingForLinks: true) == [free])
    }

    @Test func `the table of states names the moves from each state`() {
        #expect(OrderState.accepted.successors == [.sending, .canceled])
        #expect(
            OrderState.allCases.filter(\.isEnded) == [.completed, .partial, .canceled, .refused])
    }
}
