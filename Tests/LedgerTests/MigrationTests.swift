import Money
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

/// Ledgers of earlier versions, as their numbered SQL made them.
@Suite struct MigrationTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/ledger.sqlite" }

    /// A ledger of schema 2, in which an exception was repeated in other words.
    private func makeSchema2() throws {
        let old = try SQLiteFile(path).openPlainly()
        try old.inConnection { db in
            try db.script(Schema1.sql)
            try db.script(Schema2.sql)
            try db.script(
                """
                PRAGMA application_id = \(Schema.ledger.applicationID);
                PRAGMA user_version = 2;
                """)
            try Wallets.openHouse(db, currency: usd)
            try db.script(
                """
                INSERT INTO users (id, created_at, updated_at) VALUES ('acme', 0, 0);
                INSERT INTO wallets (user_id, name, currency, minimum)
                    VALUES ('acme', 'available', 'USD', 0), ('acme', 'held', 'USD', 0);
                INSERT INTO providers (id, name, currency) VALUES (1, 'alpha', 'USD');
                INSERT INTO categories (id, name) VALUES (1, 'Instagram');
                INSERT INTO services (id, provider_id, provider_service, name, type, category_id,
                        rate, cost_rate, profit, profit_fixed, sale_rate, min, max, dripfeed,
                        refill, cancel, enabled)
                    VALUES (1, 1, '101', 'Followers', 'Default', 1, 1, 1, 0, 0, 2, 1, 9, 0, 0, 0,
                        1);
                INSERT INTO files (id, user_id, name, sha256, bytes, status, lines, accepted,
                        rejected, charged, first_order, last_order, received_at)
                    VALUES (1, 'acme', 'a.json', '\(String(repeating: "0", count: 64))', 1,
                        'accepted', 2, 2, 0, 0, 1, 2, 0);
                """)
            for order in 1...2 {
                try db.script(
                    """
                    INSERT INTO orders (id, user_id, file_id, line, ref, service_id, billed_units,
                            charge, state, provider_id, provider_order, created_at, placed_at)
                        VALUES (\(order), 'acme', 1, \(order), 'A-\(order)', 1, 1, 0, 'placed', 1,
                            'P\(order)', 0, 0);
                    INSERT INTO transactions (reference, type, from_wallet_id, to_wallet_id, amount,
                            order_id, created_at)
                        VALUES ('hold:\(order)', 'hold', 6, 7, 0, \(order), 0);
                    INSERT INTO attempts (order_id, number, provider_id, started_at, outcome)
                        VALUES (\(order), 1, 1, 0, 'placed');
                    """)
            }
            try db.script(
                """
                INSERT INTO exceptions (at, kind, order_id, provider_id, detail) VALUES
                    (1, 'status_error', 1, 1, 'it says: busy'),
                    (2, 'status_error', 1, 1, 'it says: closed'),
                    (3, 'status_error', 1, 1, 'it says: lunch'),
                    (4, 'order_not_found', 1, 1, 'it does not know it'),
                    (5, 'status_error', 2, 1, 'it says: busy'),
                    (6, 'balance_drift', NULL, 1, 'first'),
                    (7, 'balance_drift', NULL, 1, 'second');
                """)
        }
        try old.close()
    }

    @Test func `a ledger of schema 2 is migrated, and keeps the first exception of each kind`()
        throws
    {
        try makeSchema2()
        for _ in 1...2 {
            let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
            #expect(try ledger.read { try $0.number("PRAGMA user_version") } == 5)
            let kept = try ledger.read {
                try $0.numbers("SELECT at FROM exceptions ORDER BY at")
            }
            #expect(kept == [1, 4, 5, 6, 7])
            #expect(try ledger.audit().map(\.violations) == [])
        }
    }

    @Test func `orders from before the terms were kept get those of the migration`() throws {
        try makeSchema2()
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        try ledger.commit { db in
            try db.script("UPDATE services SET type = 'Package', rate = 7 WHERE id = 1")
        }
        let sold = try ledger.read {
            try $0.texts(
                """
                SELECT t.provider_service || ' ' || t.type || ' ' || t.rate FROM orders o
                    JOIN sales t ON t.id = o.sale_id AND o.purchase_id IS NULL
                """)
        }
        #expect(sold == ["101 Default 1", "101 Default 1"])
        // An order from now on is another sale.
        #expect(try ledger.commit { try Sales($0).current(of: ServiceID(1)) } == SaleID(2))
    }

    @Test func `an open order keeps the type that its service had when it was sold`()
        throws
    {
        try makeSchema2()
        let old = try SQLiteFile(path).openPlainly()
        try old.inConnection { db in
            try db.script(Schema3.sql)
            try db.script(
                """
                PRAGMA user_version = 3;
                INSERT INTO catalogue_changes (at, provider_id, service_id, kind, field, before,
                        after)
                    VALUES (1, 1, 1, 'changed', 'type', 'Subscriptions', 'Package'),
                        (2, 1, 1, 'changed', 'type', 'Package', 'Default');
                UPDATE orders SET created_at = 1 WHERE id = 2;
                """)
        }
        try old.close()
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        let types = try ledger.read {
            try $0.texts(
                "SELECT t.type FROM orders o JOIN sales t ON t.id = o.sale_id ORDER BY o.id")
        }
        #expect(types == ["Subscriptions", "Package"])
    }

    @Test func `after the migration an exception of an order is raised once, in whatever words`()
        throws
    {
        try makeSchema2()
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        var news = StatusNews(order: OrderID(2), askAgain: Books.moment)
        for words in ["it says: open", "it says: closed"] {
            news.exception = LedgerException(.statusError, words)
            _ = try ledger.record([news], at: Books.moment)
        }
        news.exception = LedgerException(.noStatus, "nothing")
        _ = try ledger.record([news], at: Books.moment)
        let kept = try ledger.read {
            try $0.texts("SELECT kind FROM exceptions WHERE order_id = 2 ORDER BY id")
        }
        #expect(kept == ["status_error", "no_status"])
    }

    @Test func `an older ledger takes the moment of its last write from its last transaction`()
        throws
    {
        try makeSchema2()
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        let written = try ledger.read {
            try $0.number("SELECT written_at FROM generation")
        }
        #expect(written == 0)
        #expect(try ledger.alarms() == [])
    }
}
