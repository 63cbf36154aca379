import Glibc
import Run
import TestHouse
import TestSupport
import Testing

/// `ingest --linger`, as a process of its own.
@Suite struct LingerTests {
    private let works = Works()

    /// Less than the time after which it looks everywhere, news or not; in seconds.
    private static let soon = 20

    init() throws {
        try works.write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            intake: {settle_seconds: 0, incomplete_seconds: 0, min_free_bytes: 0}
            """, to: "pipeline.yaml")
        try works.desk(#""users": [{"user": "acme"}]"#)
        try works.done("ingest")
    }

    private func lingering(
        _ arguments: String = "--linger 60", as script: (String) -> String = { "exec \($0)" }
    ) throws -> RunningProgram {
        let run = try RunningProgram(works, "ingest \(arguments)", as: script)
        let isThere = eventually {
            run.end() != nil || LockHolder.process(running: "ingest", inSpool: works.spool) != nil
        }
        #expect(isThere)
        return run
    }

    /// Whether it is true before the next look everywhere.
    private func soon(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<Self.soon * 200 {
            if try condition() { return true }
            usleep(5_000)
        }
        return false
    }

    private func receipts(of user: String = "acme") -> [String] {
        works.entries("resellers/\(user)/outbox").filter { $0.hasSuffix(".receipt.json") }
    }

    @Test func `files are taken as they come, in one run that ends when none came`() throws {
        let run = try lingering("--linger 3 --json")
        for number in 1...3 {
            try works.drop(#""orders": [{"ref": "\#(number)"}]"#)
            #expect(soon { receipts().count == number })
            // Calls that wait are told of each commit.
            let last = LastRun.read(of: "ingest", inSpool: works.spool)
            #expect(last?.text == "goes on" && last?.status == 0)
        }
        #expect(works.run("ingest").status == 75)
        #expect(run.waitForEnd() == 0)
        #expect(run.text.hasPrefix(#"{"files":3,"lines":3,"rejected_lines":3,"#))
        let last = LastRun.read(of: "ingest", inSpool: works.spool)
        #expect(last?.text.hasPrefix("ingested files=3 lines=3") == true)
    }

    @Test func `a file in a door is taken when it comes, and a new door is noticed`() throws {
        let run = try lingering()
        for user in ["acme", "zenith"] {
            try works.write(#"{"orders": []}"#, to: "spool/tmp/test.\(user)")
            try works.write("", to: "spool/doors/\(user)/.made")
            let door = "\(works.spool)/doors/\(user)/a.json"
            #expect(rename("\(works.spool)/tmp/test.\(user)", door) == 0)
            #expect(soon { access(door, F_OK) != 0 && receipts(of: user) == ["a.receipt.json"] })
        }
        kill(run.process, SIGTERM)
        #expect(run.waitForEnd() == 0)
    }

    @Test func `a file that comes again while the first is being finished is known`() throws {
        let run = try lingering()
        try works.write("", to: "spool/doors/acme/.made")
        let door = "\(works.spool)/doors/acme/a.json"
        for _ in 1...20 {
            try works.write(#"{"orders": []}"#, to: "spool/tmp/test.a")
            #expect(rename("\(works.spool)/tmp/test.a", door) == 0)
            #expect(soon { access(door, F_OK) != 0 })
        }
        kill(run.process, SIGTERM)
        #expect(run.waitForEnd() == 0)
        #expect(try works.table("SELECT count(*) FROM files WHERE name = 'a.json'") == ["1"])
        #expect(works.entries("work/acme") == [])
        #expect(receipts() == ["a.receipt.json"])
    }

    @Test func `a file settles before it is taken, and half a file is refused in time`() throws {
        try works.configure(
            "settle_seconds: 1, incomplete_seconds: 2",
            insteadOf: "settle_seconds: 0, incomplete_seconds: 0")
        let run = try lingering("--linger 1")
        let begun = ContinuousClock.now
        try works.drop(#""orders": []"#)
        #expect(soon { receipts().count == 1 })
        #expect(begun.duration(to: .now) > .milliseconds(900))
        #expect(run.waitForEnd() == 0)
        let other = try lingering("--linger 10")
        try works.write("{", to: "spool/resellers/acme/inbox/half.json")
        #expect(soon { receipts().contains("half.receipt.json") })
        #expect(soon { works.entries("quarantine/acme").count == 2 })
        kill(other.process, SIGTERM)
        #expect(other.waitForEnd() == 0)
    }

    @Test func `the inbox of a user who is added meanwhile is noticed`() throws {
        let run = try lingering()
        try works.desk(#""users": [{"user": "newco"}]"#)
        #expect(soon { access("\(works.spool)/resellers/newco/inbox", F_OK) == 0 })
        try works.drop(#""orders": []"#, for: "newco")
        #expect(soon { receipts(of: "newco").count == 1 })
        kill(run.process, SIGINT)
        #expect(run.waitForEnd() == 0)
    }

    @Test func `it ends when it is asked for its lock`() throws {
        let run = try lingering()
        try works.write("", to: "spool/lock/stop")
        #expect(run.waitForEnd() == 0)
        // A request that nobody took back does not keep files from being taken.
        let receipt = try works.drop(#""orders": []"#)
        #expect(try lingering().waitForEnd() == 0)
        #expect(receipts() == [receipt])
    }

    @Test func `nothing is committed to a ledger that another took the place of`() throws {
        let run = try lingering()
        try works.drop(#""orders": []"#)
        #expect(soon { receipts().count == 1 })
        let copy = try works.write("", to: "var/copy")
        try works.done("admin backup \(works.path)/backup")
        #expect(rename("\(works.path)/backup", copy) == 0 && rename(copy, works.ledgerPath) == 0)
        try works.drop(#""orders": []"#)
        #expect(run.waitForEnd() == 78)
        #expect(run.text.contains("is no longer the ledger that this run opened"))
        #expect(receipts().count == 1)
        #expect(works.entries("resellers/acme/inbox").count == 1)
    }

    @Test func `if directories cannot be watched it looks everywhere again and again`() throws {
        try NoPowerSwitch.check()
        let run = try lingering { command in
            KillPoint("inotify_add_watch", 3).striking(command, "error=ENOSPC", isLasting: true)
        }
        try works.drop(#""orders": []"#)
        #expect(soon { receipts().count == 1 })
        try works.drop(#""orders": []"#)
        #expect(soon { receipts().count == 2 })
        #expect(run.text.contains("raise fs.inotify.max_user_watches"))
        try works.write("", to: "spool/lock/stop")
        #expect(run.waitForEnd() == 0)
    }

    @Test(arguments: ["--linger 601", "--linger -1", "--no-dispatch"])
    func `what makes no sense is wrong usage`(arguments: String) {
        #expect(works.run("ingest \(arguments)").status == 64)
    }
}
