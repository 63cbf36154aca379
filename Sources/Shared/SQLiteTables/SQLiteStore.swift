import GRDB
import Tables

/// An SQLite file, through one serialized connection.
package final class SQLiteStore: Store {
    private let file: SQLiteFile
    package let queue: DatabaseQueue

    package var path: String { file.path }

    init(_ queue: DatabaseQueue, at file: SQLiteFile) {
        self.queue = queue
        self.file = file
    }

    package func inConnection<T>(_ body: (any Connection) throws -> T) throws -> T {
        try wordingFailures(of: path) {
            try queue.inDatabase { try body(GRDBConnection($0, at: path)) }
        }
    }

    package func withOpeningLock<T>(_ body: () throws -> T) throws -> T {
        try file.withOpeningLock(body)
    }

    package func syncName() throws(OpeningError) {
        try file.syncName()
    }

    package func copy(to path: String) throws -> any Store {
        // What fails here is nearly always the new file's disk.
        try wordingFailures(of: path) {
            try queue.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
            return SQLiteStore(try DatabaseQueue(path: path), at: SQLiteFile(path))
        }
    }

    package func close() throws {
        try wordingFailures(of: path) { try queue.close() }
    }

    package func damages() throws -> [String] {
        let found: [String] = try inConnection { try $0.values("PRAGMA integrity_check(20)") }
        return found == ["ok"] ? [] : found
    }

    package var proofs: [Int: [String]] { Proofs.all }
}
