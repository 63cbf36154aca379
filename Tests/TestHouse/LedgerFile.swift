import CSQLite
import TestSupport

/// A ledger's file as a person with the `sqlite3` shell sees it.
///
/// It goes past `Ledger`, so that no test has to believe what the ledger says of itself. Tests that
/// need it for one fact ask a `World` instead; this is the only file outside the ledger's own tests
/// that knows how to talk to SQLite.
package final class LedgerFile {
    private let path: String
    private let connection: OpaquePointer

    /// - Throws: `WorldFailure` if there is no such file.
    package init(_ path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil)
        guard let opened else { throw WorldFailure("\(path): no memory for a connection") }
        guard code == SQLITE_OK else {
            defer { sqlite3_close_v2(opened) }
            throw WorldFailure("\(path): \(String(cString: sqlite3_errmsg(opened)))")
        }
        self.path = path
        connection = opened
        try run("PRAGMA foreign_keys = ON")
    }

    deinit { sqlite3_close_v2(connection) }

    /// Runs statements that return no rows.
    package func run(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// The rows of one query.
    ///
    /// `numbers`: the values of its parameters, by name: `:now`.
    package func rows(_ sql: String, _ numbers: [String: Int64] = [:]) throws -> [Row] {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &prepared, nil) == SQLITE_OK else {
            throw failure(sql)
        }
        defer { sqlite3_finalize(prepared) }
        for (name, number) in numbers {
            sqlite3_bind_int64(prepared, sqlite3_bind_parameter_index(prepared, name), number)
        }
        let columns = (0..<sqlite3_column_count(prepared)).map {
            String(cString: sqlite3_column_name(prepared, $0))
        }
        var rows: [Row] = []
        while true {
            switch sqlite3_step(prepared) {
            case SQLITE_ROW:
                let values = columns.indices.map { value(of: prepared, Int32($0)) }
                rows.append(Row(columns: columns, values: values))
            case SQLITE_DONE: return rows
            default: throw failure(sql)
            }
        }
    }

    private func value(of statement: OpaquePointer?, _ index: Int32) -> Row.Value {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
        case SQLITE_BLOB: .blob(bytes: Int(sqlite3_column_bytes(statement, index)))
        default: .text(sqlite3_column_text(statement, index).map { String(cString: $0) } ?? "")
        }
    }

    private func failure(_ sql: String) -> WorldFailure {
        WorldFailure("\(path): \(String(cString: sqlite3_errmsg(connection))): \(sql)")
    }
}

/// A row of a table: its values, by the names of their columns.
package struct Row: Sendable, CustomStringConvertible {
    fileprivate let columns: [String]
    fileprivate let values: [Value]

    package enum Value: Sendable {
        case null
        case integer(Int64)
        case text(String)
        case blob(bytes: Int)
    }

    /// The values as the `sqlite3` shell shows them, with `-` for NULL.
    package var line: String {
        values.map { value in
            switch value {
            case .null: "-"
            case .integer(let number): String(number)
            case .text(let text): text
            case .blob(let bytes): "\(bytes) bytes"
            }
        }.joined(separator: "|")
    }

    package var description: String {
        zip(columns, values).map { "\($0):\($1)" }.joined(separator: " ")
    }

    /// The value of a column; nil if it is NULL.
    package subscript<Content: RowContent>(_ column: String) -> Content? {
        guard let index = columns.firstIndex(of: column) else {
            preconditionFailure("there is no column \(column) among \(columns)")
        }
        return Content(values[index])
    }

    /// The value of a column that is never NULL.
    package subscript<Content: RowContent>(_ column: String) -> Content {
        guard let content = self[column] as Content? else {
            preconditionFailure("\(column) is NULL or of another type in \(self)")
        }
        return content
    }
}

/// What a column of a row may hold.
package protocol RowContent {
    /// Nil for NULL.
    init?(_ value: Row.Value)
}

extension Int64: RowContent {
    package init?(_ value: Row.Value) {
        guard case .integer(let number) = value else { return nil }
        self = number
    }
}

extension String: RowContent {
    package init?(_ value: Row.Value) {
        guard case .text(let text) = value else { return nil }
        self = text
    }
}

extension Bool: RowContent {
    package init?(_ value: Row.Value) {
        guard case .integer(let number) = value else { return nil }
        self = number != 0
    }
}
