import Glibc
import Ledger
import Run
import Settings
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import IngestStage

extension House {
    /// 2026-11-23T10:00:00Z.
    static let morning = Timestamp(milliseconds: 1_795_428_000_000)

    /// A house with a catalogue and no user, whose clock stands still: files go in, receipts come
    /// out.
    ///
    /// - `configuration`: lines of YAML beside the currency and the providers.
    /// - `provider`: more settings of the one provider, as YAML between braces: `enabled: false`.
    static func stocked(
        _ configuration: String = "intake: {min_free_bytes: 0}", provider: String = ""
    ) throws -> House {
        let house = try House(
            empty: [Supplier(url: "https://alpha.example/api/v2", provider)], also: configuration,
            clock: TickingClock(at: morning, tick: 0), inMemory: true)
        try Catalogue.install(in: house.ledger)
        return house
    }

    /// One run of `ingest`.
    ///
    /// `meanwhile`: what others do each time it looks at the clock.
    @discardableResult
    func ingest(meanwhile: @escaping @Sendable () -> Void = {}) throws -> Summary {
        var taking = try TakeFiles(
            RunContext(
                program: "ingest", settings: settings, logger: log.logger,
                clock: WallClock { [self] in
                    meanwhile()
                    return now
                }))
        return try taking.run()
    }

    /// Expects every invariant of the ledger to hold.
    func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        #expect(try findings() == [], sourceLocation: location)
    }
}

extension House {
    /// Puts a file into an inbox, still for an hour.
    @discardableResult
    func put(_ text: String, as name: String = "orders.json", by user: String = "acme") -> String {
        put(Array(text.utf8), as: name, by: user)
    }

    @discardableResult
    func put(_ bytes: [UInt8], as name: String = "orders.json", by user: String = "acme") -> String
    {
        let path = folder.write(bytes, to: "spool/\(House.home(of: user))/inbox/\(name)")
        touch(path, secondsAgo: 3_600)
        return path
    }

    /// Makes a file last written this many seconds before now.
    func touch(_ path: String, secondsAgo: Int64) {
        let second = timespec(tv_sec: Int(now.milliseconds / 1_000 - secondsAgo), tv_nsec: 0)
        precondition(utimensat(AT_FDCWD, path, [second, second], AT_SYMLINK_NOFOLLOW) == 0)
    }

    /// When the file system last noted a change of a file.
    func changed(_ path: String) -> Timestamp {
        var status = stat()
        precondition(lstat(path, &status) == 0, "\(path) is not there")
        return Timestamp(milliseconds: Int64(status.st_ctim.tv_sec) * 1_000)
    }

    /// Puts a file into an inbox, runs, and reads its receipt.
    func drop(
        _ text: String, as name: String = "orders.json", by user: String = "acme"
    ) throws -> Receipt {
        // A reseller who has read a receipt may remove it.
        unlink("\(spool)/\(House.receipt(of: name, by: user))")
        put(text, as: name, by: user)
        try ingest()
        return try receipt(of: name, by: user)
    }

    func receipt(of name: String, by user: String = "acme") throws -> Receipt {
        try Receipt(contents(of: House.receipt(of: name, by: user)))
    }

    /// The answer to a file of one line: the line's status, or the code of its rejection.
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

extension House {
    private static func home(of user: String) -> String {
        user == "desk"
            ? "desk" : user.first == "@" ? "desks/\(user.dropFirst())" : "resellers/\(user)"
    }

    /// The path of a file's receipt, below the spool.
    private static func receipt(of name: String, by user: String) -> String {
        "\(home(of: user))/outbox/\(name.dropLast(".json".count)).receipt.json"
    }

    /// The bytes of a file below the spool.
    func contents(of path: String) throws -> [UInt8] {
        try #require(bytes(at: "\(spool)/\(path)"), "\(path) is not there")
    }

    /// The permissions of something below the spool.
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

extension House {
    /// Removes a file below the spool.
    func remove(_ path: String) {
        precondition(unlink("\(spool)/\(path)") == 0)
    }

    /// Moves a file below the spool.
    func move(_ path: String, to other: String) {
        precondition(rename("\(spool)/\(path)", "\(spool)/\(other)") == 0)
    }
}
