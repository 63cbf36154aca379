import GRDB
import Tables

extension SQLiteFile {
    /// Far longer than to open a file takes.
    private static let readersPatience = Duration.seconds(1)

    /// Opens the store of the latest schema that is there, so that nothing can be written through
    /// this connection.
    ///
    /// It waits only for a short time for a program that stands still while it opens a file there:
    /// calls wait for this one. SQLite's own locks, which it waits for too, say whether the file
    /// can be read.
    ///
    /// It is `query_only` and not `SQLITE_OPEN_READONLY`: a read-only connection fails while the
    /// files of the WAL are absent.
    package func openToRead(_ charter: Charter) throws -> any Store {
        do {
            return try withOpeningLock(patience: Self.readersPatience) {
                try connectToRead(charter)
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw OpeningError.notAStore
        } catch let error as DatabaseError {
            throw StoreError(error, at: path)
        }
    }

    private func connectToRead(_ charter: Charter) throws -> SQLiteStore {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.label = "reader"
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { db in
            let version = try version(db, charter)
            let known = schema.migrations.count
            if version < known { throw OpeningError.older(version: version, known: known) }
            try db.execute(sql: "PRAGMA query_only = ON; PRAGMA cache_size = -16384")
        }
        return SQLiteStore(queue, at: self)
    }
}
