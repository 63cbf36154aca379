import Ledger
import LoopbackProvider
import Run
import Synchronization
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import PollStage

/// Which questions a provider is asked, and when they are repeated.
@Suite(.serialized) struct AskingTests {
    @Test(arguments: [
        (LoopbackAnswer.reply("", status: 500), "300"), (.reply(""), "300"),
        (.reply("<html>maintenance</html>"), "300"), (.reset, "300"), (.never, "300"),
        (.half(#"{"9001":{"status":"Completed"}}"#), "300"), (.huge(bytes: 9 << 20), "300"),
        (.reply(#"{"error":"Invalid API key"}"#), "300"), (.reply("{}"), "300"),
        (.reply("", status: 429, headers: ["Retry-After: 600"]), "600"),
        (.reply(#"{"9001":{"error":"x"},"9002":"Incorrect order ID","9003":{}}"#), "300"),
    ])
    func `after any answer the due date moves on and the money stays`(
        answer: LoopbackAnswer, due: String
    ) throws {
        // Seconds: the request is out by then, and the run does not wait longer for no answer.
        let limit = answer == .never ? 3 : patience
        try withHouse("timeouts: {connect: \(limit), total: \(limit)}") { _ in
            answer
        } _: { house, provider in
            try house.place(3)
            try house.poll()
            // If nothing could be read: once more about one alone, and in the other form.
            let asked = provider.requests.count
            #expect((1...3).contains(asked))
            #expect(try house.dueIn() == [due, due, due])
            #expect(try house.fates() == ["placed|-|0", "placed|-|0", "placed|-|0"])
            #expect(try house.exceptions() == [])
            #expect(try house.balances() == "999994000000|6000000")
            try house.poll()
            #expect(provider.requests.count == asked, "nothing is due")
            try house.poll(now: true)
            // By `poll statuses`, each order once; unless the provider asked to be left alone
            // longer.
            #expect(provider.requests.count == (due == "300" ? 2 * asked : asked))
        }
    }

    @Test
    func `an id that stays unknown after the grace is asked about hourly and reported once`()
        throws
    {
        try withHouse("not_found_grace: 3000") {
            .statuses($0) { _ in #"{"error":"Incorrect order ID"}"# }
        } _: { house, _ in
            try house.place(2)
            for expected in [("300", 0), ("3600", 2), ("3600", 2)] {
                try house.poll()
                #expect(try house.dueIn() == [expected.0, expected.0])
                #expect(try house.exceptions().count == expected.1)
                house.clock.advance(seconds: 3_601)
            }
            #expect(try house.exceptions() == ["order_not_found|1", "order_not_found|2"])
        }
    }

    @Test(arguments: [
        (status("Frozen"), "unknown_status"), (#"{"error":"мы на обеде"}"#, "status_error"),
        (nil, "no_status"),
    ])
    func `an answer without meaning for a day is reported to the operator once`(
        answer: String?, kind: String
    ) throws {
        try withHouse {
            .statuses($0) { id in id == "9001" ? status("Pending") : answer }
        } _: { house, _ in
            try house.place(2)
            try house.poll()
            house.clock.advance(seconds: 86_000)
            try house.poll()
            #expect(try house.exceptions() == [])
            for _ in 1...3 {
                house.clock.advance(seconds: 1_000)
                try house.poll()
            }
            #expect(try house.exceptions() == ["\(kind)|2"])
            #expect(try house.table("SELECT DISTINCT state, refunded FROM orders") == ["placed|0"])
        }
    }

    @Test func `every order is asked about once, a hundred at a time, four questions at once`()
        throws
    {
        let turnstile = Turnstile(capacity: 4, total: 10)
        try withHouse { request in
            turnstile.pass()
            return .statuses(request) { _ in status("Completed") }
        } _: { house, provider in
            try house.place(950)
            let summary = try house.poll()
            #expect(summary["ended"] == 950)
            #expect(
                provider.requests.map(\.ids.count).sorted() == [50]
                    + Array(repeating: 100, count: 9))
            #expect(
                provider.requests.flatMap(\.ids).sorted() == (9_001...9_950).map(String.init))
            #expect(turnstile.stuck == 0)
            #expect(turnstile.most == 4)
        }
    }

    @Test func `an id that spoils the answer for all does not delay the others`() throws {
        try withHouse { request in
            request.ids.contains("9050")
                ? .reply(#"{"error":"Incorrect order ID"}"#)
                : .statuses(request) { _ in status("Completed") }
        } _: { house, _ in
            try house.place(250)
            try house.poll()
            #expect(
                try house.states()
                    == ["completed|249", "placed|1"])
            #expect(try house.dueIn() == ["300"])
        }
    }

    @Test func `a provider that answers only about single orders is asked about single orders`()
        throws
    {
        try withHouse { request in
            request.field("orders") != nil
                ? .reply(#"{"error":"Incorrect request"}"#)
                : .statuses(request) { _ in status("Completed") }
        } _: { house, _ in
            try house.place(30)
            let summary = try house.poll()
            #expect(summary["ended"] == 30)
        }
    }

    @Test func `a provider that fails several times in a row is left alone until the next run`()
        throws
    {
        try withHouse { _ in
            .reply("", status: 500)
        } _: { house, provider in
            try house.place(2_000)
            let summary = try house.poll()
            // Five failures in a row, where lists count once their probe failed too. The first
            // probe is asked in both forms, which counts once. After four failures there can be
            // one more probe, and four lists: those that it failed with, and those still on their
            // way.
            #expect((6...10).contains(provider.requests.count))
            #expect(summary["failures"] == .integer(provider.requests.count))
        }
    }

    @Test func `no provider waits for the answer of another`() throws {
        let isAsked = Mutex(false)
        let slow = LoopbackProvider { _ in
            .reply(eventually { isAsked.withLock { $0 } } ? #"{"balance":"100"}"# : "late")
        }
        defer { slow.stop() }
        let quick = LoopbackProvider { request in
            if request.field("action") == "status" { isAsked.withLock { $0 = true } }
            return .statuses(request) { _ in status("Completed") }
        }
        defer { quick.stop() }
        let house = try House([
            Supplier("slow", url: slow.url), Supplier("quick", url: quick.url),
        ])
        try house.place(3, with: "quick")
        try house.poll(nil)
        #expect(
            try house.states() == ["completed|3"])
        #expect(
            try house.table("SELECT balance FROM providers WHERE name = 'slow'") == ["100000000"])
    }

    @Test func `a provider that is paused for orders is asked about those it has`() throws {
        try withHouse {
            .statuses($0) { _ in status("Completed") }
        } _: { house, _ in
            try house.place(1)
            try house.ledger.pause(
                house.id(of: "alpha"), until: house.clock.wall.now().adding(seconds: 900),
                reason: "funds")
            try house.poll()
            #expect(try house.fates() == ["completed|Completed|0"])
        }
    }
}
