import BatchFiles
import Tables
import Testing
import Timestamps

@testable import Ledger

/// Whether the operator hears about everything that only a person can end.
@Suite struct AlarmTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
    }

    private func pass(seconds: Int) {
        books.now = books.now.adding(seconds: seconds)
    }

    private func raise() throws -> [String] {
        try books.ledger.raiseAlarms(pollEvery: ["alpha": 300], at: books.now)
            .map { "\($0.kind.rawValue) \($0.subject)" }
    }

    private func switchOff() throws {
        _ = try books.ledger.providers(configured: [])
    }

    /// Expects that an alarm is raised after an hour, once.
    private func expectOnce(_ alarm: String) throws {
        #expect(try raise() == [])
        pass(seconds: 3_601)
        let raised = try raise()
        #expect(raised == [alarm])
        pass(seconds: 100_000)
        #expect(try raise() == [], "it is raised once")
        #expect(
            try books.ledger.alarms().map(\.kind.rawValue) == [String(alarm.prefix { $0 != " " })])
        let told: [String] = try books.ledger.read {
            try $0.values("SELECT detail FROM exceptions")
        }
        #expect(told.count == 1)
        #expect(told.allSatisfy { $0.count > 100 }, "it says what to do: \(told)")
    }

    /// Expects that no alarm stands any more.
    private func expectOver() throws {
        #expect(try raise() == [])
        #expect(try books.ledger.alarms() == [])
    }

    private func mayBeGivenUp(_ order: OrderID) throws -> Bool {
        try books.ledger.objection(to: .refund, on: order, asking: { _ in .statuses }) == nil
    }

    @Test func `orders at a provider that is switched off raise an alarm until they have ended`()
        throws
    {
        let order = try books.placed()
        try switchOff()
        #expect(try raise() == ["provider_off alpha"])
        try expectOnceStanding()
        try books.settle(order, as: .canceled)
        try expectOver()
    }

    /// Expects that the one alarm that stands is not raised again.
    private func expectOnceStanding() throws {
        pass(seconds: 100_000)
        #expect(try raise() == [])
        #expect(try books.ledger.alarms().count == 1)
    }

    @Test(arguments: ["accepted", "in doubt"])
    func `orders there that are not placed raise it too`(state: String) throws {
        _ = state == "accepted" ? try books.accepted() : try books.inDoubt()
        try switchOff()
        #expect(try raise() == ["provider_off alpha"])
        try expectOnceStanding()
    }

    @Test func `thousands of orders that wait for one provider are one alarm`() throws {
        try books.file(of: acme) { draft in
            for line in 1...3_000 {
                let order = books.newOrder("B-\(line)", charge: "0.01", link: nil, quantity: 1)
                try draft.accept(order, ResellerLine(.orders, line, ref: order.ref))
            }
        }
        try expectOnce("orders_waiting alpha")
        #expect(
            try books.ledger.alarms()[0].detail.contains("3000 orders wait to be sent to alpha"))
        while try !books.claim(5_000).isEmpty {}
        try expectOver()
    }

    @Test func `the alarm says why orders wait`() throws {
        _ = try books.accepted()
        try books.ledger.pause(
            books.alpha, until: books.now.adding(seconds: 9_000), reason: "Invalid API key")
        try expectOnce("orders_waiting alpha")
        #expect(try books.ledger.alarms()[0].detail.contains("(Invalid API key)"))
    }

    @Test func `an order whose link never comes free raises an alarm`() throws {
        _ = try books.placed("A-1")
        _ = try books.accepted("A-2")
        try books.claim(waitingForLinks: true)
        pass(seconds: 3_601)
        try books.ledger.noteAnswers(
            of: books.alpha, answeredAt: books.now, errors: 0, at: books.now)
        #expect(try raise() == ["orders_waiting alpha", "orders_unasked alpha"])
        #expect(
            try books.ledger.alarms().contains {
                $0.detail.contains("another order for its link has not ended")
            })
    }

    @Test func `orders that a dead run left on their way raise an alarm`() throws {
        _ = try books.accepted()
        try books.claim()
        try expectOnce("orders_unanswered alpha")
        _ = try books.ledger.holdUnanswered(at: books.now)
        #expect(try raise() == ["orders_in_doubt alpha"])
    }

    @Test func `orders in doubt for an hour raise an alarm`() throws {
        let order = try books.inDoubt()
        try expectOnce("orders_in_doubt alpha")
        try books.deskVerdict(.decisions) {
            try $0.decide(.refund, on: order, by: "anna", $1, asking: { _ in .silent })
        }
        try expectOver()
    }

    @Test func `a silent provider raises an alarm, and its orders can then be given up`()
        throws
    {
        let order = try books.placed()
        try books.ledger.noteAnswers(
            of: books.alpha, answeredAt: books.now, errors: 0, at: books.now)
        #expect(try !mayBeGivenUp(order))
        try expectOnce("provider_silent alpha")
        #expect(try mayBeGivenUp(order))
        try books.ledger.noteAnswers(
            of: books.alpha, answeredAt: books.now, errors: 0, at: books.now)
        _ = try books.ledger.record(
            [StatusNews(order: order, askAgain: books.now.adding(seconds: 300))], at: books.now)
        try expectOver()
        #expect(try !mayBeGivenUp(order))
    }

    @Test func `a provider that is seldom asked has longer to answer`() throws {
        let order = try books.placed()
        _ = try books.ledger.record(
            [StatusNews(order: order, askAgain: books.now.adding(seconds: 86_400))], at: books.now)
        pass(seconds: 7_200)
        let raised = try books.ledger.raiseAlarms(pollEvery: ["alpha": 86_400], at: books.now)
        #expect(raised == [])
    }

    @Test func `a refill that is not passed on, or never done, raises an alarm`() throws {
        let order = try books.placed()
        try books.settle(order, as: .completed)
        try books.verdict(of: acme, .refills, ref: "R-1") { try $0.requestRefill(of: order, $1) }
        pass(seconds: 3_601)
        #expect(try raise() == ["requests_waiting alpha"])
        let open = try books.ledger.dueRequests(.refill, at: books.now)[books.alpha] ?? []
        let due = try books.ledger.startSending(.refill, open, at: books.now)
        try books.ledger.record(
            [RequestNews(due[0].id, .sent(refill: "7", followAt: books.now))], at: books.now)
        try expectOver()
        pass(seconds: 4 * 86_400)
        #expect(try raise() == ["requests_open alpha"])
    }

    @Test func `a status file that cannot be written raises an alarm that names its user`() throws {
        try books.ledger.issueStatusFiles(at: books.now) { _ in [1] }
        try expectOnce("status_files_unwritten acme")
        try books.ledger.notePublished(books.ledger.unpublishedStatusFiles())
        try expectOver()
    }

    @Test func `an alarm that comes back is raised again`() throws {
        _ = try books.accepted("A-1")
        pass(seconds: 3_601)
        #expect(try raise() == ["orders_waiting alpha"])
        let order = try #require(try books.claim().first)
        try books.answer(order, .refused(evidence: "no"))
        try expectOver()
        _ = try books.accepted("A-2")
        pass(seconds: 3_601)
        #expect(try raise() == ["orders_waiting alpha"])
        let told: Int = try books.value("SELECT count(*) FROM exceptions")
        #expect(told == 2)
    }

    @Test func `while nothing stands still, the ledger is only read`() throws {
        _ = try books.accepted()
        let before: Int = try books.value("SELECT commits FROM generation")
        #expect(try raise() == [])
        #expect(try books.value("SELECT commits FROM generation") == before)
    }
}
