import Ledger
import Run
import Stage
import Synchronization

/// Reads the ledger for many calls at once: each has a connection to itself, so that a long receipt
/// holds up nobody. Nothing can be written through any of them.
package final class LedgerReader: Sendable {
    private let context: RunContext
    private let idle: Mutex<[Ledger]>

    /// The most connections that are kept open while nobody reads.
    private static let mostIdle = 8

    /// - Parameters:
    ///   - context: what the run was given.
    ///   - ledger: the first connection.
    package init(_ context: RunContext, _ ledger: Ledger) {
        self.context = context
        idle = Mutex([ledger])
    }

    /// Reads from the ledger.
    ///
    /// - Throws: `LedgerError` if the ledger is another one by now; `StoreError`; what `body`
    ///   throws.
    package func read<T>(_ body: (Ledger) throws -> T) throws -> T {
        let ledger = try connection()
        let result = try body(ledger)
        // After an error the connection is closed: the next reader opens another.
        idle.withLock { idle in
            if idle.count < Self.mostIdle { idle.append(ledger) }
        }
        return result
    }

    /// A connection to the file that the ledger's path names now. If another file was put there,
    /// opening it says whether that may be read.
    private func connection() throws -> Ledger {
        if let known = idle.withLock({ $0.popLast() }) {
            if (try? known.checkIsInPlace()) != nil { return known }
            idle.withLock { $0.removeAll() }
        }
        return try Stage.openLedgerToRead(context)
    }

    /// Reads what receipts report, as of one moment.
    ///
    /// - Throws: what `read` throws.
    package func receipts<T>(_ body: (Receipts) throws -> T) throws -> T {
        try read { try $0.receipts(body) }
    }
}
