import LoopbackProvider
import TestHouse
import Testing

@testable import PollStage

/// What the provider took for an order, in the books: our cost, and its own account.
@Suite struct ChargeTests {
    @Test(arguments: [
        (#""charge":"0.5","currency":"EUR""#, "550000|500000", ["charge_differs|1"]),
        (#""charge":"0.5""#, "550000|500000", ["charge_differs|1"]),
        (#""charge":"3""#, "3300000|3000000", ["charge_differs|1"]),
        (#""charge":"1.05""#, "1155000|1050000", []),
        (#""charge":null,"currency":"EUR""#, "1000000|1000000", []),
        (#""charge":"-1""#, "1000000|1000000", []),
        (
            #""charge":"0.5","currency":"USD""#, "1000000|1000000",
            ["provider_currency|-", "charge_currency|1"]
        ),
        (#""charge":"$9.00""#, "1000000|1000000", ["charge_unreadable|1"]),
        (#""charge":"0,90""#, "1000000|1000000", ["charge_unreadable|1"]),
        (#""charge":"0.50 EUR""#, "1000000|1000000", ["charge_unreadable|1"]),
        (#""charge":"""#, "1000000|1000000", []), (#""charge":"N/A""#, "1000000|1000000", []),
        (#""charge":1.0000000000000002"#, "1100000|1000000", []),
        (#""charge":"9000000000000""#, "1000000|1000000", ["charge_size|1"]),
    ])
    func `the cost is what the provider says in its own currency, else what was expected`(
        words: String, cost: String, exceptions: [String]
    ) throws {
        try withHouse(currency: "EUR") {
            .statuses($0) {
                $0 == "9001" ? #"{"status":"Completed",\#(words)}"# : #"{"status":"Pending"}"#
            }
        } _: { house, _ in
            try house.place(2)
            try house.poll()
            #expect(
                try house.table(
                    """
                    SELECT o.cost, w.balance - 1000000 FROM orders o, wallets w
                    WHERE o.id = 1 AND w.name = 'spent'
                    """) == [cost])
            #expect(try house.exceptions() == exceptions)
            #expect(try house.fates() == ["completed|Completed|0", "placed|Pending|0"])
        }
    }

    @Test func `what a provider does to many orders is reported once a day, with their number`()
        throws
    {
        try withHouse {
            .statuses($0) { _ in #"{"status":"Completed","charge":"0.5"}"# }
        } _: { house, _ in
            for day in 1...2 {
                try house.place(3)
                try house.poll(now: true)
                let told = try house.table(
                    "SELECT kind, order_id, occurrences FROM exceptions ORDER BY id")
                #expect(told == Array(["charge_differs|1|3", "charge_differs|4|3"].prefix(day)))
                house.clock.advance(seconds: 86_400)
            }
            let detail = try house.exceptionDetails()[0]
            #expect(detail.hasPrefix("the provider charged 0.500000 USD for order 1 (its 9001), "))
        }
    }

    @Test(arguments: [
        (#""charge":"0.5""#, ["canceled_with_charge|1"]),
        (#""charge":"$9.00""#, ["charge_unreadable|1"]),
        (#""charge":"0","remains":"1000""#, []), (#""charge":null,"remains":"0""#, []),
        (#""remains":"400""#, ["canceled_in_part|1"]),
    ])
    func `figures that contradict a cancel are reported, and all money goes back`(
        figures: String, told: [String]
    ) throws {
        try withHouse {
            .statuses($0) { _ in #"{"status":"Canceled",\#(figures)}"# }
        } _: { house, _ in
            try house.place(1)
            try house.poll()
            #expect(try house.exceptions() == told)
            #expect(try house.fates() == ["canceled|Canceled|2000000"])
            #expect(try house.table("SELECT cost FROM orders") == ["0"])
        }
    }

    @Test func `a completed order with units remaining is settled, and reported`() throws {
        try withHouse {
            .statuses($0) { _ in #"{"status":"Completed","remains":"10"}"# }
        } _: { house, _ in
            try house.place(2)
            try house.poll()
            #expect(try house.fates() == ["completed|Completed|0", "completed|Completed|0"])
            #expect(
                try house.table("SELECT kind, order_id, occurrences FROM exceptions")
                    == ["completed_in_part|1|2"])
        }
    }

    @Test func `the provider keeps nothing of a canceled order`() throws {
        try withHouse {
            .statuses($0) { _ in status("Canceled") }
        } _: { house, _ in
            try house.place(1)
            try house.poll()
            #expect(
                try house.table(
                    "SELECT o.cost, w.balance FROM orders o, wallets w WHERE w.name = 'spent'")
                    == ["0|0"])
        }
    }
}
