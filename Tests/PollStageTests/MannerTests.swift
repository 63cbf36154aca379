import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing
import Timestamps

@testable import PollStage

/// One bad item costs only itself, and a provider with its own manner is asked in that manner.
@Suite struct MannerTests {
    private static let link = "https://a.example/1"

    /// The ids of each question about orders, in the form in which it was put.
    private static func questions(_ provider: LoopbackProvider) -> [String] {
        provider.requests.compactMap { request in
            guard request.field("action") == "status" else { return nil }
            if let ids = request.field("orders") { return "orders=\(ids)" }
            return "order=\(request.field("order") ?? "")"
        }
    }

    @Test(arguments: [
        #"{"status":"Partial","remains":NaN,"charge":"1"}"#,
        #"{"status":"Partial","remains":"1.000","charge":"1"}"#,
        #"{"status":"Partial","remains":"1,5","charge":"1"}"#,
        #"{"status":"Partial","note":"a "b" c"}"#, #"{"status":"Partial","x":}"#,
    ])
    func `the others settle, and the bad one is asked about alone and reported`(item: String) throws
    {
        try withHouse { request in
            guard request.field("orders") != nil else { return .reply(item) }
            return .statuses(request) { $0 == "9002" ? item : #"{"status":"Completed"}"# }
        } _: { house, provider in
            try house.place(3)
            try house.poll()
            #expect(
                try house.refunds()
                    == ["completed|0", "placed|0", "completed|0"])
            #expect(Self.questions(provider).contains("order=9002"))
            let kinds = try house.exceptions()
            #expect(
                kinds == [
                    item.contains("remains") ? "unreadable_remains|2" : "status_unreadable|2"
                ])
            for _ in 1...3 {
                house.clock.advance(seconds: 400)
                try house.poll()
            }
            #expect(try house.exceptions() == kinds, "it is told once")
        }
    }

    @Test func `an order that can be read alone settles, although the list spoils it`() throws {
        try withHouse { request in
            .statuses(request) { id in
                id == "9002" && request.field("orders") != nil
                    ? #"{"status":"Partial","remains":NaN}"# : status("Partial", remains: "500")
            }
        } _: { house, _ in
            try house.place(3)
            try house.poll()
            #expect(
                try house.fates() == Array(repeating: "partial|Partial|1000000", count: 3))
            #expect(try house.exceptions() == [])
        }
    }

    @Test(arguments: [
        LoopbackAnswer.reply("", status: 500), .reply("<html>Oops</html>"), .reply("{}"),
        .reply(#"{"error":"Incorrect request"}"#, status: 400), .reply("[[["),
        .reply(#"{"error":"Incorrect order ID"}"#), .reply(#"{"error":"Something went wrong."}"#),
    ])
    func `a provider that answers only about single orders is remembered as such`(
        answer: LoopbackAnswer
    ) throws {
        try withHouse { request in
            request.field("orders") != nil || request.ids.count > 1
                ? answer : .statuses(request) { _ in status("In progress") }
        } _: { house, provider in
            try house.place(30)
            #expect(try house.poll()["orders"] == 30)
            #expect(try house.exceptions() == [])
            #expect(try house.habits() == ["single"])
            let before = Self.questions(provider).count
            house.clock.advance(seconds: 400)
            #expect(try house.poll()["orders"] == 30)
            #expect(
                Self.questions(provider).dropFirst(before).sorted()
                    == (9_001...9_030).map { "order=\($0)" })
            // A week later lists are tried again, because the provider may have learned them.
            house.clock.advance(seconds: 8 * 86_400)
            try house.poll()
            #expect(Self.questions(provider).contains { $0.hasPrefix("orders=") })
        }
    }

    @Test func `a provider that wants a list in order is remembered as such`() throws {
        try withHouse { request in
            guard request.field("orders") == nil else {
                return .reply(#"{"error":"Unknown action"}"#)
            }
            let rows = request.ids.map { "{\"\($0)\":\(status("In progress"))}" }
            return .reply("[\(rows.joined(separator: ","))]")
        } _: { house, provider in
            try house.place(30)
            try house.poll()
            #expect(
                try house.table("SELECT DISTINCT status FROM orders") == ["In progress"])
            #expect(try house.habits() == ["comma"])
            let before = Self.questions(provider).count
            house.clock.advance(seconds: 400)
            try house.poll()
            #expect(Self.questions(provider).count == before + 1)
            #expect(Self.questions(provider).last?.hasPrefix("order=90") == true)
        }
    }

    @Test(arguments: [
        LoopbackAnswer.reply(#"{"error":"Incorrect request"}"#), .reply("{}"),
        .reply("", status: 500), .reply(#"{"error":"orders is required"}"#, status: 422),
    ])
    func `a provider that knows only orders is remembered as such`(
        answer: LoopbackAnswer
    ) throws {
        try withHouse { request in
            guard request.field("orders") != nil else { return answer }
            return .statuses(request) { _ in status("In progress") }
        } _: { house, provider in
            try house.place(1)
            try house.poll()
            #expect(Self.questions(provider) == ["order=9001", "orders=9001"])
            #expect(try house.fates() == ["placed|In progress|0"])
            #expect(try house.habits() == ["orders"])
            house.clock.advance(seconds: 400)
            try house.poll()
            #expect(Self.questions(provider).suffix(1) == ["orders=9001"])
        }
    }

    @Test(arguments: [1, 17, 50, 100])
    func `an order that spoils every list it is in costs only itself`(bad: Int) throws {
        let bad = "\(9_000 + bad)"
        try withHouse { request in
            request.ids.contains(bad)
                ? .reply("", status: 500)
                : .statuses(request) { _ in #"{"status":"Completed"}"# }
        } _: { house, provider in
            try house.place(100)
            // If it is chosen as the probe, another order is chosen the next time.
            for _ in 1...2 {
                try house.poll()
                house.clock.advance(seconds: 400)
            }
            let states = try house.states()
            #expect(states == ["completed|99", "placed|1"])
            #expect(
                try house.exceptionKinds() == ["status_unreadable"])
            #expect(try house.habits() == [])
            #expect(provider.requests.count < 60)
        }
    }

    @Test
    func `a provider that asks to be left alone is left alone, in this run and the next ones`()
        throws
    {
        try withHouse { _ in
            .reply("", status: 429, headers: ["Retry-After: 900"])
        } _: { house, provider in
            try house.place(950)
            try house.poll()
            let asked = provider.requests.count
            #expect(asked <= 4, "those that were on their way")
            for _ in 1...4 {
                house.clock.advance(seconds: 200)
                try house.poll(nil)
                #expect(provider.requests.count == asked)
            }
            house.clock.advance(seconds: 200)
            try house.poll()
            #expect(provider.requests.count > asked)
        }
    }

    @Test func `a provider that dispatch must leave alone is not asked either`() throws {
        try withHouse {
            .statuses($0) { _ in status("Completed") }
        } _: { house, provider in
            try house.place(1)
            try house.ledger.leaveAlone(
                house.id(of: "alpha"), until: house.clock.wall.now().adding(seconds: 500))
            try house.poll()
            #expect(provider.requests.isEmpty)
            house.clock.advance(seconds: 501)
            try house.poll()
            #expect(try house.fates() == ["completed|Completed|0"])
        }
    }
}
