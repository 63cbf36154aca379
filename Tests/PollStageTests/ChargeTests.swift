import LoopbackProvider
import TestHouse
import Testing

@testable import PollStage

/// What the provider took for an order, in the books: house cost, his spent.
@Suite struct ChargeTests {
    @Test(arguments: [
        (#""charge":"0.5","currency":"EUR""#, "550000|500000", ["charge_differs|1"]),
        (#""charge":"0.5""#, "550000|500000", ["charge_differs|1"]),
        (#""charge":"3""#, "3300000|3000000", ["charge_differs|1"]),
        (#""charge":"1.05""#, "1155000|1050000", []),
        (#""charge":null,"currency":"EUR""#, "1000000|1000000", []),
        (#""charge":"-1""#, "1000000|1000000", []),
        (#""charge":"0.5","currency":"USD""#, "1000000|1000000", ["charge_currency|1"]),
        (#""charge":"9000000000000""#, "1000000|1000000", ["charge_size|1"]),
    ])
    func `the cost is what the provider says in his own currency, else what was expected`(
        words: String, cost: String, exceptions: [String]
    ) throws {
        try withHouse(currency: "EUR") {
            .statuses($0) {
                $0 == "9001" ? #"{"status":"Completed",\#(words)}"# : status("Pending")
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

    @Test func `of a cancelled order the provider keeps nothing`() throws {
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
