import TestHouse
import Testing
import Timestamps

/// Desk lines, each alone in a file, where order 1 is in doubt and order 2 completed.
private let deskLines: [(kind: String, line: String, verdict: String)] = [
    (
        "users", #"{"user": "new", "email": "a@b.example", "name": "New", "role": "admin"}"#,
        "accepted"
    ),
    ("users", #"{"user": "acme", "discount_percent": "100"}"#, "accepted"),
    ("users", #"{"user": "Acme"}"#, "BAD_VALUE"), ("users", #"{"user": "desk"}"#, "BAD_VALUE"),
    ("users", #"{"user": "../etc"}"#, "BAD_VALUE"), ("users", "{}", "MISSING_FIELD"),
    ("users", #"{"user": "new", "role": "king"}"#, "BAD_VALUE"),
    ("users", #"{"user": "new", "discount_percent": "100.1"}"#, "BAD_VALUE"),
    ("users", #"{"user": "new", "discount_percent": "-1"}"#, "BAD_VALUE"),
    ("users", #"{"user": "new", "credit_limit": "-1"}"#, "BAD_VALUE"),
    ("users", #"{"user": "new", "password": "x"}"#, "UNKNOWN_FIELD"),
    ("bans", #"{"user": "acme", "reason": "r", "until": "2026-12-24T00:00:00Z"}"#, "accepted"),
    ("bans", #"{"user": "acme", "until": "tomorrow"}"#, "BAD_VALUE"),
    ("bans", #"{"user": "nobody"}"#, "UNKNOWN_USER"), ("unbans", #"{"user": "acme"}"#, "accepted"),
    ("unbans", #"{"user": "nobody"}"#, "UNKNOWN_USER"), ("unbans", "[]", "BAD_VALUE"),
    ("prices", #"{"user": "acme", "service": 101, "price": "0.80"}"#, "accepted"),
    ("prices", #"{"user": "acme", "service": 9, "price": "0.80"}"#, "UNKNOWN_SERVICE"),
    ("prices", #"{"user": "nobody", "service": 101, "price": "0.80"}"#, "UNKNOWN_USER"),
    ("prices", #"{"user": "acme", "service": 101, "price": "-1"}"#, "BAD_VALUE"),
    ("prices", #"{"user": "acme", "service": 101}"#, "MISSING_FIELD"),
    ("deposits", #"{"user": "acme", "method": "bank", "reference": "T", "amount": 5}"#, "accepted"),
    (
        "deposits", #"{"user": "acme", "method": "bank", "reference": "of acme", "amount": 5}"#,
        "DEPOSIT_KNOWN"
    ),
    (
        "deposits", #"{"user": "nobody", "method": "bank", "reference": "T", "amount": 5}"#,
        "UNKNOWN_USER"
    ),
    (
        "deposits",
        #"{"user": "acme", "method": "bank", "reference": "T", "amount": 5, "currency": "JPY"}"#,
        "BAD_VALUE"
    ),
    (
        "deposits", #"{"user": "acme", "method": "bank", "reference": "T", "amount": "0.01"}"#,
        "accepted"
    ),
    (
        "deposits", #"{"user": "acme", "method": "bank", "reference": "T", "amount": "0.009999"}"#,
        "BAD_VALUE"
    ),
    ("withdrawals", #"{"user": "acme", "ref": "W", "outcome": "paid"}"#, "BAD_VALUE"),
    ("withdrawals", #"{"user": "acme", "ref": "W", "outcome": "done"}"#, "BAD_VALUE"),
    ("withdrawals", #"{"user": "nobody", "ref": "W", "outcome": "paid"}"#, "UNKNOWN_USER"),
    // Its provider is asked before that is believed.
    ("decisions", #"{"order": 1, "outcome": "placed", "provider_order": "9912"}"#, "pending"),
    ("decisions", #"{"order": 1, "outcome": "placed", "provider_order": "1,2"}"#, "BAD_VALUE"),
    ("decisions", #"{"order": 1, "outcome": "not_placed"}"#, "accepted"),
    ("decisions", #"{"order": 1, "outcome": "refund"}"#, "accepted"),
    ("decisions", #"{"order": 1, "outcome": "placed"}"#, "MISSING_FIELD"),
    ("decisions", #"{"order": 1, "outcome": "placed", "provider_order": "P2"}"#, "NOT_ALLOWED"),
    ("decisions", #"{"order": 1, "outcome": "refund", "provider_order": "9"}"#, "BAD_VALUE"),
    ("decisions", #"{"order": 1, "outcome": "maybe"}"#, "BAD_VALUE"),
    ("decisions", #"{"order": 2, "outcome": "refund"}"#, "NOT_ALLOWED"),
    ("decisions", #"{"order": 99, "outcome": "refund"}"#, "UNKNOWN_ORDER"),
    ("refunds", #"{"order": 2, "amount": "1.20"}"#, "accepted"),
    ("refunds", #"{"order": 2, "amount": "1.200001"}"#, "NOT_ALLOWED"),
    ("refunds", #"{"order": 1, "amount": "0.5"}"#, "NOT_ALLOWED"),
    ("refunds", #"{"order": 99, "amount": "0.5"}"#, "UNKNOWN_ORDER"),
    ("refunds", #"{"order": 2, "amount": 0}"#, "BAD_VALUE"),
    ("adjustments", #"{"user": "acme", "amount": "-997.6"}"#, "accepted"),
    ("adjustments", #"{"user": "acme", "amount": "1"}"#, "accepted"),
    ("adjustments", #"{"user": "acme", "amount": "-997.600001"}"#, "INSUFFICIENT_FUNDS"),
    ("adjustments", #"{"user": "acme", "amount": 0}"#, "BAD_VALUE"),
    ("adjustments", #"{"user": "nobody", "amount": 1}"#, "UNKNOWN_USER"),
    ("topups", #"{"provider": "alpha", "amount": "500", "reference": "T"}"#, "accepted"),
    ("topups", #"{"provider": "beta", "amount": "500"}"#, "BAD_VALUE"),
    ("topups", #"{"provider": "alpha", "amount": "-500"}"#, "BAD_VALUE"),
    ("releases", #"{"service": 206}"#, "accepted"),
    ("releases", #"{"service": 206, "rate": "3.00"}"#, "accepted"),
    ("releases", #"{"service": 206, "rate": "2.99"}"#, "RATE_CHANGED"),
    ("releases", #"{"service": 206, "user": "acme"}"#, "UNKNOWN_FIELD"),
    ("releases", #"{"service": 201}"#, "NOT_ALLOWED"),
    ("releases", #"{"service": 999}"#, "UNKNOWN_SERVICE"), ("releases", "{}", "MISSING_FIELD"),
]

@Test(arguments: deskLines.indices)
func `a desk line is accepted, or rejected with the code of its fault`(index: Int) throws {
    let (kind, line, verdict) = deskLines[index]
    let house = try House.stocked("intake: {min_free_bytes: 0}\nfees: {deposit: {fixed: \"0.01\"}}")
    try house.add(funds: "1000.01")
    _ = try house.order(.inDoubt, ref: "A-1")
    _ = try house.order(.completed, ref: "A-2")
    #expect(try house.verdict(on: line, in: kind, by: "desk") == verdict)
    try house.expectSound()
}

@Test func `the books keep who moved money, and why`() throws {
    let house = try House.stocked()
    try house.add()
    let receipt = try house.drop(
        """
        {"batch": "x", "by": "anna", "why": "a mistake of ours",
         "adjustments": [{"user": "acme", "amount": "-1"}]}
        """, as: "fix.json", by: "desk")
    #expect(receipt["status"] == "accepted")
    #expect(receipt["balance"] == nil)
    #expect(
        try house.table("SELECT metadata FROM transactions WHERE type = 'adjustment'")
            == ["anna: a mistake of ours"])
}

@Test func `in a desk file, users come before the lines that need them`() throws {
    let house = try House.stocked()
    let receipt = try house.drop(
        """
        {"deposits": [{"user": "acme", "method": "bank", "reference": "T", "amount": 5}],
         "prices": [{"user": "acme", "service": 101, "price": "1.10"}], "users": [{"user": "acme"}]}
        """, as: "all.json", by: "desk")
    #expect(receipt["status"] == "accepted")
}

@Test(arguments: [#"{"orders": []}"#, #"{"count": 1}"#, #"{"all_or_nothing": true}"#])
func `the desk cannot order`(file: String) throws {
    let house = try House.stocked()
    #expect(try house.drop(file, by: "desk").reason == "UNKNOWN_FIELD")
}

@Test func `in one run, desk files are taken before resellers' files`() throws {
    let house = try House.stocked()
    house.put(#"{"orders": [{"service": 101, "link": "a", "quantity": 1000}]}"#)
    house.put(
        """
        {"users": [{"user": "acme"}],
         "deposits": [{"user": "acme", "method": "bank", "reference": "T", "amount": 5}]}
        """, as: "zzz.json", by: "desk")
    try house.ingest()
    #expect(try house.receipt(of: "orders.json")["balance"] == "3.800000")
}

@Test func `a banned user's files are rejected until the ban ends`() throws {
    let house = try House.stocked()
    try house.add()
    let ban = #"{"user": "acme", "reason": "chargeback", "until": "2026-12-24T00:00:00Z"}"#
    #expect(try house.verdict(on: ban, in: "bans", by: "desk") == "accepted")
    let refused = try house.drop(#"{"batch": "1"}"#, as: "1.json")
    #expect(refused.reason == "USER_BANNED")
    #expect(refused["detail"]?.contains("chargeback") == true)
    house.now = house.now.adding(seconds: 31 * 86_400)
    #expect(try house.drop(#"{"batch": "2"}"#, as: "2.json")["status"] == "accepted")
}
