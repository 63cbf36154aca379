import BatchFiles
import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

/// How the resellers take turns, and what it costs to find whose turn it is.
@Suite struct TurnsTests {
    let books: Books

    init() throws {
        books = try Books()
    }

    private func add(_ name: String, orders: Int, link: String? = nil) throws {
        let user = try #require(UserID(rawValue: name))
        try books.add(user, funds: "1000000")
        try books.file(of: user) { draft in
            for number in 1...orders {
                let order = books.newOrder(
                    "\(number)", link: link ?? "https://\(name).example/\(number)")
                try draft.accept(order, ResellerLine(.orders, number, ref: order.ref))
            }
        }
    }

    /// Claims orders for alpha, a few at a time as dispatch does, and counts what SQLite was asked.
    private func claim(_ count: Int, by turns: Turns) throws -> (orders: Int, statements: Int) {
        var orders = 0
        let statements = try books.statements {
            for _ in 1...count {
                orders += try books.ledger.advance(
                    recording: [], waitingForLinks: false, turns: turns, at: books.now
                ) { _ in
                    NextMoves(claims: [Claim(provider: books.alpha, count: 1)])
                }.intents.count
            }
        }
        return (orders, statements.count)
    }

    @Test func `resellers with nothing due cost nothing`() throws {
        try add("zoe", orders: 100)
        let few = try claim(40, by: Turns())
        for number in 1...300 { try add("u\(number)", orders: 1) }
        try books.ledger.commit { db in
            try db.run("UPDATE orders SET due_at = due_at + 3600000 WHERE user_id <> 'zoe'")
        }
        let many = try claim(40, by: Turns())
        #expect((few.orders, many.orders) == (40, 40))
        // Each is passed once, to see who has come and whether anything is due.
        #expect(many.statements <= few.statements + 2 * 301)
    }

    @Test func `whose turn it is comes from an index, and nothing is sorted`() throws {
        try add("zoe", orders: 3)
        let asked = try books.statements {
            _ = try books.claim(2)
            _ = try books.ledger.hasDueOrders(of: books.alpha, at: books.now)
            _ = try books.ledger.advance(
                recording: [], claiming: [], waitingForLinks: true, offeringFrom: [books.alpha],
                at: books.now)
        }
        let lookups = Set(asked).filter {
            $0.contains("o.due_at <=") || $0.contains("user_id >")
        }
        #expect(lookups.count == 3)
        for lookup in lookups {
            let plan = try books.explain(lookup, "QUERY PLAN", "detail")
            #expect(plan.contains { $0.contains("USING") && $0.contains("INDEX orders_to_send") })
            #expect(
                !plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") }, "\(plan)")
        }
    }

    @Test func `many orders claimed at once are shared equally`() throws {
        for name in ["anna", "ben", "carl"] { try add(name, orders: 50) }
        try add("dora", orders: 2)
        #expect(try books.claim(62).count == 62)
        let shares: [String] = try books.ledger.read {
            try $0.values(
                """
                SELECT user_id || ' ' || count(*) FROM orders WHERE state = 'sending'
                GROUP BY user_id ORDER BY 1
                """)
        }
        #expect(shares.last == "dora 2")
        let others = shares.dropLast().compactMap { Int($0.split(separator: " ")[1]) }
        #expect(others.allSatisfy { (15...31).contains($0) } && others.count == 3, "\(shares)")
    }

    @Test func `a reseller who comes during a run gets a turn soon`() throws {
        try add("anna", orders: 90)
        let turns = Turns()
        _ = try claim(3, by: turns)
        try add("zoe", orders: 1)
        books.now = Timestamp(milliseconds: books.now.milliseconds + 1_000)
        _ = try claim(3, by: turns)
        #expect(
            try books.value(
                "SELECT count(*) FROM orders WHERE state = 'sending' AND user_id = 'zoe'")
                == 1)
    }
}
