/// A type whose values stand in a column.
///
/// This and the reading and binding of values is `@inlinable`, so that the loops of the ledger that
/// run once an order are compiled for the types they bind, and look up none at run time. Without
/// that, a run of dispatch executes an eighth more instructions in the ledger.
@usableFromInline package protocol Column {
    /// This value as it is stored.
    var sqlValue: SQLValue { get }

    /// The value of a column in the current row.
    ///
    /// - Returns: nil if the column holds NULL, or nothing that this type can be.
    static func read(_ row: Row, _ column: Int) -> Self?
}

extension Int64: Column {
    @inlinable package var sqlValue: SQLValue { .integer(self) }

    @inlinable package static func read(_ row: Row, _ column: Int) -> Int64? {
        row.integer(column)
    }
}

extension Int: Column {
    @inlinable package var sqlValue: SQLValue { .integer(Int64(self)) }

    @inlinable package static func read(_ row: Row, _ column: Int) -> Int? {
        row.integer(column).flatMap(Int.init(exactly:))
    }
}

extension Bool: Column {
    @inlinable package var sqlValue: SQLValue { .integer(self ? 1 : 0) }

    @inlinable package static func read(_ row: Row, _ column: Int) -> Bool? {
        row.integer(column).map { $0 != 0 }
    }
}

extension String: Column {
    @inlinable package var sqlValue: SQLValue { .text(self) }

    @inlinable package static func read(_ row: Row, _ column: Int) -> String? {
        row.text(column)
    }
}

extension SQLValue: Column {
    @inlinable package var sqlValue: SQLValue { self }

    @inlinable package static func read(_ row: Row, _ column: Int) -> SQLValue? {
        if let integer = row.integer(column) { return .integer(integer) }
        if let text = row.text(column) { return .text(text) }
        return row.isNull(column) ? .null : nil
    }
}

extension Optional: Column where Wrapped: Column {
    @inlinable package var sqlValue: SQLValue { self?.sqlValue ?? .null }

    @inlinable package static func read(_ row: Row, _ column: Int) -> Wrapped?? {
        if row.isNull(column) { return .some(nil) }
        guard let value = Wrapped.read(row, column) else { return nil }
        return .some(value)
    }
}

extension RawRepresentable where Self: Column, RawValue: Column {
    @inlinable package var sqlValue: SQLValue { rawValue.sqlValue }

    @inlinable package static func read(_ row: Row, _ column: Int) -> Self? {
        RawValue.read(row, column).flatMap(Self.init(rawValue:))
    }
}
