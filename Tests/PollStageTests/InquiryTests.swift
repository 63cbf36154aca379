import BatchFiles
import Ledger
import LoopbackProvider
import Run
import TestHouse
import Testing
import Timestamps

@testable import PollStage

/// What a provider's own list does to orders in doubt, over the wire.
@Suite struct InquiryTests {
    private static let link = "https://a.example/1"

    /// A row of the provider's list: by default the order that is in doubt.
    private static func row(
        _ id: Int, link: String = InquiryTests.link, quantity: Int = 1_000,
        created: String = #""2025-06-01 10:00:01""#
    ) -> String {
        #"{"order":\#(id),"service":"101","link":"\#(link)","#
            + #""quantity":\#(quantity),"created":\#(created)}"#
    }

    /// A house whose provider lists `rows`, and gives `answer` about each id unless it is in
    /// `unknown`. Its order 1 is in doubt.
    private func withDoubt(
        _ rows: [String], unknown: Set<String> = [], answer: String = status("Pending"),
        claimed: Bool = false,
        _ body: (House, LoopbackProvider) throws -> Void
    ) throws {
        try withHouse("inquiry: orders, not_found_grace: 3000") { request in
            guard request.field("action") == "orders" else {
                return .statuses(request) { id in
                    unknown.contains(id) ? #"{"error":"Incorrect order ID"}"# : answer
                }
            }
            return .reply("[\(rows.joined(separator: ","))]")
        } _: { house, provider in
            try house.accept([Self.link])
            try house.send(.unknown(evidence: "timed out"))
            if claimed {
                // Another order of ours, which has the provider's 9001.
                try house.accept([Self.link])
                try house.place()
            }
            try body(house, provider)
        }
    }

    @Test(arguments: [
        "http://www.A.example/1/", "a.example/1", "https://a.example/1?igsh=2&amp;utm_source=x",
        "HTTPS://a.example:443/1#", "https://a.example/%31",
    ])
    func `a row with the same page in other words is the order`(link: String) throws {
        try withDoubt([Self.row(7_001, link: link)]) { house, _ in
            let summary = try house.poll()
            #expect(summary["resolved"] == 1)
        }
    }

    @Test(arguments: ["https://a.example/1?p=2", "https://a.example/A", "https://b.example/1"])
    func `a row with another page is another order`(link: String) throws {
        try withDoubt([Self.row(7_001, link: link)]) { house, _ in
            let summary = try house.poll()
            #expect(summary["resolved"] == 0)
        }
    }

    private func decide(_ decision: Decision, in house: House) throws {
        try house.deskFile {
            try $0.decide(
                decision, on: OrderID(1), by: "anna", Line(.decisions, 1), asking: { _ in .orders })
        }
    }

    @Test
    func `the only row that belongs to no order of ours is the order, and its charge is booked`()
        throws
    {
        try withDoubt([
            Self.row(7_001), Self.row(7_002, link: "https://a.example/2"),
            Self.row(7_003, quantity: 500), Self.row(7_004, created: #""2025-05-28 10:00:00""#),
        ]) { house, provider in
            let summary = try house.poll()
            #expect(summary["resolved"] == 1)
            #expect(try house.doubts() == ["placed|7001"])
            #expect(
                try house.evidence()
                    == "timed out; its list has it as 7001: service, link, quantity and time agree")
            #expect(
                try house.table("SELECT balance FROM wallets WHERE name = 'spent'") == ["1000000"])
            #expect(try house.balances() == "999998000000|2000000")
            #expect(provider.requests.count { $0.field("action") == "orders" } == 1)
            #expect(provider.received(link: Self.link) == 0, "it is never sent again")
        }
    }

    @Test(arguments: [
        (
            [row(7_001), row(7_002)],
            "timed out; several orders of its list may be this order: 7001, 7002"
        ),
        (
            [row(7_001, created: "null")],
            "timed out; its order 7001 may be this order, but its list does not say when it was "
                + "placed"
        ),
        ([row(7_001, quantity: 500)], "timed out; its list of orders does not have it"),
        ([], "timed out; its list of orders does not have it"),
    ])
    func `without proof the order stays in doubt, with the evidence, and no money moves`(
        rows: [String], evidence: String
    ) throws {
        try withDoubt(rows) { house, _ in
            house.clock.advance(seconds: 3_100)
            let books = try house.movements()
            #expect(try house.poll()["resolved"] == 0)
            #expect(try house.doubts() == ["in_doubt|-"])
            #expect(try house.evidence() == evidence)
            #expect(try house.movements() == books)
        }
    }

    @Test func `a list right after the order does not prove absence`() throws {
        try withDoubt([]) { house, _ in
            try house.poll()
            #expect(try house.evidence() == "timed out")
        }
    }

    @Test func `an id that belongs to another order of ours is not taken`() throws {
        try withDoubt([Self.row(9_001)], claimed: true) { house, _ in
            let summary = try house.poll()
            #expect(summary["resolved"] == 0)
            #expect(try house.doubts() == ["in_doubt|-", "placed|9001"])
            #expect(try house.exceptions() == [])
        }
    }

    @Test func `a decision for an id that the provider does not know is contradicted`() throws {
        try withDoubt([], unknown: ["7009"]) { house, provider in
            house.clock.advance(seconds: 3_100)
            try decide(.placed(providerOrder: "7009"), in: house)
            let books = try house.movements()
            try house.poll()
            #expect(provider.requests.contains { $0.ids == ["7009"] })
            try house.expectContradicted(books)
        }
    }

    @Test func `a decision for the id of another purchase is contradicted`()
        throws
    {
        try withDoubt([Self.row(7_009, link: "https://a.example/else")], unknown: ["7009"]) {
            house, _ in
            try decide(.placed(providerOrder: "7009"), in: house)
            let books = try house.movements()
            try house.poll()
            try house.expectContradicted(books)
        }
    }

    /// The clock may have been a day ahead when it was sent, and still be: nobody notices that.
    @Test(arguments: [Decision.notPlaced, .refund])
    func `a row from a day before or after may be the order, so absence is not believed`(
        _ decision: Decision
    ) throws {
        for created in [#""2025-05-31 09:00:00""#, #""2025-06-02 11:00:00""#] {
            try withDoubt([Self.row(7_001, created: created)]) { house, provider in
                house.clock.advance(seconds: 3_100)
                try decide(decision, in: house)
                let books = try house.movements()
                try house.poll()
                try house.expectContradicted(books)
                #expect(provider.received(link: Self.link) == 0)
            }
        }
    }

    @Test(arguments: [Decision.notPlaced, .refund])
    func `a decision that it was not placed is contradicted by the list, and nothing is refunded`(
        _ decision: Decision
    ) throws {
        let undated = [Self.row(7_001, created: "null")]
        try withDoubt(undated) { house, provider in
            house.clock.advance(seconds: 3_100)
            try decide(decision, in: house)
            let books = try house.movements()
            try house.poll()
            try house.expectContradicted(books)
            #expect(provider.received(link: Self.link) == 0)
        }
    }

    @Test(arguments: [
        (Decision.placed(providerOrder: "7001"), "placed|7001"), (.notPlaced, "accepted|-"),
        (.refund, "refused|-"),
    ])
    func `a decision that the provider confirms is carried out`(
        decision: Decision, fate: String
    ) throws {
        try withDoubt([]) { house, _ in
            try decide(decision, in: house)
            house.clock.advance(seconds: 3_100)
            #expect(try house.poll()["resolved"] == 1)
            #expect(try house.doubts() == [fate])
            #expect(try house.table("SELECT state FROM decisions") == ["believed"])
            #expect(try house.exceptions() == [])
        }
    }

    @Test(arguments: [
        (status("Frozen"), "placed|7001"), (#"{"status":"Error"}"#, "in_doubt|-"),
    ])
    func `an unknown word confirms a decision only beside an order's figures`(
        answer: String, fate: String
    ) throws {
        try withDoubt([], answer: answer) { house, _ in
            try decide(.placed(providerOrder: "7001"), in: house)
            try house.poll()
            #expect(try house.doubts() == [fate])
        }
    }

    @Test func `a list that does not come says nothing, and is asked for later`() throws {
        try withHouse("inquiry: orders") { _ in
            .reply("", status: 503)
        } _: { house, provider in
            try house.accept([Self.link])
            try house.send(.unknown(evidence: "timed out"))
            try house.poll()
            try house.poll()
            #expect(provider.requests.count == 1)
            #expect(try house.doubts() == ["in_doubt|-"])
            #expect(try house.evidence() == "timed out")
            house.clock.advance(seconds: 301)
            try house.poll()
            #expect(provider.requests.count == 2)
        }
    }
}

extension House {
    /// Sends the due orders of the first provider, with this outcome.
    fileprivate func send(_ content: SendOutcome.Content) throws {
        let now = clock.wall.now()
        let claimed = try ledger.advance(
            recording: [], claiming: [Claim(provider: id(of: "alpha"), count: 10)],
            waitingForLinks: false,
            at: now)
        _ = try ledger.advance(
            recording: claimed.intents.map { SendOutcome(order: $0.order, content) }, claiming: [],
            waitingForLinks: false, at: now)
    }

    /// State and provider's id of every order.
    fileprivate func doubts() throws -> [String] {
        try placements()
    }

    fileprivate func evidence() throws -> String {
        try table("SELECT evidence FROM attempts WHERE order_id = 1")[0]
    }

    /// The decision on order 1 is contradicted, once, and nothing else has changed.
    fileprivate func expectContradicted(
        _ books: [String], _ location: SourceLocation = #_sourceLocation
    ) throws {
        for _ in 1...2 {
            #expect(try doubts() == ["in_doubt|-"], sourceLocation: location)
            #expect(
                try table("SELECT state FROM decisions") == ["contradicted"],
                sourceLocation: location)
            // That it is in doubt for an hour is reported as well.
            let told = try exceptions().filter { $0 != "orders_in_doubt|-" }
            #expect(told == ["decision_contradicted|1"], sourceLocation: location)
            #expect(try movements() == books, sourceLocation: location)
            clock.advance(seconds: 600)
            try poll()
        }
    }
}
