import GRDB
import GRDBSQLite
import Tables

@testable import Ledger

extension Books {
    /// How much SQLite works while `body` runs, in steps of its virtual machine: what a clock would
    /// show, without the clock.
    func effort(_ body: () throws -> Void) rethrows -> Int {
        let blocks = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        blocks.initialize(to: 0)
        defer { blocks.deallocate() }
        ledger.database.inDatabase { db in
            sqlite3_progress_handler(
                db.sqliteConnection, 100,
                { counter in
                    counter!.assumingMemoryBound(to: Int.self).pointee += 1
                    return 0
                }, blocks)
        }
        defer {
            ledger.database.inDatabase { db in
                sqlite3_progress_handler(db.sqliteConnection, 0, nil, nil)
            }
        }
        try body()
        return blocks.pointee
    }
}
