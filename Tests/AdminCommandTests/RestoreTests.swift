import GRDB
import Glibc
import TestSupport
import Testing

@Suite struct RestoreTests {
    @Test func `with yesterday's ledger restored, nothing is lost and nothing is sent twice`()
        throws
    {
        let shop = Shop()
        try shop.open()
        shop.order("placed-before", "waiting-before")
        try shop.done("ingest", "dispatch --limit 1", "admin backup \(shop.backup)")
        // What happens next is in the spool and at the provider, and not in the backup.
        try shop.done("dispatch", "admin deposit acme 50 --method bank --reference TX-2")
        shop.order("sent-after")
        try shop.done(
            "admin user add zenith", "admin deposit zenith 10 --method bank --reference TX-3",
            "ingest")
        shop.order("by-a-new-user", by: "zenith")
        try shop.done("ingest", "dispatch")
        try shop.settle("count(*) = 4 AND min(state) = 'completed'")
        let told = try shop.statusFiles()
        let sent = shop.panel.links
        let lastOrder = try shop.table("SELECT max(id) FROM orders")[0]

        try shop.restore()
        try shop.expectRefusal()
        #expect(try shop.names("resellers/acme/inbox").isEmpty)
        try shop.done("admin recover --restored --yes")
        try shop.done("ingest", "dispatch", "poll statuses")
        #expect(shop.panel.links == sent)
        let doubts = try shop.table(
            "SELECT id, link FROM orders WHERE state = 'in_doubt' ORDER BY link")
        #expect(doubts.count == 3)

        for doubt in doubts {
            let parts = doubt.split(separator: "|")
            let link = String(parts[1].dropFirst().dropLast())
            if link != "waiting-before" { #expect(Int(parts[0])! > Int(lastOrder)!) }
            try shop.done(
                "admin decide \(parts[0]) placed --provider-order \(shop.panel.id(of: link))")
        }
        try shop.done("ingest", "dispatch")
        try shop.settle("count(*) = 4 AND min(state) = 'completed'")
        #expect(shop.panel.links == sent)
        #expect(
            try shop.table(
                "SELECT user_id, balance FROM wallets WHERE name = 'available' ORDER BY 1")
                == [#""acme"|144000000"#, #""zenith"|8000000"#])
        try shop.done("report audit")

        // What resellers were told before keeps its number; what they are told now comes after it.
        let now = try shop.statusFiles()
        for (name, text) in told { #expect(now[name] == text) }
        #expect(now.count > told.count)
        for user in ["acme", "zenith"] {
            let names = try shop.names("resellers/\(user)/outbox").filter {
                $0.hasPrefix("status-")
            }
            #expect(names.last == "status-000000000\(names.count).json")
        }
    }

    @Test func `a decision of the lost time cannot make an order be sent again`() throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1")
        try shop.done("ingest", "admin backup \(shop.backup)")
        // In the lost time the order was in doubt, was decided not to be placed, and was sent.
        try shop.makeDoubtful(1)
        try shop.done("admin decide 1 not-placed", "ingest", "dispatch")
        #expect(shop.panel.links == ["l1"])

        try shop.restore()
        try shop.done("admin recover --restored --yes", "ingest", "dispatch")
        #expect(shop.panel.links == ["l1"])
        #expect(try shop.table("SELECT state FROM orders") == [#""in_doubt""#])
        try shop.done("report audit")
    }

    @Test func `files of the lost time are taken again in the order in which they were taken`()
        throws
    {
        let shop = Shop()
        try shop.open()
        try shop.done("admin backup \(shop.backup)")
        // The desk's come first in a run: these build on each other.
        for (path, text) in [
            (
                "resellers/acme/inbox/ask.json",
                #"{"batch": "w", "withdrawals": [{"ref": "W-1", "amount": "25", "to": "IBAN"}]}"#
            ),
            (
                "desk/inbox/pay.json",
                """
                {"batch": "p", "by": "anna", "why": "paid", "withdrawals": [
                    {"user": "acme", "ref": "W-1", "outcome": "paid", "reference": "TX-9"}]}
                """
            ),
            (
                "resellers/acme/inbox/again.json",
                #"{"batch": "v", "withdrawals": [{"ref": "W-2", "amount": "40", "to": "IBAN"}]}"#
            ),
        ] {
            shop.folder.write(text, to: "spool/\(path)")
            usleep(20_000)
            try shop.done("ingest")
        }
        let books = "SELECT user_id, name, balance FROM wallets ORDER BY id"
        let before = try shop.table(books)
        try shop.restore()
        try shop.done("admin recover --restored --yes", "ingest")
        #expect(try shop.table(books) == before)
        let withdrawals = try shop.table("SELECT ref, status FROM withdrawals ORDER BY ref")
        #expect(withdrawals == [#""W-1"|"paid""#, #""W-2"|"held""#])
        #expect(try shop.table("SELECT detail FROM exceptions") == [])
        try shop.done("report audit")
    }

    @Test func `what was taken in the lost time and is rejected now is told`() throws {
        let shop = Shop()
        try shop.open()
        try shop.done("admin backup \(shop.backup)")
        shop.order("l1")
        try shop.done("ingest", "dispatch")
        try shop.restore()
        try shop.done("admin recover --restored --yes")
        // Nobody else can get at what is to be taken again.
        #expect(try shop.names("resellers/acme/inbox").isEmpty)
        try DatabaseQueue(path: shop.ledgerPath).write {
            try $0.execute(sql: "UPDATE services SET enabled = 0")
        }
        try shop.done("ingest", "dispatch")
        let told = try shop.table("SELECT kind, detail FROM exceptions")
        #expect(told.count == 1)
        #expect(told[0].contains("lost_line_rejected"))
        #expect(
            told[0].contains(
                "l1.json of acme was taken in the gap before the restore, and was taken again")
        )
        #expect(told[0].contains("are rejected: orders 1 (l1) SERVICE_DISABLED;"))
        let kept = try shop.names("quarantine/acme")
        #expect(kept.count == 1 && kept[0].hasSuffix("-l1.json.former-receipt.json"))
        try shop.done("report audit")
    }

    @Test func `a backup is refused where no spool is left to compare it with`() throws {
        let shop = Shop()
        try shop.open()
        try shop.done("admin backup \(shop.backup)")
        try shop.restore()
        #expect(unlink("\(shop.spool)/lock/generation") == 0)
        try shop.expectRefusal()
    }

    @Test(arguments: ["ingest", "dispatch", "poll"])
    func `a plain copy from before the last run is refused too`(last: String) throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1")
        for command in ["ingest", "dispatch", "poll"] {
            if command == last {
                try DatabaseQueue(path: shop.ledgerPath).inDatabase {
                    try $0.execute(sql: "VACUUM INTO ?", arguments: [shop.backup])
                }
            }
            try shop.done(command)
            if command == last { break }
        }
        try shop.restore()
        try shop.expectRefusal()
    }

    @Test func `a ledger that is gone is refused, not begun anew`() throws {
        let shop = Shop()
        try shop.open()
        shop.removeLedger()
        try shop.expectRefusal("put the latest backup at \(shop.ledgerPath)", status: nil)
        #expect(!names(in: shop.folder.path + "/var").contains("ledger.sqlite"))
    }

    @Test func `a slip in the ledger's path makes nothing, and says where the last one is`() throws
    {
        let shop = Shop()
        try shop.open()
        let moved = "\(shop.folder.path)/var/other.sqlite"
        #expect(rename(shop.ledgerPath, moved) == 0)
        try shop.expectRefusal(
            "it was there; put it back if it was moved; if it is lost", status: nil)
        for end in ["-wal", "-shm"] { rename(shop.ledgerPath + end, moved + end) }
        try shop.configure(
            "ledger: elsewhere/legder.sqlite", insteadOf: "ledger: var/ledger.sqlite")
        let mistyped = try shop.run("ingest")
        #expect(mistyped.status == 78)
        #expect(mistyped.log.contains("this spool's last one was at \(shop.ledgerPath)"))
        #expect(!names(in: shop.folder.path).contains("elsewhere"))
        // The same ledger under another path is accepted, and known from then on.
        try shop.configure("var/other.sqlite", insteadOf: "elsewhere/legder.sqlite")
        try shop.done("ingest")
        try shop.configure("elsewhere/legder.sqlite", insteadOf: "var/other.sqlite")
        let again = try shop.run("admin recover --restored --yes")
        #expect(again.status == 78)
        #expect(again.log.contains("this spool's last one is at \(moved): correct `ledger`"))
        #expect(!names(in: shop.folder.path).contains("elsewhere"))
    }

    @Test func `an older copy under a mistyped path is no reason to recover`() throws {
        let shop = Shop()
        try shop.open()
        try shop.done("admin backup \(shop.backup)")
        shop.order("l1")
        try shop.done("ingest")
        try shop.configure("ledger: \(shop.backup)", insteadOf: "ledger: var/ledger.sqlite")
        let mistyped = try shop.run("ingest")
        #expect(mistyped.status == 78)
        #expect(mistyped.log.contains("that one is at \(shop.ledgerPath): correct `ledger`"))
        try shop.configure("ledger: var/ledger.sqlite", insteadOf: "ledger: \(shop.backup)")
        try shop.done("ingest")
    }

    @Test func `an older backup is refused again after a recovery`() throws {
        let shop = Shop()
        try shop.open()
        try shop.done("admin backup \(shop.backup)")
        for _ in 1...2 {
            try shop.restore()
            try shop.expectRefusal()
            try shop.done("admin recover --restored --yes", "ingest", "dispatch", "poll")
        }
    }

    @Test func `the ledger that goes on after a backup is not refused`() throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1")
        try shop.done("admin backup \(shop.backup)", "ingest", "dispatch", "poll", "report")
    }

    @Test func `recovering twice is recovering once`() throws {
        let shop = Shop()
        try shop.open()
        shop.order("l1")
        try shop.done("ingest", "admin backup \(shop.backup)", "dispatch")
        shop.order("l2")
        try shop.done("ingest", "dispatch")
        try shop.restore()
        try shop.done("admin recover --restored --yes", "admin recover --restored --yes")
        try shop.done("ingest", "dispatch")
        #expect(shop.panel.links == ["l1", "l2"])
        #expect(try shop.table("SELECT DISTINCT state FROM orders") == [#""in_doubt""#])
        #expect(try shop.table("SELECT count(*) FROM orders") == ["2"])
        try shop.done("report audit")
    }

    @Test func `a ledger whose books are wrong is not gone on with`() throws {
        let shop = Shop()
        try shop.open()
        try shop.done("admin backup \(shop.backup)")
        try shop.restore()
        try DatabaseQueue(path: shop.ledgerPath).write {
            try $0.execute(sql: "UPDATE wallets SET balance = balance + 1 WHERE id = 1")
        }
        let ended = try shop.run("admin recover --restored --yes")
        #expect(ended.status == 65)
        #expect(ended.log.contains("is not sound, and nothing was made of it"))
        try shop.expectRefusal()
    }

    @Test func `nothing is recovered while a program runs, or unless it is confirmed`() throws {
        let shop = Shop()
        try shop.open()
        let lock = open("\(shop.spool)/lock/poll.lock", O_RDWR)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        #expect(try shop.run("admin recover --restored --yes").status == 75)
        close(lock)
        #expect(try shop.run("admin recover --yes").log.contains("Say what happened: --restored"))
        #expect(try shop.run("admin recover --restored").status == 64)
    }
}
