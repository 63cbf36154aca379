import GRDB
import Glibc
import Ledger
import LoopbackProvider
import Money
import TestSupport
import Testing

/// A pipeline in a folder: its configuration, a provider `alpha`, and the built programs.
///
/// Alpha's only service costs 1.00 a thousand and is sold for 2.00.
final class Shop {
    let folder = TemporaryFolder()
    let panel = Panel()

    var ledgerPath: String { "\(folder.path)/var/ledger.sqlite" }
    var spool: String { "\(folder.path)/spool" }

    init() {
        folder.write("s3cret", to: "alpha.key")
        folder.write(String(repeating: "0f", count: 32), to: "master.key")
        folder.write(
            """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            reports: reports
            intake: {settle_seconds: 0, min_free_bytes: 0}
            pricing: {profit_percent: "100"}
            master_key: {file: master.key}
            providers:
              - {name: alpha, url: "\(panel.provider.url)", api_key: {file: alpha.key}, currency: USD,
                 poll_every: 1, allow_http: true}
            """, to: "pipeline.yaml")
    }

    /// Changes one place of the configuration.
    func configure(_ new: String, insteadOf old: String) throws {
        let text = try read("\(folder.path)/pipeline.yaml")
        try #require(text.contains(old))
        folder.write(text.replacing(old, with: new), to: "pipeline.yaml")
    }

    /// What a run of a program left behind.
    struct Ended {
        let status: Int
        let output: String
        let log: String
    }

    /// Runs `admin status` and the like.
    ///
    /// - Parameters:
    ///   - input: its standard input.
    ///   - before: what the shell does before.
    @discardableResult
    func run(_ command: String, input: String = "", before: String = ":") throws -> Ended {
        let words = command.split(separator: " ", maxSplits: 1)
        let inputFile = folder.write(input, to: "input")
        let log = "\(folder.path)/log"
        let arguments = words.count > 1 ? String(words[1]) : ""
        let script = """
            \(before); SUDO_USER=anna '\(builtProgram(String(words[0])))' \(arguments) \
            --config '\(folder.path)/pipeline.yaml' <'\(inputFile)' 2>'\(log)'; echo $?
            """
        let pipe = try #require(popen(script, "r"))
        let text = Self.contents(pipe)
        pclose(pipe)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return Ended(
            status: try #require(lines.last.flatMap { Int($0) }),
            output: lines.dropLast().joined(separator: "\n"), log: try read(log))
    }

    /// Runs programs that must all end well.
    func done(_ commands: String...) throws {
        for command in commands {
            let ended = try run(command)
            #expect(ended.status == 0, "\(command): \(ended.log)")
        }
    }

    /// A user `acme` with 100.00, and alpha's catalogue.
    func open() throws {
        try done(
            "admin user add acme --name 'Acme Ltd'",
            "admin deposit acme 100.00 --method bank --reference TX-1", "ingest", "poll catalogue")
    }

    /// Drops a batch of orders of 1,000 units for `links`.
    func order(_ links: String..., by user: String = "acme") {
        let orders = links.map {
            #"{"ref": "\#($0)", "service": 101, "link": "\#($0)", "quantity": 1000}"#
        }
        folder.write(
            #"{"orders": [\#(orders.joined(separator: ","))]}"#,
            to: "spool/resellers/\(user)/inbox/\(links.joined(separator: "-")).json")
    }

    func read(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        return Self.contents(file)
    }

    /// The names in a directory of the spool, in order.
    func names(_ directory: String) throws -> [String] {
        let pipe = try #require(popen("cd '\(spool)/\(directory)' && ls -A", "r"))
        defer { pclose(pipe) }
        return Self.contents(pipe).split(separator: "\n").map(String.init)
    }

    /// The rows of a query, their values separated by `|`.
    func table(_ sql: String) throws -> [String] {
        try DatabaseQueue(path: ledgerPath).read { db in
            try Row.fetchAll(db, sql: sql).map { row in
                row.databaseValues.map { "\($0)" }.joined(separator: "|")
            }
        }
    }

    /// Changes the ledger behind the programs' backs.
    func change(_ sql: String) throws {
        try DatabaseQueue(path: ledgerPath).write { try $0.execute(sql: sql) }
    }

    private static func contents(_ file: UnsafeMutablePointer<FILE>) -> String {
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
