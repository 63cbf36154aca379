/// The one connection to a store, for one access.
package protocol Connection: AnyObject {
    /// Where its store is: failures name it.
    var path: String { get }

    /// A prepared statement, ready to be bound. It is kept and handed out again for the same text,
    /// so a text that is being stepped through must not be asked for.
    ///
    /// - Throws: `StoreError`.
    func statement(_ text: String) throws -> any Statement

    /// Runs several statements that have no parameters.
    ///
    /// - Throws: `StoreError`.
    func script(_ text: String) throws

    /// Runs `body` in a transaction, and commits it unless `body` throws.
    ///
    /// - Throws: what `body` throws, when all is undone; `StoreError`.
    @discardableResult
    func inTransaction<T>(_ kind: TransactionKind, _ body: () throws -> T) throws -> T

    /// Says whether each row that this connection writes is checked against foreign keys and by
    /// triggers, as it is from the start. Other constraints hold always.
    ///
    /// It ends within the transaction in which it began: a writer of many rows proves all of them
    /// together instead, before it commits.
    ///
    /// - Throws: `StoreError`.
    func guardRows(_ isOn: Bool) throws

    /// How many rows were changed since the connection was opened.
    var totalChanges: Int { get }

    /// The number of the row that was inserted last.
    var lastInsertedID: Int64 { get }
}

/// What a transaction is for.
package enum TransactionKind: Sendable {
    /// One that writes. It waits for its turn at the start, so that it never has to upgrade a lock.
    case write
    /// One that only reads, as of one moment.
    case read
}

extension Connection {
    /// Runs a statement to its end.
    ///
    /// - Returns: how many rows an INSERT, UPDATE or DELETE changed.
    /// - Throws: `StoreError`.
    @discardableResult package func run(_ sql: SQL) throws -> Int {
        try bound(sql).run()
    }

    /// Goes through the rows.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    package func forEach(_ sql: SQL, _ body: (Row) throws -> Void) throws {
        let statement = try bound(sql)
        defer { statement.reset() }
        while try statement.step() { try body(statement.row) }
    }

    /// What `read` makes of each row.
    ///
    /// - Throws: `StoreError`, and what `read` throws.
    package func all<T>(_ sql: SQL, _ read: (Row) throws -> T) throws -> [T] {
        var found: [T] = []
        try forEach(sql) { found.append(try read($0)) }
        return found
    }

    /// What `read` makes of the first row; nil if there is none.
    ///
    /// - Throws: `StoreError`, and what `read` throws.
    package func first<T>(_ sql: SQL, _ read: (Row) throws -> T) throws -> T? {
        try bound(sql).first(read)
    }

    /// What `read` makes of the first row of a statement that always has one.
    ///
    /// - Throws: `StoreError`, also if there is no row, and what `read` throws.
    package func one<T>(_ sql: SQL, _ read: (Row) throws -> T) throws -> T {
        try bound(sql).one(read)
    }

    /// The first column of the first row; nil if there is no row, or it is NULL.
    ///
    /// - Throws: `StoreError`.
    package func value<Value: Column>(_ sql: SQL) throws -> Value? {
        try first(sql) { row -> Value? in try row[0] } ?? nil
    }

    /// The first column of the first row of a statement that always has one, which is not NULL.
    ///
    /// - Throws: `StoreError`, also if there is no row, or it is NULL.
    package func one<Value: Column>(_ sql: SQL) throws -> Value {
        try one(sql) { row in try row[0] }
    }

    /// The first column of each row.
    ///
    /// - Throws: `StoreError`.
    package func values<Value: Column>(_ sql: SQL) throws -> [Value] {
        try all(sql) { row in try row[0] }
    }

    /// Whether there is a row.
    ///
    /// - Throws: `StoreError`.
    package func exists(_ sql: SQL) throws -> Bool {
        try first(sql) { _ in } != nil
    }

    private func bound(_ sql: SQL) throws -> any Statement {
        let statement = try statement(sql.text)
        statement.bind(all: sql.values)
        return statement
    }
}
