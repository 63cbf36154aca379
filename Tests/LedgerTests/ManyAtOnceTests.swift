import Money
import Testing
import Timestamps

@testable import Ledger

/// Orders that are claimed, and answers that are recorded, many in one commit.
@Suite struct ManyAtOnceTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
    }

    private func accepted(_ count: Int) throws -> [OrderID] {
        try (1...count).map { try books.accepted("A-\($0)", link: "https://a.example/\($0)") }
    }

    @Test(arguments: [1, 7, 8, 31, 32, 33, 41])
    func `however many are claimed at once, each has one attempt, and no other order moves`(
        count: Int
    ) throws {
        let orders = try accepted(45)
        #expect(try books.claim(count) == Array(orders[..<count]))
        #expect(
            try books.value("SELECT count(*) FROM orders WHERE state = 'sending'") == Int64(count))
        #expect(
            try books.value(
                """
                SELECT count(*) FROM orders o JOIN attempts a ON a.order_id = o.id
                WHERE o.state = 'sending' AND a.number = 1 AND a.outcome IS NULL
                """) == Int64(count))
        #expect(try books.value("SELECT count(*) FROM attempts") == Int64(count))
        try books.expectSound()
    }

    @Test(arguments: [1, 7, 8, 16, 17, 25, 33, 45])
    func `however many are placed at once, each has its own id, cost and charge`(
        count: Int
    ) throws {
        let orders = try accepted(45)
        try books.claim()
        let answers = orders.prefix(count).map {
            SendOutcome(
                order: $0, .placed(providerOrder: "P\($0)", followAt: due(of: $0)))
        }
        _ = try books.ledger.advance(
            recording: answers, claiming: [], waitingForLinks: false, at: books.now)
        #expect(
            try books.value(
                """
                SELECT count(*) FROM orders o
                    JOIN attempts a ON a.order_id = o.id AND a.outcome = 'placed'
                    JOIN transactions t ON t.reference = 'provider_charge:' || o.id
                WHERE o.state = 'placed' AND o.provider_order = 'P' || o.id
                    AND o.cost = \(amount("1.1").micros) AND t.amount = \(amount("1").micros)
                    AND o.due_at = \(books.now.milliseconds) + o.id * 1000
                    AND o.placed_at = \(books.now.milliseconds) AND o.changed_at = o.placed_at
                """) == Int64(count))
        #expect(
            try books.value("SELECT count(*) FROM orders WHERE state = 'sending'")
                == Int64(45 - count))
        try books.expectSound()
    }

    private func due(of order: OrderID) -> Timestamp {
        Timestamp(milliseconds: books.now.milliseconds + order.rawValue * 1_000)
    }

    @Test func `of two answers with one id in one commit, only the first is a proof`() throws {
        let orders = try accepted(6)
        try books.claim()
        let ids = ["1", "2", "3", "2", "4", "1"]
        let answers = zip(orders, ids).map {
            SendOutcome(order: $0, .placed(providerOrder: $1, followAt: books.now))
        }
        var unproven: [OrderID] = []
        _ = try books.ledger.advance(recording: answers, waitingForLinks: false, at: books.now) {
            unproven = $0.map(\.order)
            return NextMoves()
        }
        #expect(unproven == [orders[3], orders[5]])
        #expect(
            try orders.map { try books.state(of: $0) }
                == [.placed, .placed, .placed, .inDoubt, .placed, .inDoubt])
        try books.expectSound()
    }

    @Test func `answers of every kind in one commit are recorded in their order`() throws {
        let orders = try accepted(6)
        try books.claim()
        let contents: [SendOutcome.Content] = [
            .placed(providerOrder: "1", followAt: books.now), .refused(evidence: "no"),
            .placed(providerOrder: "2", followAt: books.now), .unknown(evidence: "late"),
            .postponed(until: books.now, isRefusal: false, evidence: "not sent"),
            .placed(providerOrder: "3", followAt: books.now),
        ]
        // An answer that was kept in a journal may come twice.
        let answers = zip(orders, contents).map { SendOutcome(order: $0, $1) }
        _ = try books.ledger.advance(
            recording: answers + answers, claiming: [], waitingForLinks: false, at: books.now)
        #expect(
            try orders.map { try books.state(of: $0) }
                == [.placed, .refused, .placed, .inDoubt, .accepted, .placed])
        #expect(try books.value("SELECT count(*) FROM attempts") == 6)
        try books.expectSound()
    }
}
