import Glibc
import Networks
import SQLiteTables
import Tables
import TestSupport
import Testing
import Timestamps

@testable import Accounts

/// An older copy of the accounts is put in their place.
@Suite struct RestoringTests {
    private let house = House()
    private var now: Timestamp { house.now }

    /// How the copy was made.
    enum Copy: CaseIterable {
        case backup, byHand
    }

    private func copy(_ kind: Copy, _ accounts: Accounts) throws {
        switch kind {
        case .backup:
            house.folder.write("", to: "copy")
            try accounts.backUp(to: house.copy)
        case .byHand: try house.copyByHand()
        }
    }

    private func signIn() throws {
        try house.alter(
            """
            INSERT INTO accounts (provider, account_id, created_at, updated_at)
            VALUES ('password', 'a@example.com', 0, 0);
            INSERT INTO sessions (account_id, token_hash, expires_at, created_at, updated_at)
            VALUES (1, '\(String(repeating: "0a", count: 32))', 9, 0, 0);
            """)
    }

    @Test(arguments: Copy.allCases, [false, true])
    func `after a restore sessions end and keys wait for a person`(
        kind: Copy, isServing: Bool
    ) throws {
        var accounts = try house.open()
        let (kept, keptID) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        let (revoked, revokedID) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        try signIn()
        try copy(kind, accounts)
        _ = try accounts.revoke(revokedID, at: now)
        let (later, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)

        house.restore()
        // A server that has the accounts open notices; so does the next program.
        if !isServing { accounts = try house.open() }
        for key in [kept, revoked, later] { #expect(try !accounts.admits(key, at: now)) }
        #expect(try accounts.keys().map { $0.state(at: now) } == [.waiting, .waiting])
        #expect(try accounts.waitingKeys() == 2)
        #expect(try house.values("SELECT id FROM sessions").isEmpty)

        #expect(try accounts.revoke(revokedID, at: now) == .revoked)
        #expect(try accounts.confirm([keptID, revokedID, 99]) == [keptID])
        #expect(try accounts.admits(kept, at: now))
        #expect(try !accounts.admits(revoked, at: now))
        #expect(try accounts.waitingKeys() == 0)
        // It was noticed once. From then on these are the accounts.
        let again = try house.open()
        #expect(try again.admits(kept, at: now))
        #expect(try again.confirm(nil) == [])
    }

    @Test(arguments: Copy.allCases)
    func `changes to restored accounts do not hide that they were restored`(kind: Copy) throws {
        let accounts = try house.open()
        let (key, id) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        try copy(kind, accounts)
        _ = try accounts.revoke(id, at: now)
        house.restore()
        // As many commits as the lost ones, by a program that knew nothing of the copy.
        let (fresh, _) = try accounts.issue(KeyWish(for: .user("zenith")), at: now)
        _ = try accounts.issue(KeyWish(for: .user("zenith")), at: now)
        #expect(try house.open().admits(fresh, at: now))
        #expect(try !house.open().admits(key, at: now))
    }

    @Test func `bytes that were written over the open file are noticed, too`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        #expect(try accounts.admits(key, at: now))
        try house.alter("UPDATE generation SET commits = 0")
        #expect(try !accounts.admits(key, at: now))
        #expect(try accounts.waitingKeys() == 1)
    }

    @Test func `a copy that lost nothing but last uses is the accounts`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        try copy(.byHand, accounts)
        #expect(try accounts.admits(key, at: now))
        try accounts.writeUses()
        house.restore()
        #expect(try house.open().admits(key, at: now))
    }

    @Test func `a backup is noticed even where the spool is lost as well`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        try copy(.backup, accounts)
        #expect(unlink(house.note) == 0)
        house.restore()
        #expect(try !house.open().admits(key, at: now))
    }

    @Test(arguments: ["", "x y\n", "3\n", "-1 4\n", "1 99999999999999999999\n"])
    func `a note that cannot be read lets no key in`(note: String) throws {
        let (key, _) = try house.open().issue(KeyWish(for: .user("acme")), at: now)
        house.folder.write(note, to: "note")
        let accounts = try house.open()
        #expect(try !accounts.admits(key, at: now))
        #expect(try accounts.confirm(nil) == [1])
        #expect(try house.open().admits(key, at: now))
    }

    @Test func `accounts that are gone open nothing, and none are made meanwhile`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        try copy(.byHand, accounts)
        for suffix in ["-wal", "-shm", ""] { unlink(house.path + suffix) }
        #expect(throws: AccountsError.self) { try accounts.admits(key, at: now) }
        #expect(throws: AccountsError.self) { try accounts.revoke(1, at: now) }
        #expect(access(house.path, F_OK) != 0)
        #expect(rename(house.copy, house.path) == 0)
        #expect(try accounts.admits(key, at: now))
    }

    @Test func `a backup while another process writes holds one moment`() throws {
        let accounts = try house.open()
        let (_, id) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        let writer = try SQLiteFile(house.path).openPlainly()
        try writer.inConnection { db in
            try db.inTransaction(.write) {
                try db.run("UPDATE api_keys SET name = 'half done' WHERE id = \(id)")
                try copy(.backup, accounts)
            }
        }
        house.restore()
        #expect(try house.open().keys().map(\.name) == [nil])
    }
}
