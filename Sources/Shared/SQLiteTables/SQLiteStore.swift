import GRDB
import GRDBSQLite
import Glibc
import Tables

/// An SQLite file, through one serialized connection.
package final class SQLiteStore: Store {
    private let file: SQLiteFile
    package let queue: DatabaseQueue
    /// The file that `path` named when it was opened.
    private let identity: FileIdentifier?
    private let shelf = StatementShelf()

    package var path: String { file.path }

    init(_ queue: DatabaseQueue, at file: SQLiteFile) {
        self.queue = queue
        self.file = file
        identity = FileIdentifier(at: file.path)
    }

    package func inConnection<T>(_ body: (any Connection) throws -> T) throws -> T {
        try wordingFailures(of: path) {
            try queue.inDatabase { try body(GRDBConnection($0, at: path, statements: shelf)) }
        }
    }

    package func withOpeningLock<T>(_ body: () throws -> T) throws -> T {
        try file.withOpeningLock(body)
    }

    /// SQLite knows whether the name that it opened names another file by now; it follows links
    /// only when it opens.
    package func isInPlace() -> Bool {
        guard identity != nil, FileIdentifier(at: path) == identity else { return false }
        return queue.unsafeReentrantRead { db in
            var hasMoved: Int32 = 0
            return sqlite3_file_control(
                db.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved) == SQLITE_OK
                && hasMoved == 0
        }
    }

    package func syncName() throws(OpeningError) {
        try file.syncName()
    }

    package func copy(to path: String) throws -> any Store {
        // What fails here is nearly always the new file's disk.
        try wordingFailures(of: path) {
            try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            return SQLiteStore(try DatabaseQueue(path: path), at: file.moved(to: path))
        }
    }

    package func close() throws {
        try wordingFailures(of: path) {
            queue.unsafeReentrantWrite { _ in shelf.clear() }
            try queue.close()
        }
    }

    package func damages() throws -> [String] {
        let found: [String] = try inConnection { try $0.values("PRAGMA integrity_check(20)") }
        return found == ["ok"] ? [] : found
    }

    package var proofs: [Int: [String]] { Proofs.all }
}

/// Tells a file from every other that exists.
private struct FileIdentifier: Equatable {
    let device: UInt64
    let inode: UInt64

    /// Nil if nothing is at `path`.
    init?(at path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
    }
}
