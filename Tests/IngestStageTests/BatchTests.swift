import TestHouse
import Testing

private let order = #"{"service": 101, "link": "a", "quantity": 1000}"#

/// Files that are refused as a whole, with the reason.
private let refusedFiles: [(text: String, reason: String)] = [
    ("", "none"), ("not json", "BAD_JSON"), ("[]", "BAD_JSON"), ("{}{}", "BAD_JSON"),
    (#"{"orders": [}"#, "BAD_JSON"), (#"{"orders": [\#(order)]"#, "BAD_JSON"),
    (#"{"orders": [], "orders": []}"#, "BAD_JSON"),
    (#"{"orders": [{"service": 101, "service": 102}]}"#, "BAD_JSON"),
    ("\u{FEFF}{}", "BAD_JSON"), (#"{"count": NaN}"#, "BAD_JSON"),
    ("{\"orders\": \(String(repeating: "[", count: 20))", "BAD_JSON"),
    (String(repeating: "[", count: 513), "BAD_JSON"),
    (#"{"order": [\#(order)]}"#, "UNKNOWN_FIELD"), (#"{"users": []}"#, "UNKNOWN_FIELD"),
    (#"{"by": "anna"}"#, "UNKNOWN_FIELD"),
    (#"{"orders": {}}"#, "BAD_VALUE"), (#"{"orders": null}"#, "BAD_VALUE"),
    (#"{"batch": 7}"#, "BAD_VALUE"), (#"{"batch": ""}"#, "BAD_VALUE"),
    (#"{"count": "1", "orders": [\#(order)]}"#, "BAD_VALUE"),
    (#"{"count": 1.0, "orders": [\#(order)]}"#, "BAD_VALUE"),
    (#"{"all_or_nothing": 1}"#, "BAD_VALUE"), (#"{"total": true}"#, "BAD_VALUE"),
    (#"{"total": 1.2e0, "orders": [\#(order)]}"#, "BAD_VALUE"),
    (#"{"count": 2, "orders": [\#(order)]}"#, "TOTALS_MISMATCH"),
    (#"{"total": "1.2", "orders": [\#(order), \#(order)]}"#, "TOTALS_MISMATCH"),
    (#"{"total": "1.200001", "orders": [\#(order)]}"#, "TOTALS_MISMATCH"),
    (#"{"orders": [1, 2, 3, 4]}"#, "TOO_MANY_LINES"),
]

@Test(arguments: refusedFiles.indices)
func `a file that is wrong as a whole has no effect, and its receipt says why`(index: Int) throws {
    let (text, reason) = refusedFiles[index]
    let house = try House.stocked("intake: {min_free_bytes: 0, max_orders_per_file: 3}")
    try house.add()
    house.put(text)
    try house.ingest()
    guard reason != "none" else {
        // It is no batch and no JSON, and has no row.
        #expect(house.names(in: "resellers/acme/inbox").isEmpty)
        #expect(try house.count("files WHERE user_id = 'acme'") == 0)
        return
    }
    let receipt = try house.receipt(of: "orders.json")
    #expect(receipt.reason == reason)
    #expect(receipt["status"] == "rejected")
    #expect(receipt["charged"] == "0.000000")
    #expect(receipt["balance"] == "1000.000000")
    #expect(try house.count("orders") == 0)
    #expect(house.names(in: "resellers/acme/inbox").isEmpty)
    #expect(house.names(in: "quarantine/acme").isEmpty == (reason != "BAD_JSON"))
    try house.expectSound()
}

@Test func `bytes that are not UTF-8 are refused`() throws {
    let house = try House.stocked()
    try house.add()
    house.put(Array(#"{"batch": ""#.utf8) + [0xFF] + Array(#""}"#.utf8))
    try house.ingest()
    #expect(try house.receipt(of: "orders.json").reason == "BAD_JSON")
}

@Test func `the keys of a file may come in any order`() throws {
    let house = try House.stocked()
    try house.add()
    let receipt = try house.drop(
        """
        {"withdrawals": [{"ref": "W", "amount": 1, "to": "IBAN"}], "orders": [\(order)],
         "total": 2.2, "count": 2, "batch": "b/1", "all_or_nothing": true}
        """)
    #expect(receipt["status"] == "accepted")
    #expect(receipt["batch"] == "b/1")
    #expect(receipt["balance"] == "997.800000")
}

@Test func `the stated total counts orders and withdrawals, accepted or not`() throws {
    let house = try House.stocked()
    try house.add(funds: "1.5")
    let receipt = try house.drop(
        """
        {"total": "12.40", "orders": [\(order), {"service": 101, "link": "b", "quantity": 1000}],
         "deposits": [{"ref": "D", "method": "bank", "reference": "T", "amount": 5}],
         "withdrawals": [{"ref": "W", "amount": 10, "to": "IBAN"}]}
        """)
    #expect(receipt["status"] == "partial")
    #expect(receipt.verdicts() == ["accepted", "INSUFFICIENT_FUNDS"])
    #expect(receipt.verdicts("withdrawals") == ["INSUFFICIENT_FUNDS"])
}

@Test func `a batch id is used once, unless its file had no effect`() throws {
    let house = try House.stocked()
    try house.add()
    func batch(_ name: String, _ lines: String) throws -> Receipt {
        try house.drop(#"{"batch": "b", "orders": [\#(lines)]}"#, as: name)
    }
    #expect(try batch("1.json", #"{"service": 9}"#)["status"] == "rejected")
    #expect(try batch("2.json", "\(order), 5")["status"] == "partial")
    let third = try batch("3.json", order)
    #expect(third.reason == "BATCH_REUSED")
    #expect(third["batch"] == "b")
    try house.add("zenith")
    #expect(
        try house.drop(#"{"batch": "b", "orders": [\#(order)]}"#, by: "zenith")["status"]
            == "accepted")
    try house.expectSound()
}

@Test func `a line without a ref is named by its batch, kind and place`() throws {
    let house = try House.stocked()
    try house.add()
    let named = try house.drop(#"{"batch": "b", "orders": [5, \#(order)]}"#, as: "1.json")
    #expect(named.lines().map { $0["ref"] } == ["b#orders#1", "b#orders#2"])
    let unnamed = try house.drop(#"{"orders": [\#(order)]}"#, as: "2.json")
    let digest = try #require(unnamed["sha256"])
    #expect(unnamed["batch"] == digest)
    #expect(unnamed.lines()[0]["ref"] == "\(digest)#orders#1")
}

@Suite struct AllOrNothingTests {
    @Test func `an all-or-nothing batch takes effect if no line fails`() throws {
        let house = try House.stocked()
        try house.add()
        let receipt = try house.drop(#"{"all_or_nothing": true, "orders": [\#(order)]}"#)
        #expect(receipt["status"] == "accepted")
        #expect(receipt["balance"] == "998.800000")
    }

    @Test func `one bad line stops an all-or-nothing batch, and every line says why`() throws {
        let house = try House.stocked("intake: {min_free_bytes: 0}\nduplicate_links: reject")
        try house.add(funds: "2")
        let receipt = try house.drop(
            """
            {"batch": "b", "all_or_nothing": true,
             "orders": [\(order), \(order), {"service": 101, "link": "b", "quantity": 1000},
                        {"service": 9}],
             "cancels": [{"order": 1}, {"order": 99}],
             "deposits": [{"method": "bank", "reference": "T", "amount": 5}],
             "withdrawals": [{"amount": 0.5, "to": "IBAN"}]}
            """)
        #expect(receipt["status"] == "rejected")
        #expect(
            receipt.verdicts() == [
                "BATCH_ABORTED", "DUPLICATE_LINK", "INSUFFICIENT_FUNDS", "UNKNOWN_SERVICE",
            ])
        #expect(receipt.verdicts("cancels") == ["BATCH_ABORTED", "UNKNOWN_ORDER"])
        #expect(receipt.verdicts("deposits") == ["BATCH_ABORTED"])
        #expect(receipt.verdicts("withdrawals") == ["BATCH_ABORTED"])
        #expect(receipt["charged"] == "0.000000")
        #expect(receipt["balance"] == "2.000000")
        #expect(try house.count("orders") == 0)
        #expect(try house.count("deposits WHERE status = 'pending'") == 0)
        try house.expectSound()

        let mended = try house.drop(#"{"batch": "b", "orders": [\#(order)]}"#, as: "mended.json")
        #expect(mended["status"] == "accepted", "a batch of which nothing was done can be used")
    }

    @Test func `lines beyond the limit of recorded faults still count as not done`() throws {
        let house = try House.stocked()
        try house.add(funds: "0")
        let lines = repeatElement(order, count: 1_200).joined(separator: ",")
        let receipt = try house.drop(#"{"all_or_nothing": true, "orders": [\#(lines)]}"#)
        let verdicts = receipt.verdicts()
        #expect(verdicts[..<1_000].allSatisfy { $0 == "INSUFFICIENT_FUNDS" })
        #expect(verdicts[1_000...].allSatisfy { $0 == "BATCH_ABORTED" })
        #expect(verdicts.count == 1_200)
    }
}

@Suite struct AbsurdAmountTests {
    /// A deposit of the most that one line may bring.
    private func deposit(_ reference: Int, for user: String = "acme") -> String {
        """
        {"user": "\(user)", "method": "bank", "reference": "\(reference)", "amount": 1000000000000}
        """
    }

    @Test func `a line whose sum overflows is rejected alone, and leaves nothing behind`() throws {
        let house = try House.stocked(
            "intake: {min_free_bytes: 0}\nfees: {deposit: {percent: \"1\"}}")
        try house.add(funds: "0")
        try house.add("zenith", funds: "0")
        // The house's wallet of deposits takes nine of them, and a little.
        let lines = (1...10).map { deposit($0) }.joined(separator: ",")
        let receipt = try house.drop(
            """
            {"deposits": [\(lines),
                {"user": "zenith", "method": "bank", "reference": "T", "amount": 100}],
             "adjustments": [{"user": "acme", "amount": "-1"}]}
            """, as: "huge.json", by: "desk")
        #expect(receipt["status"] == "partial")
        #expect(
            receipt.verdicts("deposits")
                == Array(repeating: "accepted", count: 9) + ["BAD_VALUE", "accepted"])
        #expect(receipt.verdicts("adjustments") == ["accepted"])
        #expect(try house.count("deposits WHERE reference = '10'") == 0)
        #expect(try house.drop("{}", as: "look.json")["balance"] == "8909999999999.000000")
        #expect(try house.drop("{}", as: "look.json", by: "zenith")["balance"] == "99.000000")
        try house.expectSound()
    }

    @Test(arguments: [
        ("deposits", #"{"user": "acme", "method": "a", "reference": "T", "amount": AMOUNT}"#),
        ("topups", #"{"provider": "alpha", "amount": AMOUNT}"#),
        ("adjustments", #"{"user": "acme", "amount": AMOUNT}"#),
    ])
    func `the amount of one line has a limit, and the rejection names it`(
        kind: String, line: String
    ) throws {
        let house = try House.stocked()
        try house.add()
        for (amount, verdict) in [
            ("1000000000000", "accepted"), ("1000000000000.000001", "rejected"),
        ] {
            let line = line.replacing("AMOUNT", with: amount)
            let receipt = try house.drop(
                #"{"\#(kind)": [\#(line)]}"#, as: "\(verdict).json", by: "desk")
            #expect(receipt["status"] == verdict)
            guard verdict == "rejected" else { continue }
            #expect(receipt.lines(kind)[0]["code"] == "BAD_VALUE")
            #expect(
                receipt.lines(kind)[0]["detail"]?.contains("at most 1000000000000.000000") == true)
        }
        try house.expectSound()
    }

    @Test func `lines rejected for lack of money do not stop the others`() throws {
        let house = try House.stocked()
        try house.add(funds: "10")
        let dear = #"{"service": 205, "link": "a", "quantity": 99000}"#
        let receipt = try house.drop(
            """
            {"orders": [\(dear), \(dear), \(dear), \(order)],
             "withdrawals": [{"amount": 9000000000000, "to": "IBAN"}, {"amount": 1, "to": "IBAN"}]}
            """)
        #expect(
            receipt.verdicts() == Array(repeating: "INSUFFICIENT_FUNDS", count: 3) + ["accepted"])
        #expect(receipt.verdicts("withdrawals") == ["INSUFFICIENT_FUNDS", "accepted"])
        let total = try house.drop(
            #"{"total": 5, "orders": [\#(dear), \#(dear)]}"#, as: "total.json")
        #expect(total.reason == "TOTALS_MISMATCH")
        #expect(total["detail"]?.contains("come to more than can be counted") == true)
        try house.expectSound()
    }
}
