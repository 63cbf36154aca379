import BatchFiles
import Money
import Tables
import TestSupport
import Testing
import Timestamps

@testable import Ledger

/// Decisions that wait for proof, and what the proof does.
@Suite struct DoubtTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
    }

    @discardableResult
    private func decide(
        _ decision: Decision, on order: OrderID, asking witness: Witness = .orders
    ) throws -> String {
        try books.deskVerdict(.decisions) {
            try $0.decide(decision, on: order, by: "anna", $1, asking: { _ in witness })
        }
    }

    private func doubt(_ order: OrderID) throws -> Doubt {
        try #require(try books.ledger.doubts(with: books.alpha).first { $0.order == order })
    }

    /// Records news about an order as it is now.
    ///
    /// - Returns: how many orders are no longer in doubt.
    @discardableResult
    private func tell(_ content: DoubtNews.Content, of order: OrderID) throws -> Int {
        let news = DoubtNews(of: try doubt(order), content, askAgain: books.now)
        return try books.ledger.record([news], of: books.alpha, at: books.now)
    }

    private func evidence(of order: OrderID) throws -> String {
        try books.value("SELECT evidence FROM attempts WHERE order_id = \(order)")
    }

    private func decisions() throws -> [String] {
        try books.ledger.read {
            try $0.values("SELECT outcome || ' ' || state FROM decisions ORDER BY id")
        }
    }

    private func exceptions() throws -> [String] {
        try books.ledger.read {
            try $0.values("SELECT kind || ': ' || detail FROM exceptions")
        }
    }

    @Test(arguments: [
        (Decision.placed(providerOrder: "9912"), Witness.statuses, "pending"),
        (.placed(providerOrder: "9912"), .orders, "pending"), (.notPlaced, .orders, "pending"),
        (.refund, .orders, "pending"), (.notPlaced, .statuses, "accepted"),
        (.refund, .statuses, "accepted"), (.placed(providerOrder: "9912"), .silent, "accepted"),
        (.notPlaced, .silent, "accepted"),
    ])
    func `a decision waits only for a provider that can tell it is wrong`(
        decision: Decision, witness: Witness, verdict: String
    ) throws {
        let order = try books.inDoubt()
        #expect(try decide(decision, on: order, asking: witness) == verdict)
        #expect(try (books.state(of: order) == .inDoubt) == (verdict == "pending"))
        #expect(try decisions().count == (verdict == "pending" ? 1 : 0))
        try books.expectSound()
    }

    @Test(arguments: [
        (Decision.placed(providerOrder: "9912"), OrderState.placed), (.notPlaced, .accepted),
        (.refund, .refused),
    ])
    func `a confirmed decision is carried out, once`(
        decision: Decision, state: OrderState
    ) throws {
        let order = try books.inDoubt()
        try decide(decision, on: order)
        let news = DoubtNews(
            of: try doubt(order), .believed(because: "it says so"), askAgain: books.now)
        #expect(try books.ledger.record([news], of: books.alpha, at: books.now) == 1)
        #expect(try books.ledger.record([news], of: books.alpha, at: books.now) == 0)
        #expect(try books.state(of: order) == state)
        #expect(
            try evidence(of: order)
                == "timed out; decided by anna: \(decision.inWords); it says so")
        #expect(try decisions() == ["\(decision.word) believed"])
        try books.expectSound()
    }

    @Test func `a contradicted decision moves nothing and is reported to the operator`() throws {
        let order = try books.inDoubt()
        try decide(.placed(providerOrder: "9912"), on: order)
        #expect(try tell(.contradicted(because: "it does not know it"), of: order) == 0)
        #expect(try books.state(of: order) == .inDoubt)
        #expect(try decisions() == ["placed contradicted"])
        #expect(
            try exceptions() == [
                "decision_contradicted: anna decided \"placed 9912\", but it does not know it; "
                    + "it is still in doubt; decide again"
            ])
        #expect(try books.balance(.held) == amount("2"))
        try books.expectSound()
    }

    @Test func `a later decision replaces a waiting one, and the answer to that is ignored`() throws
    {
        let order = try books.inDoubt()
        try decide(.notPlaced, on: order)
        let late = DoubtNews(
            of: try doubt(order), .believed(because: "not there"), askAgain: books.now)
        try decide(.placed(providerOrder: "9912"), on: order)
        #expect(try books.ledger.record([late], of: books.alpha, at: books.now) == 0)
        #expect(try books.state(of: order) == .inDoubt)
        #expect(try decisions() == ["not_placed replaced", "placed pending"])

        // So does a decision that need not wait.
        #expect(try decide(.refund, on: order, asking: .silent) == "accepted")
        #expect(try decisions() == ["not_placed replaced", "placed replaced"])
        try books.expectSound()
    }

    @Test(
        arguments: [
            (nil, [], []),
            (.placed(providerOrder: "77"), ["placed believed"], []),
            (.placed(providerOrder: "78"), ["placed contradicted"], ["decision_contradicted"]),
            (.refund, ["refund contradicted"], ["decision_contradicted"]),
            (.notPlaced, ["not_placed contradicted"], ["decision_contradicted"]),
        ] as [(Decision?, [String], [String])])
    func `an order that is found is placed, whatever was decided`(
        decision: Decision?, decided: [String], kinds: [String]
    ) throws {
        let order = try books.inDoubt()
        if let decision { try decide(decision, on: order) }
        #expect(try tell(.found(providerOrder: "77", evidence: "its list has it"), of: order) == 1)
        #expect(try books.state(of: order) == .placed)
        let id: String = try books.value("SELECT provider_order FROM orders")
        #expect(id == "77")
        #expect(try evidence(of: order).hasSuffix("its list has it"))
        #expect(try decisions() == decided)
        #expect(try exceptions().map { String($0.prefix { $0 != ":" }) } == kinds)
        try books.expectSound()
    }

    @Test func `a provider's order that may be either of two orders is given to neither`() throws {
        let first = try books.inDoubt("A-1")
        let second = try books.inDoubt("A-2")
        #expect(try tell(.found(providerOrder: "77", evidence: "e"), of: first) == 0)
        #expect(try books.state(of: first) == .inDoubt)
        #expect(
            try evidence(of: first)
                == "timed out; the provider's order 77 may be this order, or order \(second)'s")

        // Nor is it given to one while another order for the same link is on its way.
        try decide(.refund, on: second, asking: .silent)
        let third = try books.accepted("A-3")
        try books.claim()
        #expect(try tell(.found(providerOrder: "77", evidence: "e"), of: first) == 0)
        try books.answer(third, .placed(providerOrder: "77", followAt: books.now))
        #expect(try tell(.found(providerOrder: "77", evidence: "e"), of: first) == 0)
        #expect(try tell(.found(providerOrder: "76", evidence: "e"), of: first) == 1)
        try books.expectSound()
    }

    @Test func `a decision is contradicted if another order got the id in the meantime`() throws {
        let order = try books.inDoubt("A-1")
        try decide(.placed(providerOrder: "77"), on: order)
        let other = try books.accepted("A-2", link: "https://a.example/2")
        try books.claim()
        try books.answer(other, .placed(providerOrder: "77", followAt: books.now))
        #expect(try tell(.believed(because: "it knows it"), of: order) == 0)
        #expect(try books.state(of: order) == .inDoubt)
        #expect(try exceptions()[0].contains("for our order \(other)"))
        try books.expectSound()
    }

    @Test func `the same evidence is kept once`() throws {
        let order = try books.inDoubt()
        for _ in 1...3 { try tell(.open(evidence: "its list does not have it"), of: order) }
        try tell(.open(evidence: nil), of: order)
        #expect(try evidence(of: order) == "timed out; its list does not have it")
    }

    @Test func `a decision without an answer for a day is reported once, and still waits`() throws {
        let order = try books.inDoubt()
        try decide(.notPlaced, on: order)
        for expected in [0, 1, 1] {
            try tell(.open(evidence: nil), of: order)
            #expect(try exceptions().count { $0.hasPrefix("decision_unverified") } == expected)
            books.now = books.now.adding(seconds: Ledger.decisionPatience + 1)
        }
        #expect(try decisions() == ["not_placed pending"])
    }

    @Test func `a new doubt and a waiting decision are asked about soon`() throws {
        func inquiryDue() throws -> Int64 { try books.value("SELECT inquiry_due FROM providers") }
        let order = try books.inDoubt("A-1")
        let later = books.now.adding(seconds: 3_600)
        let news = DoubtNews(of: try doubt(order), .open(evidence: nil), askAgain: later)
        _ = try books.ledger.record([news], of: books.alpha, inquiryDue: later, at: books.now)
        #expect(try inquiryDue() == later.milliseconds)
        try decide(.notPlaced, on: order)
        #expect(try inquiryDue() == 0)
        _ = try books.ledger.record([], of: books.alpha, inquiryDue: later, at: books.now)
        _ = try books.inDoubt("A-2")
        #expect(try inquiryDue() == 0)
    }

    @Test func `a doubt names the service that was bought`() throws {
        let order = try books.inDoubt()
        #expect(try doubt(order).providerService == "1")
        try books.ledger.commit {
            let purchase = try Sales($0).current(of: ServiceID(2))
            _ = try $0.run(
                """
                UPDATE orders SET bought_service_id = 2, purchase_id = \(purchase)
                WHERE id = \(order)
                """)
        }
        #expect(try doubt(order).providerService == "2")
    }

    @Test func `an id given to two orders is reported to the operator`() throws {
        let first = try books.placed("A-1")
        let second = try books.accepted("A-2")
        try books.claim()
        try books.answer(second, .placed(providerOrder: "P\(first)", followAt: books.now))
        #expect(try books.state(of: second) == .inDoubt)
        #expect(
            try exceptions() == [
                "id_claimed_twice: the provider gave it its order P\(first), which order \(first) "
                    + "has; it is held in doubt; ask the provider which order that is, and decide"
            ])
    }

    @Test func `after a restore no earlier decision sends an order again`() throws {
        let order = try books.inDoubt("A-1")
        let other = try books.inDoubt("A-2")
        try decide(.notPlaced, on: order)
        try decide(.refund, on: other)
        let late = DoubtNews(
            of: try doubt(order), .believed(because: "not there"), askAgain: books.now)
        _ = try books.ledger.hold(
            Gap(files: [], statusFiles: [:]), lastSeenIn: "\(books.folder.path)/none",
            at: books.now)
        #expect(try books.ledger.record([late], of: books.alpha, at: books.now) == 0)
        #expect(try books.state(of: order) == .inDoubt)
        #expect(try decisions() == ["not_placed replaced", "refund pending"])
    }
}
