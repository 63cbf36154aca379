import CSQLite
import GRDB
import Glibc
import Tables

/// The path of an SQLite file that has the tables of a schema, or that can get them.
package struct SQLiteFile: StorePlace {
    package let path: String
    /// The tables that it has.
    let schema: Schema

    package init(_ path: String, holding schema: Schema = .ledger) {
        self.path = path
        self.schema = schema
    }

    /// SQLite takes an empty file for a new database.
    package func isThere() throws(OpeningError) -> Bool {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_size > 0 }
        guard errno == ENOENT || errno == ENOTDIR else {
            throw .unreachable(path, errno: errno)
        }
        return false
    }

    /// Its folder is locked meanwhile: several processes that open a new SQLite file at once fail
    /// with "table exists" or "database is locked", in spite of a busy timeout.
    package func open(_ charter: Charter) throws -> any Store {
        mkdir(folder, 0o700)
        return try withOpeningLock {
            do {
                return try connect(charter)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
                throw OpeningError.notAStore
            } catch let error as DatabaseError {
                throw StoreError(error, at: path)
            }
        }
    }

    /// Opens the file as a plain `sqlite3` shell does, for tests that look at it or falsify it:
    /// nothing is checked or migrated, foreign keys are not enforced, triggers do not recur.
    ///
    /// - Throws: `StoreError`.
    package func openPlainly() throws -> any Store {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .timeout(30)
        return try wordingFailures(of: path) {
            SQLiteStore(try DatabaseQueue(path: path, configuration: configuration), at: self)
        }
    }

    /// Once, before the first connection. SQLite refuses it later, which does no harm.
    private static let memory = (csqlite_count_no_memory(), csqlite_keep_statement_journals())

    private func connect(_ charter: Charter) throws -> SQLiteStore {
        _ = Self.memory
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.label = schema.label
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { db in
            let version = try version(db, charter)
            // WAL by hand: GRDB would write to the file at each opening. FULL: a commit that
            // returned is on the disk. Recursive triggers: REPLACE fires the delete triggers.
            try db.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA recursive_triggers = ON;
                    PRAGMA cache_size = -16384;
                    """)
            if version < schema.migrations.count { try migrate(db, from: version, charter) }
        }
        return SQLiteStore(queue, at: self)
    }

    /// How much of the schema's history the database has; 0 for a new one. Nothing is written.
    func version(_ db: Database, _ charter: Charter) throws -> Int {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if try Int32.fetchOne(db, sql: "PRAGMA application_id") != schema.applicationID {
            guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
                throw OpeningError.notOurs
            }
        }
        guard version <= schema.migrations.count else {
            throw OpeningError.newer(version: version, known: schema.migrations.count)
        }
        if version > 0 {
            try charter.check(
                GRDBConnection(db, at: path, statements: StatementShelf()))
        }
        return version
    }

    private func migrate(_ db: Database, from version: Int, _ charter: Charter) throws {
        let connection = GRDBConnection(db, at: path, statements: StatementShelf())
        try db.inTransaction(.immediate) {
            for sql in schema.migrations[version...] { try db.execute(sql: sql) }
            try charter.upgrade(connection, version)
            try db.execute(
                sql: """
                    PRAGMA application_id = \(schema.applicationID);
                    PRAGMA user_version = \(schema.migrations.count);
                    """)
            if version == 0 { try charter.furnish(connection) }
            return .commit
        }
    }
}

extension SQLiteFile {
    /// Holds the lock of the folder that the file is in, or will be in.
    ///
    /// `patience`: how long to wait for it before going on without it; nil: for ever.
    func withOpeningLock<T>(
        patience: Duration? = nil, _ body: () throws -> T
    ) throws -> T {
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw OpeningError.unreachable(folder, errno: errno) }
        defer { close(descriptor) }
        let end = patience.map { ContinuousClock.now + $0 }
        while flock(descriptor, LOCK_EX | (end == nil ? 0 : LOCK_NB)) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK:
                if let end, end < .now { return try body() }
                // Nobody is told when it is free.
                poll(nil, 0, 10)
            case let code: throw OpeningError.unreachable(folder, errno: code)
            }
        }
        return try body()
    }

    /// When this returns, the name of a new file and that of its folder are on disk.
    func syncName() throws(OpeningError) {
        for directory in [folder, SQLiteFile(folder).folder] {
            let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            // A folder that this user may not open was there before.
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw .unreachable(directory, errno: errno) }
        }
    }

    /// A file of the same schema at another path.
    func moved(to path: String) -> SQLiteFile {
        SQLiteFile(path, holding: schema)
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
