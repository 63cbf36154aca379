import Tables
import Testing

@testable import Ledger

/// The database itself refuses what must never happen: these statements go in by the ledger's own
/// connection, and by one as a plain `sqlite3` shell has it.
@Suite struct GuardTests {
    let books: Books
    let plain: any Store

    /// Order 1 is placed, 2 in doubt, 3 accepted; transaction 1 is the deposit.
    init() throws {
        books = try Books()
        plain = try books.shell()
        try books.add(acme, funds: "100", creditLimit: "5")
        _ = try books.placed("A-1")
        _ = try books.inDoubt("A-2")
        _ = try books.accepted("A-3")
    }

    /// The next transaction, with `amount` from one wallet to another.
    private static func transaction(
        id: String = "(SELECT max(id) + 1 FROM transactions)", reference: String = "new",
        type: String = "adjustment", from: String = "revenue", to: String = "fees",
        amount: String = "1", verb: String = "INSERT"
    ) -> String {
        """
        \(verb) INTO transactions
            (id, reference, type, from_wallet_id, to_wallet_id, amount, created_at)
        VALUES (\(id), '\(reference)', '\(type)', (SELECT id FROM wallets WHERE name = '\(from)'),
                (SELECT id FROM wallets WHERE name = '\(to)'), \(amount), 0)
        """
    }

    @Test(arguments: [
        ("UPDATE transactions SET amount = 1 WHERE id = 1", "a transaction is never updated"),
        (
            "UPDATE OR REPLACE transactions SET reference = 'hold:1' WHERE id = 1",
            "a transaction is never updated"
        ),
        ("DELETE FROM transactions WHERE id = 1", "a transaction is never deleted"),
        (transaction(id: "1", verb: "INSERT OR REPLACE"), "a transaction is never replaced"),
        (
            transaction(reference: "hold:1", verb: "INSERT OR REPLACE"),
            "a transaction is never replaced"
        ),
        (transaction(reference: "hold:1", verb: "REPLACE"), "a transaction is never replaced"),
        (transaction(reference: "hold:1"), "a transaction is never replaced"),
        (transaction(id: "NULL", reference: "hold:1", verb: "REPLACE"), "never replaced"),
        (transaction(id: "1000"), "transaction ids leave no gap"),
        (transaction(id: "0"), "transaction ids leave no gap"),
        (transaction(id: "-1"), "transaction ids leave no gap"),
        (transaction(to: "float"), "a transaction never crosses currencies"),
        (transaction(amount: "-1"), "CHECK constraint failed: amount >= 0"),
        (transaction(amount: "'much'"), "cannot store TEXT value in INTEGER column"),
        (transaction(to: "revenue"), "CHECK constraint failed: from_wallet_id <> to_wallet_id"),
        (transaction(type: "gift"), "CHECK constraint failed: type = 'hold'"),
        (transaction(type: "capture"), "CHECK constraint failed: order_id IS NOT NULL"),
    ])
    func `a transaction is for ever, in sequence, in one currency`(
        sql: String, refusal: String
    ) throws {
        try expectRefused(sql, refusal)
    }

    @Test(arguments: [
        (
            "UPDATE wallets SET balance = -5000001 WHERE name = 'available'",
            "CHECK constraint failed: balance >= minimum"
        ),
        (
            "UPDATE wallets SET balance = -1 WHERE name = 'held'",
            "CHECK constraint failed: balance >= minimum"
        ),
        ("UPDATE wallets SET minimum = -1 WHERE name = 'held'", "CHECK constraint failed"),
        ("UPDATE wallets SET minimum = NULL WHERE name = 'available'", "CHECK constraint failed"),
        ("UPDATE wallets SET balance = 'much'", "cannot store TEXT value in INTEGER column"),
        ("DELETE FROM wallets WHERE name = 'writeoff'", "a wallet is never deleted"),
        (
            "INSERT OR REPLACE INTO wallets (id, name, currency) VALUES (1, 'fees', 'XXX')",
            "a wallet is never replaced"
        ),
        (
            "INSERT OR REPLACE INTO wallets (name, currency) VALUES ('fees', 'USD')",
            "a wallet is never replaced"
        ),
        ("UPDATE wallets SET currency = 'EUR' WHERE id = 1", "a wallet keeps its owner"),
        ("UPDATE wallets SET name = 'held' WHERE name = 'available'", "a wallet keeps its owner"),
        ("UPDATE wallets SET user_id = 'b' WHERE user_id = 'acme'", "a wallet keeps its owner"),
        ("UPDATE wallets SET id = 999 WHERE id = 1", "a wallet keeps its owner"),
        ("INSERT INTO wallets (name, currency) VALUES ('slush', 'USD')", "CHECK constraint failed"),
    ])
    func `a wallet keeps to its minimum, its owner and its currency`(
        sql: String, refusal: String
    ) throws {
        try expectRefused(sql, refusal)
    }

    @Test(arguments: [
        ("DELETE FROM orders WHERE id = 1", "an order is never deleted"),
        ("UPDATE orders SET charge = 1 WHERE id = 1", "an order keeps its owner"),
        ("UPDATE orders SET user_id = 'zenith' WHERE id = 1", "an order keeps its owner"),
        ("UPDATE OR REPLACE orders SET ref = 'A-2' WHERE id = 1", "an order keeps its owner"),
        ("UPDATE orders SET refunded = charge + 1 WHERE id = 1", "CHECK constraint failed"),
        ("UPDATE orders SET provider_order = NULL WHERE id = 1", "CHECK constraint failed"),
        ("UPDATE orders SET provider_order = '9' WHERE id = 3", "CHECK constraint failed"),
        ("UPDATE orders SET ended_at = 1 WHERE id = 1", "CHECK constraint failed"),
        ("UPDATE orders SET state = 'lost' WHERE id = 1", "an order does not move that way"),
        (
            """
            UPDATE orders SET state = 'placed', placed_at = 1, provider_order =
                (SELECT provider_order FROM orders WHERE id = 1) WHERE id = 2
            """, "UNIQUE constraint failed: orders.provider_id, orders.provider_order"
        ),
        (
            """
            INSERT INTO attempts (order_id, number, provider_id, started_at)
            SELECT order_id, 9, provider_id, 0 FROM attempts WHERE order_id = 2
            """, "UNIQUE constraint failed: attempts.order_id"
        ),
        ("UPDATE orders SET sale_id = NULL WHERE id = 1", "keeps the terms it was sold on"),
        (
            "UPDATE orders SET bought_service_id = 2 WHERE id = 3",
            "has the terms of that purchase"
        ),
        ("UPDATE sales SET rate = 9", "the terms of a sale are never changed"),
        ("DELETE FROM sales", "the terms of a sale are never deleted"),
        ("REPLACE INTO sales SELECT * FROM sales", "the terms of a sale are never replaced"),
    ])
    func `an order keeps its charge and has one life`(sql: String, refusal: String) throws {
        try expectRefused(sql, refusal)
    }

    @Test(arguments: [
        ("INSERT INTO users (id, created_at, updated_at) VALUES ('desk', 0, 0)", "CHECK"),
        ("INSERT INTO users (id, created_at, updated_at) VALUES ('../x', 0, 0)", "CHECK"),
        ("INSERT INTO users (id, created_at, updated_at) VALUES ('Acme', 0, 0)", "CHECK"),
        ("UPDATE users SET credit_limit = -1", "CHECK"),
        ("UPDATE providers SET state = 'paused'", "CHECK"),
        ("UPDATE files SET status = 'duplicate' WHERE id = 1", "CHECK"),
        (
            """
            INSERT INTO files (user_id, name, sha256, batch, bytes, status, lines, accepted,
                               rejected, charged, received_at)
            SELECT user_id, 'other.json', sha256, 'other', 1, 'accepted', 0, 0, 0, 0, 0
            FROM files WHERE id = 1
            """, "UNIQUE constraint failed: index 'files_by_content'"
        ),
        (
            """
            INSERT INTO deposits (user_id, method, reference, identity, amount, currency, status,
                                  credited, confirmed_at)
            SELECT 'other', method, reference, identity, 1, 'USD', 'confirmed', 1, 0 FROM deposits
            """, "UNIQUE constraint failed: deposits.identity"
        ),
        (
            """
            INSERT INTO withdrawals (user_id, ref, amount, fee, destination, status, created_at)
            VALUES ('acme', 'W', 1, 1, 'IBAN', 'held', 0)
            """, "CHECK"
        ),
    ])
    func `names, files and payments that must not exist are refused`(
        sql: String, refusal: String
    ) throws {
        try expectRefused(sql, refusal)
    }

    @Test(arguments: OrderState.allCases, OrderState.allCases)
    func `an order moves only along the arrows`(from: OrderState, to: OrderState) throws {
        // Put into the first state by force, with the columns that each state demands.
        let move = """
            UPDATE orders SET state = '%', provider_order = CASE WHEN '%' IN
                ('placed', 'completed', 'partial') THEN 'X' END,
                ended_at = CASE WHEN '%' IN ('completed', 'partial', 'canceled', 'refused')
                    THEN 1 END
            WHERE id = 3
            """
        func moving(to state: OrderState) -> String {
            move.split(separator: "%", omittingEmptySubsequences: false)
                .joined(separator: state.rawValue)
        }
        try plain.inConnection { db in
            let arrows = try db.text(
                "SELECT sql FROM sqlite_schema WHERE name = 'orders_move_forward'")
            try db.script("DROP TRIGGER orders_move_forward")
            try db.script(moving(to: from))
            try db.script(arrows)
        }
        if from == to || from.successors.contains(to) {
            try plain.script(moving(to: to))
            #expect(try books.state(of: OrderID(3)) == to)
        } else {
            try expectRefused(moving(to: to), "an order does not move that way")
        }
    }

    private func expectRefused(
        _ sql: String, _ refusal: String, _ location: SourceLocation = #_sourceLocation
    ) throws {
        for store in [books.ledger.store, plain] {
            let before = try books.ledger.audit().count
            let error = #expect(throws: StoreError.self, sourceLocation: location) {
                try store.script(sql)
            }
            #expect(
                error?.cause.contains(refusal) == true, "\(error as Any)",
                sourceLocation: location)
            #expect(try books.ledger.audit().count == before)
        }
    }
}
