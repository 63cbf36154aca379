/// A report as data: its name, its columns, and the statement that gives its rows.
///
/// A statement can use `?1` and `?2`, the period in milliseconds, its end excluded; `?3`, now; and
/// `?4`, the house currency.
package struct ReportQuery: Sendable {
    /// The file's name without `.csv`.
    package let name: String
    /// In the order of the statement.
    package let columns: [ReportColumn]
    let sql: String

    init(_ name: String, _ columns: [ReportColumn], _ sql: String) {
        self.name = name
        self.columns = columns
        self.sql = sql
    }
}

/// A column's name, and how to read its values.
package struct ReportColumn: Sendable {
    package let name: String
    package let kind: Kind

    package enum Kind: Sendable {
        case text, integer
        /// Millionths of a currency unit.
        case amount
        /// Millionths of a percent.
        case percent
        /// Milliseconds since 1970 UTC.
        case time
        /// Days since 1970 UTC.
        case day
        /// 0 or 1.
        case flag
    }

    static func text(_ name: String) -> Self { Self(name: name, kind: .text) }
    static func integer(_ name: String) -> Self { Self(name: name, kind: .integer) }
    static func amount(_ name: String) -> Self { Self(name: name, kind: .amount) }
    static func percent(_ name: String) -> Self { Self(name: name, kind: .percent) }
    static func time(_ name: String) -> Self { Self(name: name, kind: .time) }
    static func day(_ name: String) -> Self { Self(name: name, kind: .day) }
    static func flag(_ name: String) -> Self { Self(name: name, kind: .flag) }
}

extension ReportQuery {
    /// The operator's files (contract.md §5), in the order in which they are made.
    package static let summaries = [
        orders, transactions, users, services, daily, byService, byProvider, byUser, providers,
        inDoubt, stuck, exceptions, files, deposits, withdrawals, requests, decisions, prices,
        catalogueChanges,
    ]

    /// Whether it says what happened in a period; otherwise it says how things stand now.
    package var isOfPeriod: Bool { sql.contains("?1") }

    /// How long completed orders took from being placed to their end, in whole minutes, rounded.
    static let averageMinutes = """
        CAST(round(avg(CASE o.state WHEN 'completed' THEN o.ended_at - o.placed_at END) / 60000.0)
            AS INTEGER)
        """
}
