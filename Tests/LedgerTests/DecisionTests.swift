import BatchFiles
import Money
import Testing

@testable import Ledger

@Suite struct DecisionTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
    }

    private func decide(_ decision: Decision, on order: OrderID) throws -> String {
        try books.deskVerdict(.decisions) {
            try $0.decide(decision, on: order, by: "anna", $1)
        }
    }

    @Test func `an order decided as placed is followed, and the provider's charge is booked`()
        throws
    {
        let order = try books.inDoubt()
        #expect(try decide(.placed(providerOrder: "9912"), on: order) == "accepted")
        #expect(try books.state(of: order) == .placed)
        #expect(try books.balance("spent", in: eur) == amount("1"))
        let due = try books.ledger.dueToFollow(with: books.alpha, limit: 10, at: books.now)
        #expect(due.map(\.providerOrder) == ["9912"])
        let evidence: String = try books.value("SELECT evidence FROM attempts")
        #expect(evidence == "timed out; decided by anna: placed")
        try books.expectSound()
    }

    @Test func `an order decided as not placed is sent again, with a new attempt`() throws {
        let order = try books.inDoubt()
        #expect(try decide(.notPlaced, on: order) == "accepted")
        #expect(try books.claim() == [order])
        #expect(try books.value("SELECT max(number) FROM attempts") == 2)
        try books.expectSound()
    }

    @Test func `an order decided as refund ends, and all its money comes back`() throws {
        let order = try books.inDoubt()
        #expect(try decide(.refund, on: order) == "accepted")
        #expect(try books.state(of: order) == .refused)
        #expect(try books.balance() == amount("10"))
        try books.expectSound()
    }

    @Test func `only an order in doubt can be decided, and only once`() throws {
        let order = try books.accepted()
        #expect(try decide(.refund, on: order) == "NOT_ALLOWED")
        #expect(try decide(.refund, on: OrderID(99)) == "UNKNOWN_ORDER")
        try books.claim()
        try books.answer(order, .unknown(evidence: "reset"))
        #expect(try decide(.refund, on: order) == "accepted")
        #expect(try decide(.refund, on: order) == "NOT_ALLOWED")
        #expect(try books.balance() == amount("10"))
    }

    @Test(arguments: [
        (Witness.silent, "accepted"), (.statuses, "NOT_ALLOWED"), (.orders, "NOT_ALLOWED"),
    ])
    func `a placed order can be given up only if its provider is no longer asked`(
        witness: Witness, verdict: String
    ) throws {
        let order = try books.placed()
        let told = try books.deskVerdict(.decisions) {
            try $0.decide(.refund, on: order, by: "anna", $1, asking: { _ in witness })
        }
        #expect(told == verdict)
        #expect(try (books.balance() == amount("10")) == (verdict == "accepted"))
        // What the provider charged stays booked.
        #expect(try books.balance("spent", in: eur) == amount("1"))
        try books.expectSound()
    }

    @Test func `a provider's order belongs to one of our orders only`() throws {
        _ = try books.placed("A-1")
        let order = try books.inDoubt("A-2")
        let taken: String = try books.value(
            "SELECT provider_order FROM orders WHERE id <> \(order)")
        #expect(try decide(.placed(providerOrder: taken), on: order) == "NOT_ALLOWED")
        #expect(try books.state(of: order) == .inDoubt)
        try books.expectSound()
    }
}

@Suite struct CorrectionTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
    }

    @Test func `a refund after the end is never more than the house earned`() throws {
        let order = try books.placed()
        func refund(_ text: String) throws -> String {
            try books.deskVerdict(.refunds) {
                try $0.refund(amount(text), of: order, by: "anna", $1)
            }
        }
        #expect(try refund("0.5") == "NOT_ALLOWED")
        try books.settle(order, as: .partial(refund: amount("0.5")))
        #expect(try refund("1.500001") == "NOT_ALLOWED")
        #expect(try refund("1") == "accepted")
        #expect(try refund("0.500001") == "NOT_ALLOWED")
        #expect(try refund("0.5") == "accepted")
        #expect(try books.balance() == amount("10"))
        #expect(try books.balance("revenue") == .zero)
        try books.expectSound()
    }

    @Test(arguments: [
        ("5", "accepted", "15"), ("-10", "accepted", "0"), ("-13", "accepted", "-3"),
        ("-13.000001", "INSUFFICIENT_FUNDS", "10"),
        ("-9223372036854.775807", "INSUFFICIENT_FUNDS", "10"),
    ])
    func `an adjustment moves a balance, down to the credit limit`(
        change: String, verdict: String, after: String
    ) throws {
        var entry = UserEntry(user: acme)
        entry.creditLimit = amount("3")
        try books.deskFile { try $0.put(entry, Line(.users, 1)) }
        let found = try books.deskVerdict(.adjustments) {
            try $0.adjust(acme, by: amount(change), by: "anna", $1)
        }
        #expect(found == verdict)
        #expect(try books.balance() == amount(after))
        try books.expectSound()
    }

    @Test func `a top-up is booked once, in the provider's currency`() throws {
        func topUp(_ text: String, _ provider: String = "alpha", ref: String?) throws -> String {
            try books.deskVerdict(.topups) {
                try $0.topUp(provider, by: amount(text), reference: ref, $1)
            }
        }
        #expect(try topUp("500", ref: "TX-77") == "accepted")
        #expect(try topUp("500", ref: "TX-77") == "duplicate")
        #expect(try topUp("501", ref: "TX-77") == "REF_REUSED")
        #expect(try topUp("1", ref: nil) == "accepted")
        #expect(try topUp("1", ref: nil) == "accepted")
        #expect(try topUp("1", "omega", ref: nil) == "BAD_VALUE")
        #expect(try books.balance("float", in: eur) == amount("502"))
        #expect(try books.balance("deposits", in: eur) == amount("-502"))
        try books.expectSound()
    }
}
