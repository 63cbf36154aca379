import Glibc
import TestSupport
import Testing

/// Who owns the spool where root tries out what happens to it: `nobody`, who is on every Debian.
private let nobody: uid_t = 65_534

@Suite(.enabled(if: geteuid() == 0, "only root can become somebody else"))
struct OwnershipTests {
    /// A pipeline that belongs to `nobody`, after a first day.
    private func shop() throws -> Shop {
        let shop = Shop()
        try shop.open()
        try own(shop)
        return shop
    }

    private func own(_ shop: Shop) throws {
        mkdir("\(shop.folder.path)/reports", 0o755)
        #expect(
            shellRun(
                "chmod 755 '\(shop.folder.path)' && chown -R \(nobody):\(nobody) '\(shop.folder.path)'/*"
            ).status == 0)
    }

    /// What in the pipeline is root's.
    private func rootsFiles(_ shop: Shop) -> [String] {
        shellRun(
            "cd '\(shop.folder.path)' && find spool var reports -uid 0 -print"
        ).output.split(separator: "\n").map(String.init)
    }

    private static let asNobody = "setpriv --reuid=\(nobody) --regid=\(nobody) --clear-groups"

    @Test func `root becomes the owner of the spool, and leaves nothing in the owner's way`() throws
    {
        let shop = try shop()
        shop.order("l1")
        #expect(chown("\(shop.spool)/resellers/acme/inbox/l1.json", nobody, nobody) == 0)
        let first = try shop.run("ingest")
        #expect(first.status == 0, "\(first.log)")
        #expect(first.log.contains("root runs as the owner of the spool user=nobody"))
        try shop.done(
            "dispatch", "poll", "report", "admin backup \(shop.folder.path)/var/b"
        )
        #expect(rootsFiles(shop) == [])
    }

    @Test func `recover as root leaves the programs to the owner`() throws {
        let shop = try shop()
        #expect(chown(shop.spool, 0, 0) == 0)
        try shop.done("admin backup \(shop.folder.path)/var/b")
        shop.order("l1")
        try shop.done("ingest")
        for end in ["", "-wal", "-shm"] { unlink(shop.ledgerPath + end) }
        #expect(rename("\(shop.folder.path)/var/b", shop.ledgerPath) == 0)
        try shop.done("admin recover --restored --yes", "ingest", "poll", "dispatch")
        #expect(rootsFiles(shop).filter { $0 != "spool" && !$0.hasPrefix("spool/resellers") } == [])
    }

    @Test func `what root made before is given to the owner`() throws {
        let shop = try shop()
        let places = [
            "spool/lock/ingest.lock", "spool/work/acme", "spool/archive/2026-11-26/acme",
            "spool/quarantine/acme", "reports/2026-11-26",
        ]
        for place in places {
            #expect(
                shellRun(
                    "cd '\(shop.folder.path)' && { [ -e \(place) ] || mkdir -p \(place); } && chown -R 0:0 \(place)"
                ).status == 0)
        }
        // A hard link could lead to a file that is not the owner's.
        let secret = shop.folder.write("secret", to: "secret")
        #expect(chown(secret, 0, 0) == 0 && link(secret, "\(shop.spool)/tmp/link") == 0)
        try shop.run("admin status")
        #expect(
            rootsFiles(shop).filter { $0 != "reports" } == ["spool/tmp/link"])
    }

    @Test(arguments: ["ingest", "dispatch", "poll", "report", "admin status", "admin user add b"])
    func `another user is told who may run, and how`(command: String) throws {
        let shop = try shop()
        #expect(
            chown("\(shop.spool)/lock", 12_345, 0) == 0 && chmod("\(shop.spool)/lock", 0o755) == 0)
        let script = """
            \(Self.asNobody) '\(builtProgram(String(command.split(separator: " ")[0])))' \
            \(command.drop { $0 != " " }) --config '\(shop.folder.path)/pipeline.yaml' 2>&1; echo $?
            """
        let output = shellRun(script).output
        #expect(output.contains("lock belongs to uid 12345, and this is nobody"))
        #expect(output.contains("sudo -u '#12345'"))
        #expect(output.hasSuffix("74\n") || output.hasSuffix("74"))
    }

    @Test func `one user's folder that is in the way stops nobody else's files`() throws {
        let shop = try shop()
        try shop.done("admin user add zenith", "ingest")
        #expect(shellRun("mkdir -p '\(shop.spool)/work/acme'").status == 0)
        shop.order("l1")
        shop.order("l2", by: "zenith")
        try own(shop)
        // As a run of root's left it, when root still ran as root.
        #expect(chown("\(shop.spool)/work/acme", 0, 0) == 0)
        #expect(chmod("\(shop.spool)/work/acme", 0o700) == 0)
        let script = """
            \(Self.asNobody) '\(builtProgram("ingest"))' --config '\(shop.folder.path)/pipeline.yaml' \
            2>&1; echo $?
            """
        let output = shellRun(script).output
        #expect(output.contains("this user may not do that"), "\(output)")
        #expect(try shop.names("resellers/zenith/outbox").contains("l2.receipt.json"))
        #expect(try shop.names("resellers/acme/inbox") == ["l1.json"])
        #expect(output.split(separator: "\n").last == "0")
        try shop.done("ingest")
        #expect(try shop.names("resellers/acme/outbox").contains("l1.receipt.json"))
    }
}
