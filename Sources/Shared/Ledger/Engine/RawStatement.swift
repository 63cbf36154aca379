import GRDB
import GRDBSQLite

/// A cached statement bound and stepped through SQLite's own functions, for the loops that run once
/// an order: GRDB's arguments cost 1.7 times the C API there (design.md §3).
///
/// The statement belongs to the connection's cache and must be used on that connection only.
final class RawStatement {
    private let statement: Statement
    private let handle: SQLiteStatement

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// SQLite copies the text before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ index: Int32, _ value: Int64?) {
        if let value {
            sqlite3_bind_int64(handle, index, value)
        } else {
            sqlite3_bind_null(handle, index)
        }
    }

    func bind(_ index: Int32, _ value: String?) {
        guard var value else {
            sqlite3_bind_null(handle, index)
            return
        }
        value.withUTF8 { bytes in
            _ = bytes.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.transient)
            }
        }
    }

    /// Runs to the end; nothing is read.
    func run() throws {
        while try step() {}
    }

    /// Moves to the next row; false at the end, where the statement is ready to be bound again.
    func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        }
        return false
    }

    /// What `read` makes of the first row; nil if there is none. The statement can be bound again.
    func first<T>(_ read: (RawStatement) throws -> T) throws -> T? {
        guard try step() else { return nil }
        defer { reset() }
        return try read(self)
    }

    /// Leaves the rest of the rows.
    func reset() {
        sqlite3_reset(handle)
    }

    func integer(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL
            ? nil : sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) -> String? {
        utf8(column).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A text's bytes, which SQLite keeps until the next step; nil for NULL.
    func utf8(_ column: Int32) -> UnsafeBufferPointer<UInt8>? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        return UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
