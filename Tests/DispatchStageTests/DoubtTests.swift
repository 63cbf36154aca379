import BatchFiles
import Ledger
import LoopbackProvider
import Run
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage

/// Orders that may have been placed are held: never sent again, never refunded.
@Suite struct DoubtTests {
    @Test(arguments: [
        LoopbackAnswer.never, .close, .reset, .half(#"{"order":23501}"#), .huge(bytes: 9 << 20),
        .drip(#"{"order":23501}"#, milliseconds: 500),
        .reply("", status: 301, headers: ["Location: /api/v2"]), .reply("", status: 500),
        .reply(#"{"order":23501}"#, status: 502), .reply(""), .reply("<html>maintenance</html>"),
        .reply("{}"), .reply(#"{"order":0}"#), .reply(#"{"status":"success"}"#), .reply("[]"),
        .reply(#"{"order":23501,"error":"Incorrect request"}"#),
        .error("Что-то пошло не так"), .error("Incorrect order ID"),
    ])
    func `an answer that proves nothing holds the order and its money for ever`(
        answer: LoopbackAnswer
    ) throws {
        // Seconds: the order is out by then, and the run does not wait longer for no answer.
        let limit =
            switch answer {
            case .never, .drip: 3
            default: patience
            }
        try withHouse("timeouts: {connect: \(limit), total: \(limit)}") { _ in
            answer
        } _: { house, provider in
            try house.accept(links(1))
            let summary = try house.dispatch()
            #expect(summary["in_doubt"] == 1)
            for _ in 1...3 {
                house.clock.advance(seconds: 86_400)
                try house.dispatch()
            }
            #expect(try house.table(OutcomeTests.told) == ["in_doubt|unknown|-|active"])
            #expect(try house.balances() == OutcomeTests.onHold)
            #expect(provider.received(link: links(1)[0]) == 1)
            #expect(try house.table("SELECT length(evidence) >= 9 FROM attempts") == ["1"])
        }
    }

    @Test func `an id that belongs to another order proves nothing`() throws {
        try withHouse("in_flight: 1") { _ in
            .reply(#"{"order":23501}"#)
        } _: { house, provider in
            try house.accept(links(2))
            try house.dispatch()
            #expect(
                try house.placements()
                    == ["placed|23501", "in_doubt|-"])
            house.clock.advance(seconds: 86_400)
            try house.dispatch()
            #expect(provider.requests.count == 2)
        }
    }

    /// By itself, libcurl would silently send the second order again.
    @Test(arguments: [LoopbackAnswer.close, .reset])
    func `an order on a reused connection that dies is sent once`(death: LoopbackAnswer) throws {
        try withHouse("in_flight: 1, fresh_connections: false") {
            $0.number == 1 ? .placed($0) : death
        } _: { house, provider in
            try house.accept(links(6))
            try house.dispatch()
            #expect(try house.states() == ["in_doubt|3", "placed|3"])
            #expect(Set(provider.requests.map(\.connection)).count == 3, "connections were reused")
            #expect(links(6).allSatisfy { provider.received(link: $0) == 1 })
        }
    }

    @Test func `orders at a server that closes without saying so are not in doubt`() throws {
        try withHouse("in_flight: 1") {
            .replyAndClose(#"{"order":\#($0.serial)}"#, milliseconds: 30)
        } _: { house, provider in
            try house.accept(links(40))
            let summary = try house.dispatch()
            #expect(summary["placed"] == 40)
            #expect(summary["in_doubt"] == 0)
            #expect(links(40).allSatisfy { provider.received(link: $0) == 1 })
        }
    }

    @Test func `the next run knows that a server closes without saying so`() throws {
        try withHouse("in_flight: 1") {
            .placed($0)
        } _: { house, provider in
            try house.alter("UPDATE providers SET closes_silently = 1")
            try house.accept(links(9))
            try house.dispatch()
            #expect(Set(provider.requests.map(\.connection)).count == 9)
        }
    }

    @Test func `an order that a dead run left sending is held and not sent`() throws {
        try withHouse { request in
            .placed(request)
        } _: { house, provider in
            try house.accept(links(3))
            let alpha = try house.id(of: "alpha")
            _ = try house.ledger.advance(
                recording: [], claiming: [Claim(provider: alpha, count: 2)], waitingForLinks: true,
                at: house.clock.wall.now())

            let summary = try house.dispatch()
            #expect(summary["in_doubt"] == 2)
            #expect(summary["placed"] == 1)
            #expect(try house.states() == ["in_doubt|2", "placed|1"])
            #expect(provider.requests.count == 1)
            #expect(house.log.lines.contains { $0.hasPrefix("error: orders were on their way") })
        }
    }

    @Test func `only a person moves an order out of doubt, as they decide`() throws {
        try withHouse("breaker: {doubts: 9}") {
            $0.serial <= 3 ? .reply("") : .placed($0)
        } _: { house, provider in
            let orders = try house.accept(links(3))
            try house.dispatch()
            try house.deskFile { draft in
                let decisions: [Decision] = [
                    .placed(providerOrder: "777"), .notPlaced, .refund,
                ]
                for (index, decision) in decisions.enumerated() {
                    try draft.decide(
                        decision, on: orders[index], by: "anna", Line(.decisions, index + 1))
                }
            }
            try house.dispatch()
            #expect(
                try house.placements()
                    == ["placed|777", "placed|4", "refused|-"])
            #expect(links(3).map { provider.received(link: $0) } == [1, 2, 1])
        }
    }
}
