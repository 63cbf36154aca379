/// The row at which a statement stands. It is good until the statement moves on.
///
/// This is the one decoder of rows. A column that cannot be NULL is read as a value that is not
/// optional; a NULL or a value of another kind throws and names the column.
@usableFromInline package struct Row {
    @usableFromInline let statement: any Statement

    @inlinable package init(_ statement: any Statement) {
        self.statement = statement
    }

    /// The column at a position, counted from 0.
    @inlinable package subscript<Value: Column>(_ column: Int) -> Value {
        get throws {
            guard let value = Value.read(self, column) else {
                throw misreading(column, as: Value.self)
            }
            return value
        }
    }

    /// The column of a name.
    @inlinable package subscript<Value: Column>(_ name: String) -> Value {
        get throws {
            guard let column = statement.index(of: name) else { throw missing(name) }
            return try self[column]
        }
    }

    /// The names of the columns, in order.
    package var names: [String] { statement.names }

    @inlinable package func isNull(_ column: Int) -> Bool { statement.isNull(column) }

    /// Nil if it is no whole number.
    @inlinable package func integer(_ column: Int) -> Int64? { statement.integer(column) }

    /// Nil if it is no text.
    @inlinable package func text(_ column: Int) -> String? { statement.text(column) }

    /// The bytes of a text, good until the statement moves on; nil if it is no text.
    @inlinable package func utf8(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
        statement.utf8(column)
    }

    @usableFromInline func misreading(_ column: Int, as type: Any.Type) -> StoreError {
        let name = names.indices.contains(column) ? names[column] : "\(column)"
        let found = isNull(column) ? "NULL" : "of another kind"
        return StoreError(
            .bug, at: statement.path,
            cause: "the column \(name) is \(found) where \(type) is expected, in \(statement.text)")
    }

    @usableFromInline func missing(_ name: String) -> StoreError {
        StoreError(
            .bug, at: statement.path, cause: "there is no column \(name) in \(statement.text)")
    }
}
