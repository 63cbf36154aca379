import GRDB
import GRDBSQLite
import Tables

/// A cached statement, bound and stepped through SQLite's own functions: GRDB's arguments cost 1.7
/// times the C API in the loops that run once an order (docs/design.md §3).
final class PreparedStatement: Tables.Statement {
    let path: String
    let text: String
    private let statement: GRDB.Statement
    private let handle: SQLiteStatement
    private lazy var indices = Dictionary(
        names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })

    /// `text`: the statement as it was asked for.
    init(_ statement: GRDB.Statement, _ text: String, at path: String) {
        self.path = path
        self.statement = statement
        handle = statement.sqliteStatement
        self.text = text
        renew()
    }

    /// Makes it as good as new: at its start, with no parameter bound.
    func renew() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    var names: [String] { statement.columnNames }

    func index(of name: String) -> Int? { indices[name] }

    /// SQLite copies the text before the call returns.
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ index: Int, _ value: SQLValue) {
        let index = Int32(index)
        switch value {
        case .null:
            sqlite3_bind_null(handle, index)
        case .integer(let integer):
            sqlite3_bind_int64(handle, index, integer)
        case .text(var text):
            text.withUTF8 { bytes in
                _ = bytes.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(
                        handle, index, $0.baseAddress, Int32($0.count), Self.transient)
                }
            }
        }
    }

    func step() throws -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else { throw failure(code) }
        sqlite3_reset(handle)
        return false
    }

    func run() throws -> Int {
        while try step() {}
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    private func failure(_ code: Int32) -> StoreError {
        let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        sqlite3_reset(handle)
        let cause = DatabaseError(
            resultCode: ResultCode(rawValue: code), message: message, sql: statement.sql)
        return StoreError(cause, at: path)
    }

    func reset() {
        sqlite3_reset(handle)
    }

    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    func integer(_ column: Int) -> Int64? {
        let column = Int32(column)
        guard sqlite3_column_type(handle, column) == SQLITE_INTEGER else { return nil }
        return sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int) -> String? {
        utf8(column).map { String(decoding: $0, as: UTF8.self) }
    }

    func utf8(_ column: Int) -> UnsafeBufferPointer<UInt8>? {
        let column = Int32(column)
        guard sqlite3_column_type(handle, column) == SQLITE_TEXT,
            let bytes = sqlite3_column_text(handle, column)
        else { return nil }
        return UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))
    }
}
