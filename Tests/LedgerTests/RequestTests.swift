import BatchFiles
import Money
import Testing

@testable import Ledger

@Suite struct RequestTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "10")
        try books.add(zenith, funds: "10")
    }

    private func cancel(
        _ order: OrderID, ref: String = "C-1", by user: UserID = acme
    ) throws -> String {
        try books.verdict(of: user, .cancels, ref: ref) { try $0.requestCancel(of: order, $1) }
    }

    private func refill(
        _ order: OrderID, ref: String = "R-1", by user: UserID = acme
    ) throws -> String {
        try books.verdict(of: user, .refills, ref: ref) { try $0.requestRefill(of: order, $1) }
    }

    @Test func `an unsent order is canceled at once, and all its money comes back`() throws {
        let order = try books.accepted()
        #expect(try cancel(order) == "accepted")
        #expect(try books.state(of: order) == .canceled)
        #expect(try books.balance() == amount("10"))
        #expect(try books.claim() == [])
        #expect(try cancel(order) == "duplicate")
        #expect(try cancel(order, ref: "C-2") == "ORDER_ENDED")
        try books.expectSound()
    }

    @Test func `cancelling a placed order moves no money`() throws {
        let order = try books.placed()
        #expect(try cancel(order) == "accepted")
        #expect(try books.state(of: order) == .placed)
        #expect(try books.balance() == amount("8"))
        #expect(try cancel(order) == "duplicate")
        #expect(try cancel(order, ref: "C-2") == "duplicate")
        #expect(try books.value("SELECT count(*) FROM requests WHERE state = 'accepted'") == 1)
        try books.expectSound()
    }

    @Test func `only a delivered order is refilled, one refill at a time`() throws {
        let order = try books.placed()
        #expect(try refill(order) == "REFILL_NOT_ALLOWED")
        try books.settle(order, as: .completed)
        #expect(try refill(order) == "accepted")
        #expect(try refill(order) == "duplicate")
        #expect(try refill(order, ref: "R-2") == "duplicate")
    }

    @Test func `a request that the service does not offer is refused`() throws {
        let order = try books.accepted(service: 2)
        try books.claim()
        #expect(try cancel(order) == "CANCEL_NOT_ALLOWED")
        try books.answer(order, .placed(providerOrder: "1", followAt: books.now))
        try books.settle(order, as: .completed)
        #expect(try refill(order) == "REFILL_NOT_ALLOWED")
    }

    @Test func `another user's order is as unknown as a missing one`() throws {
        let order = try books.accepted()
        #expect(try cancel(order, by: zenith) == "UNKNOWN_ORDER")
        #expect(try refill(order, by: zenith) == "UNKNOWN_ORDER")
        #expect(try cancel(OrderID(99)) == "UNKNOWN_ORDER")
        #expect(try books.state(of: order) == .accepted)
    }

    @Test func `a ref names one request about one order`() throws {
        let (one, other) = (try books.placed("A-1"), try books.placed("A-2"))
        #expect(try cancel(one) == "accepted")
        #expect(try cancel(other) == "REF_REUSED")
    }
}
