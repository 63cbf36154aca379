import Money
import Tables
import Timestamps

extension Ledger {
    /// Reads reports as of one moment, so that they agree with each other. Memory is bounded by a
    /// row, not by the ledger.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    package func reports<T>(at now: Timestamp, _ body: (Reports) throws -> T) throws -> T {
        try read { try body(Reports(db: $0, now: now, currency: currency.code)) }
    }
}

/// What reports read. Valid only within `Ledger.reports`.
package struct Reports {
    let db: any Connection
    package let now: Timestamp
    /// The house currency's code.
    let currency: String

    /// The edition of the money: while it is the same, no transaction was written.
    ///
    /// - Throws: `StoreError`.
    package func edition() throws -> String {
        let last: Int64 = try db.one("SELECT coalesce(max(id), 0) FROM transactions")
        return "\(try Generation(of: db).number) \(last)"
    }

    /// The moments on both sides of the last jumps of the clock. Everything written in between lies
    /// in the months of these moments.
    ///
    /// - Throws: `StoreError`.
    package func momentsOfJumps() throws -> [Timestamp] {
        try db.values(
            """
            WITH last AS (
                SELECT was, became FROM clock_jumps ORDER BY id DESC LIMIT \(Self.rememberedJumps))
            SELECT was FROM last UNION SELECT became FROM last
            """)
    }

    /// How many jumps of the clock are remembered to keep the statements of their months right.
    private static let rememberedJumps = 64

    /// The rows of a report, in its order.
    ///
    /// - Parameters:
    ///   - query: the report.
    ///   - period: the time to report on, its end excluded. Reports of how things stand now ignore
    ///     it.
    /// - Returns: the rows.
    /// - Throws: `StoreError`.
    package func rows(
        of query: ReportQuery, in period: Range<Timestamp> = Timestamp.always
    ) throws -> ReportRows {
        let statement = try db.statement(query.sql)
        statement.bind(1, period.lowerBound)
        statement.bind(2, period.upperBound)
        statement.bind(3, now)
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

    /// Moves on; nil at the end. The row before can no longer be read.
    ///
    /// - Throws: `StoreError`.
    package func next() throws -> ReportRow? {
        try statement.step() ? ReportRow(statement: statement) : nil
    }
}

/// The current row of a report.
package struct ReportRow {
    let statement: any Statement

    package func integer(_ column: Int) -> Int64? {
        statement.integer(column)
    }

    /// A text's UTF-8, good until the report moves on; nil if there is none.
    package func text(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
        statement.utf8(column)
    }
}
