import GRDB
import Money
import Tables
import Timestamps

extension Ledger {
    /// Reads what reports say, as of one moment, so that they agree with each other. Memory is
    /// bounded by a row, not by the ledger.
    package func reports<T>(at now: Timestamp, _ body: (Reports) throws -> T) throws -> T {
        try read { try body(Reports(db: $0, now: now, currency: currency.code)) }
    }
}

/// What reports say. Valid only within `Ledger.reports`.
package struct Reports {
    let db: any Connection
    package let now: Timestamp
    /// The house currency's code.
    let currency: String

    /// Which state of the money is told: as long as this is the same, no transaction was written.
    package func edition() throws -> String {
        let last = try Int64.fetchOne(
            db.grdb, sql: "SELECT coalesce(max(id), 0) FROM transactions")!
        return "\(try Generation(of: db).number) \(last)"
    }

    /// Moments on both sides of the last jumps of the clock: what was written between two of them is
    /// in the months of these.
    package func momentsOfJumps() throws -> [Timestamp] {
        try Timestamp.fetchAll(
            db.grdb,
            sql: """
                WITH last AS (SELECT was, became FROM clock_jumps ORDER BY id DESC LIMIT ?)
                SELECT was FROM last UNION SELECT became FROM last
                """, arguments: [Self.rememberedJumps])
    }

    /// For how many jumps of the clock the statements of their months are kept right.
    private static let rememberedJumps = 64

    /// The rows of a report, in its order.
    ///
    /// - Parameter period: what happened in it is told, its end excluded. Reports of how things
    ///   stand now do not ask for it.
    package func rows(
        of query: ReportQuery, in period: Range<Timestamp> = Timestamp.always
    ) throws -> ReportRows {
        let statement = try db.statement(query.sql)
        statement.bind(1, period.lowerBound.milliseconds)
        statement.bind(2, period.upperBound.milliseconds)
        statement.bind(3, now.milliseconds)
        statement.bind(4, currency)
        return ReportRows(statement: statement)
    }
}

extension Timestamp {
    /// Every moment there is.
    package static let always = Timestamp(milliseconds: .min)..<Timestamp(milliseconds: .max)
}

/// The rows of a report, one after the other.
package struct ReportRows {
    let statement: any Statement

    /// Moves on; nil at the end. The row before is gone.
    package func next() throws -> ReportRow? {
        try statement.step() ? ReportRow(statement: statement) : nil
    }
}

/// The row at which a report stands.
package struct ReportRow {
    let statement: any Statement

    package func integer(_ column: Int) -> Int64? {
        statement.integer(column)
    }

    /// A text's UTF-8, to be read before the report moves on; nil if there is none.
    package func text(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
        statement.utf8(column)
    }
}
