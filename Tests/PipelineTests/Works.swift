import GRDB
import Glibc
import Ledger
import Money
import SQLiteTables
import TestHouse
import TestSupport
import Testing

/// A provider of the works: the built sandbox with habits of its own.
struct Panel {
    let name: String
    let currency: String
    /// What the sandbox is told.
    let arguments: String

    init(_ name: String, _ arguments: String, currency: String = "USD") {
        self.name = name
        self.currency = currency
        self.arguments = arguments
    }
}

/// The whole works as an operator has them: the built programs, a spool, and sandboxes as providers.
final class Works {
    let folder = TemporaryFolder()
    /// Those that are there, by name.
    private(set) var sandboxes: [String: SandboxProcess]
    private var files = 0

    /// The one there is.
    var sandbox: SandboxProcess { sandboxes["sandbox"]! }

    /// - Parameter sandbox: the arguments of the one sandbox.
    convenience init(sandbox arguments: String) throws {
        try self.init([Panel("sandbox", arguments)])
    }

    /// - Parameter also: more lines of `pipeline.yaml`.
    convenience init(_ panels: [Panel], also: String = "") throws {
        var sandboxes: [String: SandboxProcess] = [:]
        for panel in panels {
            sandboxes[panel.name] = try SandboxProcess(
                "\(panel.arguments) --currency \(panel.currency)", key: "k")
        }
        self.init(sandboxes, panels.map { ($0.name, $0.currency, sandboxes[$0.name]!.url) }, also)
    }

    /// With one provider that the test plays itself, paid in euros.
    convenience init(buyingFrom url: String) {
        self.init([:], [("alpha", "EUR", url)], #"exchange_rates: {EUR: "1.08"}"#)
    }

    private init(
        _ sandboxes: [String: SandboxProcess],
        _ providers: [(name: String, currency: String, url: String)],
        _ also: String
    ) {
        self.sandboxes = sandboxes
        let providers = providers.map { provider in
            """
              - {name: \(provider.name), url: "\(provider.url)", api_key: {env: SANDBOX_KEY}, \
            currency: \(provider.currency), requests_per_second: 10000, poll_every: 1, \
            timeouts: {connect: \(patience), total: \(patience)}, breaker: {doubts: 1000, failures: 1000}, \
            allow_http: true}
            """
        }
        folder.write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            reports: reports
            intake: {settle_seconds: 0, min_free_bytes: 0}
            fees: {withdrawal: {percent: "1", fixed: "0"}}
            \(also)
            providers:
            \(providers.joined(separator: "\n"))
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

    /// From now on nobody listens at this provider's address.
    func end(_ panel: String) {
        sandboxes[panel] = nil
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

    /// What a program says on its standard output.
    func said(_ program: String, _ arguments: String) -> String {
        shellRun("SANDBOX_KEY=k exec \(command(program, arguments)) 2>/dev/null").output
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
        try Ledger.open(
            in: SQLiteFile("\(folder.path)/var/ledger.sqlite"), currency: Currency(parsing: "USD")
        )
        .audit().map { "\($0.rule): \($0.violations)" }
    }

    /// Decides every order in doubt by what its sandbox really has.
    func decideDoubts() throws {
        let doubts = try table(
            """
            SELECT o.id, p.name, o.link FROM orders o JOIN providers p ON p.id = o.provider_id
            WHERE o.state = 'in_doubt'
            """)
        let decisions = try doubts.map { doubt in
            let fields = doubt.split(separator: "|", maxSplits: 2)
            guard let order = try sandboxes[String(fields[1])]?.order(for: String(fields[2]))
            else { return #"{"order": \#(fields[0]), "outcome": "not_placed"}"# }
            return #"{"order": \#(fields[0]), "outcome": "placed", "provider_order": "\#(order)"}"#
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
        let ended = try table(
            "SELECT id, state FROM orders WHERE user_id = '\(user)' AND ended_at IS NOT NULL"
        ).map { $0.split(separator: "|") }
        #expect(
            try statusFileFaults(
                in: "\(folder.path)/spool/resellers/\(user)/outbox",
                ended: Dictionary(
                    uniqueKeysWithValues: ended.map { (Int64($0[0])!, String($0[1])) })) == [])
    }
}
