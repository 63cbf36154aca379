import BatchFiles
import Glibc
import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing
import Timestamps

@testable import PollStage

/// A large backlog: its cost grows with its length only, and every step keeps the deadline.
@Suite(.serialized) struct BacklogTests {
    /// Puts `count` orders in doubt.
    private func doubt(_ count: Int, in house: House) throws {
        try house.accept((1...count).map { "https://a.example/\($0)" })
        let now = house.clock.wall.now()
        let intents = try house.ledger.advance(
            recording: [], claiming: [Claim(provider: house.id(of: "alpha"), count: 100_000)],
            waitingForLinks: false, at: now
        ).intents
        _ = try house.ledger.advance(
            recording: intents.map {
                SendOutcome(order: $0.order, .unknown(evidence: "timed out"))
            },
            claiming: [], waitingForLinks: false, at: now)
    }

    private func decide(_ decision: (Int) -> Decision, upTo count: Int, in house: House) throws {
        try house.deskFile { draft in
            for index in 1...count {
                try draft.decide(
                    decision(index), on: OrderID(Int64(index)), by: "anna",
                    Line(.decisions, index), asking: { _ in .orders })
            }
        }
    }

    /// The longest list that any provider gives, with no order that is in doubt.
    private static let list: String = {
        let rows = (1...1_000).map { id in
            #"{"order":\#(id),"service":"101","link":"https://b.example/\#(id)","quantity":1000,"#
                + #""created":"2025-05-28 10:00:01"}"#
        }
        return "[\(rows.joined(separator: ","))]"
    }()

    /// How many milliseconds of processor time `body` takes on this thread.
    private func work(_ body: () throws -> Void) rethrows -> Int {
        func now() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
        }
        let start = now()
        try body()
        return now() - start
    }

    @Test func `ten times as many doubts cost about ten times as much`() throws {
        var costs: [Int] = []
        for count in [300, 3_000] {
            try withHouse("inquiry: orders") { _ in
                .reply(Self.list)
            } _: { house, _ in
                try doubt(count, in: house)
                house.clock.advance(seconds: 10_000)
                costs.append(try work { try house.poll() })
                #expect(
                    try house.table(
                        "SELECT count(*) FROM attempts WHERE evidence LIKE '%does not have it'")
                        == ["\(count)"])
            }
        }
        // If the cost grew with the square of their number, it would be a hundred times.
        #expect(costs[1] < 25 * max(costs[0], 20), "\(costs)")
    }

    @Test func `doubts are written down in portions, and the rest is learned again`() throws {
        try withHouse("inquiry: orders") { request in
            .reply(Self.list)
        } _: { house, _ in
            try doubt(1_200, in: house)
            house.clock.advance(seconds: 10_000)
            let provider = try house.id(of: "alpha")
            let now = house.clock.wall.now()
            let news = try house.ledger.doubts(with: provider).map {
                DoubtNews(of: $0, .open(evidence: "seen"), askAgain: now)
            }
            let seen = "SELECT count(*) FROM attempts WHERE evidence LIKE '%seen'"
            _ = try house.ledger.record(
                news, of: provider, inquiryDue: now.adding(seconds: 900), at: now
            ) { true }
            #expect(try house.table(seen) == ["500"])
            #expect(try house.table("SELECT inquiry_due FROM providers") == ["0"])
            _ = try house.ledger.record(news, of: provider, at: now) { false }
            #expect(try house.table(seen) == ["1200"])
        }
    }

    @Test func `thousands of decisions are asked about until the deadline, and the rest later`()
        throws
    {
        let clock = TickingClock()
        let provider = LoopbackProvider { request in
            clock.advance(seconds: 1)
            return .statuses(request) { _ in status("Pending") }
        }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url, "")], clock: clock)
        try doubt(300, in: house)
        try decide({ .placed(providerOrder: "\(70_000 + $0)") }, upTo: 300, in: house)
        let first = try house.poll()
        let asked = provider.requests.count
        #expect((1...60).contains(asked), "the deadline is after 50 seconds")
        #expect(first["resolved"] == .integer(asked))
        for _ in 1...10 { try house.poll() }
        #expect(
            try house.count("orders WHERE state = 'in_doubt'") == 0)
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `status files are written until the deadline, and the rest later`() throws {
        try withHouse {
            .statuses($0) { _ in status("Completed") }
        } _: { house, _ in
            try house.place(5_001)
            _ = try house.ledger.record(
                try house.ledger.dueToFollow(
                    with: house.id(of: "alpha"), limit: 10_000, at: house.clock.wall.now()
                ).map { order in
                    var news = StatusNews(order: order.id, askAgain: house.clock.wall.now())
                    news.status = "In progress"
                    return news
                }, at: house.clock.wall.now())
            try house.ledger.issueStatusFiles(at: house.clock.wall.now(), until: { true }) { _ in
                Array("{}".utf8)
            }
            #expect(try house.count("changes") == 1)
            try house.poll()
            #expect(try house.count("changes") == 0)
        }
    }
}
