/// A prepared statement of one connection, which alone may use it.
///
/// Loops that run once an order keep one in hand: binding, stepping and reading allocate nothing
/// but the texts that are read.
@usableFromInline package protocol Statement: AnyObject {
    var text: String { get }
    /// Where its store is: failures name it.
    var path: String { get }
    /// The names of its columns, in order.
    var names: [String] { get }

    /// Gives the parameter `?index` its value, which it keeps until it gets another. Parameters
    /// count from 1.
    func bind(_ index: Int, _ value: SQLValue)

    /// Moves to the next row; false after the last one, where the statement can be bound again.
    ///
    /// - Throws: `StoreError`.
    func step() throws -> Bool

    /// Runs to the end, and reads nothing.
    ///
    /// - Returns: how many rows an INSERT, UPDATE or DELETE changed.
    /// - Throws: `StoreError`.
    @discardableResult func run() throws -> Int

    /// Leaves the remaining rows, so that the statement can be bound again.
    func reset()

    /// The position of the column of a name, counted from 0.
    func index(of name: String) -> Int?

    func isNull(_ column: Int) -> Bool

    /// Nil if it is no whole number.
    func integer(_ column: Int) -> Int64?

    /// Nil if it is no text.
    func text(_ column: Int) -> String?

    /// The bytes of a text, good until the next step; nil if it is no text.
    func utf8(_ column: Int) -> UnsafeBufferPointer<UInt8>?
}

extension Statement {
    // The optimizer does not specialize these for the type of a value, because that of the
    // statement is open. Inlined, they leave no generic call; else an order's row looks up a dozen
    // types at run time.

    @inlinable @inline(__always)
    package func bind(_ index: Int, _ value: some Column) {
        bind(index, value.sqlValue)
    }

    /// This statement with all its parameters bound, in order.
    package func bound<each Value: Column>(to values: repeat each Value) -> any Statement {
        var index = 1
        for value in repeat each values {
            bind(index, value.sqlValue)
            index += 1
        }
        return self
    }

    // The same for the few parameters that most statements have: the optimizer specializes these,
    // but no parameter packs, and they run several times an order.

    @inlinable @inline(__always)
    package func bound(to value: some Column) -> any Statement {
        bind(1, value.sqlValue)
        return self
    }

    @inlinable @inline(__always)
    package func bound(to first: some Column, _ second: some Column) -> any Statement {
        bind(1, first.sqlValue)
        bind(2, second.sqlValue)
        return self
    }

    @inlinable @inline(__always)
    package func bound(
        to first: some Column, _ second: some Column, _ third: some Column
    ) -> any Statement {
        bind(1, first.sqlValue)
        bind(2, second.sqlValue)
        bind(3, third.sqlValue)
        return self
    }

    /// Binds all parameters, in order.
    func bind(all values: [SQLValue]) {
        for (index, value) in values.enumerated() { bind(index + 1, value) }
    }

    /// The row at which it stands.
    @inlinable package var row: Row { Row(self) }

    /// Reads the first row.
    ///
    /// - Returns: what `read` makes of it; nil if there is no row.
    /// - Throws: `StoreError`, and what `read` throws.
    @inlinable @inline(__always)
    package func first<T>(_ read: (Row) throws -> T) throws -> T? {
        guard try step() else { return nil }
        defer { reset() }
        return try read(row)
    }

    /// Reads the first row of a statement that always has one.
    ///
    /// - Throws: `StoreError`, also if there is no row, and what `read` throws.
    @inlinable @inline(__always)
    package func one<T>(_ read: (Row) throws -> T) throws -> T {
        guard let found = try first(read) else {
            throw StoreError(.bug, at: path, cause: "there is no row for \(text)")
        }
        return found
    }
}
