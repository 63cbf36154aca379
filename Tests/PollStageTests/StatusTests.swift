import BatchFiles
import Ledger
import LoopbackProvider
import Money
import Run
import TestHouse
import TestSupport
import Testing

@testable import PollStage

/// What a provider's words mean for an order and its money (provider-api.md §5).
@Suite struct StatusTests {
    @Test func `every spelling does what it means, and an unknown one moves no money`() throws {
        let table: [(words: [String], fate: String)] = [
            (["Pending", "Queued", "Awaiting", "Creating", "Active"], "placed|Pending|0"),
            (
                ["In progress", "In Progress", "Inprogress", "INPROGRESS", "IN_PROGRESS"],
                "placed|In progress|0"
            ),
            (["Processing", "PPROCESSING", "processing"], "placed|Processing|0"),
            (["Completed", "Complete", "completed"], "completed|Completed|0"),
            (["Partial", "PARTIALLY"], "partial|Partial|800000"),
            (["Canceled", "Cancelled", "Refunded", "Refunds"], "canceled|Canceled|2000000"),
        ]
        let unknown = ["Error", "Fail", "Rejected", "0", "1", "2", "3", "4", "5", "Готово"]
        let cases =
            table.flatMap { row in row.words.map { ($0, row.fate) } }
            + unknown.map { ($0, "placed|\($0)|0") }
        let words = cases.map(\.0)
        try withHouse {
            .statuses($0) { status(words[Int($0)! - 9_001], remains: "400") }
        } _: { house, _ in
            try house.place(cases.count)
            let summary = try house.poll()
            #expect(try house.fates() == cases.map(\.1))
            #expect(summary["ended"] == 9)
        }
    }

    @Test(arguments: [
        (#""0""#, "partial|0|0"), ("1", "partial|2000|1"), (#""1,000""#, "partial|2000000|1000"),
        ("1001", "placed|0|1001"), ("-1", "placed|0|-"), ("null", "placed|0|-"),
        (#""Unknown""#, "placed|0|-"), (#""N/A""#, "placed|0|-"), (#""""#, "placed|0|-"),
        ("1.5", "placed|0|-"), ("99999999999999999999", "placed|0|-"),
    ])
    func `a partial end gives back what remains, if that can be believed`(
        remains: String, fate: String
    ) throws {
        try withHouse {
            .statuses($0) { _ in #"{"status":"Partial","remains":\#(remains)}"# }
        } _: { house, _ in
            try house.place(1)
            try house.poll()
            #expect(try house.table("SELECT state, refunded, remains FROM orders") == [fate])
            // More than was ordered is a wrong figure; the others may still become figures.
            #expect(try house.exceptions() == (remains == "1001" ? ["unknown_remains|1"] : []))
            house.clock.advance(seconds: 86_700)
            try house.poll()
            #expect(
                try house.exceptions() == (fate.hasPrefix("placed") ? ["unknown_remains|1"] : []))
        }
    }

    @Test func `a refund is the undelivered part of the charge, rounded down, for any numbers`()
        throws
    {
        var random = Seeded()
        let cases = (0..<300).map { _ in
            let billed = Int64.random(
                in: 1...Int64.random(in: 1...10_000_000, using: &random), using: &random)
            return (
                charge: Int64.random(
                    in: 0...Int64.random(in: 0...1_000_000_000, using: &random), using: &random),
                billed: billed, remains: Int64.random(in: 0...billed, using: &random)
            )
        }
        try withHouse {
            .statuses($0) {
                status("Partial", remains: String(cases[Int($0)! - 9_001].remains))
            }
        } _: { house, _ in
            let alpha = try house.id(of: "alpha")
            // Nothing is sent below its cost.
            try house.alter("UPDATE services SET rate = 0, cost_rate = 0")
            try house.accept(
                cases.map {
                    NewOrder(
                        ref: "", service: ServiceID(101), provider: alpha, link: nil,
                        quantity: $0.billed, parameters: nil, billedUnits: $0.billed,
                        charge: Amount(micros: $0.charge))
                })
            try house.place()
            try house.poll()
            let refunds = cases.map { Int128($0.charge) * Int128($0.remains) / Int128($0.billed) }
            #expect(
                try house.table("SELECT refunded FROM orders ORDER BY id")
                    == refunds.map(String.init),
                "seed \(random.seed)")
            let kept = zip(cases, refunds).reduce(Int128(House.wealth.micros)) {
                $0 - Int128($1.0.charge) + $1.1
            }
            #expect(try house.balances() == "\(kept)|0", "seed \(random.seed)")
        }
    }

    @Test func `an ended order is settled once, whatever the provider says later`() throws {
        try withHouse {
            let isFirst = $0.serial == 1
            return .statuses($0) { _ in status(isFirst ? "Partial" : "Canceled", remains: "400") }
        } _: { house, provider in
            try house.place(1)
            try house.poll()
            let books = try house.movements()
            house.clock.advance(seconds: 86_400)
            try house.poll()
            #expect(provider.requests.count == 1, "it is not asked about for a while")

            var news = StatusNews(order: OrderID(1), askAgain: TickingClock.start)
            news.settlement = .canceled
            #expect(try house.ledger.record([news], at: TickingClock.start) == 0)
            #expect(try house.movements() == books)
            #expect(try house.fates() == ["partial|Partial|800000"])
        }
    }

    @Test func `a person ends an order that its provider lost, and all its money goes back`() throws
    {
        try withHouse {
            .statuses($0) { _ in #"{"error":"Incorrect order ID"}"# }
        } _: { house, provider in
            try house.place(1)
            func refund() throws {
                house.clock.advance(seconds: 1)
                try house.deskFile {
                    try $0.decide(
                        .refund, on: OrderID(1), by: "anna", Line(.decisions, 1),
                        asking: { _ in .statuses })
                }
            }
            try refund()
            #expect(try house.fates() == ["placed|-|0"], "nothing is wrong with it yet")

            house.clock.advance(seconds: 4_000)
            try house.poll()
            #expect(try house.exceptions() == ["order_not_found|1"])
            try refund()
            // What the provider took stays booked.
            #expect(
                try house.table("SELECT state, refunded, cost FROM orders") == [
                    "canceled|2000000|1000000"
                ])
            #expect(try house.balances() == "1000000000000|0")
            house.clock.advance(seconds: 4_000)
            try house.poll()
            #expect(provider.requests.count == 1)
        }
    }
}
