import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing

@testable import DispatchStage

/// The table of design.md §6, each row from the socket to the books.
@Suite struct OutcomeTests {
    /// State, outcome of the attempt, seconds until due, state of the provider.
    static let told = """
        SELECT o.state, a.outcome, CAST(round((o.due_at - a.ended_at) / 1000.0) AS INTEGER), p.state
        FROM orders o JOIN attempts a ON a.order_id = o.id JOIN providers p ON p.id = o.provider_id
        """
    static let onHold = "999998000000|2000000"
    static let givenBack = "1000000000000|0"

    @Test(arguments: [
        (LoopbackAnswer.reply("", status: 429, headers: ["Retry-After: 7"]), "refused|7|active"),
        (.error("Rate limit exceeded", status: 429), "refused|31|active"),
        (.error("Too many orders"), "refused|31|active"),
        (.error("You have active order with this link. Please wait."), "refused|300|active"),
        (.error("Not enough funds on balance"), "refused|0|paused"),
        (.error("Invalid API key", status: 401), "refused|0|paused"),
    ])
    func `an order that was answered "not now" is sent again when it is due, not before`(
        answer: LoopbackAnswer, row: String
    ) throws {
        try withHouse {
            $0.serial == 1 ? answer : .placed($0)
        } _: { house, provider in
            try house.accept(links(1))
            let first = try house.dispatch()
            #expect(first["postponed"] == 1)
            #expect(try house.table(Self.told) == ["accepted|\(row)"])
            #expect(try house.balances() == Self.onHold)

            try house.dispatch()
            #expect(provider.requests.count == 1)

            house.clock.advance(seconds: 301)
            let second = try house.dispatch()
            #expect(second["placed"] == 1)
            #expect(provider.requests.count { !$0.isTrial } == 2)
            #expect(try house.providerStates() == ["active"])
        }
    }

    @Test func `a provider that was not reached is tried later, with growing waits`() throws {
        let house = try House([
            Supplier("alpha", url: "http://127.0.0.1:9/api/v2", "breaker: {failures: 99}"),
            Supplier("beta", url: "https://127.0.0.1:9/api/v2", "breaker: {failures: 99}"),
        ])
        try house.accept(links(1))
        try house.accept(links(1), from: "beta")
        var delays: [String] = []
        for _ in 1...9 {
            try house.dispatch()
            delays += try house.table(
                """
                SELECT DISTINCT
                    CAST(round((o.due_at - max(a.ended_at)) / 1000.0 - o.id % 10) AS INTEGER)
                FROM orders o JOIN attempts a ON a.order_id = o.id
                WHERE o.state = 'accepted' AND a.outcome = 'not_sent' GROUP BY o.id
                """)
            house.clock.advance(seconds: 4_000)
        }
        #expect(
            delays == ["30", "60", "120", "240", "480", "960", "1920", "3600", "3600"])
        #expect(try house.balances() == "999996000000|4000000")
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `a failed handshake has sent nothing`() throws {
        let provider = LoopbackProvider(greet: { _ in .close }, answer: { _ in .close })
        defer { provider.stop() }
        let house = try House([
            Supplier(url: "https://127.0.0.1:\(provider.port)/api/v2")
        ])
        try house.accept(links(1))
        try house.dispatch()
        #expect(try house.table(Self.told) == ["accepted|not_sent|31|active"])
    }

    @Test(arguments: [
        "Incorrect service ID", "neworder.error.service_inactive", "Quantity less than minimal 10",
        "neworder.error.link", "Incorrect request",
    ])
    func `an order that was refused for good is not sent again, and the money goes back`(
        text: String
    ) throws {
        try withHouse { _ in
            .error(text)
        } _: { house, provider in
            try house.accept(links(1))
            let summary = try house.dispatch()
            #expect(summary["refused"] == 1)
            #expect(try house.table(Self.told) == ["refused|refused|-|active"])
            #expect(try house.balances() == Self.givenBack)
            house.clock.advance(seconds: 86_400)
            try house.dispatch()
            #expect(provider.requests.count == 1)
        }
    }

    @Test(arguments: [
        LoopbackAnswer.reply(#"{"order":23501}"#), .reply(#"{"order":"23501"}"#, status: 201),
        .reply(#"{"status":"success","order_id":23501}"#),
        .reply("\u{FEFF}<b>Warning</b>: x\n{\"id\":\"23501\"}"),
        .drip(#"{"order":23501}"#, milliseconds: 1),
    ])
    func `an order id is the only proof that an order is placed`(answer: LoopbackAnswer) throws {
        try withHouse("poll_every: 60") { _ in
            answer
        } _: { house, provider in
            try house.accept(links(1))
            let summary = try house.dispatch()
            #expect(summary["placed"] == 1)
            #expect(try house.table(Self.told) == ["placed|placed|60|active"])
            #expect(try house.placements() == ["placed|23501"])
            #expect(try house.count("orders WHERE cost = 1000000") == 1)
            #expect(try house.balances() == Self.onHold)
            house.clock.advance(seconds: 86_400)
            try house.dispatch()
            #expect(provider.requests.count == 1)
        }
    }
}
