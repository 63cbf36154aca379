import Glibc
import TestHouse
import TestSupport
import Testing

@Suite struct RestoreTests {
    private let panel = ObligingPanel()

    @Test func `with yesterday's ledger restored, nothing is lost and nothing is sent twice`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("placed-before", "waiting-before")
        try works.done("ingest", "dispatch --limit 1", "admin backup \(works.backup)")
        // The next steps are in the spool and at the provider, but not in the backup.
        try works.done("dispatch", "admin deposit acme 50 --method bank --reference TX-2")
        try works.order("sent-after")
        try works.done(
            "admin user add zenith", "admin deposit zenith 10 --method bank --reference TX-3",
            "ingest")
        try works.order("by-a-new-user", by: "zenith")
        try works.done("ingest", "dispatch")
        try works.settle(4)
        let told = try works.statusFiles()
        let sent = panel.links
        let numbers = try works.table("SELECT link, id FROM orders ORDER BY id")

        try works.restore()
        try works.expectRefusal(panel)
        #expect(works.entries("resellers/acme/inbox").isEmpty)
        try works.done("admin recover --restored --yes")
        try works.done("ingest", "dispatch", "poll statuses")
        #expect(panel.links == sent)
        let doubts = try works.doubts()
        #expect(doubts.count == 3)
        #expect(try works.table("SELECT link, id FROM orders ORDER BY id") == numbers)

        for doubt in doubts {
            try works.done(
                "admin decide \(doubt.order) placed --provider-order \(panel.id(of: doubt.link))")
        }
        try works.done("ingest", "dispatch")
        try works.settle(4)
        #expect(panel.links == sent)
        #expect(
            try works.table(
                "SELECT user_id, balance FROM wallets WHERE name = 'available' ORDER BY 1")
                == ["acme|144000000", "zenith|8000000"])
        try works.done("report audit")

        // Earlier status files keep their numbers; new ones come after them.
        let now = try works.statusFiles()
        for (name, text) in told { #expect(now[name] == text) }
        #expect(now.count > told.count)
        for user in ["acme", "zenith"] {
            let names = works.entries("resellers/\(user)/outbox").filter {
                $0.hasPrefix("status-")
            }
            #expect(names.last == "status-000000000\(names.count).json")
        }
    }

    @Test func `a decision from the gap cannot make an order be sent again`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("ingest", "admin backup \(works.backup)")
        // In the gap the order was in doubt, was decided not to be placed, and was sent.
        try works.makeDoubtful(1)
        try works.done("admin decide 1 not-placed", "ingest", "dispatch")
        #expect(panel.links == ["l1"])

        try works.restore()
        try works.done("admin recover --restored --yes", "ingest", "dispatch")
        #expect(panel.links == ["l1"])
        #expect(try works.orderStates() == ["in_doubt"])
        try works.done("report audit")
    }

    @Test func `files from the gap are replayed in the order they were first taken`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("admin backup \(works.backup)")
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
            try works.write(text, to: "spool/\(path)")
            usleep(20_000)
            try works.done("ingest")
        }
        let books = "SELECT user_id, name, balance FROM wallets ORDER BY id"
        let before = try works.table(books)
        try works.restore()
        try works.done("admin recover --restored --yes", "ingest")
        #expect(try works.table(books) == before)
        let withdrawals = try works.table("SELECT ref, status FROM withdrawals ORDER BY ref")
        #expect(withdrawals == ["W-1|paid", "W-2|held"])
        #expect(try works.exceptionDetails() == [])
        try works.done("report audit")
    }

    @Test func `a line accepted in the gap and rejected on replay is reported`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("admin backup \(works.backup)")
        try works.order("l1")
        try works.done("ingest", "dispatch")
        try works.restore()
        try works.done("admin recover --restored --yes")
        // Nobody else can reach a file that will be replayed.
        #expect(works.entries("resellers/acme/inbox").isEmpty)
        try works.alter("UPDATE services SET enabled = 0")
        try works.done("ingest", "dispatch")
        let told = try works.table("SELECT kind, detail FROM exceptions")
        #expect(told.count == 1)
        #expect(told[0].contains("lost_line_rejected"))
        #expect(
            told[0].contains(
                "l1.json of acme was taken in the gap before the restore, and was taken again")
        )
        #expect(told[0].contains("are rejected: orders 1 (l1) SERVICE_DISABLED;"))
        let kept = works.entries("quarantine/acme")
        #expect(kept.count == 1 && kept[0].hasSuffix("-l1.json.former-receipt.json"))
        try works.done("report audit")
    }

    @Test func `a backup is refused if no spool is left to compare it with`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("admin backup \(works.backup)")
        try works.restore()
        #expect(unlink("\(works.spool)/lock/generation") == 0)
        try works.expectRefusal(panel)
    }

    @Test(arguments: ["ingest", "dispatch", "poll"])
    func `a plain copy from before the last run is refused too`(last: String) throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        for command in ["ingest", "dispatch", "poll"] {
            if command == last {
                try works.alter("VACUUM INTO '\(works.backup)'")
            }
            try works.done(command)
            if command == last { break }
        }
        try works.restore()
        try works.expectRefusal(panel)
    }

    @Test func `a missing ledger is refused, not replaced by a new one`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        works.removeLedger()
        try works.expectRefusal(
            panel, advice: "put the latest backup at \(works.ledgerPath)", status: nil)
        #expect(!names(in: works.path + "/var").contains("ledger.sqlite"))
    }

    @Test func `a typo in the ledger's path creates nothing, and the error names the last one`()
        throws
    {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let moved = "\(works.path)/var/other.sqlite"
        #expect(rename(works.ledgerPath, moved) == 0)
        try works.expectRefusal(
            panel, advice: "it was there; put it back if it was moved; if it is lost", status: nil)
        for end in ["-wal", "-shm"] { rename(works.ledgerPath + end, moved + end) }
        try works.configure(
            "ledger: elsewhere/legder.sqlite", insteadOf: "ledger: var/ledger.sqlite")
        let mistyped = works.run("ingest")
        #expect(mistyped.status == 78)
        #expect(mistyped.log.contains("this spool's last one was at \(works.ledgerPath)"))
        #expect(!names(in: works.path).contains("elsewhere"))
        // The same ledger under another path is accepted, and known from then on.
        try works.configure("var/other.sqlite", insteadOf: "elsewhere/legder.sqlite")
        try works.done("ingest")
        try works.configure("elsewhere/legder.sqlite", insteadOf: "var/other.sqlite")
        let again = works.run("admin recover --restored --yes")
        #expect(again.status == 78)
        #expect(again.log.contains("this spool's last one is at \(moved): correct `ledger`"))
        #expect(!names(in: works.path).contains("elsewhere"))
    }

    @Test func `an older copy under a mistyped path is no reason to recover`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("admin backup \(works.backup)")
        try works.order("l1")
        try works.done("ingest")
        try works.configure("ledger: \(works.backup)", insteadOf: "ledger: var/ledger.sqlite")
        let mistyped = works.run("ingest")
        #expect(mistyped.status == 78)
        #expect(mistyped.log.contains("that one is at \(works.ledgerPath): correct `ledger`"))
        try works.configure("ledger: var/ledger.sqlite", insteadOf: "ledger: \(works.backup)")
        try works.done("ingest")
    }

    @Test func `an older backup is refused again after a recovery`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("admin backup \(works.backup)")
        for _ in 1...2 {
            try works.restore()
            try works.expectRefusal(panel)
            try works.done("admin recover --restored --yes", "ingest", "dispatch", "poll")
        }
    }

    @Test func `the ledger a backup was made from is not refused`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("admin backup \(works.backup)", "ingest", "dispatch", "poll", "report")
    }

    @Test func `recovering twice is the same as recovering once`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.order("l1")
        try works.done("ingest", "admin backup \(works.backup)", "dispatch")
        try works.order("l2")
        try works.done("ingest", "dispatch")
        try works.restore()
        try works.done("admin recover --restored --yes", "admin recover --restored --yes")
        try works.done("ingest", "dispatch")
        #expect(panel.links == ["l1", "l2"])
        #expect(Set(try works.orderStates()) == ["in_doubt"])
        #expect(try works.count("orders") == 2)
        try works.done("report audit")
    }

    @Test func `a ledger whose books are wrong cannot be recovered`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.done("admin backup \(works.backup)")
        try works.restore()
        try works.alter("UPDATE wallets SET balance = balance + 1 WHERE id = 1")
        let ended = works.run("admin recover --restored --yes")
        #expect(ended.status == 65)
        #expect(ended.log.contains("is not sound, and nothing was made of it"))
        try works.expectRefusal(panel)
    }

    @Test func `an ingest that lingers makes room for a recovery`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let lingering = try RunningProgram(works, "ingest --linger 600")
        try works.order("taken")
        #expect(eventually { !works.entries("resellers/acme/outbox").isEmpty })
        try works.done("admin recover --restored --yes")
        #expect(lingering.waitForEnd() == 0)
        #expect(access("\(works.spool)/lock/stop", F_OK) != 0)
    }

    @Test func `nothing is recovered while a program runs, or without confirmation`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        let lock = open("\(works.spool)/lock/poll.lock", O_RDWR)
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let ended = works.run("admin recover --restored --yes --patience 1")
        #expect(ended.status == 75)
        #expect(ended.log.contains("waiting for the programs that run to end"))
        #expect(access("\(works.spool)/lock/stop", F_OK) != 0)
        close(lock)
        #expect(works.run("admin recover --restored --yes --patience -1").status == 64)
        #expect(works.run("admin recover --yes").log.contains("Say what happened: --restored"))
        #expect(works.run("admin recover --restored").status == 64)
    }
}
