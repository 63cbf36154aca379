import Glibc
import Money
import Synchronization
import Tables
import Timestamps

/// How far a ledger has come. The programs keep the last generation they saw in the spool: a ledger
/// that is behind it is an older one, which was restored.
///
/// To use an older ledger without knowing it would send orders twice.
struct Generation: Equatable, Sendable {
    /// Raised by `Ledger.resume`; below zero in a backup.
    let number: Int64
    /// Grows with every commit, and is never below an order's number.
    let effects: Int64

    /// The generation of a new ledger, and of a spool that has seen no ledger yet.
    static let first = Generation(number: 1, effects: 0)

    func isBehind(_ seen: Generation) -> Bool {
        (number, effects) < (seen.number, seen.effects)
    }
}

extension Generation {
    init(of db: any Connection) throws {
        let statement = try db.statement(
            """
            SELECT number, commits + coalesce((SELECT max(id) FROM orders), 0)
            FROM generation WHERE id = 1
            """)
        self = try statement.one { Generation(number: try $0[0], effects: try $0[1]) }
    }

    /// Counts the commit that is under way, and notes its moment if that is known.
    static func count(_ db: any Connection, at now: Timestamp?) throws {
        try db.statement(
            """
            UPDATE generation SET commits = commits + 1,
                written_at = coalesce(max(written_at, ?1), ?1, written_at)
            WHERE id = 1
            """
        ).bound(to: now).run()
    }
}

/// The file in the spool that holds the last generation that was seen: two numbers on a line.
struct SeenGeneration {
    let path: String

    /// The length of the line in bytes: always the same, so that one can overwrite another.
    private static let width = 48

    /// Nil if no ledger was seen yet.
    ///
    /// - Throws: `LedgerError.unreachable`; `LedgerError.unreadableGeneration` if it is damaged.
    func read() throws -> Generation? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw LedgerError.unreachable(path, errno: errno)
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw LedgerError.unreachable(path, errno: errno) }
        let numbers = String(decoding: bytes[..<count], as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard numbers.count == 2, let number = numbers[0], let effects = numbers[1] else {
            throw LedgerError.unreadableGeneration(path)
        }
        return Generation(number: number, effects: effects)
    }

    /// Replaces the file. The caller holds the opening lock, so no other process writes meanwhile.
    ///
    /// Its directory is not synced: after a power cut the file may be the previous one, which is
    /// behind the ledger and so stops no program.
    func write(_ generation: Generation) throws {
        let bytes = Self.line(generation)
        let temporary = path + ".part"
        let descriptor = Glibc.open(
            temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw LedgerError.unreachable(temporary, errno: errno) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0,
            rename(temporary, path) == 0
        else { throw LedgerError.unreachable(temporary, errno: errno) }
    }

    /// Overwrites the line in place. It lies within one sector, so a crash leaves the old line or
    /// the new one.
    ///
    /// - `generation`: what the file says from now on.
    /// - `isSynced`: whether it is on disk when this returns.
    func overwrite(_ generation: Generation, isSynced: Bool) throws {
        let bytes = Self.line(generation)
        let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw LedgerError.unnoted(path, errno: errno) }
        defer { close(descriptor) }
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count,
            !isSynced || fdatasync(descriptor) == 0
        else { throw LedgerError.unnoted(path, errno: errno) }
    }

    private static func line(_ generation: Generation) -> [UInt8] {
        let text = "\(generation.number) \(generation.effects)"
        return Array(
            (text + String(repeating: " ", count: width - 1 - text.utf8.count) + "\n").utf8)
    }
}

/// Notes how far a ledger has come, after each of its commits.
final class Progress: Sendable {
    private let store: any Store
    private let seen: SeenGeneration
    private let isSynced = Mutex(false)

    init(of store: any Store, in seen: SeenGeneration) {
        self.store = store
        self.seen = seen
    }

    /// The first note of a run is on disk when this returns, so that a copy from before the run is
    /// noticed even after a power cut. The later notes survive the program, not the power.
    ///
    /// - Throws: `LedgerError.unnoted`, `LedgerError.unreachable`, `StoreError`.
    func note(_ db: any Connection) throws {
        // Under the lock, the process that notes last is also the one that looked last.
        try Ledger.whileOpeningIsLocked(store) {
            let generation = try Generation(of: db)
            try isSynced.withLock { isSynced in
                try seen.overwrite(generation, isSynced: !isSynced)
                isSynced = true
            }
        }
    }
}

extension Ledger {
    /// Opens the ledger at `place` if it is the one that the programs saw last, and notes in
    /// `seenFile` how far it has come, now and after each commit. Makes a new one only if the
    /// programs have seen none yet.
    ///
    /// - Throws: `LedgerError.lost` if there is none, and another was seen; `LedgerError.restored`
    ///   if it is an older one, or a backup; what `openUnchecked` throws.
    package static func open(
        in place: any StorePlace, currency: Currency, lastSeenIn seenFile: String
    ) throws -> Ledger {
        let seenFile = SeenGeneration(path: seenFile)
        let isNew = try !isThere(place)
        if isNew, try seenFile.read() != nil {
            throw LedgerError.lost(place.path, last: seenFile.ledger.path)
        }
        let ledger = try openUnchecked(in: place, currency: currency)
        try whileOpeningIsLocked(ledger.store) {
            let seen = try seenFile.read()
            let generation = try ledger.read { try Generation(of: $0) }
            guard !generation.isBehind(seen ?? .first) else {
                throw LedgerError.restored(place.path, last: seenFile.ledger.path)
            }
            // A note that outlives its ledger stops every program.
            if isNew { try ledger.store.syncName() }
            try seenFile.ledger.note(place.path)
            if generation != seen { try seenFile.write(generation) }
        }
        return Ledger(
            over: ledger.store, currency: currency,
            progress: Progress(of: ledger.store, in: seenFile))
    }

    /// The same for a program that only looks, and so makes none.
    ///
    /// - Throws: `LedgerError.missing` if there is none; what `open` throws.
    package static func openExisting(
        in place: any StorePlace, currency: Currency, lastSeenIn seenFile: String
    ) throws -> Ledger {
        try checkExistence(place, lastSeenIn: seenFile)
        return try open(in: place, currency: currency, lastSeenIn: seenFile)
    }

    /// Whether the programs would refuse this ledger, because it is behind what `seenFile` says.
    package func isBehind(_ seenFile: String) throws -> Bool {
        // The file first: the ledger only grows.
        let seen = try SeenGeneration(path: seenFile).read() ?? .first
        return try read { try Generation(of: $0) }.isBehind(seen)
    }

    /// Runs `body` while no other process opens the store, or notes how far it has come.
    static func whileOpeningIsLocked<T>(_ store: any Store, _ body: () throws -> T) throws -> T {
        try wordingOpening(of: store.path) { try store.withOpeningLock(body) }
    }
}
