import GRDB
import Tables

/// An SQLite file, through one serialized connection.
package final class SQLiteStore: Store {
    package let path: String
    package let queue: DatabaseQueue

    package init(_ queue: DatabaseQueue) {
        self.queue = queue
        path = queue.path
    }

    package func inConnection<T>(_ body: (any Connection) throws -> T) throws -> T {
        try wordingFailures(of: path) {
            try queue.inDatabase { try body(GRDBConnection($0, at: path)) }
        }
    }
}
