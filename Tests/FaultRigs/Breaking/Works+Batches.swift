import TestHouse
import TestSupport

extension Works {
    /// Adds a user with more money than a rig can spend, and the sandbox's services.
    ///
    /// `also`: more lines of `pipeline.yaml`.
    func open(with sandbox: SandboxProcess, also: String = "") throws {
        try configure([.unpaused("sandbox", url: sandbox.url)], also: also)
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

    /// The kinds of orders in a batch: the sandbox delivers all, some, or none.
    static let kinds = ["plain", "sandbox-partial", "sandbox-cancel"]

    /// Drops a batch with an order of each kind, and runs `ingest`.
    func accept(_ batch: String) throws {
        try write(Self.text(ofBatch: batch), to: "spool/resellers/acme/inbox/\(batch).json")
        try done("ingest")
    }

    /// Writes such a batch where no program looks for it.
    func stage(_ batch: String) throws {
        try write(Self.text(ofBatch: batch), to: "staged/\(batch).json")
    }

    /// The text of such a batch.
    static func text(ofBatch batch: String) -> String {
        let orders = kinds.map { kind in
            #"{"ref": "\#(batch)-\#(kind)", "service": 101, "quantity": 100, "#
                + #""link": "https://\#(batch).example/\#(kind)"}"#
        }
        return #"{"batch": "\#(batch)", "orders": [\#(orders.joined(separator: ","))]}"#
    }

    /// Faults once no order is open, if `batches` were accepted and nothing else was ever sent to
    /// the sandbox.
    ///
    /// `isRestored`: whether an older ledger was restored, so that resellers may get reports
    /// twice.
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
}
