import GRDB
import Glibc
import TestSupport
import Testing

extension Shop {
    var backup: String { "\(folder.path)/backup" }

    /// What an operator does: the backup in the place of the ledger.
    func restore() throws {
        removeLedger()
        let pipe = try #require(popen("cp '\(backup)' '\(ledgerPath)' && echo done", "r"))
        #expect(fgetc(pipe) == Int32(UInt8(ascii: "d")))
        pclose(pipe)
    }

    func removeLedger() {
        for end in ["", "-wal", "-shm"] { unlink(ledgerPath + end) }
    }

    /// Every program ends with 78, and nothing has moved.
    ///
    /// - Parameter advice: what its log says is to be done.
    func expectRefusal(
        _ advice: String = "resume with this one by admin recover --restored",
        status: String? = "A BACKUP, OR OLDER"
    ) throws {
        let sent = panel.links
        let inbox = folder.write("{}", to: "spool/desk/inbox/waiting.json")
        for command in [
            "ingest", "dispatch", "poll", "report", "admin backup \(backup).2",
            "admin user add somebody",
        ] {
            let ended = try run(command)
            #expect(ended.status == 78, "\(command)")
            #expect(ended.log.contains(advice), "\(ended.log)")
        }
        if let status { #expect(try run("admin status").output.contains(status)) }
        #expect(panel.links == sent)
        #expect(unlink(inbox) == 0)
    }

    /// Polls until all orders have ended as `condition` says.
    func settle(_ condition: String) throws {
        for _ in 1...200 {
            try done("poll statuses")
            if try table("SELECT \(condition) FROM orders") == ["1"] { return }
            usleep(50_000)
        }
        Issue.record("the orders have not ended: \(try table("SELECT id, state FROM orders"))")
    }

    func statusFiles() throws -> [String: String] {
        var files: [String: String] = [:]
        for user in ["acme", "zenith"] {
            let outbox = "resellers/\(user)/outbox"
            for name in try names(outbox) where name.hasPrefix("status-") {
                files["\(user)/\(name)"] = try read("\(spool)/\(outbox)/\(name)")
            }
        }
        return files
    }

    /// Holds an accepted order in doubt, as a run that died would have.
    func makeDoubtful(_ order: Int) throws {
        try DatabaseQueue(path: ledgerPath).write { db in
            try db.execute(
                sql: """
                    INSERT INTO attempts (order_id, number, provider_id, started_at, outcome)
                    VALUES (\(order), 1, 1, 0, 'unknown');
                    UPDATE orders SET state = 'sending' WHERE id = \(order);
                    UPDATE orders SET state = 'in_doubt', due_at = NULL WHERE id = \(order);
                    """)
        }
    }
}
