import Glibc
import Networks
import SQLiteTables
import Tables
import TestSupport
import Testing
import Timestamps

@testable import Accounts

@Suite struct AuthenticatingTests {
    private let house = House()
    private var now: Timestamp { house.now }

    @Test func `a key says whose it is and what it opens`() throws {
        let accounts = try house.open()
        let address = try #require(NetworkAddress("192.0.2.1"))
        let (key, id) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        let grant = try accounts.authenticate(key.text, from: address, at: now)
        #expect(grant == KeyGrant(id: id, holder: .user("acme"), scopes: [.read, .orders, .files]))
        let (desk, _) = try accounts.issue(KeyWish(for: .desk("payments")), at: now)
        let other = try accounts.authenticate(desk.text, from: address, at: now)
        #expect(other?.holder == .desk("payments"))
        #expect(other?.scopes == [.files])
    }

    @Test func `the key itself is nowhere on the disk`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme"), name: "shop"), at: now)
        #expect(try accounts.admits(key, at: now))
        let secret = String(key.text.dropFirst(8))
        let found = shellRun("grep -rlaF -e '\(secret)' '\(house.folder.path)'")
        #expect(found.status == 1, "\(found.output)")
        #expect(shellRun("grep -rlaF -e '\(key.prefix)' '\(house.folder.path)'").status == 0)
    }

    @Test func `an unknown, expired or revoked key is refused, and one from elsewhere`() throws {
        let accounts = try house.open()
        #expect(try !accounts.admits(KeyText.random(), at: now))
        let (mortal, _) = try accounts.issue(
            KeyWish(for: .user("acme"), expiresAt: now.adding(seconds: 60)), at: now)
        #expect(try accounts.admits(mortal, at: now.adding(seconds: 59)))
        #expect(try !accounts.admits(mortal, at: now.adding(seconds: 60)))

        let networks = try ["192.0.2.0/24", "2001:db8::/32"].map {
            try #require(NetworkRange($0))
        }
        let (bound, id) = try accounts.issue(
            KeyWish(for: .user("acme"), networks: networks), at: now)
        for address in ["192.0.2.200", "::ffff:192.0.2.200", "2001:db8::7"] {
            #expect(try accounts.admits(bound, from: address, at: now), "\(address)")
        }
        for address in ["192.0.3.1", "::1", "2001:db9::"] {
            #expect(try !accounts.admits(bound, from: address, at: now), "\(address)")
        }
        #expect(try accounts.revoke(id, at: now) == .revoked)
        #expect(try !accounts.admits(bound, from: "192.0.2.200", at: now))
        #expect(try accounts.revoke(id, at: now.adding(seconds: 5)) == .before(now))
        #expect(try accounts.revoke(99, at: now) == .unknown)
    }

    @Test func `a key that another process revokes is refused from the next call on`() throws {
        let (server, desk) = (try house.open(), try house.open())
        let (key, id) = try desk.issue(KeyWish(for: .user("acme")), at: now)
        #expect(try server.admits(key, at: now))
        #expect(try desk.revoke(id, at: now) == .revoked)
        #expect(try !server.admits(key, at: now))
    }

    @Test func `a key is looked up while another process is writing`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        let writer = try SQLiteFile(house.path).openPlainly()
        try writer.inConnection { db in
            try db.inTransaction(.write) {
                try db.run("UPDATE api_keys SET name = 'half done'")
                #expect(try accounts.admits(key, at: now))
            }
        }
    }

    @Test func `the last use is kept to the hour, and written beside the calls`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        #expect(try accounts.admits(key, at: now))
        #expect(try accounts.keys()[0].lastUsedAt == nil)
        try accounts.writeUses()
        let hour = now.adding(seconds: -1_800)
        #expect(try accounts.keys()[0].lastUsedAt == hour)

        // Within the hour nothing is left to write; an earlier clock takes nothing back.
        for seconds in [1_799, -7_200] {
            #expect(try accounts.admits(key, at: now.adding(seconds: seconds)))
            #expect(accounts.uses.take().isEmpty)
        }
        #expect(try accounts.admits(key, at: now.adding(seconds: 1_800)))
        try accounts.writeUses()
        #expect(try accounts.keys()[0].lastUsedAt == hour.adding(seconds: 3_600))
    }

    @Test func `a use that cannot be written fails no call, and is written later`() throws {
        let accounts = try house.open()
        let (key, _) = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        #expect(try accounts.admits(key, at: now))
        #expect(rename(house.path, house.copy) == 0)
        #expect(throws: AccountsError.self) { try accounts.writeUses() }
        #expect(rename(house.copy, house.path) == 0)
        #expect(try accounts.admits(key, at: now))
        try accounts.writeUses()
        #expect(try accounts.keys()[0].lastUsedAt != nil)
    }

    @Test func `a look-up costs the same however many keys there are`() throws {
        let accounts = try house.open()
        _ = try accounts.issue(KeyWish(for: .user("acme")), at: now)
        let store = try SQLiteFile(house.path).openPlainly()
        let steps: [String] = try store.inConnection { db in
            try db.all("EXPLAIN QUERY PLAN \(raw: Accounts.lookup)") { try $0["detail"] }
        }
        #expect(steps.contains { $0.contains("SEARCH k USING INDEX") }, "\(steps)")
        #expect(!steps.contains { $0.hasPrefix("SCAN") }, "\(steps)")
    }
}
