/// A type whose values stand in a column.
package protocol Column {
    /// This value as it is stored.
    var sqlValue: SQLValue { get }

    /// The value of a column in the current row.
    ///
    /// - Returns: nil if the column holds NULL, or nothing that this type can be.
    static func read(_ row: Row, _ column: Int) -> Self?
}

extension Int64: Column {
    package var sqlValue: SQLValue { .integer(self) }

    package static func read(_ row: Row, _ column: Int) -> Int64? {
        row.integer(column)
    }
}

extension Int: Column {
    package var sqlValue: SQLValue { .integer(Int64(self)) }

    package static func read(_ row: Row, _ column: Int) -> Int? {
        row.integer(column).flatMap(Int.init(exactly:))
    }
}

extension Bool: Column {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }

    package static func read(_ row: Row, _ column: Int) -> Bool? {
        row.integer(column).map { $0 != 0 }
    }
}

extension String: Column {
    package var sqlValue: SQLValue { .text(self) }

    package static func read(_ row: Row, _ column: Int) -> String? {
        row.text(column)
    }
}

extension SQLValue: Column {
    package var sqlValue: SQLValue { self }

    package static func read(_ row: Row, _ column: Int) -> SQLValue? {
        if let integer = row.integer(column) { return .integer(integer) }
        if let text = row.text(column) { return .text(text) }
        return row.isNull(column) ? .null : nil
    }
}

extension Optional: Column where Wrapped: Column {
    package var sqlValue: SQLValue { self?.sqlValue ?? .null }

    package static func read(_ row: Row, _ column: Int) -> Wrapped?? {
        if row.isNull(column) { return .some(nil) }
        guard let value = Wrapped.read(row, column) else { return nil }
        return .some(value)
    }
}

extension RawRepresentable where Self: Column, RawValue: Column {
    package var sqlValue: SQLValue { rawValue.sqlValue }

    package static func read(_ row: Row, _ column: Int) -> Self? {
        RawValue.read(row, column).flatMap(Self.init(rawValue:))
    }
}
