import CSQLite
import Failures
import GRDB
import GRDBSQLite
import Glibc
import Money

/// The books: every order, file and millionth of a currency unit, in one SQLite file.
///
/// Its methods are whole business facts, each one commit, so that no caller can do half of one. State
/// and money change together. Only this module knows SQL.
///
/// A method that throws has committed nothing, except that a failed COMMIT is *unknown*: the run
/// must end, and the next one finds out by looking (design.md §4).
package final class Ledger: Sendable {
    let database: DatabaseQueue
    /// The house currency: that of every user's wallets.
    package let currency: Currency

    init(database: DatabaseQueue, currency: Currency) {
        self.database = database
        self.currency = currency
    }
}

extension Ledger {
    /// `SMMG`, so that `file` and the next reader know whose database this is.
    static let applicationID: Int32 = 0x534D_4D47

    /// The schema's history: `user_version` counts how much of it a database has.
    static let migrations = [Schema1.sql, Schema2.sql, Schema3.sql]

    /// Opens the ledger at `path`, be it the latest or not, and makes or migrates it where that is due.
    ///
    /// A lock file beside it is held meanwhile: several processes that open a new SQLite file at
    /// once fail with "table exists" or "database is locked", in spite of a busy time-out.
    ///
    /// - Throws: `LedgerError`, `DatabaseError`.
    package static func open(at path: String, currency: Currency) throws -> Ledger {
        _ = countsNoMemory
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.label = "ledger"
        if let slash = path.lastIndex(of: "/") { mkdir(String(path[..<slash]), 0o700) }
        return try withOpeningLock(path) {
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let ledger = Ledger(database: database, currency: currency)
            try database.inDatabase { db in
                // WAL by hand: GRDB would write to the ledger at each opening. FULL: a commit that
                // returned is on the disk. Recursive triggers: REPLACE fires the delete triggers.
                try db.execute(
                    sql: """
                        PRAGMA journal_mode = WAL;
                        PRAGMA synchronous = FULL;
                        PRAGMA recursive_triggers = ON;
                        PRAGMA cache_size = -16384;
                        """)
                try ledger.migrate(db)
            }
            return ledger
        }
    }

    /// Once, before the first connection; SQLite refuses it later, which is of no consequence.
    private static let countsNoMemory = csqlite_count_no_memory()

    private func migrate(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let isOurs =
            try Int32.fetchOne(db, sql: "PRAGMA application_id") == Self.applicationID
            || Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        guard isOurs else { throw LedgerError.notALedger(database.path) }
        guard version <= Self.migrations.count else { throw LedgerError.newer(version: version) }
        if version < Self.migrations.count {
            try db.inTransaction(.immediate) {
                for sql in Self.migrations[version...] { try db.execute(sql: sql) }
                try db.execute(
                    sql: """
                        PRAGMA application_id = \(Self.applicationID);
                        PRAGMA user_version = \(Self.migrations.count);
                        """)
                if version == 0 { try Wallets.openHouse(db, currency: currency) }
                return .commit
            }
        }
        let kept = try Currency.fetchOne(
            db, sql: "SELECT currency FROM wallets WHERE id = ?", arguments: [Wallets.first])
        guard kept == currency else { throw LedgerError.otherCurrency(kept, configured: currency) }
    }

    /// Holds the lock file beside the ledger at `path`.
    static func withOpeningLock<T>(_ path: String, _ body: () throws -> T) throws -> T {
        let path = path + ".lock"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw LedgerError.unreachable(path, errno: errno) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw LedgerError.unreachable(path, errno: errno) }
        }
        return try body()
    }
}

extension Ledger {
    /// One write transaction, begun at once so that it never has to upgrade a lock.
    func commit<T>(_ body: (Database) throws -> T) throws -> T {
        try database.inDatabase { db in
            var result: T?
            try db.inTransaction(.immediate) {
                result = try body(db)
                return .commit
            }
            return result!
        }
    }

    /// One read transaction: what it sees is of one moment.
    func read<T>(_ body: (Database) throws -> T) throws -> T {
        try database.inDatabase { db in
            var result: T?
            try db.inTransaction(.deferred) {
                result = try body(db)
                return .commit
            }
            return result!
        }
    }
}

extension Ledger {
    /// All users, by name.
    package func users() throws -> [UserID] {
        try read { try UserID.fetchAll($0, sql: "SELECT id FROM users ORDER BY id") }
    }
}

/// Why the ledger cannot be used. Nothing in it was touched.
package enum LedgerError: Error {
    /// Made by a later version of the programs.
    case newer(version: Int)
    /// Somebody else's database.
    case notALedger(String)
    /// Kept in another house currency than the configuration says.
    case otherCurrency(Currency?, configured: Currency)
    /// A provider whose money is counted in another currency than the configuration says.
    case otherProviderCurrency(String, Currency, configured: Currency)
    /// An older ledger than the one that the programs saw last, or a backup.
    case restored(String)
    /// What the programs saw last cannot be read.
    case unreadableGeneration(String)
    /// The file cannot be opened or locked.
    case unreachable(String, errno: Int32)
}

extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .newer(let version):
            """
            the ledger has schema \(version), this program knows \(Ledger.migrations.count); \
            nothing was touched; run the version of the programs that wrote it, or a later one
            """
        case .notALedger(let path):
            "\(path) is a database of something else; nothing was touched; give the ledger's path"
        case .otherCurrency(let kept, let configured):
            """
            the ledger is kept in \(kept?.code ?? "no currency"), the configuration says \
            \(configured); nothing was touched; a ledger cannot change its currency, so set it back
            """
        case .otherProviderCurrency(let name, let kept, let configured):
            """
            the ledger counts \(name)'s money in \(kept), the configuration says \(configured); \
            nothing was touched; set it back, or give the provider in the other currency a new name
            """
        case .restored(let path):
            """
            \(path) is a backup, or older than the ledger that the programs worked with last; nothing \
            was touched, since what it calls unsent may have been sent; put the latest one in its \
            place, or go on with this one by admin recover --restored
            """
        case .unreadableGeneration(let path):
            """
            \(path) does not say how far the ledger has come; nothing was touched; \
            admin recover --restored writes it anew
            """
        case .unreachable(let path, let errno):
            "\(path): \(String(cString: strerror(errno))); nothing was touched; check the folder"
        }
    }
}

extension LedgerError: StageFailure {
    package var exitStatus: ExitStatus {
        switch self {
        case .newer, .notALedger, .otherCurrency, .otherProviderCurrency, .restored,
            .unreadableGeneration:
            .badConfiguration
        case .unreachable: .ioFailed
        }
    }
}

/// SQLite's own: the disk is full, unreadable or cannot be synced, or else it is a bug of ours.
extension DatabaseError: StageFailure {
    package var exitStatus: ExitStatus {
        [.SQLITE_FULL, .SQLITE_IOERR, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_BUSY]
            .contains(resultCode) ? .ioFailed : .unexpected
    }
}
