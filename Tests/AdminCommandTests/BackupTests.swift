import GRDB
import Glibc
import TestSupport
import Testing

@Suite struct BackupTests {
    @Test func `a backup holds the ledger of one moment, for its owner's eyes`() throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1")
        try shop.done("ingest")
        let path = "\(shop.folder.path)/backup"
        let ended = try shop.run("admin backup \(path)")
        #expect(ended.status == 0)
        #expect(ended.log.contains("backed up\" file=") || ended.log.contains("backed up file="))
        #expect(access("\(path).part", F_OK) != 0)
        #expect(access("\(path)-wal", F_OK) != 0)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        let copy = try DatabaseQueue(path: path)
        #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM orders") } == 1)
    }

    @Test func `a backup is made while another program has its hands in the ledger`() throws {
        let shop = Shop()
        try shop.open()
        let other = try DatabaseQueue(path: shop.ledgerPath)
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE; UPDATE users SET name = 'half done'")
            try shop.done("admin backup \(shop.folder.path)/backup")
            try db.execute(sql: "COMMIT")
        }
        let copy = try DatabaseQueue(path: "\(shop.folder.path)/backup")
        #expect(
            try copy.read { try String.fetchOne($0, sql: "SELECT name FROM users") } == "Acme Ltd")
    }

    @Test func `nothing is overwritten`() throws {
        let shop = Shop()
        let path = shop.folder.write("dear diary", to: "backup")
        let ended = try shop.run("admin backup \(path)")
        #expect(ended.status == 74)
        #expect(ended.log.contains("is there already; nothing was written"))
        #expect(try shop.read(path) == "dear diary")
    }

    @Test func `books that are wrong make no backup`() throws {
        let shop = Shop()
        try shop.open()
        try DatabaseQueue(path: shop.ledgerPath).write {
            try $0.execute(sql: "UPDATE wallets SET balance = balance + 1 WHERE name = 'available'")
        }
        let path = "\(shop.folder.path)/backup"
        let ended = try shop.run("admin backup \(path)")
        #expect(ended.status == 65)
        #expect(ended.log.contains("invariant 1 is broken"))
        #expect(access(path, F_OK) != 0 && access("\(path).part", F_OK) != 0)
    }

    @Test func `a disk without room ends with 74 and leaves nothing`() throws {
        let shop = Shop()
        try shop.open()
        let path = "\(shop.folder.path)/backup"
        // To a writer, a limit on the size of a file, here 100 KiB, is much like a full disk.
        let ended = try shop.run(
            "admin backup \(path)", before: "trap '' XFSZ; ulimit -f 200")
        #expect(ended.status == 74)
        #expect(access(path, F_OK) != 0 && access("\(path).part", F_OK) != 0)
    }

    @Test func `a folder that is not there is an error that names it`() throws {
        let shop = Shop()
        try shop.open()
        let ended = try shop.run("admin backup \(shop.folder.path)/no/backup")
        #expect(ended.status == 74)
        #expect(ended.log.contains("cannot make \(shop.folder.path)/no/backup.part"))
    }
}
