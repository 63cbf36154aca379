import BatchFiles
import Ledger
import LoopbackProvider
import Settings
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage
@testable import PollStage

/// Refills and cancels at panels that answer them in their own manner.
@Suite struct RequestAnswerTests {
    /// A house with two orders at a provider that answers requests as told, and the ids it was
    /// asked about, in order.
    private func withTwo(
        _ kind: String, _ settings: String = "poll_every: 10",
        answer: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer,
        _ body: (House, () -> [String]) throws -> Void
    ) throws {
        let provider = LoopbackProvider { request in
            guard request.field("action") == "add" else { return answer(request) }
            return .reply(#"{"order":\#(request.text.contains("example%2F1") ? 71 : 72)}"#)
        }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url, settings)])
        let orders = try house.accept(["https://a.example/1", "https://a.example/2"])
        try house.dispatch()
        if kind == "refill" { for order in orders { try house.end(order) } }
        try house.ask { draft in
            for (index, order) in orders.enumerated() {
                let line = ResellerLine(
                    kind == "refill" ? .refills : .cancels, index + 1, ref: "R\(index)")
                if kind == "refill" {
                    try draft.requestRefill(of: order, line)
                } else {
                    try draft.requestCancel(of: order, line)
                }
            }
        }
        try body(house) {
            provider.requests.filter { $0.field("action") == kind }.map {
                $0.field("orders").map { "orders=\($0)" } ?? "order=\($0.field("order") ?? "")"
            }
        }
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test func `a provider that takes one refill at a time gets one at a time`() throws {
        try withTwo("refill") { request in
            .reply(#"{"refill":\#(request.field("order") ?? "555")}"#)
        } _: { house, asked in
            try house.dispatch()
            #expect(asked().sorted() == ["order=71", "order=72"])
            #expect(
                try house.requests() == Array(repeating: "refill|sent|Pending", count: 2))
        }
        try withTwo("refill", "refill: batch") { _ in
            .reply(#"[{"order":71,"refill":1},{"order":72,"refill":2}]"#)
        } _: { house, asked in
            try house.dispatch()
            #expect(asked() == ["orders=71,72"])
            #expect(
                try house.requests() == Array(repeating: "refill|sent|Pending", count: 2))
        }
    }

    @Test(arguments: [200, 400, 422])
    func `a refused refill is rejected, whatever the status`(status: Int) throws {
        try withTwo("refill") { _ in
            .reply(#"{"error":"Ora iso"}"#, status: status)
        } _: { house, _ in
            try house.dispatch()
            #expect(
                try house.requests() == Array(repeating: "refill|ended|Rejected", count: 2))
        }
    }

    @Test(arguments: [
        #"{"success":"It will be cancelled soon"}"#, #"{"cancel":"accepted"}"#,
        #"{"message":"Kami sedang memproses"}"#,
    ])
    func `after a yes in words, or unreadable words, the status decides`(
        reply: String
    ) throws {
        try withTwo("cancel") { request in
            (request.field("orders") ?? "").contains(",") ? .reply("{}") : .reply(reply)
        } _: { house, asked in
            try house.dispatch()
            house.clock.advance(seconds: 400)
            try house.dispatch()
            #expect(
                try house.requests() == Array(repeating: "cancel|sent|Pending", count: 2))
            #expect(asked().sorted() == ["order=71", "order=72", "orders=71,72"])
        }
    }

    @Test func `a cancel whose answer names no order is sent alone, and then ends as unknown`()
        throws
    {
        try withTwo("cancel") { _ in
            .reply("{}")
        } _: { house, asked in
            for _ in 1...5 {
                try house.dispatch()
                house.clock.advance(seconds: 400)
            }
            #expect(asked().sorted() == ["order=71", "order=72", "orders=71,72"])
            #expect(
                try house.requests() == Array(repeating: "cancel|ended|Unknown", count: 2))
            #expect(
                try house.exceptions()
                    == ["cancel_unanswered|1", "cancel_unanswered|2"])
        }
    }

    @Test func `an unanswered cancel is reported after an hour, and ends after a day`()
        throws
    {
        try withTwo("cancel") { _ in
            .reply("", status: 500)
        } _: { house, asked in
            try house.dispatch()
            #expect(try house.exceptionKinds() == [])
            house.clock.advance(seconds: 4_000)
            try house.dispatch()
            #expect(try house.count("exceptions") == 2)
            #expect(
                try house.requests() == Array(repeating: "cancel|accepted|Pending", count: 2))
            house.clock.advance(seconds: 86_400)
            try house.dispatch()
            house.clock.advance(seconds: 86_400)
            try house.dispatch()
            #expect(asked().count == 3)
            #expect(
                try house.requests() == Array(repeating: "cancel|ended|Unknown", count: 2))
            #expect(try house.count("exceptions") == 2)
        }
    }
}
