import CSQLite
import GRDB
import GRDBSQLite
import Glibc
import Money
import SQLiteTables
import Tables

extension Ledger {
    /// `SMMG`, so that `file` and the next reader know whose database this is.
    static let applicationID: Int32 = 0x534D_4D47

    /// The schema's history: `user_version` counts how much of it a database has.
    static let migrations = [Schema1.sql, Schema2.sql, Schema3.sql, Schema4.sql]

    /// Opens the ledger at `path`, be it the latest or not, and makes or migrates it where that is due.
    ///
    /// Its folder is locked meanwhile: several processes that open a new SQLite file at once fail with
    /// "table exists" or "database is locked", in spite of a busy time-out. What is no ledger of this
    /// house is found out before anything is written: no byte of it changes, and no file appears.
    ///
    /// - Throws: `LedgerError`, `StoreError`.
    package static func open(at path: String, currency: Currency) throws -> Ledger {
        mkdir(folder(of: path), 0o700)
        return try withOpeningLock(path) {
            do {
                return try connect(to: path, currency: currency)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
                throw LedgerError.notADatabase(path)
            } catch let error as DatabaseError {
                throw StoreError(error, at: path)
            }
        }
    }

    /// Opens the ledger at `path` for somebody who only looks, and so makes none.
    ///
    /// - Parameter seenFile: where the programs note what they saw last, for what is said if it is missing.
    /// - Throws: `LedgerError.missing` or `LedgerError.lost` where there is none; what `open` throws.
    package static func openExisting(
        at path: String, currency: Currency, notedIn seenFile: String? = nil
    ) throws -> Ledger {
        try checkExistence(path, lastSeenIn: seenFile)
        return try open(at: path, currency: currency)
    }

    static func checkExistence(_ path: String, lastSeenIn seenFile: String?) throws {
        guard try !isThere(path) else { return }
        guard let seen = seenFile.map(SeenGeneration.init(path:)), try seen.read() != nil else {
            throw LedgerError.missing(path)
        }
        throw LedgerError.lost(path, last: seen.ledger.path)
    }

    /// Whether anything is at `path`. SQLite takes an empty file for a new database.
    static func isThere(_ path: String) throws(LedgerError) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_size > 0 }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .unreachable(path, errno: errno)
        }
        return false
    }

    /// A new ledger's name, and that of its folder, are on disk then.
    static func syncFolder(of path: String) throws(LedgerError) {
        let folder = folder(of: path)
        for directory in [folder, Self.folder(of: folder)] {
            let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            // Somebody else's folder may be closed to us; it was there before.
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw .unreachable(directory, errno: errno) }
        }
    }

    /// Once, before the first connection; SQLite refuses it later, which is of no consequence.
    private static let countsNoMemory = csqlite_count_no_memory()

    private static func connect(to path: String, currency: Currency) throws -> Ledger {
        _ = countsNoMemory
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.label = "ledger"
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let ledger = Ledger(over: SQLiteStore(database), currency: currency)
        try database.inDatabase { db in
            let version = try ledger.version(db)
            // WAL by hand: GRDB would write to the ledger at each opening. FULL: a commit that
            // returned is on the disk. Recursive triggers: REPLACE fires the delete triggers.
            try db.grdb.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA recursive_triggers = ON;
                    PRAGMA cache_size = -16384;
                    """)
            if version < migrations.count { try ledger.migrate(db, from: version) }
        }
        return ledger
    }

    /// How much of the schema's history the database has, if it is a ledger of this house; 0 for a new
    /// one. Nothing is written.
    private func version(_ db: Database) throws -> Int {
        let version = try Int.fetchOne(db.grdb, sql: "PRAGMA user_version") ?? 0
        if try Int32.fetchOne(db, sql: "PRAGMA application_id") != Self.applicationID {
            guard try Int.fetchOne(db.grdb, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
                throw LedgerError.notALedger(database.path)
            }
        }
        guard version <= Self.migrations.count else { throw LedgerError.newer(version: version) }
        guard version > 0 else { return 0 }
        let kept = try Currency.fetchOne(
            db.grdb, sql: "SELECT currency FROM wallets WHERE id = ?", arguments: [Wallets.first])
        guard kept == currency else { throw LedgerError.otherCurrency(kept, configured: currency) }
        return version
    }

    private func migrate(_ db: Database, from version: Int) throws {
        try db.inTransaction(.immediate) {
            for sql in Self.migrations[version...] { try db.grdb.execute(sql: sql) }
            if version < 4 { try IdentityMigration(GRDBConnection(db, at: database.path)).run() }
            try db.grdb.execute(
                sql: """
                    PRAGMA application_id = \(Self.applicationID);
                    PRAGMA user_version = \(Self.migrations.count);
                    """)
            if version == 0 {
                try Wallets.openHouse(GRDBConnection(db, at: database.path), currency: currency)
            }
            return .commit
        }
    }

    /// Holds the lock of the folder in which the ledger at `path` is, or is to be.
    static func withOpeningLock<T>(_ path: String, _ body: () throws -> T) throws -> T {
        let folder = folder(of: path)
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LedgerError.unreachable(folder, errno: errno) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw LedgerError.unreachable(folder, errno: errno) }
        }
        return try body()
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
