import GRDB
import Glibc
import Ledger
import Money
import TestHouse
import TestSupport
import Testing

/// The whole works as an operator has them: the built programs, a spool, and the sandbox as the one
/// provider.
final class Works {
    let folder = TemporaryFolder()
    let sandbox: SandboxProcess
    private var files = 0

    /// - Parameter sandbox: the arguments of the sandbox.
    init(sandbox arguments: String) throws {
        sandbox = try SandboxProcess(arguments, key: "k")
        folder.write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            reports: reports
            intake: {settle_seconds: 0, min_free_bytes: 0}
            fees: {withdrawal: {percent: "1", fixed: "0"}}
            providers:
              - name: sandbox
                url: \(sandbox.url)
                api_key: {env: SANDBOX_KEY}
                currency: USD
                requests_per_second: 10000
                poll_every: 1
                timeouts: {connect: 10, total: 10}
                breaker: {doubts: 1000, failures: 1000}
                allow_http: true
            """, to: "pipeline.yaml")
        desk(
            #"""
            "users": [{"user": "acme"}, {"user": "zenith"}],
            "deposits": [{"user": "acme", "method": "bank", "reference": "TX-1", "amount": "100"},
                         {"user": "zenith", "method": "bank", "reference": "TX-2", "amount": "100"}]
            """#)
        run("ingest")
        run("poll", "catalogue")
    }

    /// The command line of a program.
    func command(_ program: String, _ arguments: String = "") -> String {
        "\(builtProgram(program)) \(arguments) --config \(folder.path)/pipeline.yaml"
    }

    /// Runs a program to its end, which must be a good one.
    func run(_ program: String, _ arguments: String = "") {
        let run = shellRun("SANDBOX_KEY=k exec \(command(program, arguments)) 2>&1")
        #expect(run.status == 0, "\(program): \(run.output)")
    }

    /// Runs a program up to a point; whether it got that far.
    func kill(_ program: String, at point: KillPoint) -> Bool {
        shellRun("export SANDBOX_KEY=k; \(point.ending(command(program))) 2>&1").status
            == 128 + SIGKILL
    }

    /// Drops a batch file; returns the name of its receipt.
    @discardableResult
    func drop(_ content: String, for user: String) -> String {
        files += 1
        folder.write("{\(content)}", to: "spool/resellers/\(user)/inbox/\(files).json")
        return "\(files).receipt.json"
    }

    func desk(_ content: String) {
        files += 1
        folder.write(
            #"{"batch": "\#(files)", "by": "anna", "why": "test", \#(content)}"#,
            to: "spool/desk/inbox/\(files).json")
    }

    /// Lets a second pass, after which placed orders are due.
    func wait() {
        usleep(1_100_000)
    }
}

extension Works {
    /// The rows of a query as the `sqlite3` shell shows them.
    func table(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: "\(folder.path)/var/ledger.sqlite").read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { $0.isNull ? "-" : String.fromDatabaseValue($0) ?? "\($0)" }
                    .joined(separator: "|")
            }
        }
    }

    /// The violations of the 13 invariants.
    func findings() throws -> [String] {
        try Ledger.open(at: "\(folder.path)/var/ledger.sqlite", currency: Currency(parsing: "USD"))
            .audit().map { "\($0.rule): \($0.violations)" }
    }

    /// Decides every order in doubt by what the sandbox really has.
    func decideDoubts() throws {
        let decisions = try table("SELECT id, link FROM orders WHERE state = 'in_doubt'").map {
            row in
            let (id, link) = (row.prefix { $0 != "|" }, row.drop { $0 != "|" }.dropFirst())
            guard let order = try sandbox.order(for: String(link)) else {
                return #"{"order": \#(id), "outcome": "not_placed"}"#
            }
            return #"{"order": \#(id), "outcome": "placed", "provider_order": "\#(order)"}"#
        }
        if !decisions.isEmpty { desk(#""decisions": [\#(decisions.joined(separator: ","))]"#) }
    }

    /// Runs everything until nothing is open any more.
    func settleEverything() throws {
        for _ in 1...10 {
            run("ingest")
            run("dispatch")
            try decideDoubts()
            wait()
            run("poll")
            let open = try table("SELECT count(*) FROM orders WHERE ended_at IS NULL")
            if open == ["0"], names(in: "\(folder.path)/spool/desk/inbox").isEmpty { return }
        }
    }

    /// The reseller's status files must have every number from 1, and their last words about each
    /// order must be true.
    func expectStatusFilesComplete(for user: String) throws {
        let outbox = "\(folder.path)/spool/resellers/\(user)/outbox"
        let files = names(in: outbox).filter { $0.hasPrefix("status-") }
        #expect(
            files
                == (1...max(1, files.count)).map { number in
                    "status-\(String(10_000_000_000 + number).dropFirst()).json"
                })
        var told: [String: String] = [:]
        for file in files {
            let text = String(decoding: bytes(at: "\(outbox)/\(file)") ?? [], as: UTF8.self)
            for line in text.split(separator: "\n") where line.contains(#"{"order": "#) {
                let fields = line.split(separator: ",")
                told[String(fields[0].filter(\.isNumber))] = String(
                    fields[2].split(separator: "\"").last ?? "")
            }
        }
        let words = [
            "completed": "Completed", "partial": "Partial", "canceled": "Canceled",
            "refused": "Canceled",
        ]
        let states = try table(
            "SELECT id, state FROM orders WHERE user_id = '\(user)' AND ended_at IS NOT NULL")
        for row in states.map({ $0.split(separator: "|") }) {
            #expect(told[String(row[0])] == words[String(row[1])], "order \(row[0])")
        }
    }
}
