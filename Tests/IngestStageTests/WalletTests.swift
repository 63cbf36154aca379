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
    func `a claim is written down and credits nothing`(line: String, verdict: String) throws {
        let shop = try Shop(priced)
        try shop.add()
        #expect(try shop.verdict(on: line, in: "deposits") == verdict)
        #expect(try shop.receipt(of: "one.json")["balance"] == "1000.000000")
    }

    @Test func `a claim becomes money when the desk confirms it, once`() throws {
        let shop = try Shop(priced + "fees: {deposit: {percent: \"1\", fixed: \"0.10\"}}")
        try shop.add(funds: "0")
        let line =
            #"{"ref": "D", "method": "bank", "reference": "T", "amount": 10, "currency": "EUR"}"#
        #expect(try shop.verdict(on: line, in: "deposits") == "pending")
        let word = line.replacing(#""ref": "D""#, with: #""user": "acme""#)
        #expect(try shop.verdict(on: word, in: "deposits", by: "desk") == "accepted")
        #expect(
            try shop.drop(#"{"batch": "2", "deposits": [\#(word)]}"#, as: "2.json", by: "desk")
                .verdicts("deposits") == ["duplicate"])
        let again = try shop.drop(#"{"batch": "2", "deposits": [\#(line)]}"#, as: "again.json")
        #expect(again.verdicts("deposits") == ["duplicate"])
        #expect(again["balance"] == "10.592000")
        try shop.expectSound()
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
    func `a withdrawal is held if it is there, and worth its fee`(
        line: String, verdict: String
    ) throws {
        let shop = try Shop(priced + "fees: {withdrawal: {percent: \"1\", fixed: \"1\"}}")
        try shop.add(creditLimit: "50")
        #expect(try shop.verdict(on: line, in: "withdrawals") == verdict)
        try shop.expectSound()
    }

    @Test(arguments: [("paid", "975.000000", 1_250_000), ("declined", "1000.000000", 0)])
    func `the desk says how a withdrawal ended, once`(
        outcome: String, balance: String, fee: Int64
    ) throws {
        let shop = try Shop(priced + "fees: {withdrawal: {percent: \"5\", fixed: \"0\"}}")
        try shop.add()
        #expect(
            try shop.verdict(on: #"{"ref": "W", "amount": "25", "to": "IBAN"}"#, in: "withdrawals")
                == "accepted")
        let word = #"{"user": "acme", "ref": "W", "outcome": "\#(outcome)", "reference": "T"}"#
        let other = #"{"user": "acme", "ref": "W", "outcome": "\#(outcome)", "reference": "U"}"#
        let receipt = try shop.drop(
            #"{"withdrawals": [\#(word), \#(word), \#(other)]}"#, as: "w.json", by: "desk")
        #expect(receipt.verdicts("withdrawals") == ["accepted", "duplicate", "NOT_ALLOWED"])
        #expect(try shop.drop("{}", as: "look.json")["balance"] == balance)
        #expect(try shop.value("SELECT balance FROM wallets WHERE name = 'fees'") == fee)
        try shop.expectSound()
    }
}

@Suite struct RequestTests {
    @Test(arguments: [
        (Progress.completed, 101, "accepted"), (.completed, 201, "REFILL_NOT_ALLOWED"),
        (.placed, 101, "REFILL_NOT_ALLOWED"), (.accepted, 101, "REFILL_NOT_ALLOWED"),
        (.inDoubt, 101, "REFILL_NOT_ALLOWED"),
    ])
    func `what was delivered can be refilled, where the service does`(
        progress: Progress, service: Int, verdict: String
    ) throws {
        let shop = try Shop()
        try shop.add()
        let order = try shop.order(progress, of: service)
        #expect(try shop.verdict(on: #"{"order": \#(order)}"#, in: "refills") == verdict)
    }

    @Test(arguments: [
        (Progress.accepted, 101, "accepted", "1000.000000"),
        (.accepted, 201, "accepted", "1000.000000"),
        (.placed, 101, "accepted", "998.800000"),
        (.placed, 201, "CANCEL_NOT_ALLOWED", "998.000000"),
        (.inDoubt, 101, "accepted", "998.800000"),
        (.completed, 101, "ORDER_ENDED", "998.800000"),
    ])
    func `an order that was not sent is cancelled at once, another is asked for`(
        progress: Progress, service: Int, verdict: String, balance: String
    ) throws {
        let shop = try Shop()
        try shop.add()
        let order = try shop.order(progress, of: service)
        #expect(try shop.verdict(on: #"{"order": \#(order)}"#, in: "cancels") == verdict)
        #expect(try shop.receipt(of: "one.json")["balance"] == balance)
        try shop.expectSound()
    }

    @Test(arguments: ["refills", "cancels"])
    func `an order of somebody else is not known here`(kind: String) throws {
        let shop = try Shop()
        try shop.add()
        try shop.add("zenith")
        let order = try shop.order(.completed)
        #expect(
            try shop.verdict(on: #"{"order": \#(order)}"#, in: kind, by: "zenith")
                == "UNKNOWN_ORDER")
        let wrong = try shop.drop(
            #"{"\#(kind)": [{}, {"order": "1"}, {"order": 0}, {"order": 1, "why": "x"}]}"#,
            as: "wrong.json")
        #expect(
            wrong.verdicts(kind) == ["MISSING_FIELD", "BAD_VALUE", "BAD_VALUE", "UNKNOWN_FIELD"])
    }

    @Test func `orders come before what is asked about them, in one file`() throws {
        let shop = try Shop()
        try shop.add()
        let receipt = try shop.drop(
            """
            {"withdrawals": [{"amount": "1000", "to": "IBAN"}], "cancels": [{"order": 1}],
             "orders": [{"service": 101, "link": "a", "quantity": 1000}]}
            """)
        #expect(receipt["status"] == "accepted")
        #expect(receipt["charged"] == "1.200000")
        #expect(receipt["balance"] == "0.000000")
        try shop.expectSound()
    }

    @Test func `a reference names one thing, whatever kind it is of`() throws {
        let shop = try Shop()
        try shop.add()
        let receipt = try shop.drop(
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
