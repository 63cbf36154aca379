import Money
import Synchronization
import Tables
import Timestamps

/// The books: every order, file and millionth of a currency unit, in one SQLite file.
///
/// Its methods are whole business facts, each one commit, so that no caller can do half of one.
/// State and money change together. Only this module knows the tables.
///
/// If a method throws, nothing was committed, with two exceptions: after a failed COMMIT nobody
/// knows, and after `LedgerError.unnoted` it was. Either way the run must end; the next one looks
/// (docs/design.md §4).
package final class Ledger: Sendable {
    let store: any Store
    /// The house currency, in which all users' wallets are kept.
    package let currency: Currency
    /// Notes in the spool how far the ledger has come; nil for a caller that notes nothing.
    private let progress: Progress?
    /// When the run that uses the ledger began; nil if the caller did not say.
    private let run = Mutex<Timestamp?>(nil)

    init(over store: any Store, currency: Currency, progress: Progress? = nil) {
        self.store = store
        self.currency = currency
        self.progress = progress
    }
}

extension Ledger {
    /// From now on every commit notes at least this moment.
    func noteRun(at now: Timestamp) {
        run.withLock { $0 = now }
    }

    /// One write transaction, begun at once so that it never has to upgrade a lock.
    ///
    /// Returns once the new generation is noted in the spool, so that nothing acts on a commit that
    /// a restored older copy could silently undo.
    ///
    /// Throws what `body` throws; `StoreError`, `LedgerError.replaced`, `LedgerError.unnoted`.
    ///
    /// - `now`: the moment, by the caller's clock; nil: when the run began.
    /// - `body`: the work, which is committed as a whole or not at all.
    @discardableResult func commit<T>(
        noting now: Timestamp? = nil, _ body: (any Connection) throws -> T
    ) throws -> T {
        try inConnection { db in
            var hasChanged = false
            let result = try db.inTransaction(.write) {
                let before = db.totalChanges
                let result = try body(db)
                hasChanged = db.totalChanges > before
                guard hasChanged else { return result }
                try Generation.count(db, at: now ?? run.withLock { $0 })
                try checkIsInPlace()
                return result
            }
            if hasChanged { try progress?.note(db) }
            return result
        }
    }

    /// Returns if the ledger's path still names the file that was opened. Every commit asks; a
    /// program that only reads, and keeps the ledger open for long, asks before each read.
    ///
    /// - Throws: `LedgerError.replaced`.
    package func checkIsInPlace() throws(LedgerError) {
        guard store.isInPlace() else { throw .replaced(store.path) }
    }

    /// One read transaction: everything it sees is from one moment.
    ///
    /// - Throws: what `body` throws; `StoreError`.
    func read<T>(_ body: (any Connection) throws -> T) throws -> T {
        try inConnection { db in try db.inTransaction(.read) { try body(db) } }
    }

    /// Works on the one connection; the store's errors come out in words.
    func inConnection<T>(_ body: (any Connection) throws -> T) throws -> T {
        try store.inConnection(body)
    }
}

extension Ledger {
    /// All users, by name.
    package func users() throws -> [UserID] {
        try read { try $0.values("SELECT id FROM users ORDER BY id") }
    }
}
