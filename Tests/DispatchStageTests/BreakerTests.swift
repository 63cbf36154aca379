import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing

@testable import DispatchStage

/// A provider that fails is left alone for a while, then tried with one order (design.md §6).
@Suite struct BreakerTests {
    @Test(arguments: [
        ("failures: 1, doubts: 99", LoopbackAnswer.reply("", status: 429), 1, "refused"),
        ("failures: 99, doubts: 2", .reply("", status: 500), 2, "unknown"),
        ("failures: 99, doubts: 99", .error("Insufficient balance"), 1, "refused"),
    ])
    func `a provider that fails too often in a row gets no more orders`(
        breaker: String, answer: LoopbackAnswer, sent: Int, outcome: String
    ) throws {
        try withHouse("in_flight: 1, breaker: {\(breaker), open_seconds: 600}") { _ in
            answer
        } _: { house, provider in
            try house.accept(links(9))
            try house.dispatch()
            #expect(provider.requests.count == sent)
            #expect(
                try house.table("SELECT outcome, count(*) FROM attempts GROUP BY 1")
                    == ["\(outcome)|\(sent)"])
            #expect(
                try house.table(
                    """
                    SELECT state, CAST(round((paused_until - (SELECT max(ended_at) FROM attempts))
                        / 1000.0) AS INTEGER), pause_reason <> '' FROM providers
                    """) == ["paused|600|1"])
            #expect(house.log.lines.contains { $0.hasPrefix("error: paused a provider") })
            house.clock.advance(seconds: 590)
            try house.dispatch()
            #expect(provider.requests.count == sent, "it is left alone")
        }
    }

    @Test(arguments: [
        LoopbackAnswer.reply("<html>maintenance</html>"), .reply("", status: 500),
        .error("Please try again"), .close,
    ])
    func `a run causes no more doubts than the breaker allows, with any in_flight`(
        answer: LoopbackAnswer
    ) throws {
        try withHouse("in_flight: 64") { _ in
            answer
        } _: { house, provider in
            try house.accept(links(100))
            let summary = try house.dispatch()
            #expect(summary["in_doubt"] == 3)
            #expect(provider.requests.count == 3)
            #expect(try house.states() == ["accepted|97", "in_doubt|3"])
            #expect(try house.providerStates() == ["paused"])
        }
    }

    @Test func `a provider whose numbers start again is paused after that many doubts`() throws {
        try withHouse {
            .reply(#"{"order":\#(($0.serial - 1) % 40 + 1)}"#)
        } _: { house, provider in
            try house.accept(links(40))
            try house.dispatch()
            try house.accept((1...40).map { "https://b.example/\($0)" })
            let summary = try house.dispatch()
            #expect(summary["placed"] == 0)
            #expect(summary["in_doubt"] == 3)
            #expect(provider.requests.count == 43)
            #expect(try house.states() == ["accepted|37", "in_doubt|3", "placed|40"])
            #expect(try house.strikes() == ["paused|0|0"])
            #expect(try house.providerErrors() == ["3"])
            #expect(house.log.lines.contains { $0.hasPrefix("error: paused a provider") })
        }
    }

    @Test func `doubts by a repeated id do not count as placed orders`() throws {
        try withHouse("in_flight: 1, breaker: {doubts: 9}") {
            .reply(#"{"order":\#(($0.serial + 1) / 2)}"#)
        } _: { house, _ in
            try house.accept(links(10))
            let summary = try house.dispatch()
            #expect(summary["placed"] == 5)
            #expect(summary["in_doubt"] == 5)
            #expect(try house.states() == ["in_doubt|5", "placed|5"])
            #expect(try house.providerStates() == ["active"])
        }
    }

    @Test func `failures that are not in a row do not count`() throws {
        try withHouse("in_flight: 1, breaker: {failures: 2, doubts: 2}") {
            $0.serial % 2 == 0 ? .placed($0) : .reply("", status: 500)
        } _: { house, provider in
            try house.accept(links(10))
            try house.dispatch()
            #expect(provider.requests.count == 10)
            #expect(try house.providerStates() == ["active"])
        }
    }

    @Test func `after the pause one order shows whether the provider is well`() throws {
        try withHouse("in_flight: 8, breaker: {doubts: 1, open_seconds: 60}") {
            $0.serial <= 2 ? .reply("", status: 503) : .placed($0)
        } _: { house, provider in
            try house.accept(links(1))
            try house.dispatch()
            try house.accept(["https://a.example/2"])
            try house.accept((3...20).map { "https://a.example/\($0)" })

            house.clock.advance(seconds: 61)
            try house.dispatch()
            #expect(provider.requests.count == 2, "it is not")
            #expect(try house.providerStates() == ["paused"])

            house.clock.advance(seconds: 61)
            try house.dispatch()
            #expect(try house.states() == ["in_doubt|1", "placed|19"])
            #expect(try house.providerStates() == ["active"])
            #expect(try house.count("providers WHERE paused_until IS NOT NULL") == 0)
        }
    }

    @Test func `on probation no second order leaves before the first is answered`() throws {
        let turnstile = Turnstile(capacity: 1, total: 3)
        try withHouse("in_flight: 8") {
            if $0.isTrial { return .balance }
            turnstile.pass()
            // Long enough for a second order to arrive, if one was sent.
            return .reply("", status: 503, milliseconds: $0.serial == 2 ? 300 : 0)
        } _: { house, provider in
            try house.ledger.pause(
                house.id(of: "alpha"), until: TickingClock.start, reason: "it was ill")
            try house.accept(links(3))
            let readings = house.clock.readings
            try house.dispatch()
            #expect(provider.requests.count == 2)
            #expect(house.clock.readings - readings < 100, "who waits does not spin")
        }
    }

    @Test func `waiting for a rate does not spin`() throws {
        let provider = LoopbackProvider { .placed($0) }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url, perSecond: 100)])
        try house.accept(links(5))
        let readings = house.clock.readings
        try house.dispatch()
        #expect(provider.requests.count == 5)
        // Each reading moves the clock by a millisecond, so ten of them earn an order.
        #expect(house.clock.readings - readings < 100)
    }

    @Test func `errors and the last answer are counted for the operator`() throws {
        try withHouse("in_flight: 1, breaker: {doubts: 9}") {
            $0.serial < 3 ? .reply("", status: 500) : .placed($0)
        } _: { house, _ in
            try house.accept(links(4))
            try house.dispatch()
            #expect(try house.providerErrors() == ["2"])
            #expect(try house.count("providers WHERE last_answer_at IS NOT NULL") == 1)
        }
    }
}
