import BatchFiles
import Money
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Ledger

/// Migrating a ledger that holds look-alikes loses no row, and reports them to the operator.
@Suite struct IdentityMigrationTests {
    let folder = TemporaryFolder()
    var path: String { "\(folder.path)/ledger.sqlite" }

    private func makeSchema3(_ rows: String) throws {
        let old = try SQLiteFile(path).openPlainly()
        try old.inConnection { db in
            for sql in Schema.ledger.migrations[..<3] { try db.script(sql) }
            try db.script(
                """
                PRAGMA application_id = \(Schema.ledger.applicationID);
                PRAGMA user_version = 3;
                """)
            try Wallets.openHouse(db, currency: usd)
            try db.script(
                """
                INSERT INTO users (id, created_at, updated_at)
                    VALUES ('acme', 0, 0), ('zenith', 0, 0);
                INSERT INTO wallets (user_id, name, currency, minimum)
                    VALUES ('acme', 'available', 'USD', 0), ('acme', 'held', 'USD', 0),
                        ('zenith', 'available', 'USD', 0), ('zenith', 'held', 'USD', 0);
                INSERT INTO providers (id, name, currency) VALUES (1, 'alpha', 'USD');
                INSERT INTO wallets (id, provider_id, name, currency)
                    VALUES (50, 1, 'float', 'USD'), (51, 1, 'spent', 'USD');
                INSERT INTO categories (id, name) VALUES (1, 'Instagram');
                INSERT INTO services (id, provider_id, provider_service, name, type,
                        category_id, rate, cost_rate, profit, profit_fixed, sale_rate, min, max,
                        dripfeed, refill, cancel, enabled)
                    VALUES
                        (1, 1, '101', 'Followers', 'Default', 1, 1, 1, 0, 0, 2, 1, 9, 0, 0, 0, 1);
                """)
            try db.script(rows)
        }
        try old.close()
    }

    private func reported(_ ledger: Ledger, _ kind: String) throws -> [String] {
        try ledger.read {
            try $0.values("SELECT detail FROM exceptions WHERE kind = \(kind) ORDER BY id")
        }
    }

    private static let deposits = """
        INSERT INTO deposits (user_id, method, reference, amount, currency, status, ref, credited,
                claimed_at, confirmed_at) VALUES
            ('acme', 'bank', 'TX-1', 5, 'USD', 'confirmed', NULL, 5, NULL, 1),
            ('acme', 'Bank', 'tx-1 ', 5, 'USD', 'confirmed', NULL, 5, NULL, 2),
            ('zenith', 'BANK', 'TX-1', 5, 'USD', 'pending', 'D-1', NULL, 1, NULL),
            ('acme', 'bank', 'TX-2', 5, 'USD', 'pending', 'D-2', NULL, 1, NULL),
            ('zenith', 'bank', 'tx-2', 5, 'USD', 'pending', 'D-2', NULL, 1, NULL),
            ('acme', 'bank', 'tx-2', 5, 'USD', 'pending', 'D-3', NULL, 1, NULL),
            ('acme', 'bank', 'TX-3', 5, 'USD', 'pending', 'D-4', NULL, 1, NULL);
        INSERT INTO transactions (reference, type, from_wallet_id, to_wallet_id, amount,
                created_at) VALUES
            ('deposit:1', 'deposit', 1, 6, 5, 1), ('deposit:2', 'deposit', 1, 6, 5, 1);
        UPDATE wallets SET balance = 10 WHERE id = 6;
        UPDATE wallets SET balance = -10 WHERE id = 1;
        """

    @Test func `deposits that look alike stay, and each pair is reported once`() throws {
        try makeSchema3(Self.deposits)
        for _ in 1...2 {
            let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
            #expect(
                try ledger.read { try $0.one("SELECT count(*) FROM deposits") as Int }
                    == 7)
            let statuses = try ledger.read {
                try $0.texts("SELECT status FROM deposits ORDER BY id")
            }
            #expect(
                statuses == [
                    "confirmed", "confirmed", "rejected", "pending", "pending", "pending",
                    "pending",
                ])
            #expect(try reported(ledger, "look_alike_deposits").count == 1)
            #expect(
                try reported(ledger, "look_alike_deposits").first?.contains(
                    #"Bank "tx-1 " (2) of acme looks like bank "TX-1" (1) of acme"#) == true)
            #expect(try reported(ledger, "payment_claimed_twice").count == 3)
            #expect(try ledger.audit().map(\.violations) == [])
        }
    }

    @Test func `a payment credited before the migration is not credited again in another spelling`()
        throws
    {
        try makeSchema3(Self.deposits)
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        func confirm(_ reference: String, _ number: Int) throws -> String {
            try ledger.intake(at: Books.moment) { intake in
                let arrival = Arrival(
                    of: FileOwner(user: nil), name: "d\(number).json",
                    digest: String(repeating: "\(number)", count: 64), bytes: 1,
                    receivedAt: Books.moment)
                let draft = try intake.openDeskFile(arrival, batch: "\(number)")
                try draft.confirm(
                    ConfirmedDeposit(
                        user: acme, method: "bank", reference: reference, amount: Amount(micros: 5),
                        currency: usd, credited: Amount(micros: 5), fee: .zero), Line(.deposits, 1))
                return try intake.db.one(
                    "SELECT status FROM lines WHERE file_id = \(draft.close())")
            }
        }
        #expect(try confirm("tx-1", 1) == "duplicate")
        #expect(try confirm("TX-2", 2) == "accepted")
        #expect(try confirm("tx-2", 3) == "duplicate")
        let statuses = try ledger.read {
            try $0.texts("SELECT status FROM deposits ORDER BY id")
        }
        #expect(
            statuses == [
                "confirmed", "confirmed", "rejected", "confirmed", "rejected", "rejected",
                "pending",
            ])
        #expect(try ledger.audit().map(\.violations) == [])
    }

    @Test func `top-ups, refs, batches and links get their keys`() throws {
        let digest = String(repeating: "0", count: 63)
        try makeSchema3(
            """
            INSERT INTO files (id, user_id, name, sha256, batch, bytes, status, lines, accepted,
                    rejected, charged, first_order, last_order, received_at) VALUES
                (1, 'acme', 'a.json', '\(digest)1', 'Day 1', 1, 'accepted', 4, 4, 0, 0, 1, 4, 0),
                (2, 'acme', 'b.json', '\(digest)2', 'Day  1', 1, 'accepted', 0, 0, 0, 0, NULL,
                    NULL, 0),
                (3, 'acme', 'c.json', '\(digest)3', 'day 1', 1, 'accepted', 0, 0, 0, 0, NULL,
                    NULL, 0);
            INSERT INTO orders (id, user_id, file_id, line, ref, service_id, link, billed_units,
                    charge, state, provider_id, due_at, created_at) VALUES
                (1, 'acme', 1, 1, 'A 1', 1, 'https://www.a.example/x/', 1, 0, 'accepted', 1, 0, 0),
                (2, 'acme', 1, 2, 'A  1', 1, 'a.example/x', 1, 0, 'accepted', 1, 0, 0),
                (3, 'acme', 1, 3, 'a 1', 1, 'https://a.example/x', 1, 0, 'accepted', 1, 0, 0),
                (4, 'acme', 1, 4, ' B', 1, NULL, 1, 0, 'accepted', 1, 0, 0);
            INSERT INTO transactions (reference, type, from_wallet_id, to_wallet_id, amount,
                    order_id, metadata, created_at) VALUES
                ('hold:1', 'hold', 6, 7, 0, 1, NULL, 0), ('hold:2', 'hold', 6, 7, 0, 2, NULL, 0),
                ('hold:3', 'hold', 6, 7, 0, 3, NULL, 0), ('hold:4', 'hold', 6, 7, 0, 4, NULL, 0),
                ('provider_topup:alpha:TX-1', 'provider_topup', 1, 50, 2, NULL, 'TX-1', 0),
                ('provider_topup:alpha:tx-1', 'provider_topup', 1, 50, 2, NULL, 'tx-1', 0),
                ('provider_topup:alpha:B#topups#1', 'provider_topup', 1, 50, 2, NULL, NULL, 0);
            UPDATE wallets SET balance = 6 WHERE id = 50;
            UPDATE wallets SET balance = -6 WHERE id = 1;
            """)
        let ledger = try Ledger.openUnchecked(in: SQLiteFile(path), currency: usd)
        func all(_ sql: String) throws -> [String] {
            try ledger.read { try $0.values("\(raw: sql)") }
        }
        #expect(try all("SELECT identity FROM topups ORDER BY 1") == ["B#topups#1", "tx-1"])
        #expect(
            try all("SELECT kind || '|' || key || '|' || text FROM spellings ORDER BY 1")
                == ["batch|Day 1|Day  1", "ref|A 1|A  1", "ref|B| B"])
        #expect(
            try all("SELECT DISTINCT coalesce(link_key, link) FROM orders WHERE link IS NOT NULL")
                == ["https://a.example/x"])
        for kind in ["look_alike_topups", "look_alike_refs", "look_alike_batches"] {
            #expect(try reported(ledger, kind).count == 1, "\(kind)")
        }
        #expect(try ledger.audit().map(\.violations) == [])
    }
}
