import GRDB
import Tables
import Testing
import Timestamps

@testable import Ledger

/// Whether somebody would know of what only a person can end.
@Suite struct AlarmTests {
    let books = try! Books()

    init() throws {
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

    /// Some things are told at once, the others once they stand still for an hour.
    private func expectOnce(_ alarm: String, afterAnHour: Bool = true) throws {
        if afterAnHour { #expect(try raise() == []) }
        pass(seconds: 3_601)
        let raised = try raise()
        #expect(raised == [alarm])
        pass(seconds: 100_000)
        #expect(try raise() == [], "it is told once")
        #expect(
            try books.ledger.alarms().map(\.kind.rawValue) == [String(alarm.prefix { $0 != " " })])
        let told = try books.ledger.read {
            try String.fetchAll($0.grdb, sql: "SELECT detail FROM exceptions")
        }
        #expect(told.count == 1)
        #expect(told.allSatisfy { $0.count > 100 }, "it says what to do: \(told)")
    }

    private func expectOver() throws {
        #expect(try raise() == [])
        #expect(try books.ledger.alarms() == [])
    }

    @Test func `orders with a provider that is switched off are told, and that they are no more`()
        throws
    {
        let order = try books.placed()
        try switchOff()
        #expect(try raise() == ["provider_off alpha"])
        try expectOnceStanding()
        try books.settle(order, as: .canceled)
        try expectOver()
    }

    private func expectOnceStanding() throws {
        pass(seconds: 100_000)
        #expect(try raise() == [])
        #expect(try books.ledger.alarms().count == 1)
    }

    @Test(arguments: ["accepted", "in doubt"])
    func `so are orders in other states there`(state: String) throws {
        _ = state == "accepted" ? try books.accepted() : try books.inDoubt()
        try switchOff()
        #expect(try raise() == ["provider_off alpha"])
        try expectOnceStanding()
    }

    @Test func `thousands of orders that wait at one provider are one line`() throws {
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

    @Test func `why orders wait is said`() throws {
        _ = try books.accepted()
        try books.ledger.pause(
            books.alpha, until: books.now.adding(seconds: 9_000), reason: "Invalid API key")
        try expectOnce("orders_waiting alpha")
        #expect(try books.ledger.alarms()[0].detail.contains("(Invalid API key)"))
    }

    @Test func `an order that waits for a link which never comes free is told`() throws {
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

    @Test func `orders that a dead run left on their way are told`() throws {
        _ = try books.accepted()
        try books.claim()
        try expectOnce("orders_unanswered alpha")
        _ = try books.ledger.holdUnanswered(at: books.now)
        #expect(try raise() == ["orders_in_doubt alpha"])
    }

    @Test func `orders in doubt for an hour are told`() throws {
        let order = try books.inDoubt()
        try expectOnce("orders_in_doubt alpha")
        try books.deskVerdict(.decisions) {
            try $0.decide(.refund, on: order, by: "anna", $1, asking: { _ in .silent })
        }
        try expectOver()
    }

    @Test func `a provider that answers nothing is told, and its orders can be given up then`()
        throws
    {
        let order = try books.placed()
        try books.ledger.noteAnswers(
            of: books.alpha, answeredAt: books.now, errors: 0, at: books.now)
        #expect(try !books.ledger.mayBeGivenUp(order, asking: { _ in .statuses }))
        try expectOnce("provider_silent alpha")
        #expect(try books.ledger.mayBeGivenUp(order, asking: { _ in .statuses }))
        try books.ledger.noteAnswers(
            of: books.alpha, answeredAt: books.now, errors: 0, at: books.now)
        _ = try books.ledger.record(
            [StatusNews(order: order, askAgain: books.now.adding(seconds: 300))], at: books.now)
        try expectOver()
        #expect(try !books.ledger.mayBeGivenUp(order, asking: { _ in .statuses }))
    }

    @Test func `a provider that is asked seldom has longer to answer`() throws {
        let order = try books.placed()
        _ = try books.ledger.record(
            [StatusNews(order: order, askAgain: books.now.adding(seconds: 86_400))], at: books.now)
        pass(seconds: 7_200)
        let raised = try books.ledger.raiseAlarms(pollEvery: ["alpha": 86_400], at: books.now)
        #expect(raised == [])
    }

    @Test func `a refill that nobody passes on, and one that is never done, are told`() throws {
        let order = try books.placed()
        try books.settle(order, as: .completed)
        try books.verdict(of: acme, .refills, ref: "R-1") { try $0.requestRefill(of: order, $1) }
        pass(seconds: 3_601)
        #expect(try raise() == ["requests_waiting alpha"])
        let open = try books.ledger.dueRequests(.refill, at: books.now)[books.alpha] ?? []
        let due = try books.ledger.claimRequests(.refill, open, at: books.now)
        try books.ledger.record(
            [RequestNews(due[0].id, .sent(refill: "7", followAt: books.now))], at: books.now)
        try expectOver()
        pass(seconds: 4 * 86_400)
        #expect(try raise() == ["requests_open alpha"])
    }

    @Test func `a status file that cannot be written is told, with whose it is`() throws {
        try books.ledger.issueStatusFiles(at: books.now) { _ in [1] }
        try expectOnce("status_files_unwritten acme")
        try books.ledger.notePublished(books.ledger.unpublishedStatusFiles())
        try expectOver()
    }

    @Test func `what comes back is told again`() throws {
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

    @Test func `a ledger in which nothing stands still is only read`() throws {
        _ = try books.accepted()
        let before: Int = try books.value("SELECT commits FROM generation")
        #expect(try raise() == [])
        #expect(try books.value("SELECT commits FROM generation") == before)
    }
}
