import BatchFiles
import Money
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

/// Migrating a ledger of schema 4, which knows no named desks, changes no row of it.
@Suite struct DeskMigrationTests {
    let folder = TemporaryFolder()

    private static let digest = String(repeating: "0", count: 63)

    /// A ledger of schema 4 as its numbered SQL made it, with files of a user and of the desk.
    private func makeSchema4(at path: String) throws {
        let old = try SQLiteFile(path).openPlainly()
        try old.inConnection { db in
            for sql in Schema.ledger.migrations[..<4] { try db.script(sql) }
            try db.script(
                """
                PRAGMA application_id = \(Schema.ledger.applicationID);
                PRAGMA user_version = 4;
                """)
            try Wallets.openHouse(db, currency: usd)
            try db.script(
                """
                INSERT INTO users (id, created_at, updated_at) VALUES ('acme', 0, 0);
                INSERT INTO wallets (id, user_id, name, currency, minimum)
                    VALUES (20, 'acme', 'available', 'USD', 0), (21, 'acme', 'held', 'USD', 0);
                INSERT INTO providers (id, name, currency) VALUES (1, 'alpha', 'USD');
                INSERT INTO wallets (id, provider_id, name, currency)
                    VALUES (50, 1, 'float', 'USD'), (51, 1, 'spent', 'USD');
                INSERT INTO categories (id, name) VALUES (1, 'Instagram');
                INSERT INTO services (id, provider_id, provider_service, name, type, category_id,
                        rate, cost_rate, profit, profit_fixed, sale_rate, min, max, dripfeed,
                        refill, cancel, enabled)
                    VALUES (1, 1, '101', 'Followers', 'Default', 1, 1, 1, 0, 0, 2, 1, 9, 0, 0, 0,
                        1);
                INSERT INTO sales (id, service_id, provider_service, name, type, rate, cost_rate,
                        min, max, dripfeed, refill, cancel, min_charge, charge_decimals,
                        exchange_rate)
                    VALUES (7, 1, '101', 'Followers', 'Default', 1, 1, 1, 9, 0, 0, 0, 0, 6, 0);
                INSERT INTO files (id, user_id, name, sha256, batch, bytes, status, reason, lines,
                        accepted, rejected, charged, first_order, last_order, received_at,
                        set_aside, duplicate_of) VALUES
                    (1, 'acme', 'a.json', '\(Self.digest)1', 'Day 1', 1, 'accepted', NULL, 2, 2, 0,
                        2, 1, 2, 5, 0, NULL),
                    (2, 'acme', 'b.json', '\(Self.digest)1', NULL, 1, 'duplicate', NULL, 0, 0, 0, 0,
                        NULL, NULL, 6, 0, 1),
                    (3, 'acme', 'c.json', '\(Self.digest)3', 'Day 3', 1, 'rejected', 'USER_BANNED',
                        0, 0, 0, 0, NULL, NULL, 7, 3, NULL),
                    (4, NULL, 'a.json', '\(Self.digest)1', 'Day 1', 1, 'accepted', NULL, 1, 1, 0, 0,
                        NULL, NULL, 8, 0, NULL);
                INSERT INTO lines (file_id, kind, line, status)
                    VALUES (4, 'deposits', 1, 'accepted');
                INSERT INTO spellings (user_id, kind, key, text)
                    VALUES ('acme', 'batch', 'Day 1', 'Day  1');
                INSERT INTO deposits (user_id, method, reference, amount, currency, status,
                        credited, confirmed_at, identity)
                    VALUES ('acme', 'bank', 'TX-1', 5, 'USD', 'confirmed', 5, 8, 'bank TX-1');
                INSERT INTO orders (id, user_id, file_id, line, ref, service_id, link, link_key,
                        billed_units, charge, state, provider_id, provider_order, due_at,
                        created_at, placed_at, sale_id) VALUES
                    (1, 'acme', 1, 1, 'A-1', 1, 'HTTPS://a.example/x', 'https://a.example/x', 1, 2,
                        'accepted', 1, NULL, 0, 5, NULL, 7),
                    (2, 'acme', 1, 2, 'A-2', 1, 'l', NULL, 1, 0, 'placed', 1, 'P2', 9, 5, 6, 7);
                INSERT INTO attempts (order_id, number, provider_id, started_at, outcome)
                    VALUES (2, 1, 1, 5, 'placed');
                INSERT INTO transactions (reference, type, from_wallet_id, to_wallet_id, amount,
                        order_id, created_at) VALUES
                    ('deposit:1', 'deposit', 1, 20, 5, NULL, 4),
                    ('hold:1', 'hold', 20, 21, 2, 1, 5), ('hold:2', 'hold', 20, 21, 0, 2, 5);
                UPDATE wallets SET balance = -5 WHERE id = 1;
                UPDATE wallets SET balance = 3 WHERE id = 20;
                UPDATE wallets SET balance = 2 WHERE id = 21;
                INSERT INTO retaken_files (user_id, sha256, name, position, lost_since)
                    VALUES ('acme', '\(Self.digest)1', 'a.json', 1, 3);
                """)
        }
        try old.close()
    }

    private static let tables = [
        "users", "wallets", "providers", "services", "sales", "files", "lines", "spellings",
        "deposits", "orders", "attempts", "transactions", "retaken_files",
    ]

    /// Every row of every table, by the columns that schema 4 has.
    private func rows(_ db: any Connection, _ columns: [String: String]) throws -> [String] {
        try Self.tables.flatMap { table in
            try db.texts(
                "SELECT '\(table)|' || json_array(\(columns[table] ?? "")) FROM \(table) ORDER BY 1"
            )
        }
    }

    @Test func `rows, invariants and the ways to find them are the same after the migration`()
        throws
    {
        let path = "\(folder.path)/ledger.sqlite"
        try makeSchema4(at: path)
        let plain = try SQLiteFile(path).openPlainly()
        var columns: [String: String] = [:]
        let before = try plain.inConnection { db in
            for table in Self.tables {
                columns[table] = try db.text(
                    "SELECT group_concat(name) FROM pragma_table_info('\(table)')")
            }
            return try rows(db, columns)
        }
        try plain.close()
        #expect(before.count > 25)

        let migrated = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        let fresh = try Ledger.openUnchecked(
            in: SQLiteFile("\(folder.path)/fresh.sqlite"), currency: usd)
        #expect(try migrated.read { try $0.number("PRAGMA user_version") } == 5)
        #expect(try migrated.read { try rows($0, columns) } == before)
        #expect(try migrated.audit().map(\.violations) == [])
        // What plans are made from.
        let schema =
            "SELECT name || ': ' || sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY 1"
        #expect(try migrated.read { try $0.texts(schema) } == fresh.read { try $0.texts(schema) })
        #expect(
            try migrated.read {
                try $0.number(
                    """
                    SELECT count(*) FROM files WHERE desk IS NULL AND was_retaken = 0
                        AND waits_for_links = 0
                    """)
            } == 4)
    }

    @Test func `what a user and the desk brought before is known, and not a named desk's`() throws {
        let path = "\(folder.path)/ledger.sqlite"
        try makeSchema4(at: path)
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        try ledger.intake(at: Books.moment) { intake throws in
            func known(_ owner: FileOwner) throws -> Bool {
                try intake.settled(
                    Arrival(
                        of: owner, name: "again.json", digest: "\(Self.digest)1", bytes: 1,
                        receivedAt: Books.moment)) != nil
            }
            #expect(try known(FileOwner(user: acme)))
            #expect(try known(FileOwner(user: nil)))
            #expect(try !known(FileOwner(user: nil, desk: "web")))
        }
        #expect(try ledger.audit().map(\.violations) == [])
    }
}
