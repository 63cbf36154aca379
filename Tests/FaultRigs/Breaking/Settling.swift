import GRDB
import TestHouse
import TestSupport

extension Premises {
    /// The rows of a query, as the `sqlite3` shell shows them, with `-` for NULL.
    func table(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: ledger).read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "-" : String.fromDatabaseValue($0) ?? "\($0)" }
                    .joined(separator: "|")
            }
        }
    }

    /// Adds a user with more money than a rig can spend, and the sandbox's services.
    func open(with sandbox: SandboxProcess) throws {
        try configure(provider: sandbox.url)
        try populate()
    }

    /// Adds the user, and the services of the providers that are configured.
    func populate() throws {
        try write(
            """
            {"batch": "users", "by": "anna", "why": "test", "users": [{"user": "acme"}],
             "deposits": [{"user": "acme", "method": "bank", "reference": "A", "amount": "1000"}]}
            """, to: "spool/desk/inbox/users.json")
        try done("ingest", "poll catalogue")
    }

    /// What the sandbox makes of the orders of a batch: all is delivered, some, none.
    static let kinds = ["plain", "sandbox-partial", "sandbox-cancel"]

    /// Drops a batch with an order of each kind, and has it taken.
    func accept(_ batch: String) throws {
        try write(Self.content(of: batch), to: "spool/resellers/acme/inbox/\(batch).json")
        try done("ingest")
    }

    /// Writes such a batch to where no program looks.
    func stage(_ batch: String) throws {
        try write(Self.content(of: batch), to: "staged/\(batch).json")
    }

    private static func content(of batch: String) -> String {
        let orders = kinds.map { kind in
            #"{"ref": "\#(batch)-\#(kind)", "service": 101, "quantity": 100, "#
                + #""link": "https://\#(batch).example/\#(kind)"}"#
        }
        return #"{"batch": "\#(batch)", "orders": [\#(orders.joined(separator: ","))]}"#
    }

    /// Runs everything until nothing is open any more; doubts are decided by what the sandbox has.
    ///
    /// - Parameter sandboxes: the providers, by name.
    func settle(with sandboxes: [String: SandboxProcess]) throws {
        for round in 1...10 {
            try done("ingest", "dispatch")
            try decideDoubts(by: sandboxes, "\(round)")
            for sandbox in sandboxes.values { try sandbox.advance(seconds: 100) }
            _ = shellRun("sleep 1.1")
            try done("poll")
            let open = try table("SELECT count(*) FROM orders WHERE ended_at IS NULL")
            if open == ["0"], names(in: "\(spool)/desk/inbox").isEmpty { return }
        }
        throw RigFailure("the orders do not end: \(try table("SELECT ref, state FROM orders"))")
    }

    /// Makes due now what is due later: orders and refills, each provider's catalogue and balance.
    func hasten() throws {
        try DatabaseQueue(path: ledger).write { db in
            try db.execute(
                sql: """
                    UPDATE orders SET due_at = 0 WHERE state = 'accepted' OR state = 'placed';
                    UPDATE requests SET due_at = 0 WHERE state = 'accepted' OR state = 'sent';
                    UPDATE providers SET catalogue_due = 0, balance_due = 0;
                    """)
        }
    }

    /// Drops a desk file that decides every order in doubt by what its sandbox really has.
    ///
    /// - Parameter name: the batch's, once for ever.
    func decideDoubts(by sandboxes: [String: SandboxProcess], _ name: String) throws {
        let doubts = try table(
            """
            SELECT o.id, p.name, o.link FROM orders o JOIN providers p ON p.id = o.provider_id
            WHERE o.state = 'in_doubt'
            """)
        guard !doubts.isEmpty else { return }
        let decisions = try doubts.map { doubt in
            let parts = doubt.split(separator: "|", maxSplits: 2).map(String.init)
            guard let order = try sandboxes[parts[1]]?.order(for: parts[2]) else {
                return #"{"order": \#(parts[0]), "outcome": "not_placed"}"#
            }
            return #"{"order": \#(parts[0]), "outcome": "placed", "provider_order": "\#(order)"}"#
        }
        try write(
            """
            {"batch": "doubts-\(name)", "by": "anna", "why": "test",
             "decisions": [\(decisions.joined(separator: ","))]}
            """, to: "spool/desk/inbox/doubts-\(name).json")
    }

    /// What should not be, once nothing is open: `batches` were accepted, and nothing else was ever
    /// sent to the sandbox.
    ///
    /// - Parameter isRestored: an older ledger was put back, so resellers may be told again.
    func verdict(
        on batches: Int, by sandbox: SandboxProcess, isRestored: Bool = false
    ) throws -> [String] {
        let ends = try table(
            """
            SELECT substr(ref, instr(ref, '-') + 1), state, count(*), min(refunded), max(refunded)
            FROM orders GROUP BY 1, 2 ORDER BY 1
            """)
        let expected = [
            "plain|completed|\(batches)|0|0",
            "sandbox-cancel|canceled|\(batches)|108000|108000",
            "sandbox-partial|partial|\(batches)|43200|43200",
        ]
        var seen = ends == expected ? [] : ["the orders ended so: \(ends)"]
        let counts = try sandbox.counts()
        seen += counts.filter { $0.value.placed != 1 }
            .map { "\($0.key) was placed \($0.value.placed ?? -1) times" }
        if counts.count != batches * Self.kinds.count { seen.append("\(counts.count) were sent") }
        return seen + (try findings()) + (try statusFaults(mayRepeat: isRestored))
    }

    /// What is wrong with acme's status files.
    func statusFaults(mayRepeat: Bool = false) throws -> [String] {
        let ended = try table("SELECT id, state FROM orders WHERE ended_at IS NOT NULL")
            .map { $0.split(separator: "|") }
        return try statusFileFaults(
            in: "\(spool)/resellers/acme/outbox",
            ended: Dictionary(uniqueKeysWithValues: ended.map { (Int64($0[0])!, String($0[1])) }),
            mayRepeat: mayRepeat)
    }
}
