import GRDB
import Glibc
import Ledger
import Logging
import Run
import SQLiteTables
import Settings
import Synchronization
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

/// A panel on disk with its catalogue and a clock of its own: files go in, receipts come out.
final class Shop: Sendable {
    let folder = TemporaryFolder(inMemory: true)
    let settings: Settings
    private let time = Mutex(Shop.morning)

    /// 2026-11-23T10:00:00Z.
    static let morning = Timestamp(milliseconds: 1_795_428_000_000)

    /// - Parameters:
    ///   - configuration: lines of YAML beside the currency and the providers.
    ///   - provider: more settings of the one provider, as YAML between braces: `, enabled: false`.
    init(
        _ configuration: String = "intake: {min_free_bytes: 0}", provider: String = ""
    ) throws {
        let path = folder.write(
            """
            currency: USD
            spool: spool
            ledger: l.db
            providers: [{name: alpha, url: "https://alpha.example/api/v2", \
            api_key: {env: ALPHA_KEY}, currency: USD\(provider)}]
            \(configuration)

            """, to: "p.yaml")
        settings = try Settings.load(from: path)
        try Catalogue.install(
            in: Ledger.open(in: SQLiteFile(settings.ledger), currency: settings.currency))
    }

    var now: Timestamp {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }

    var spool: String { "\(folder.path)/spool" }

    /// One run of `ingest`.
    ///
    /// - Parameter meanwhile: what others do each time it looks at the clock.
    @discardableResult
    func run(meanwhile: @escaping @Sendable () -> Void = {}) throws -> Summary {
        var taking = try TakeFiles(
            RunContext(
                program: "ingest", settings: settings,
                logger: Logger(label: "ingest") { _ in SwiftLogNoOpLogHandler() },
                clock: WallClock { [self] in
                    meanwhile()
                    return now
                }))
        return try taking.run()
    }

    /// The books, for tests that look behind the receipts.
    func database() throws -> DatabaseQueue {
        try DatabaseQueue(path: settings.ledger)
    }

    func value<T: DatabaseValueConvertible>(_ sql: String) throws -> T? {
        try database().read { try T.fetchOne($0, sql: sql) }
    }

    /// Expects the invariants of design.md §5 to hold.
    func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        let ledger = try Ledger.open(in: SQLiteFile(settings.ledger), currency: settings.currency)
        #expect(try ledger.audit().map(\.violations) == [], sourceLocation: location)
    }
}

extension Shop {
    /// Puts a file into an inbox, still for an hour.
    @discardableResult
    func put(_ text: String, as name: String = "orders.json", by user: String = "acme") -> String {
        put(Array(text.utf8), as: name, by: user)
    }

    @discardableResult
    func put(_ bytes: [UInt8], as name: String = "orders.json", by user: String = "acme") -> String
    {
        let path = folder.write(bytes, to: "spool/\(Shop.home(of: user))/inbox/\(name)")
        touch(path, secondsAgo: 3_600)
        return path
    }

    /// Says that a file was last written so many seconds before now.
    func touch(_ path: String, secondsAgo: Int64) {
        let second = timespec(tv_sec: Int(now.milliseconds / 1_000 - secondsAgo), tv_nsec: 0)
        precondition(utimensat(AT_FDCWD, path, [second, second], AT_SYMLINK_NOFOLLOW) == 0)
    }

    /// When the system last noted a change of a file.
    func changed(_ path: String) -> Timestamp {
        var status = stat()
        precondition(lstat(path, &status) == 0, "\(path) is not there")
        return Timestamp(milliseconds: Int64(status.st_ctim.tv_sec) * 1_000)
    }

    /// Puts a file into an inbox, runs, and reads its receipt.
    func drop(
        _ text: String, as name: String = "orders.json", by user: String = "acme"
    ) throws -> Receipt {
        // Whoever has read his receipt may remove it.
        unlink("\(spool)/\(Shop.receipt(of: name, by: user))")
        put(text, as: name, by: user)
        try run()
        return try receipt(of: name, by: user)
    }

    func receipt(of name: String, by user: String = "acme") throws -> Receipt {
        try Receipt(contents(of: Shop.receipt(of: name, by: user)))
    }

    /// What a file of one line comes to: the line's status, or the code of its rejection.
    func verdict(
        on line: String, in kind: String = "orders", by user: String = "acme"
    ) throws -> String {
        let receipt = try drop("{\"\(kind)\": [\(line)]}", as: "one.json", by: user)
        return receipt.reason ?? receipt.verdicts(kind).first ?? "none"
    }

    /// Adds a user, with money from a bank if there is to be some.
    func add(
        _ user: String = "acme", funds: String = "1000", discount: String = "0",
        creditLimit: String = "0"
    ) throws {
        let deposit = """
            {"user": "\(user)", "method": "bank", "reference": "of \(user)", "amount": \(funds)}
            """
        let receipt = try drop(
            """
            {"users": [{"user": "\(user)", "discount_percent": "\(discount)",
                        "credit_limit": "\(creditLimit)"}],
             "deposits": [\(funds == "0" ? "" : deposit)]}
            """, as: "add-\(user).json", by: "desk")
        #expect(receipt["status"] == "accepted")
    }
}

extension Shop {
    private static func home(of user: String) -> String {
        user == "desk" ? "desk" : "resellers/\(user)"
    }

    /// Where the receipt of a file is, below the spool.
    private static func receipt(of name: String, by user: String) -> String {
        "\(home(of: user))/outbox/\(name.dropLast(".json".count)).receipt.json"
    }

    /// The bytes of a file below the spool.
    func contents(of path: String) throws -> [UInt8] {
        try #require(bytes(at: "\(spool)/\(path)"), "\(path) is not there")
    }

    /// Who may do what with something below the spool.
    func mode(of path: String) -> mode_t {
        var status = stat()
        precondition(lstat("\(spool)/\(path)", &status) == 0, "\(path) is not there")
        return status.st_mode & 0o777
    }

    /// The names in a directory below the spool, sorted; none if it is not there.
    func names(in path: String) -> [String] {
        TestSupport.names(in: "\(spool)/\(path)")
    }
}

extension Shop {
    /// Removes a file below the spool.
    func remove(_ path: String) {
        precondition(unlink("\(spool)/\(path)") == 0)
    }

    /// Moves a file below the spool.
    func move(_ path: String, to other: String) {
        precondition(rename("\(spool)/\(path)", "\(spool)/\(other)") == 0)
    }
}
