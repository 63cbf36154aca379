import Glibc
import TestHouse
import TestSupport
import Testing

@Suite struct PassedOverTests {
    private let panel = ObligingPanel()

    @Test func `status shows which incomplete files wait, by name, user and time`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try works.write(
            #"{"orders": ["#, to: "spool/resellers/acme/inbox/half.json")
        try works.done("ingest")
        let status = works.run("admin status")
        let path = "\(works.spool)/resellers/acme/inbox/half.json"
        #expect(status.output.contains("\(path) (ends early, waits to become whole, since 20"))
        #expect(status.output.contains("fine: nothing needs you") || status.status != 0)
        let json = works.run("admin status --json").output
        #expect(json.contains(#""passed_over""#) && json.contains("incomplete"))
        try works.write("{}", to: "spool/resellers/acme/inbox/half.json")
        try works.done("ingest")
        #expect(!works.run("admin status").output.contains("half.json"))
    }

    @Test(.enabled(if: geteuid() == 0, "root reads everything, and cannot be kept out"))
    func `an unreadable file is an obstacle, and after two runs an exception`() throws {
        let works = try Works(buyingFrom: panel)
        try works.open()
        mkdir("\(works.path)/reports", 0o755)
        #expect(
            shellRun(
                "chmod 755 '\(works.path)'; chown -R 65534:65534 '\(works.path)'/*"
            ).status == 0)
        try works.order("l1")
        let path = "\(works.spool)/resellers/acme/inbox/l1.json"
        #expect(chown(path, 0, 0) == 0 && chmod(path, 0o600) == 0)
        let first = works.run("ingest")
        #expect(first.log.contains("obstacles=1"))
        #expect(first.log.contains("nobody, who runs the programs, may not read \(path)"))
        try works.done("ingest", "report")
        let status = works.run("admin status")
        #expect(status.status != 0)
        #expect(status.output.contains("look: nobody, who runs the programs, may not read \(path)"))
        let exceptions = try works.read("\(works.path)/reports/latest/exceptions.csv")
        #expect(exceptions.contains("unreadable_file") && exceptions.contains(path))
        #expect(chmod(path, 0o644) == 0)
        try works.done("ingest")
        #expect(works.entries("resellers/acme/outbox").contains("l1.receipt.json"))
        #expect(!works.run("admin status").output.contains("look: \(path)"))
    }
}
