import Ledger

extension ReportRow {
    /// The text of a column that is never NULL.
    ///
    /// - Throws: `MissingValue`.
    func string(_ column: Int) throws(MissingValue) -> String {
        guard let text = optionalString(column) else { throw MissingValue(column: column) }
        return text
    }

    /// The text of a column that may be NULL.
    func optionalString(_ column: Int) -> String? {
        text(column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The number of a column that is never NULL.
    ///
    /// - Throws: `MissingValue`.
    func number(_ column: Int) throws(MissingValue) -> Int64 {
        guard let number = integer(column) else { throw MissingValue(column: column) }
        return number
    }
}

/// A row of a report lacks a value that it always has: a bug, which ends the run.
struct MissingValue: Error {
    let column: Int
}
