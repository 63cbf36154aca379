import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing
import Timestamps

@testable import DispatchStage

/// How much is on its way to each provider, and that none waits for another.
@Suite(.serialized) struct IsolationTests {
    @Test(arguments: [(1, 12), (8, 60), (64, 200)])
    func `after a few answers, as many orders as in_flight allows are on their way`(
        inFlight: Int, total: Int
    ) throws {
        // This many good answers make 64 of three.
        let few = 5
        let turnstile = Turnstile(capacity: inFlight, total: total - few)
        try withHouse("in_flight: \(inFlight)") {
            if $0.serial > few { turnstile.pass() }
            return .placed($0)
        } _: { house, provider in
            try house.accept(links(total))
            let summary = try house.dispatch()
            #expect(summary["placed"] == .integer(total))
            #expect(turnstile.stuck == 0)
            #expect(turnstile.most == inFlight)
        }
    }

    @Test(arguments: [LoopbackAnswer.never, .close, .reply("", status: 500)])
    func `a dead provider does not stop the orders of others`(
        death: LoopbackAnswer
    ) throws {
        let dead = LoopbackProvider { _ in death }
        defer { dead.stop() }
        let alive = LoopbackProvider { .placed($0) }
        defer { alive.stop() }
        let house = try House([
            Supplier("dead", url: dead.url, "in_flight: 2, timeouts: {connect: 1, total: 1}"),
            Supplier("unreached", url: "http://127.0.0.1:9/api/v2"),
            Supplier("alive", url: alive.url, "in_flight: 2"),
        ])
        for name in ["dead", "unreached", "alive"] { try house.accept(links(40), from: name) }
        let summary = try house.dispatch()
        #expect(summary["placed"] == 40)
        #expect(links(40).allSatisfy { alive.received(link: $0) == 1 })
        #expect(
            try house.providerStates()
                == ["paused", "paused", "active"])
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `with a name, only that provider gets orders`() throws {
        let provider = LoopbackProvider { .placed($0) }
        defer { provider.stop() }
        let house = try House([
            Supplier("alpha", url: provider.url), Supplier("beta", url: provider.url),
        ])
        for name in ["alpha", "beta"] { try house.accept(links(3), from: name) }
        try house.dispatch(only: "beta")
        #expect(Set(try house.purchases()) == ["accepted|1|-", "placed|2|-"])
    }

    @Test func `with a limit, no more orders are sent, and the others wait their turn`() throws {
        let provider = LoopbackProvider { .placed($0) }
        defer { provider.stop() }
        let house = try House([
            Supplier("alpha", url: provider.url),
            Supplier("beta", url: provider.url, "in_flight: 3"),
        ])
        try house.accept(links(2))
        try house.accept(links(9), from: "beta")
        try house.dispatch(limit: 5)
        #expect(provider.requests.count == 5)
        #expect(try house.states() == ["accepted|6", "placed|5"])
        try house.dispatch()
        #expect(try house.states() == ["placed|11"])
    }

    @Test func `after the deadline nothing new is sent, and nothing is lost`() throws {
        let clock = TickingClock()
        try withHouse("in_flight: 4", clock: clock) {
            if $0.serial == 10 { clock.advance(seconds: 51) }
            return .placed($0)
        } _: { house, provider in
            try house.accept(links(40))
            try house.dispatch()
            let sent = provider.requests.count
            #expect((10...13).contains(sent))
            #expect(try house.states() == ["accepted|\(40 - sent)", "placed|\(sent)"])
            try house.dispatch()
            #expect(try house.states() == ["placed|40"])
            #expect(links(40).allSatisfy { provider.received(link: $0) == 1 })
        }
    }

    @Test func `an order waits for an earlier one to the same link`() throws {
        for (rule, placed) in [("wait", 2), ("allow", 3)] {
            try withHouse(also: "duplicate_links: \(rule)") {
                .placed($0)
            } _: { house, provider in
                try house.accept([
                    "https://a.example/1", "https://a.example/2", "https://a.example/1",
                ])
                try house.dispatch()
                #expect(provider.requests.count == placed)
                house.clock.advance(seconds: 61)
                try house.dispatch()
                #expect(provider.requests.count == placed, "the first has not ended")
                var news = StatusNews(order: OrderID(1), askAgain: house.clock.wall.now())
                news.settlement = .completed
                _ = try house.ledger.record([news], at: house.clock.wall.now())
                try house.dispatch()
                #expect(provider.requests.count == 3)
            }
        }
    }

    @Test
    func `an order waits for an earlier one to the same page, and goes out as it was written`()
        throws
    {
        let links = [
            "https://www.a.example/P/", "a.example/P?igsh=1", "https://a.example/p",
            "HTTP://A.example/P",
        ]
        try withHouse(also: "duplicate_links: wait") {
            .placed($0)
        } _: { house, provider in
            try house.accept(links)
            for (ended, sent) in [(0, [0, 2]), (1, [0, 2, 1]), (2, [0, 2, 1, 3])] {
                if ended > 0 {
                    var news = StatusNews(
                        order: OrderID(Int64(ended)), askAgain: house.clock.wall.now())
                    news.settlement = .completed
                    _ = try house.ledger.record([news], at: house.clock.wall.now())
                }
                try house.dispatch()
                // Two at once may arrive in any order.
                #expect(
                    Set(provider.requests.map { $0.field("link") }) == Set(sent.map { links[$0] }))
                house.clock.advance(seconds: 61)
                try house.dispatch()
                #expect(provider.requests.count == sent.count, "the one before has not ended")
            }
        }
    }

    @Test func `a provider that wants JSON gets JSON`() throws {
        try withHouse("encoding: json") {
            .placed($0)
        } _: { house, provider in
            try house.accept(links(1))
            try house.dispatch()
            let request = try #require(provider.requests.first)
            #expect(request.head.contains("Content-Type: application/json"))
            #expect(
                request.text
                    == #"{"key":"s3cret","action":"add","service":101,"#
                    + #""link":"https://a.example/1","quantity":1000}"#
            )
        }
    }
}
