import BatchFiles
import Tables
import Testing
import Timestamps

@testable import Ledger

/// What a wrong clock leaves behind, and how the next run with a right clock mends it.
@Suite struct ClockTests {
    private static let reach = Reach(lookBackSeconds: 259_200, syncEverySeconds: 3_600)
    private static let day = 86_400
    private static let years = 9 * 365 * day

    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
    }

    /// Moves the clock; a negative number moves it back.
    private func pass(seconds: Int) {
        books.now = books.now.adding(seconds: seconds)
    }

    private func bring() throws -> Int {
        try books.ledger.bringIntoReach(Self.reach, at: books.now)
    }

    private func exceptions() throws -> [String] {
        try books.ledger.read { try $0.values("SELECT kind FROM exceptions") }
    }

    /// Runs `body` with the clock ahead, and sets it right again.
    private func ahead<T>(by seconds: Int, _ body: () throws -> T) rethrows -> T {
        pass(seconds: seconds)
        defer { pass(seconds: -seconds) }
        return try body()
    }

    // MARK: Due dates

    @Test func `an order that was put off in 2036 is sent once the clock is right`() throws {
        let order = try books.accepted()
        try ahead(by: Self.years) {
            try books.claim()
            try books.answer(
                order,
                .postponed(
                    until: books.now.adding(seconds: 60), isRefusal: false, evidence: "busy"))
        }
        #expect(try !books.ledger.hasDueOrders(of: books.alpha, at: books.now))
        #expect(try bring() == 1)
        #expect(try books.claim() == [order])
        #expect(try exceptions() == ["due_out_of_reach"])
        #expect(try bring() == 0, "nothing is left to bring back")
    }

    @Test func `a placed order is asked about, and can be stuck, once the clock is right`() throws {
        let order = try ahead(by: Self.years) { try books.placed() }
        #expect(try bring() == 1)
        let due = try books.ledger.dueToFollow(with: books.alpha, limit: 10, at: books.now)
        #expect(due.map(\.id) == [order])
        #expect(due.map(\.changedAt) == [books.now], "patience counts from now")
        #expect(due.map(\.placedAt) == [books.now.adding(seconds: Self.years)], "a fact stays")
    }

    @Test func `requests, decisions and look backs are brought within reach`() throws {
        let doubt = try books.inDoubt("A-1")
        try books.deskVerdict(.decisions) {
            try $0.decide(.notPlaced, on: doubt, by: "anna", $1, asking: { _ in .orders })
        }
        let ended = try books.placed("A-2")
        var news = StatusNews(order: ended, askAgain: books.now)
        news.settlement = .completed
        news.lookBack = books.now.adding(seconds: Self.years)
        _ = try books.ledger.record([news], at: books.now)
        try books.verdict(of: acme, .refills, ref: "R-1") { try $0.requestRefill(of: ended, $1) }
        try books.ledger.commit {
            try $0.script(
                """
                UPDATE requests SET due_at = due_at + 300000000000;
                UPDATE decisions SET due_at = due_at + 300000000000;
                """)
        }
        #expect(try bring() == 3)
        #expect(try books.ledger.hasDueRequests(of: books.alpha, at: books.now))
        #expect(
            try books.ledger.doubts(with: books.alpha).map(\.decision?.dueAt) == [books.now])
        #expect(
            try books.ledger.dueToFollow(with: books.alpha, limit: 9, at: books.now).map(\.id)
                == [ended])
    }

    @Test func `a provider's pause, its "not now" and its questions are brought within reach`()
        throws
    {
        try ahead(by: Self.years) {
            let soon = books.now.adding(seconds: 300)
            try books.ledger.pause(books.alpha, until: soon, reason: "ill")
            try books.ledger.ask(books.alpha, .catalogue, at: soon)
            try books.ledger.ask(books.alpha, .balance, at: soon)
            try books.ledger.noteAnswers(
                of: books.alpha, answeredAt: books.now, errors: 1, at: books.now)
            try books.ledger.commit {
                try $0.run("UPDATE providers SET throttled_until = \(soon), inquiry_due = \(soon)")
            }
        }
        #expect(try bring() == 1)
        #expect(
            try books.value(
                """
                SELECT count(*) FROM providers WHERE max(paused_until, throttled_until,
                    inquiry_due, catalogue_due, balance_due, last_answer_at)
                    > \(books.now.milliseconds)
                """) == 0)
    }

    @Test func `dates that can be right stay, and nothing is written`() throws {
        let order = try books.placed()
        var news = StatusNews(order: order, askAgain: books.now.adding(seconds: Self.day))
        _ = try books.ledger.record([news], at: books.now)
        let ended = try books.placed("A-2")
        news = StatusNews(order: ended, askAgain: books.now)
        news.settlement = .completed
        news.lookBack = books.now.adding(seconds: 259_200)
        _ = try books.ledger.record([news], at: books.now)
        try books.ledger.ask(books.alpha, .balance, at: books.now.adding(seconds: 3_600))
        let before: Int = try books.value("SELECT commits FROM generation")
        #expect(try books.ledger.mendClock(Self.reach, at: books.now).isEmpty)
        #expect(try books.value("SELECT commits FROM generation") == before)
    }

    @Test func `many orders come back in bounded commits, and are reported in one line`() throws {
        try books.file(of: acme) { draft in
            for line in 1...12_000 {
                let order = books.newOrder("B-\(line)", charge: "0.001", link: nil)
                try draft.accept(order, ResellerLine(.orders, line, ref: order.ref))
            }
        }
        try books.ledger.commit {
            try $0.run("UPDATE orders SET due_at = due_at + 300000000000")
        }
        #expect(try bring() == 12_000)
        #expect(try exceptions() == ["due_out_of_reach"])
    }

    /// The clock was ahead by less than a due date can be, so only its going back shows it.
    @Test(arguments: [120, 3_600, day])
    func `what a clock put off by hours is due once it goes back`(seconds: Int)
        throws
    {
        let order = try books.accepted("A-1")
        try ahead(by: seconds) {
            try books.claim()
            try books.answer(
                order,
                .postponed(
                    until: books.now.adding(seconds: 60), isRefusal: false, evidence: "busy"))
            _ = try books.ledger.mendClock(Self.reach, at: books.now)
            try books.ledger.pause(
                books.alpha, until: books.now.adding(seconds: 300), reason: "ill")
        }
        #expect(try !books.ledger.hasDueOrders(of: books.alpha, at: books.now))
        // The program that notices is not the one that has due dates.
        _ = try books.ledger.mendClock(nil, at: books.now)
        _ = try books.ledger.mendClock(Self.reach, at: books.now)
        #expect(try books.ledger.hasDueOrders(of: books.alpha, at: books.now))
        #expect(
            try books.value(
                "SELECT count(*) FROM providers WHERE paused_until > \(books.now.milliseconds)")
                == 0)
        let before: Int = try books.value("SELECT commits FROM generation")
        #expect(try books.ledger.mendClock(Self.reach, at: books.now).isEmpty, "once")
        #expect(try books.value("SELECT commits FROM generation") == before)
    }

    // MARK: Jumps

    @Test(arguments: [-600, -2 * day, -years, 3 * day, years])
    func `a jump is noted once, and the operator is told if it went back by hours`(seconds: Int)
        throws
    {
        _ = try books.accepted()
        pass(seconds: seconds)
        let news = try books.ledger.mendClock(nil, at: books.now)
        #expect(news.count == 1)
        #expect(news[0].figures["now"] == "\(books.now)")
        #expect(try books.ledger.mendClock(nil, at: books.now.adding(seconds: 1)).isEmpty)
        #expect(try exceptions() == (seconds < -3_600 ? ["clock_went_back"] : []))
    }

    @Test(arguments: [-30, 0, 60, day])
    func `a small correction, or time that goes by, is no jump`(seconds: Int)
        throws
    {
        _ = try books.accepted()
        pass(seconds: seconds)
        #expect(try books.ledger.mendClock(nil, at: books.now).isEmpty)
    }

    /// The desk may be wrong, and the provider's list must be able to contradict it. So the list is
    /// not read by times that a wrong clock noted.
    @Test(arguments: [-years, -day, -1_800, 1_800, day, years])
    func `if the clock was wrong, nobody knows when an order in doubt was sent`(seconds: Int)
        throws
    {
        _ = try books.accepted("A-0", link: nil)
        pass(seconds: seconds)
        _ = try books.ledger.mendClock(nil, at: books.now)
        let order = try books.inDoubt()
        pass(seconds: 60 - seconds)
        _ = try books.ledger.mendClock(nil, at: books.now)
        let doubt = try books.ledger.doubts(with: books.alpha).first { $0.order == order }
        #expect(doubt?.isTimeKnown == false)
        #expect(doubt.map { $0.sentUntil <= books.now.adding(seconds: 60) } == true)
    }

    @Test func `once the clock is right again, the time of a new doubt is known`() throws {
        try ahead(by: Self.years) { _ = try books.accepted("A-0", link: nil) }
        _ = try books.ledger.mendClock(nil, at: books.now)
        _ = try books.inDoubt()
        let doubts = try books.ledger.doubts(with: books.alpha)
        #expect(doubts.map(\.isTimeKnown) == [true])
        #expect(doubts.map(\.isAfterJump) == [true], "but one with another date may still be it")
    }
}
