import TestHouse
import Testing

/// Order lines of a user with 1.00, and the result of each as the only line of a file.
private let refusals: [(line: String, code: String)] = [
    (#"{"service": 101, "link": "a", "quantity": 100}"#, "accepted"),
    (#"7"#, "BAD_VALUE"), ("[]", "BAD_VALUE"), ("null", "BAD_VALUE"),
    (#"{"link": "a", "quantity": 100}"#, "MISSING_FIELD"),
    (#"{"service": "101", "link": "a", "quantity": 100}"#, "BAD_VALUE"),
    (#"{"service": -101, "link": "a", "quantity": 100}"#, "BAD_VALUE"),
    (#"{"service": 9999, "link": "a", "quantity": 100}"#, "UNKNOWN_SERVICE"),
    (#"{"service": 202, "link": "a", "quantity": 100}"#, "SERVICE_DISABLED"),
    (#"{"service": 203, "link": "a", "quantity": 100}"#, "SERVICE_DISABLED"),
    (#"{"service": 201, "link": "a", "quantity": 99}"#, "QUANTITY_TOO_SMALL"),
    (#"{"service": 201, "link": "a", "quantity": 1001}"#, "QUANTITY_TOO_LARGE"),
    (#"{"service": 205, "link": "a", "quantity": 100000}"#, "QUANTITY_TOO_LARGE"),
    (#"{"service": 201, "link": "a", "quantity": 100, "runs": 2}"#, "DRIPFEED_NOT_ALLOWED"),
    (#"{"service": 201, "link": "a", "quantity": 100, "interval": 2}"#, "DRIPFEED_NOT_ALLOWED"),
    (#"{"service": 102, "link": "a", "runs": 2}"#, "DRIPFEED_NOT_ALLOWED"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": "1.199999"}"#, "RATE_CHANGED"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": "1.20"}"#, "accepted"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": 1.2}"#, "accepted"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": "1.2e0"}"#, "BAD_VALUE"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": 1e1}"#, "BAD_VALUE"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": "1.2000001"}"#, "BAD_VALUE"),
    (#"{"service": 101, "link": "a", "quantity": 100, "max_rate": "-1"}"#, "BAD_VALUE"),
    (#"{"service": 204, "link": "a", "quantity": 100}"#, "BELOW_COST"),
    (#"{"service": 101, "link": "a", "quantity": 834}"#, "INSUFFICIENT_FUNDS"),
    (#"{"service": 101, "link": "a", "quantity": 833}"#, "accepted"),
    (#"{"service": 101, "link": "a", "quantity": 100, "Quantity": 1}"#, "UNKNOWN_FIELD"),
    (#"{"service": 101, "link": "a", "quantity": 100, "ref": ""}"#, "BAD_VALUE"),
    (#"{"service": 101, "link": "a", "quantity": 100, "ref": 7}"#, "BAD_VALUE"),
    (#"{"service": 101, "link": "a", "quantity": 100, "ref": "a\u0000b"}"#, "BAD_VALUE"),
]

private let sentences: [(kind: String, line: String, detail: String)] = [
    (
        "orders", #"{"service": 101, "link": "a", "quantity": -5}"#,
        "quantity must be 1 or more, not -5"
    ),
    (
        "orders", #"{"service": 201, "link": "a", "quantity": 9}"#,
        "quantity 9 is less than the service's minimum of 100"
    ),
    (
        "orders", #"{"service": 201, "link": "a", "quantity": 9999}"#,
        "quantity 9999 is more than the service's maximum of 1000"
    ),
    (
        "orders", #"{"service": 101, "link": "a", "quantity": 1000000}"#,
        "the order costs 1200.000000, 0.000000 is available and the credit limit is 5.000000; "
            + "nothing was charged"
    ),
    (
        "deposits",
        """
        {"user": "acme", "method": "a", "reference": "b", "amount": "0.000001", "currency": "YEN"}
        """, "0.000001 YEN is less than a millionth of a USD"
    ),
]

@Test(arguments: sentences.indices)
func `a rejection says what was found and what is expected`(index: Int) throws {
    let (kind, line, detail) = sentences[index]
    let house = try House.stocked("intake: {min_free_bytes: 0}\nexchange_rates: {YEN: \"0.0065\"}")
    try house.add(funds: "0", creditLimit: "5")
    let user = kind == "deposits" ? "desk" : "acme"
    let receipt = try house.drop(#"{"\#(kind)": [\#(line)]}"#, as: "one.json", by: user)
    #expect(receipt.lines(kind)[0]["detail"] == detail)
}

@Test(arguments: refusals.indices)
func `an order is rejected with the code of its fault`(index: Int) throws {
    let house = try House.stocked()
    try house.add(funds: "1")
    #expect(try house.verdict(on: refusals[index].line) == refusals[index].code)
    try house.expectSound()
}

@Test func `a rejected line costs the others nothing`() throws {
    let house = try House.stocked()
    try house.add(funds: "1")
    let receipt = try house.drop(
        """
        {"orders": [{"service": 101, "link": "a", "quantity": 500},
                    {"service": 101, "link": "b", "quantity": 500},
                    {"service": 9999}, 4,
                    {"service": 101, "link": "c", "quantity": 333}]}
        """)
    #expect(receipt["status"] == "partial")
    #expect(
        receipt.verdicts() == [
            "accepted", "INSUFFICIENT_FUNDS", "UNKNOWN_SERVICE", "BAD_VALUE", "accepted",
        ])
    #expect(receipt["charged"] == "0.999600")
    #expect(receipt["balance"] == "0.000400")
    #expect(receipt.count("received") == "5")
    #expect(receipt.count("accepted") == "2")
    #expect(receipt.count("rejected") == "3")
    try house.expectSound()
}

@Test func `the same order under the same ref is accepted once`() throws {
    let house = try House.stocked()
    try house.add()
    let order = #"{"ref": "A", "service": 101, "link": "a", "quantity": 100}"#
    let first = try house.drop(#"{"orders": [\#(order)]}"#, as: "one.json")
    let again = try house.drop(#"{"batch": "2", "orders": [\#(order)]}"#, as: "two.json")
    #expect(again.verdicts() == ["duplicate"])
    #expect(again.lines()[0]["order"] == first.lines()[0]["order"])
    #expect(again["charged"] == "0.000000")
    #expect(
        try house.verdict(on: #"{"ref": "A", "service": 101, "link": "a", "quantity": 101}"#)
            == "REF_REUSED")
}

@Test(arguments: [("reject", "DUPLICATE_LINK"), ("wait", "accepted"), ("allow", "accepted")])
func `a second open order for a link is treated as configured`(
    policy: String, verdict: String
) throws {
    let house = try House.stocked("intake: {min_free_bytes: 0}\nduplicate_links: \(policy)")
    try house.add()
    let order = #"{"ref": "A", "service": 101, "link": "a", "quantity": 100}"#
    #expect(try house.drop(#"{"orders": [\#(order)]}"#).verdicts() == ["accepted"])
    #expect(
        try house.verdict(on: #"{"service": 101, "link": "a", "quantity": 200}"#) == verdict)
    #expect(
        try house.drop(#"{"batch": "again", "orders": [\#(order)]}"#, as: "again.json").verdicts()
            == ["duplicate"])
}

@Test func `a credit limit can be spent to its end and no further`() throws {
    let house = try House.stocked()
    try house.add(funds: "1", creditLimit: "0.20")
    #expect(
        try house.verdict(on: #"{"service": 101, "link": "a", "quantity": 1000}"#) == "accepted")
    #expect(try house.receipt(of: "one.json")["balance"] == "-0.200000")
    #expect(
        try house.verdict(on: #"{"service": 101, "link": "b", "quantity": 1}"#)
            == "INSUFFICIENT_FUNDS")
    try house.expectSound()
}
