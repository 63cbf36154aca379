import Glibc
import TestSupport
import Testing

@Suite struct PassedOverTests {
    @Test func `status shows what waits to become whole, by name, user and time`() throws {
        let shop = Shop()
        try shop.open()
        shop.folder.write(
            #"{"orders": ["#, to: "spool/resellers/acme/inbox/half.json")
        try shop.done("ingest")
        let status = try shop.run("admin status")
        let path = "\(shop.spool)/resellers/acme/inbox/half.json"
        #expect(status.output.contains("\(path) (ends early, waits to become whole, since 20"))
        #expect(status.output.contains("fine: nothing needs you") || status.status != 0)
        let json = try shop.run("admin status --json").output
        #expect(json.contains(#""passed_over""#) && json.contains("incomplete"))
        shop.folder.write("{}", to: "spool/resellers/acme/inbox/half.json")
        try shop.done("ingest")
        #expect(try !shop.run("admin status").output.contains("half.json"))
    }

    @Test(.enabled(if: geteuid() == 0, "root reads everything, and cannot be kept out"))
    func `a file that may not be read is an obstacle, and after two runs an exception`() throws {
        let shop = Shop()
        try shop.open()
        mkdir("\(shop.folder.path)/reports", 0o755)
        #expect(
            shellRun(
                "chmod 755 '\(shop.folder.path)'; chown -R 65534:65534 '\(shop.folder.path)'/*"
            ).status == 0)
        shop.order("l1")
        let path = "\(shop.spool)/resellers/acme/inbox/l1.json"
        #expect(chown(path, 0, 0) == 0 && chmod(path, 0o600) == 0)
        let first = try shop.run("ingest")
        #expect(first.log.contains("obstacles=1"))
        #expect(first.log.contains("\(path) may not be read by nobody, who runs the programs"))
        try shop.done("ingest", "report")
        let status = try shop.run("admin status")
        #expect(status.status != 0 && status.output.contains("look: \(path) may not be read"))
        let exceptions = try shop.read("\(shop.folder.path)/reports/latest/exceptions.csv")
        #expect(exceptions.contains("unreadable_file") && exceptions.contains(path))
        #expect(chmod(path, 0o644) == 0)
        try shop.done("ingest")
        #expect(try shop.names("resellers/acme/outbox").contains("l1.receipt.json"))
        #expect(try !shop.run("admin status").output.contains("look: \(path)"))
    }
}
