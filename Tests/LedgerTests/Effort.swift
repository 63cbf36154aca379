import GRDB
import GRDBSQLite
import SQLiteTables
import Synchronization
import Tables

@testable import Ledger

// What SQLite does while a test's body runs: the one place of these tests that asks GRDB.

extension Books {
    private var queue: DatabaseQueue { (ledger.store as! SQLiteStore).queue }

    /// How much SQLite works while `body` runs, in steps of its virtual machine: what a clock would
    /// show, without the clock.
    func effort(_ body: () throws -> Void) rethrows -> Int {
        let blocks = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        blocks.initialize(to: 0)
        defer { blocks.deallocate() }
        queue.inDatabase { db in
            sqlite3_progress_handler(
                db.sqliteConnection, 100,
                { counter in
                    counter!.assumingMemoryBound(to: Int.self).pointee += 1
                    return 0
                }, blocks)
        }
        defer {
            queue.inDatabase { db in
                sqlite3_progress_handler(db.sqliteConnection, 0, nil, nil)
            }
        }
        try body()
        return blocks.pointee
    }

    /// The texts of the statements that SQLite runs while `body` runs, in order.
    func statements(during body: () throws -> Void) rethrows -> [String] {
        let texts = Texts()
        queue.inDatabase { $0.trace { texts.add("\($0)") } }
        defer { queue.inDatabase { $0.trace(options: []) } }
        try body()
        return texts.all
    }

    private final class Texts: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    /// One column of what SQLite says it will do for a statement: of `EXPLAIN QUERY PLAN`, or of
    /// `EXPLAIN`.
    func explain(_ statement: String, _ how: String, _ column: String) throws -> [String] {
        try shell().inConnection { db in
            try db.all("EXPLAIN \(raw: how) \(raw: statement)") { try $0[column] }
        }
    }
}
