import GRDB
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
