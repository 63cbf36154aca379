import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

@Suite struct FollowingTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
    }

    private func later(_ seconds: Int64) -> Timestamp {
        Timestamp(milliseconds: books.now.milliseconds + seconds * 1_000)
    }

    private var due: [OrderID] {
        get throws {
            try books.ledger.dueToFollow(with: books.alpha, limit: 10, at: books.now).map(\.id)
        }
    }

    /// How an order ends, and where the money is then: the user's, the house's, and what alpha
    /// took of its float, in EUR, with the order's cost in USD.
    struct Ending: Sendable, CustomTestStringConvertible {
        let settlement: Settlement
        let charged: ProviderCharge?
        let after: (available: String, revenue: String, spent: String, cost: String)
        var testDescription: String {
            "\(settlement), charged \(charged.map { "\($0.amount)" } ?? "as expected")"
        }
    }

    static let charge = ProviderCharge(amount: amount("1.5"), cost: amount("1.65"))

    @Test(arguments: [
        Ending(settlement: .completed, charged: nil, after: ("8", "2", "1", "1.1")),
        Ending(settlement: .completed, charged: charge, after: ("8", "2", "1.5", "1.65")),
        Ending(
            settlement: .partial(refund: amount("0.5")), charged: nil,
            after: ("8.5", "1.5", "0.75", "0.825")),
        Ending(
            settlement: .partial(refund: amount("0.5")), charged: charge,
            after: ("8.5", "1.5", "1.5", "1.65")),
        Ending(
            settlement: .partial(refund: amount("2")), charged: nil, after: ("10", "0", "0", "0")),
        Ending(settlement: .canceled, charged: nil, after: ("10", "0", "0", "0")),
        Ending(settlement: .canceled, charged: charge, after: ("10", "0", "1.5", "1.65")),
    ])
    func `an end moves exactly what it says`(ending: Ending) throws {
        let order = try books.placed()
        try books.settle(order, as: ending.settlement, charged: ending.charged)
        #expect(try books.balance() == amount(ending.after.available))
        #expect(try books.balance(.held) == .zero)
        #expect(try books.balance("revenue") == amount(ending.after.revenue))
        #expect(try books.balance("spent", in: eur) == amount(ending.after.spent))
        #expect(try books.value("SELECT cost FROM orders") == amount(ending.after.cost))
        #expect(try due == [])
        try books.expectSound()
    }

    @Test func `an ended order never moves by itself`() throws {
        let order = try books.placed()
        try books.settle(order, as: .partial(refund: amount("1")))
        try books.settle(order, as: .completed)
        try books.settle(order, as: .canceled)
        #expect(try books.state(of: order) == .partial)
        #expect(try books.balance() == amount("9"))
        try books.expectSound()
    }

    @Test func `an order is asked about when it is due, and then its due date moves on`() throws {
        let order = try books.placed()
        #expect(try due == [order])
        _ = try books.ledger.record([StatusNews(order: order, askAgain: later(300))], at: books.now)
        #expect(try due == [])
        books.now = later(300)
        #expect(try due == [order])
    }

    @Test func `what a provider leaves out stays as it was`() throws {
        let order = try books.placed()
        var news = StatusNews(order: order, askAgain: books.now)
        (news.status, news.startCount, news.remains) = ("In progress", 3_572, 900)
        #expect(try books.ledger.record([news], at: books.now) == 0)
        let changed = books.now
        books.now = later(60)
        _ = try books.ledger.record([StatusNews(order: order, askAgain: books.now)], at: books.now)
        let known = try books.ledger.dueToFollow(with: books.alpha, limit: 1, at: books.now)[0]
        #expect(known.status == "In progress" && known.startCount == 3_572 && known.remains == 900)
        #expect(known.changedAt == changed, "nothing new was reported")
    }

    @Test func `an answer counts against what its order is by now, not what it was when asked`()
        throws
    {
        let order = try books.placed()
        let asked = try books.ledger.dueToFollow(with: books.alpha, limit: 1, at: books.now)[0]
        var meanwhile = StatusNews(order: order, askAgain: books.now)
        (meanwhile.status, meanwhile.remains) = ("Pending", 900)
        _ = try books.ledger.record([meanwhile], at: books.now)

        var answer = StatusNews(about: asked, askAgain: books.now)
        answer.startCount = 3_572
        books.now = later(60)
        _ = try books.ledger.record([answer], at: books.now)
        let known = try books.ledger.dueToFollow(with: books.alpha, limit: 1, at: books.now)[0]
        #expect(known.status == "Pending" && known.startCount == 3_572 && known.remains == 900)
        #expect(known.changedAt == books.now)

        try books.settle(order, as: .partial(refund: amount("1")))
        answer = StatusNews(about: known, askAgain: books.now)
        answer.status = "In progress"
        _ = try books.ledger.record([answer], at: books.now)
        #expect(try books.state(of: order) == .partial)
        #expect(try due == [])
        try books.expectSound()
    }

    @Test func `an answer that says nothing new moves the due date and tells nobody`() throws {
        _ = try books.placed()
        for (status, changes) in [("Pending", 1), ("Pending", 0), ("In progress", 1)] {
            let asked = try books.ledger.dueToFollow(with: books.alpha, limit: 1, at: books.now)[0]
            var answer = StatusNews(about: asked, askAgain: later(300))
            answer.status = status
            _ = try books.ledger.record([answer], at: books.now)
            #expect(try due == [])
            #expect(
                try books.value("SELECT count(*) FROM changes WHERE kind = 'order'") == changes)
            _ = try books.ledger.commit { try $0.run("DELETE FROM changes") }
            books.now = later(300)
        }
    }

    @Test func `an exception is raised once`() throws {
        let order = try books.placed()
        var news = StatusNews(order: order, askAgain: books.now)
        news.exception = LedgerException(.unknownStatus, "\"Exploded\"; look at the provider")
        _ = try books.ledger.record([news], at: books.now)
        _ = try books.ledger.record([news], at: later(60))
        #expect(try books.value("SELECT count(*) FROM exceptions") == 1)
    }
}

@Suite struct StatusFileTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
        try books.add(zenith, funds: "10")
        try issue()
        try books.ledger.notePublished(try books.ledger.unpublishedStatusFiles())
    }

    private func issue() throws {
        try books.ledger.issueStatusFiles(at: books.now) { report in
            Array("\(report.user) \(report.sequence) \(report.orders.map(\.ref))".utf8)
        }
    }

    private var waiting: [String] {
        get throws {
            try books.ledger.unpublishedStatusFiles().map {
                String(decoding: $0.content, as: UTF8.self)
            }
        }
    }

    @Test func `each user gets each change once, in files numbered without a gap`() throws {
        let orders = [try books.placed("A-1"), try books.placed("A-2")]
        let theirs = try books.placed("B-1", of: zenith)
        for order in orders + [theirs] { try books.settle(order, as: .completed) }
        try issue()
        try issue()
        #expect(try waiting == [#"acme 2 ["A-1", "A-2"]"#, #"zenith 2 ["B-1"]"#])

        try books.settle(try books.placed("A-3"), as: .canceled)
        try issue()
        try books.ledger.notePublished(try books.ledger.unpublishedStatusFiles(limit: 1))
        #expect(try waiting == [#"acme 3 ["A-3"]"#, #"zenith 2 ["B-1"]"#])
    }

    @Test func `many changes make several files, and none is lost`() throws {
        let count = Ledger.changesPerStatusFile + 1
        let order = try books.accepted()
        try books.ledger.commit { db in
            for subject in 0..<count {
                try Changes.note(db, acme, .order, order.rawValue + Int64(subject))
            }
        }
        var told = 0
        try books.ledger.issueStatusFiles(at: books.now) { report in
            told += 1
            return []
        }
        #expect(told == 2)
        #expect(try books.value("SELECT count(*) FROM changes") == 0)
    }
}
