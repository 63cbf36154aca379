import BatchFiles
import Money
import Tables
import Testing

@testable import Ledger

/// While a large file is written, its rows are not checked one by one. What one of them alone would
/// have been refused for is found in all of them before the commit.
@Suite struct LiftedGuardTests {
    let books: Books

    init() throws {
        books = try Books()
        try books.add(acme, funds: "100")
        _ = try books.placed("A-1")
    }

    /// Takes a large file of orders, and then does `more`, by SQL, before the commit.
    private func takeLarge(_ more: String, orders: Int = 40) throws {
        let arrival = books.arrival(acme)
        _ = try books.ledger.intake(at: books.now, isLarge: true) { intake in
            let draft = try intake.openBatch(arrival, batch: arrival.digest)
            for number in 1...orders {
                let ref = "B-\(number)"
                try draft.accept(
                    books.newOrder(ref, charge: "1", service: 2),
                    ResellerLine(.orders, number, ref: ref))
            }
            try draft.writeOrders()
            #expect(intake.lifted != nil)
            try intake.db.script(more)
            return try draft.close()
        }
    }

    private static let last = "(SELECT max(id) FROM transactions)"

    @Test(arguments: [
        "UPDATE orders SET user_id = 'nobody' WHERE id = 3",
        "UPDATE orders SET service_id = 999 WHERE id = 3",
        "UPDATE orders SET provider_id = 999 WHERE id = 3",
        "UPDATE orders SET sale_id = 999 WHERE id = 3",
        "UPDATE orders SET sale_id = NULL WHERE id = 3",
        "UPDATE orders SET file_id = 999 WHERE id = 3",
        "UPDATE orders SET bought_service_id = 999 WHERE id = 3",
        "UPDATE orders SET purchase_id = 999 WHERE id = 3",
        "UPDATE transactions SET id = id + 1 WHERE id = \(last)",
        "UPDATE transactions SET to_wallet_id = 999 WHERE order_id = 3",
        """
        UPDATE transactions SET to_wallet_id = (SELECT id FROM wallets WHERE name = 'float')
        WHERE order_id = 3
        """,
        """
        UPDATE transactions SET from_wallet_id = (SELECT id FROM wallets WHERE name = 'deposits')
        WHERE order_id = 3
        """,
        "UPDATE transactions SET order_id = 999 WHERE order_id = 3",
        "UPDATE transactions SET file_id = 999 WHERE order_id = 3",
        "UPDATE transactions SET user_id = 'nobody' WHERE order_id = 3",
        "UPDATE transactions SET amount = amount + 1 WHERE order_id = 3",
        "UPDATE transactions SET type = 'release' WHERE order_id = 3",
        "DELETE FROM transactions WHERE order_id = 3",
        "DELETE FROM orders WHERE id = 3",
        """
        UPDATE orders SET file_id = 999 WHERE id = 3;
        UPDATE transactions SET file_id = 999 WHERE order_id = 3
        """,
        """
        UPDATE orders SET user_id = 'nobody' WHERE id = 3;
        UPDATE transactions SET user_id = 'nobody' WHERE order_id = 3
        """,
        "INSERT INTO lines (file_id, kind, line, status) VALUES (999, 'orders', 1, 'accepted')",
        "UPDATE files SET user_id = 'nobody' WHERE id = (SELECT max(id) FROM files)",
        "UPDATE sales SET service_id = 999 WHERE id = (SELECT max(id) FROM sales)",
    ])
    func `a row that a guard would have refused ends the commit`(violation: String) throws {
        let before = try books.value("SELECT max(id) FROM transactions") as Int64
        #expect { try takeLarge(violation) } throws: { ($0 as? StoreError)?.kind == .constraint }
        #expect(try books.value("SELECT max(id) FROM transactions") == before)
        #expect(try books.value("SELECT count(*) FROM orders") == 1)
        try expectGuarded()
        try books.expectSound()
    }

    @Test func `a large file is written like any other, and the guards are back after it`() throws {
        try takeLarge("")
        #expect(try books.value("SELECT count(*) FROM orders") == 41)
        try expectGuarded()
        try books.expectSound()
    }

    @Test func `whatever is no order is written under guard`() throws {
        let arrival = books.arrival(acme)
        _ = try books.ledger.intake(at: books.now, isLarge: true) { intake in
            let draft = try intake.openBatch(arrival, batch: arrival.digest)
            for number in 1...3 {
                let ref = "B-\(number)"
                try draft.accept(books.newOrder(ref), ResellerLine(.orders, number, ref: ref))
            }
            try draft.whole {
                #expect(intake.lifted == nil)
                try draft.requestCancel(
                    of: OrderID(2), ResellerLine(.cancels, 1, ref: "C-1"))
            }
            return try draft.close()
        }
        #expect(try books.state(of: OrderID(2)) == .canceled)
        try expectGuarded()
        try books.expectSound()
    }

    @Test func `the guards are back after a failure`() throws {
        struct Failure: Error {}
        let arrival = books.arrival(acme)
        #expect(throws: Failure.self) {
            try books.ledger.intake(at: books.now, isLarge: true) { intake in
                let draft = try intake.openBatch(arrival, batch: arrival.digest)
                try draft.accept(books.newOrder("B-1"), ResellerLine(.orders, 1, ref: "B-1"))
                try draft.writeOrders()
                throw Failure()
            }
        }
        try expectGuarded()
        try books.expectSound()
    }

    /// Expects foreign keys and triggers to hold on the ledger's own connection.
    private func expectGuarded() throws {
        for refused in [
            "UPDATE orders SET file_id = 999 WHERE id = 1", "DELETE FROM orders WHERE id = 1",
            "INSERT INTO lines (file_id, kind, line, status) VALUES (999, 'orders', 1, 'accepted')",
        ] {
            #expect(throws: StoreError.self, "\(refused)") {
                try books.ledger.commit { try $0.script(refused) }
            }
        }
    }
}
