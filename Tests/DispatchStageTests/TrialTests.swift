import BatchFiles
import Ledger
import LoopbackProvider
import Run
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage

/// How a paused provider gets its next order: first comes a question that costs nothing.
@Suite struct TrialTests {
    private static let page = LoopbackAnswer.reply("<html>maintenance</html>")

    @Test(arguments: [
        page, .reply("", status: 500), .reply(""), .reply("{}"), .close,
        .error("We are closed for maintenance"), .error("Please try again", status: 400),
    ])
    func `a provider that is down costs no more orders, however long it is down`(
        answer: LoopbackAnswer
    ) throws {
        try withHouse { _ in
            answer
        } _: { house, provider in
            try house.accept(links(40))
            for _ in 1...60 {
                try house.dispatch()
                house.clock.advance(seconds: 60)
            }
            let asked = provider.requests.count { $0.isTrial }
            #expect(try house.states() == ["accepted|37", "in_doubt|3"])
            #expect(provider.requests.count - asked == 3)
            #expect((10...12).contains(asked), "it is asked every five minutes")
            #expect(try house.providerStates() == ["paused"])
            let reason = try house.table("SELECT pause_reason FROM providers")[0]
            #expect(reason.hasPrefix("asked for our balance to see whether it is well: "))
        }
    }

    @Test(arguments: [
        LoopbackAnswer.balance, .reply(#"{"balance":"$12.50"}"#), .reply(#"{"balance":0}"#),
        .error("Incorrect request"), .error("Unknown action", status: 400),
        .error("Invalid action"),
    ])
    func `a provider that answers, even that it knows no balance, is tried with an order`(
        answer: LoopbackAnswer
    ) throws {
        let isDown = Mutex(true)
        try withHouse("in_flight: 4") { request in
            if isDown.withLock({ $0 }) { return Self.page }
            return request.isTrial ? answer : .placed(request)
        } _: { house, provider in
            try house.accept(links(20))
            try house.dispatch()
            isDown.withLock { $0 = false }
            house.clock.advance(seconds: 301)
            try house.dispatch()
            #expect(try house.states() == ["in_doubt|3", "placed|17"])
            #expect(provider.requests.count { $0.isTrial } == 1)
            #expect(try house.providerStates() == ["active"])
        }
    }

    @Test func `a balance alone proves little; the order after it proves more`() throws {
        try withHouse("in_flight: 4") {
            $0.isTrial ? .balance : Self.page
        } _: { house, provider in
            try house.accept(links(20))
            try house.dispatch()
            house.clock.advance(seconds: 301)
            try house.dispatch()
            #expect(try house.states() == ["accepted|16", "in_doubt|4"])
            #expect(try house.providerStates() == ["paused"])
        }
    }

    @Test func `a key that is still refused costs no order`() throws {
        try withHouse("in_flight: 1") { _ in
            .error("Invalid API key")
        } _: { house, provider in
            try house.accept(links(2))
            for _ in 1...20 {
                try house.dispatch()
                house.clock.advance(seconds: 60)
            }
            #expect(provider.requests.count { !$0.isTrial } == 1)
        }
    }

    @Test func `another key ends the pause that the old one caused`() throws {
        try withHouse("in_flight: 4") {
            guard $0.field("key") == "newkey" else { return .error("Invalid API key") }
            return .placed($0)
        } _: { house, provider in
            try house.accept(links(9))
            try house.dispatch()
            let sent = provider.requests.count
            house.clock.advance(seconds: 5)
            try house.dispatch()
            #expect(provider.requests.count == sent, "it is left alone")
            _ = house.folder.write("newkey", to: "key")
            try house.dispatch()
            #expect(try house.states() == ["placed|9"])
            #expect(try house.providerStates() == ["active"])
            #expect(try house.refusedKeys() == ["-"])
        }
    }

    @Test func `the ledger keeps a digest of a key, not the key`() throws {
        try withHouse { _ in
            .error("Invalid API key")
        } _: { house, _ in
            try house.accept(links(1))
            try house.dispatch()
            let kept = try house.refusedKeys()[0]
            #expect(kept.utf8.count == 16 && !kept.contains("s3cret"))
        }
    }

    @Test func `a refill that waits for a paused provider is enough to try it`() throws {
        try withHouse {
            $0.field("action") == "refill" ? .reply(#"{"refill":"7"}"#) : .placed($0)
        } _: { house, provider in
            let order = try house.accept(links(1))[0]
            try house.dispatch()
            try house.complete(order)
            try house.ledger.pause(
                house.id(of: "alpha"), until: house.clock.wall.now(), reason: "it was ill")
            try house.dispatch()
            #expect(provider.requests.count == 1, "nothing is due to it")
            try house.file(of: acme) { draft in
                try draft.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1"))
            }
            try house.dispatch()
            #expect(
                provider.requests.map { $0.field("action") } == ["add", "balance", "refill"])
            #expect(try house.providerStates() == ["active"])
            #expect(try house.requestStates() == ["sent|1"])
        }
    }

    @Test func `a refill is not sent to a provider that is down`() throws {
        let isDown = Mutex(false)
        try withHouse { request in
            isDown.withLock { $0 } ? Self.page : .placed(request)
        } _: { house, provider in
            let order = try house.accept(links(1))[0]
            try house.dispatch()
            try house.complete(order)
            isDown.withLock { $0 = true }
            try house.ledger.pause(
                house.id(of: "alpha"), until: house.clock.wall.now(), reason: "it was ill")
            try house.file(of: acme) { draft in
                try draft.requestRefill(of: order, ResellerLine(.refills, 1, ref: "R-1"))
            }
            try house.dispatch()
            #expect(provider.requests.map { $0.field("action") } == ["add", "balance"])
            #expect(try house.requestStates() == ["accepted|1"])
        }
    }

    @Test func `a person may end a pause, and clear the counts against the provider`() throws {
        let isDown = Mutex(true)
        try withHouse("in_flight: 2") { request in
            isDown.withLock { $0 }
                ? .reply("", status: 503, headers: ["Retry-After: 3600"]) : .placed(request)
        } _: { house, provider in
            try house.accept(links(12))
            try house.dispatch()
            isDown.withLock { $0 = false }
            try house.dispatch()
            #expect(try house.states() == ["accepted|10", "in_doubt|2"])
            let hindrance = try house.ledger.release("alpha", at: house.clock.wall.now())
            #expect(hindrance?.throttledUntil != nil)
            try house.dispatch()
            #expect(try house.states() == ["in_doubt|2", "placed|10"])
            #expect(try house.ledger.release("alpha", at: house.clock.wall.now()) == nil)
        }
    }
}

extension House {
    /// All of an order was delivered.
    fileprivate func complete(_ order: OrderID) throws {
        var news = StatusNews(order: order, askAgain: clock.wall.now())
        news.settlement = .completed
        _ = try ledger.record([news], at: clock.wall.now())
    }
}
