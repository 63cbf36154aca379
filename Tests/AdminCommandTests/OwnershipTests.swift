import Glibc
import TestHouse
import TestSupport
import Testing

/// The owner of the spool in these tests: `nobody`, a user on every Debian.
private let nobody: uid_t = 65_534

@Suite(.enabled(if: geteuid() == 0, "only root can become somebody else"))
struct OwnershipTests {
    private let panel = ObligingPanel()

    /// A pipeline that belongs to `nobody`, after a first day.
    private func works() throws -> Works {
        let works = try Works(buyingFrom: panel)
        try works.open()
        try own(works)
        return works
    }

    private func own(_ works: Works) throws {
        mkdir("\(works.path)/reports", 0o755)
        #expect(
            shellRun(
                "chmod 755 '\(works.path)' && chown -R \(nobody):\(nobody) '\(works.path)'/*"
            ).status == 0)
    }

    /// The files of the pipeline that belong to root.
    private func rootsFiles(_ works: Works) -> [String] {
        shellRun(
            "cd '\(works.path)' && find spool var reports -uid 0 -print"
        ).output.split(separator: "\n").map(String.init)
    }

    private static let asNobody = "setpriv --reuid=\(nobody) --regid=\(nobody) --clear-groups"

    @Test func `root runs as the owner of the spool, and leaves no file the owner cannot use`()
        throws
    {
        let works = try works()
        try works.order("l1")
        #expect(chown("\(works.spool)/resellers/acme/inbox/l1.json", nobody, nobody) == 0)
        let first = works.run("ingest")
        #expect(first.status == 0, "\(first.log)")
        #expect(first.log.contains("root runs as the owner of the spool user=nobody"))
        try works.done(
            "dispatch", "poll", "report", "admin backup \(works.path)/var/b"
        )
        #expect(rootsFiles(works) == [])
    }

    @Test func `after a recovery by root the owner can run the programs`() throws {
        let works = try works()
        #expect(chown(works.spool, 0, 0) == 0)
        try works.done("admin backup \(works.path)/var/b")
        try works.order("l1")
        try works.done("ingest")
        for end in ["", "-wal", "-shm"] { unlink(works.ledgerPath + end) }
        #expect(rename("\(works.path)/var/b", works.ledgerPath) == 0)
        try works.done("admin recover --restored --yes", "ingest", "poll", "dispatch")
        #expect(
            rootsFiles(works).filter { $0 != "spool" && !$0.hasPrefix("spool/resellers") } == [])
    }

    @Test func `files that root made earlier are given to the owner`() throws {
        let works = try works()
        let places = [
            "spool/lock/ingest.lock", "spool/work/acme", "spool/archive/2026-11-26/acme",
            "spool/quarantine/acme", "reports/2026-11-26",
        ]
        for place in places {
            #expect(
                shellRun(
                    "cd '\(works.path)' && { [ -e \(place) ] || mkdir -p \(place); } && chown -R "
                        + "0:0 \(place)"
                ).status == 0)
        }
        // A hard link could lead to a file that is not the owner's.
        let secret = try works.write("secret", to: "secret")
        #expect(chown(secret, 0, 0) == 0 && link(secret, "\(works.spool)/tmp/link") == 0)
        works.run("admin status")
        #expect(
            rootsFiles(works).filter { $0 != "reports" } == ["spool/tmp/link"])
    }

    @Test(arguments: ["ingest", "dispatch", "poll", "report", "admin status", "admin user add b"])
    func `another user is told who may run the programs, and how`(command: String) throws {
        let works = try works()
        #expect(
            chown("\(works.spool)/lock", 12_345, 0) == 0 && chmod("\(works.spool)/lock", 0o755) == 0
        )
        let script = """
            \(Self.asNobody) '\(builtProgram(String(command.split(separator: " ")[0])))' \
            \(command.drop { $0 != " " }) --config '\(works.path)/pipeline.yaml' 2>&1; echo $?
            """
        let output = shellRun(script).output
        #expect(output.contains("lock belongs to uid 12345, and this is nobody"))
        #expect(output.contains("sudo -u '#12345'"))
        #expect(output.hasSuffix("74\n") || output.hasSuffix("74"))
    }

    @Test func `a folder that blocks one reseller's files does not stop the others'`() throws {
        let works = try works()
        try works.done("admin user add zenith", "ingest")
        #expect(shellRun("mkdir -p '\(works.spool)/work/acme'").status == 0)
        try works.order("l1")
        try works.order("l2", by: "zenith")
        try own(works)
        // As a run of root's left it, when root still ran as root.
        #expect(chown("\(works.spool)/work/acme", 0, 0) == 0)
        #expect(chmod("\(works.spool)/work/acme", 0o700) == 0)
        let script = """
            \(Self.asNobody) '\(builtProgram("ingest"))' --config '\(works.path)/pipeline.yaml' \
            2>&1; echo $?
            """
        let output = shellRun(script).output
        #expect(output.contains("this user may not do that"), "\(output)")
        #expect(works.entries("resellers/zenith/outbox").contains("l2.receipt.json"))
        #expect(works.entries("resellers/acme/inbox") == ["l1.json"])
        #expect(output.split(separator: "\n").last == "0")
        try works.done("ingest")
        #expect(works.entries("resellers/acme/outbox").contains("l1.receipt.json"))
    }
}
