import TestHouse
import Testing

private let priced = "intake: {min_free_bytes: 0}\nexchange_rates: {EUR: \"1.08\"}\n"

@Suite struct DepositClaimTests {
    @Test(arguments: [
        (#"{"method": "bank", "reference": "T", "amount": "5.00", "currency": "EUR"}"#, "pending"),
        (#"{"method": "bank", "reference": "T", "amount": 5}"#, "pending"),
        (#"{"method": "bank", "reference": "of acme", "amount": 1000}"#, "DEPOSIT_KNOWN"),
        (#"{"method": "bank", "reference": "T", "amount": 5, "currency": "JPY"}"#, "BAD_VALUE"),
        (#"{"method": "bank", "reference": "T", "amount": 5, "currency": 1}"#, "BAD_VALUE"),
        (#"{"method": "bank", "reference": "T", "amount": 0}"#, "BAD_VALUE"),
        (#"{"method": "bank", "reference": "T", "amount": "-5"}"#, "BAD_VALUE"),
        (#"{"method": "bank", "reference": "T", "amount": "5.0000001"}"#, "BAD_VALUE"),
        (#"{"method": "bank", "reference": "T"}"#, "MISSING_FIELD"),
        (#"{"method": "bank", "amount": 5}"#, "MISSING_FIELD"),
        (#"{"reference": "T", "amount": 5}"#, "MISSING_FIELD"),
        (#"{"method": "bank", "reference": "T", "amount": 5, "user": "b"}"#, "UNKNOWN_FIELD"),
    ])
    func `a claimed deposit is recorded and credits nothing`(line: String, verdict: String) throws {
        let house = try House.stocked(priced)
        try house.add()
        #expect(try house.verdict(on: line, in: "deposits") == verdict)
        #expect(try house.receipt(of: "one.json")["balance"] == "1000.000000")
    }

    @Test func `a claimed deposit becomes money once, when the desk confirms it`() throws {
        let house = try House.stocked(priced + "fees: {deposit: {percent: \"1\", fixed: \"0.10\"}}")
        try house.add(funds: "0")
        let line =
            #"{"ref": "D", "method": "bank", "reference": "T", "amount": 10, "currency": "EUR"}"#
        #expect(try house.verdict(on: line, in: "deposits") == "pending")
        let word = line.replacing(#""ref": "D""#, with: #""user": "acme""#)
        #expect(try house.verdict(on: word, in: "deposits", by: "desk") == "accepted")
        #expect(
            try house.drop(#"{"batch": "2", "deposits": [\#(word)]}"#, as: "2.json", by: "desk")
                .verdicts("deposits") == ["duplicate"])
        let again = try house.drop(#"{"batch": "2", "deposits": [\#(line)]}"#, as: "again.json")
        #expect(again.verdicts("deposits") == ["duplicate"])
        #expect(again["balance"] == "10.592000")
        try house.expectSound()
    }
}

@Suite struct WithdrawalTests {
    @Test(arguments: [
        (#"{"amount": "25", "to": "IBAN"}"#, "accepted"),
        (#"{"amount": "1000", "to": "IBAN"}"#, "accepted"),
        (#"{"amount": "1000.000001", "to": "IBAN"}"#, "INSUFFICIENT_FUNDS"),
        (#"{"amount": "1.010102", "to": "IBAN"}"#, "BAD_VALUE"),
        (#"{"amount": "1.010103", "to": "IBAN"}"#, "accepted"),
        (#"{"amount": 0, "to": "IBAN"}"#, "BAD_VALUE"),
        (#"{"amount": 25}"#, "MISSING_FIELD"), (#"{"to": "IBAN"}"#, "MISSING_FIELD"),
        (#"{"amount": 25, "to": "IBAN", "currency": "USD"}"#, "UNKNOWN_FIELD"),
    ])
    func `a withdrawal is held if the money is there and exceeds the fee`(
        line: String, verdict: String
    ) throws {
        let house = try House.stocked(priced + "fees: {withdrawal: {percent: \"1\", fixed: \"1\"}}")
        try house.add(creditLimit: "50")
        #expect(try house.verdict(on: line, in: "withdrawals") == verdict)
        try house.expectSound()
    }

    @Test(arguments: [("paid", "975.000000", 1_250_000), ("declined", "1000.000000", 0)])
    func `the desk ends a withdrawal once`(
        outcome: String, balance: String, fee: Int64
    ) throws {
        let house = try House.stocked(priced + "fees: {withdrawal: {percent: \"5\", fixed: \"0\"}}")
        try house.add()
        #expect(
            try house.verdict(on: #"{"ref": "W", "amount": "25", "to": "IBAN"}"#, in: "withdrawals")
                == "accepted")
        let word = #"{"user": "acme", "ref": "W", "outcome": "\#(outcome)", "reference": "T"}"#
        let other = #"{"user": "acme", "ref": "W", "outcome": "\#(outcome)", "reference": "U"}"#
        let receipt = try house.drop(
            #"{"withdrawals": [\#(word), \#(word), \#(other)]}"#, as: "w.json", by: "desk")
        #expect(receipt.verdicts("withdrawals") == ["accepted", "duplicate", "NOT_ALLOWED"])
        #expect(try house.drop("{}", as: "look.json")["balance"] == balance)
        #expect(try house.houseBalance("fees") == fee)
        try house.expectSound()
    }
}

@Suite struct RequestTests {
    @Test(arguments: [
        (Progress.completed, 101, "accepted"), (.completed, 201, "REFILL_NOT_ALLOWED"),
        (.placed, 101, "REFILL_NOT_ALLOWED"), (.accepted, 101, "REFILL_NOT_ALLOWED"),
        (.inDoubt, 101, "REFILL_NOT_ALLOWED"),
    ])
    func `a delivered order can be refilled if its service allows refills`(
        progress: Progress, service: Int, verdict: String
    ) throws {
        let house = try House.stocked()
        try house.add()
        let order = try house.order(progress, of: service)
        #expect(try house.verdict(on: #"{"order": \#(order)}"#, in: "refills") == verdict)
    }

    @Test(arguments: [
        (Progress.accepted, 101, "accepted", "1000.000000"),
        (.accepted, 201, "accepted", "1000.000000"),
        (.placed, 101, "accepted", "998.800000"),
        (.placed, 201, "CANCEL_NOT_ALLOWED", "998.000000"),
        (.inDoubt, 101, "accepted", "998.800000"),
        (.completed, 101, "ORDER_ENDED", "998.800000"),
    ])
    func `an unsent order is canceled at once; for a sent one the provider is asked`(
        progress: Progress, service: Int, verdict: String, balance: String
    ) throws {
        let house = try House.stocked()
        try house.add()
        let order = try house.order(progress, of: service)
        #expect(try house.verdict(on: #"{"order": \#(order)}"#, in: "cancels") == verdict)
        #expect(try house.receipt(of: "one.json")["balance"] == balance)
        try house.expectSound()
    }

    @Test(arguments: ["refills", "cancels"])
    func `another reseller's order is unknown here`(kind: String) throws {
        let house = try House.stocked()
        try house.add()
        try house.add("zenith")
        let order = try house.order(.completed)
        #expect(
            try house.verdict(on: #"{"order": \#(order)}"#, in: kind, by: "zenith")
                == "UNKNOWN_ORDER")
        let wrong = try house.drop(
            #"{"\#(kind)": [{}, {"order": "1"}, {"order": 0}, {"order": 1, "why": "x"}]}"#,
            as: "wrong.json")
        #expect(
            wrong.verdicts(kind) == ["MISSING_FIELD", "BAD_VALUE", "BAD_VALUE", "UNKNOWN_FIELD"])
    }

    @Test func `in one file, orders come before the requests about them`() throws {
        let house = try House.stocked()
        try house.add()
        let receipt = try house.drop(
            """
            {"withdrawals": [{"amount": "1000", "to": "IBAN"}], "cancels": [{"order": 1}],
             "orders": [{"service": 101, "link": "a", "quantity": 1000}]}
            """)
        #expect(receipt["status"] == "accepted")
        #expect(receipt["charged"] == "1.200000")
        #expect(receipt["balance"] == "0.000000")
        try house.expectSound()
    }

    @Test func `a ref names one thing, of whatever kind`() throws {
        let house = try House.stocked()
        try house.add()
        let receipt = try house.drop(
            """
            {"orders": [{"ref": "R", "service": 101, "link": "a", "quantity": 1000}],
             "cancels": [{"ref": "R", "order": 1}],
             "deposits": [{"ref": "R", "method": "bank", "reference": "T", "amount": 5}],
             "withdrawals": [{"ref": "R", "amount": 5, "to": "IBAN"}]}
            """)
        for kind in ["cancels", "deposits", "withdrawals"] {
            #expect(receipt.verdicts(kind) == ["REF_REUSED"])
        }
    }
}
