import Glibc
import TestHouse
import TestSupport
import Testing

@Suite struct BackupTests {
    private let panel = ObligingPanel()

    @Test func `a backup holds the ledger of one moment, and only its owner can read it`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("ingest")
        let path = "\(works.path)/backup"
        let ended = works.run("admin backup \(path)")
        #expect(ended.status == 0)
        #expect(ended.log.contains("backed up\" file=") || ended.log.contains("backed up file="))
        #expect(access("\(path).part", F_OK) != 0)
        #expect(access("\(path)-wal", F_OK) != 0)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try LedgerFile(path).rows("SELECT id FROM orders").count == 1)
    }

    @Test func `a backup can be made while another program is writing to the ledger`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let other = try LedgerFile(works.ledgerPath)
        try other.run("BEGIN IMMEDIATE; UPDATE users SET name = 'half done'")
        try works.done("admin backup \(works.backup)")
        try other.run("COMMIT")
        #expect(
            try LedgerFile(works.backup).rows("SELECT name FROM users").map(\.line) == ["Acme Ltd"])
    }

    @Test func `a backup never overwrites a file`() throws {
        let works = try Works(buyingFrom: panel)
        let path = try works.write("dear diary", to: "backup")
        let ended = works.run("admin backup \(path)")
        #expect(ended.status == 74)
        #expect(ended.log.contains("is there already; nothing was written"))
        #expect(try works.read(path) == "dear diary")
    }

    @Test func `wrong books are not backed up`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.alter("UPDATE wallets SET balance = balance + 1 WHERE name = 'available'")
        let path = "\(works.path)/backup"
        let ended = works.run("admin backup \(path)")
        #expect(ended.status == 65)
        #expect(ended.log.contains("invariant 1 is broken"))
        #expect(access(path, F_OK) != 0 && access("\(path).part", F_OK) != 0)
    }

    @Test func `a full disk ends with 74 and leaves no file behind`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let path = "\(works.path)/backup"
        // To a writer, a limit on the size of a file, here 100 KiB, is much like a full disk.
        let ended = works.run(
            "admin backup \(path)", before: "trap '' XFSZ; ulimit -f 200")
        #expect(ended.status == 74)
        #expect(access(path, F_OK) != 0 && access("\(path).part", F_OK) != 0)
    }

    @Test func `a missing folder is an error that names it`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let ended = works.run("admin backup \(works.path)/no/backup")
        #expect(ended.status == 74)
        #expect(ended.log.contains("cannot make \(works.path)/no/backup.part"))
    }
}
