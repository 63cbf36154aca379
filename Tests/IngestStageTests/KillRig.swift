import GRDB
import Glibc
import Ledger
import Money
import TestSupport
import Testing

/// Kills the built `ingest` in the middle of a system call and lets it run once more.
///
/// Every run has a copy of the same scene. What is left afterwards is compared with what a run
/// leaves that nothing disturbed: the ledger, but for times and numbers of rows, and every file.
struct KillRig {
    /// The calls that change something, as `strace` calls them.
    ///
    /// `openat` is not among them: `strace` counts each thread's calls by themselves, and the
    /// loader makes more of them on the first thread than a run on its own. A file that one of ours
    /// makes is there, still empty, at the call that follows.
    static let calls = [
        "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "renameat", "unlink",
        "unlinkat", "mkdir", "chmod",
    ]

    private let scene: TemporaryFolder
    private let workshop = TemporaryFolder(inMemory: true)
    private let ingest = builtProgram("ingest")

    /// - Parameter scene: a folder with a configuration `p.yaml`, a ledger `l.db` and a `spool`.
    init(_ scene: TemporaryFolder) throws {
        self.scene = scene
        try NoPowerSwitch.check()
    }

    /// What a run leaves that nothing disturbs.
    func undisturbed() throws -> Aftermath {
        let folder = copy("undisturbed")
        try #require(run(in: folder) == 0)
        return try Aftermath(of: folder)
    }

    /// Every moment of a run of this scene.
    func points() throws -> [KillPoint] {
        let folder = copy("traced")
        let calls = Self.calls.map { "?\($0)" }.joined(separator: ",")
        let status = run(in: folder) { "exec strace -f -qq -o trace -e trace=\(calls) \($0)" }
        try #require(status == 0)
        let trace = String(decoding: try #require(bytes(at: "\(folder)/trace")), as: UTF8.self)
        // strace counts the calls of each thread by itself.
        var counts: [String: [Substring: Int]] = [:]
        for line in trace.split(separator: "\n") {
            // `1234  openat(…`, and also `1234  <... openat resumed>…`, which is no other call.
            guard let call = line.wholeMatch(of: /([0-9]+) +([a-z0-9]+)\(.*/) else { continue }
            counts["\(call.2)", default: [:]][call.1, default: 0] += 1
        }
        try #require(!counts.isEmpty, "strace showed no call")
        return Self.calls.flatMap { call in
            KillPoint.points(at: call, 1..<(1 + (counts[call]?.values.max() ?? 0)))
        }
    }

    /// What is left after a run was killed at `point` and another one followed.
    func aftermath(of point: KillPoint) throws -> Aftermath {
        let folder = copy("killed")
        let status = run(in: folder) { point.ending($0) }
        try #require(status == 128 + SIGKILL, "\(point) was never reached")
        try #require(run(in: folder) == 0, "the run after \(point)")
        return try Aftermath(of: folder)
    }

    private func copy(_ name: String) -> String {
        let folder = "\(workshop.path)/\(name)"
        let copy = "rm -rf '\(folder)' && cp -a '\(scene.path)' '\(folder)'"
        precondition(shellRun(copy).status == 0)
        return folder
    }

    /// Runs the program in `folder`, by the command that `tracing` makes of its own.
    private func run(
        in folder: String, tracing: (String) -> String = { "exec \($0)" }
    ) -> Int32 {
        let command = tracing("'\(ingest)' --config p.yaml --quiet")
        return shellRun("cd '\(folder)' && \(command)").status
    }
}

/// What a run left behind, without what differs from run to run: times, and the numbers of rows.
struct Aftermath {
    /// Every row and file, and every finding of the audit, as text.
    private let facts: Set<String>
    let isSound: Bool

    init(of folder: String) throws {
        let database = try DatabaseQueue(path: "\(folder)/l.db")
        let rows = try database.read { db in
            try Self.queries.flatMap { try Row.fetchAll(db, sql: $0).map(\.description) }
        }
        // The same row may rightly be there twice, and wrongly once more.
        let counted = Dictionary(rows.map { ($0, 1) }, uniquingKeysWith: +)
            .map { "\($1) × \($0)" }
        // In lock/, the programs say when they ran.
        let tree = tree(at: "\(folder)/spool").filter { !$0.key.hasPrefix("lock/") }
        let files = tree.map { path, bytes in
            let content = String(decoding: bytes, as: UTF8.self)
                .replacing(/"received_at": "[^"]*"/, with: "")
                .replacing(/"order": [0-9]+/, with: "")
            return "\(path.replacing(/^archive\/[0-9-]+/, with: "archive")): \(content)"
        }
        let findings = try Ledger.open(
            at: "\(folder)/l.db", currency: try Currency(parsing: "USD")
        ).audit().map { "\($0)" }
        facts = Set(counted + files + findings)
        isSound = findings.isEmpty
    }

    /// What is missing here (-), and what is too much (+).
    func difference(from other: Aftermath) -> [String] {
        other.facts.subtracting(facts).map { "- \($0)" }.sorted()
            + facts.subtracting(other.facts).map { "+ \($0)" }.sorted()
    }

    /// What tells the books apart, by names and references.
    private static let queries = [
        "SELECT id, name, banned, discount_percent, credit_limit FROM users",
        """
        SELECT user_id, name, sha256, batch, bytes, status, reason, lines, accepted, rejected,
               charged, balance FROM files
        """,
        """
        SELECT f.name AS file, l.kind, l.line, l.ref, l.status, l.code FROM lines l
        JOIN files f ON f.id = l.file_id
        """,
        """
        SELECT o.user_id, f.name AS file, o.line, o.ref, o.service_id, o.link, o.quantity,
               o.charge, o.state FROM orders o JOIN files f ON f.id = o.file_id
        """,
        "SELECT user_id, provider_id, name, currency, balance FROM wallets",
        """
        SELECT t.type, a.name AS source, b.name AS target, t.amount, t.user_id, o.ref,
               f.name AS file
        FROM transactions t JOIN wallets a ON a.id = t.from_wallet_id
            JOIN wallets b ON b.id = t.to_wallet_id LEFT JOIN orders o ON o.id = t.order_id
            LEFT JOIN files f ON f.id = t.file_id
        """,
        "SELECT user_id, method, reference, amount, status, ref FROM deposits",
        "SELECT user_id, ref, amount, status FROM withdrawals",
    ]
}
