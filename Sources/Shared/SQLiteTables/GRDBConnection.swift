import CSQLite
import GRDB
import GRDBSQLite
import Tables

/// The connection to an SQLite file, for one access.
///
/// GRDB is kept below it because it knows two traps: its cache of statements forgets them when the
/// schema changes, and its transactions notice that SQLite rolled back by itself, as it does on a
/// full disk.
package final class GRDBConnection: Connection {
    package let path: String
    package let database: Database
    private let shelf: StatementShelf

    init(_ database: Database, at path: String, statements shelf: StatementShelf) {
        self.database = database
        self.path = path
        self.shelf = shelf
    }

    package func statement(_ text: String) throws -> any Tables.Statement {
        if let known = shelf.statement(text) { return known }
        return try wordingFailures(of: path) {
            let prepared = PreparedStatement(
                try database.cachedStatement(sql: text), text, at: path)
            shelf.keep(prepared)
            return prepared
        }
    }

    package func script(_ text: String) throws {
        shelf.clear()
        try wordingFailures(of: path) { try database.execute(sql: text) }
    }

    package func inTransaction<T>(_ kind: TransactionKind, _ body: () throws -> T) throws -> T {
        var result: T?
        try wordingFailures(of: path) {
            try database.inTransaction(kind == .write ? .immediate : .deferred) {
                result = try body()
                return .commit
            }
        }
        guard let result else {
            preconditionFailure("a transaction was committed without its body")
        }
        return result
    }

    package func guardRows(_ isOn: Bool) throws {
        try wordingFailures(of: path) {
            guard let handle = database.sqliteConnection else { return }
            let code = csqlite_guard_rows(handle, isOn ? 1 : 0)
            guard code == SQLITE_OK else {
                throw DatabaseError(resultCode: ResultCode(rawValue: code))
            }
        }
    }

    package var totalChanges: Int { database.totalChangesCount }

    package var lastInsertedID: Int64 { database.lastInsertedRowID }
}
