import BatchFiles
import Glibc
import Ledger
import LoopbackProvider
import Run
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage

/// A provider's health outlives the run, and no other provider suffers from it.
@Suite(.serialized) struct HealthTests {
    @Test func `a provider that never answers slows no other, and is paused`() throws {
        let alive = LoopbackProvider { .placed($0) }
        defer { alive.stop() }
        let impatient = Mutex(false)
        // It holds each slot until all orders of the others are out, however long that takes.
        let hole = LoopbackProvider { _ in
            let isServed = eventually { alive.requests.count >= 60 }
            if !isServed { impatient.withLock { $0 = true } }
            return .never
        }
        defer { hole.stop() }
        let house = try House([
            Supplier("hole", url: hole.url, "in_flight: 4, timeouts: {connect: 1, total: 3}"),
            Supplier("alive", url: alive.url, "in_flight: 2"),
        ])
        for name in ["hole", "alive"] { try house.accept(links(60), from: name) }
        let summary = try house.dispatch()
        #expect(summary["placed"] == 60)
        #expect(!impatient.withLock { $0 }, "nobody waited for the hole")
        #expect(hole.requests.count == 3, "as many as the breaker allows doubts")
        #expect(
            try house.providerStates()
                == ["paused", "active"])
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `while a run waits for a silent provider, orders due elsewhere go out`() throws {
        let alive = LoopbackProvider { .placed($0) }
        defer { alive.stop() }
        let houses = Mutex<House?>(nil)
        let slow = LoopbackProvider { request in
            // A reseller's next order comes while the run waits. Then the run's clock advances
            // until that order is out, or nearly to the run's deadline.
            let house = houses.withLock { $0 }!
            _ = try? house.accept(["https://a.example/new"], from: "alive")
            for _ in 1...20 where alive.requests.count < 2 {
                house.clock.advance(seconds: 2)
                for _ in 1...patience * 50 where alive.requests.count < 2 { usleep(1_000) }
            }
            return .placed(request)
        }
        defer { slow.stop() }
        let house = try House([
            Supplier("slow", url: slow.url, "timeouts: {total: \(2 * patience)}"),
            Supplier("alive", url: alive.url),
        ])
        houses.withLock { $0 = house }
        for name in ["slow", "alive"] { try house.accept(links(1), from: name) }
        try house.dispatch()
        #expect(try house.states() == ["placed|3"])
        houses.withLock { $0 = nil }
    }

    @Test(arguments: [
        ("doubts: 3, failures: 99", LoopbackAnswer.reply("", status: 500), "0|1"),
        ("doubts: 99, failures: 3", .reply("", status: 429, headers: ["Retry-After: 1"]), "1|0"),
    ])
    func `failures and doubts in a row are counted across runs`(
        breaker: String, answer: LoopbackAnswer, first: String
    ) throws {
        try withHouse("breaker: {\(breaker)}") { _ in
            answer
        } _: { house, provider in
            try house.accept(links(9))
            try house.dispatch(limit: 1)
            #expect(try house.strikes() == ["active|\(first)"])
            for _ in 2...5 {
                house.clock.advance(seconds: 2)
                try house.dispatch(limit: 1)
            }
            #expect(provider.requests.count == 3)
            #expect(try house.strikes() == ["paused|0|0"])
        }
    }

    @Test func `an order that the provider takes ends the count`() throws {
        try withHouse("breaker: {doubts: 2, failures: 2}") {
            $0.serial % 2 == 0 ? .placed($0) : .reply("", status: 500)
        } _: { house, provider in
            try house.accept(links(8))
            for _ in 1...8 { try house.dispatch(limit: 1) }
            #expect(provider.requests.count == 8)
            #expect(try house.strikes() == ["active|0|0"])
        }
    }

    @Test(arguments: [
        (LoopbackAnswer.reply("", status: 429, headers: ["Retry-After: 90"]), 90),
        (.error("Too many orders"), 30),
        (.reply("", status: 503, headers: ["Retry-After: 45"]), 45),
    ])
    func `a provider that asks to be left alone gets no order, refill or cancel until then`(
        answer: LoopbackAnswer, seconds: Int
    ) throws {
        let isBusy = Mutex(false)
        try withHouse("in_flight: 1, poll_every: 1") { request in
            if isBusy.withLock({ $0 }) { return answer }
            return request.text.contains("action=add")
                ? .placed(request) : .reply(#"[{"order":1,"refill":1}]"#)
        } _: { house, provider in
            let first = try house.accept(links(2))
            try house.dispatch()
            try house.deliver(first[0])
            isBusy.withLock { $0 = true }
            let others = try house.accept((3...6).map { "https://a.example/\($0)" })
            let due = try house.table("SELECT due_at FROM orders WHERE id > \(others[0])")
            try house.dispatch()
            #expect(provider.requests.count == 3, "the others are not tried")
            #expect(
                try house.table("SELECT due_at FROM orders WHERE id > \(others[0])") == due,
                "they stay due")
            try house.ask { draft in
                try draft.requestRefill(of: first[0], ResellerLine(.refills, 1, ref: "R-1"))
                try draft.requestCancel(of: first[1], ResellerLine(.cancels, 1, ref: "C-1"))
            }
            house.clock.advance(seconds: seconds - 5)
            try house.dispatch()
            #expect(provider.requests.count == 3)
            #expect(try house.providerStates() == ["active"])

            isBusy.withLock { $0 = false }
            house.clock.advance(seconds: 6)
            try house.dispatch()
            #expect(provider.requests.count { $0.text.contains("action=add") } >= 6)
            #expect(provider.requests.contains { $0.text.contains("action=refill") })
            #expect(provider.requests.contains { $0.text.contains("action=cancel") })
        }
    }

    @Test func `a refill that is answered "not now" keeps orders from the provider as well`() throws
    {
        try withHouse {
            $0.text.contains("action=add")
                ? .placed($0) : .reply("", status: 429, headers: ["Retry-After: 60"])
        } _: { house, provider in
            let order = try house.accept(links(1))[0]
            try house.dispatch()
            try house.deliver(order)
            try house.ask { draft in
                try draft.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1"))
            }
            try house.dispatch()
            #expect(provider.requests.count == 2)
            try house.accept(["https://a.example/2"])
            house.clock.advance(seconds: 50)
            try house.dispatch()
            #expect(provider.requests.count == 2)
            house.clock.advance(seconds: 11)
            try house.dispatch()
            #expect(try house.orderStates().dropFirst() == ["placed"])
        }
    }

    @Test func `orders, refills and cancels keep the rate together, run after run`() throws {
        let provider = LoopbackProvider { request in
            request.text.contains("action=add")
                ? .placed(request) : .reply(#"{"error":"Rejected"}"#)
        }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url, perSecond: 200, "in_flight: 50")])
        let begin = house.clock.readings
        let orders = try house.accept(links(12))
        for run in 0..<12 {
            try house.dispatch(limit: 1)
            try house.ask { draft in
                try draft.requestCancel(of: orders[run], ResellerLine(.cancels, 1, ref: "C-\(run)"))
            }
        }
        // Each reading moves the clock a millisecond, so 200 a second are one in five readings.
        let milliseconds = house.clock.readings - begin
        #expect(provider.requests.count >= 23)
        #expect(provider.requests.count * 5 <= milliseconds)
    }
}

extension House {
    /// The provider's last word on an order: all of it was delivered.
    fileprivate func deliver(_ order: OrderID) throws {
        var news = StatusNews(order: order, askAgain: clock.wall.now())
        news.settlement = .completed
        _ = try ledger.record([news], at: clock.wall.now())
    }

    /// A batch file of acme's that asks for something.
    fileprivate func ask(_ body: (ResellerDraft) throws -> Void) throws {
        try file(of: acme, body)
    }
}
