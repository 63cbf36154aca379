import Glibc
import TestHouse
import TestSupport
import Testing

extension Works {
    var backup: String { "\(path)/backup" }

    /// Puts the backup in the place of the ledger, as an operator does.
    func restore() throws {
        removeLedger()
        #expect(shellRun("cp '\(backup)' '\(ledgerPath)'").status == 0)
    }

    func removeLedger() {
        for end in ["", "-wal", "-shm"] { unlink(ledgerPath + end) }
    }

    /// Expects every program to end with 78, and nothing to have moved.
    ///
    /// - `advice`: what the log must tell the operator to do.
    /// - `status`: what `admin status` must show.
    func expectRefusal(
        _ panel: ObligingPanel, advice: String = "resume with this one by admin recover --restored",
        status: String? = "A BACKUP, OR OLDER"
    ) throws {
        let sent = panel.links
        let inbox = try write("{}", to: "spool/desk/inbox/waiting.json")
        for command in [
            "ingest", "dispatch", "poll", "report", "admin backup \(backup).2",
            "admin user add somebody",
        ] {
            let ended = run(command)
            #expect(ended.status == 78, "\(command)")
            #expect(ended.log.contains(advice), "\(ended.log)")
        }
        if let status { #expect(run("admin status").output.contains(status)) }
        #expect(panel.links == sent)
        #expect(unlink(inbox) == 0)
    }

    /// Polls until `count` orders have ended, all of them completed.
    func settle(_ count: Int) throws {
        for _ in 1...200 {
            try done("poll statuses")
            if try states() == ["completed|\(count)"] { return }
            usleep(50_000)
        }
        Issue.record("the orders have not ended: \(try states())")
    }

    /// The text of each status file, by user and name.
    func statusFiles() throws -> [String: String] {
        var files: [String: String] = [:]
        for user in ["acme", "zenith"] {
            let outbox = "resellers/\(user)/outbox"
            for name in entries(outbox) where name.hasPrefix("status-") {
                files["\(user)/\(name)"] = try read("\(spool)/\(outbox)/\(name)")
            }
        }
        return files
    }

    /// Puts an accepted order in doubt, as a run that died would.
    func makeDoubtful(_ order: Int) throws {
        try alter(
            """
            INSERT INTO attempts (order_id, number, provider_id, started_at, outcome)
            VALUES (\(order), 1, 1, 0, 'unknown');
            UPDATE orders SET state = 'sending' WHERE id = \(order);
            UPDATE orders SET state = 'in_doubt', due_at = NULL WHERE id = \(order);
            """)
    }
}
