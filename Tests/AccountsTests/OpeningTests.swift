import Failures
import Glibc
import SQLiteTables
import Tables
import TestSupport
import Testing

@testable import Accounts

@Suite struct OpeningTests {
    private let house = House()

    @Test func `accounts are a database that says what it is`() throws {
        _ = try house.open()
        let store = try SQLiteFile(house.path).openPlainly()
        try store.inConnection { db in
            let id: Int = try db.one("PRAGMA application_id")
            let version: Int = try db.one("PRAGMA user_version")
            #expect(Int32(id) == Schema.accounts.applicationID)
            #expect(Schema.accounts.applicationID != Schema.ledger.applicationID)
            #expect(version == Schema.accounts.migrations.count)
            #expect(try db.one("PRAGMA journal_mode") == "wal")
        }
        #expect(try Accounts.openExisting(in: SQLiteFile(house.copy), lastSeenIn: "x") == nil)
        #expect(access(house.copy, F_OK) != 0)
    }

    @Test func `what is no accounts database is refused, and not a byte of it changes`() throws {
        let files: [(String, AccountsError)] = [
            ("CREATE TABLE t (x)", .notAccounts(house.path)),
            (
                "PRAGMA application_id = \(Schema.ledger.applicationID); CREATE TABLE t (x)",
                .notAccounts(house.path)
            ),
            (
                """
                PRAGMA application_id = \(Schema.accounts.applicationID); PRAGMA user_version = 9;
                CREATE TABLE t (x)
                """, .newer(version: 9, known: Schema.accounts.migrations.count)
            ),
        ]
        for (sql, expected) in files {
            unlink(house.path)
            try house.alter(sql)
            let before = content(at: house.path)
            let error = #expect(throws: AccountsError.self) { try house.open() }
            #expect("\(try #require(error))" == "\(expected)")
            #expect(error?.exitStatus == .badConfiguration)
            #expect(content(at: house.path) == before)
        }
        unlink(house.path)
        house.folder.write(
            "not a database, but long enough to look like one", to: "accounts.sqlite")
        let error = #expect(throws: AccountsError.self) { try house.open() }
        #expect("\(try #require(error))" == "\(AccountsError.notADatabase(house.path))")
    }

    @Test(arguments: [
        // Whose is it?
        "INSERT INTO api_keys (prefix, hash, scopes, networks, generation, created_at) VALUES (@)",
        "INSERT INTO api_keys (user_id, desk, @columns) VALUES ('a', 'b', @)",
        // A desk has no orders.
        "INSERT INTO api_keys (desk, @columns) VALUES ('b', @)",
        "INSERT INTO api_keys (user_id, @columns) VALUES ('a', 'smg_', 'secret', 'read', '', 1, 0)",
        "INSERT INTO api_keys (user_id, @columns) SELECT 'a', '', hash, 'read', '', 1, 0 FROM (@1)",
        "UPDATE api_keys SET revoked_at = NULL WHERE id = 2",
        "UPDATE api_keys SET revoked_at = 5 WHERE id = 2",
        "UPDATE api_keys SET scopes = 'read,orders,files' WHERE id = 1",
        "UPDATE api_keys SET user_id = 'zenith' WHERE id = 1",
        "UPDATE api_keys SET hash = replace(hash, 'a', 'b') WHERE id = 1",
        "UPDATE api_keys SET expires_at = 99 WHERE id = 1",
        "DELETE FROM api_keys",
        "UPDATE generation SET number = 0",
        "INSERT INTO generation VALUES (2, 1, 0)",
        "INSERT INTO accounts (@account, role) VALUES ('password', 'x', 0, 0, 'king')",
        "INSERT INTO accounts (@account, password_hash) VALUES ('github', 'x', 0, 0, 'h')",
        "INSERT INTO sessions (@session) VALUES (7, @hash, 0, 0, 0)",
        "INSERT INTO sessions (@session) VALUES (1, 'token', 0, 0, 0)",
    ])
    func `what must never be, the database itself refuses`(sql: String) throws {
        let accounts = try house.open()
        _ = try accounts.issue(
            KeyWish(for: .user("acme"), scopes: [.read]), at: house.now)
        let (_, revoked) = try accounts.issue(KeyWish(for: .user("acme")), at: house.now)
        _ = try accounts.revoke(revoked, at: house.now)
        try house.alter(
            """
            INSERT INTO accounts (provider, account_id, created_at, updated_at)
            VALUES ('password', 'a@example.com', 0, 0)
            """)
        let hash = "'\(String(repeating: "0a", count: 32))'"
        let places = [
            ("@columns", "prefix, hash, scopes, networks, generation, created_at"),
            ("@account", "provider, account_id, created_at, updated_at"),
            ("@session", "account_id, token_hash, expires_at, created_at, updated_at"),
            ("@1", "SELECT hash FROM api_keys LIMIT 1"), ("@hash", hash),
            ("@", "'smg_', \(hash), 'read', '', 1, 0"),
        ]
        let text = places.reduce(sql) { $0.replacing($1.0, with: $1.1) }
        let store = try SQLiteFile(house.path, holding: .accounts).open(
            Charter(check: { _ in }, upgrade: { _, _ in }, furnish: { _ in }))
        let error = #expect(throws: StoreError.self) {
            try store.inConnection { try $0.script(text) }
        }
        #expect(error?.kind == .constraint, "\(String(describing: error))")
    }

    @Test func `many programs may open and change them at once`() async throws {
        let house = house
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<4 {
                group.addTask {
                    let accounts = try house.open()
                    for _ in 0..<5 {
                        let (key, id) = try accounts.issue(
                            KeyWish(for: .user("u\(number)")), at: house.now)
                        #expect(try accounts.admits(key, at: house.now))
                        #expect(try accounts.revoke(id, at: house.now) == .revoked)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try house.open().keys().count == 20)
        #expect(content(at: house.note) == "1 40\n")
    }
}
