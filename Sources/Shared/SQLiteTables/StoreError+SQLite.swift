import GRDB
import Tables

extension StoreError {
    /// What SQLite could not do with the database at `path`, with its own words. The statement is
    /// added if no operator can cure the cause.
    package init(_ cause: DatabaseError, at path: String) {
        let kind = Kind(cause.resultCode)
        let number = cause.extendedResultCode.rawValue
        let own = cause.message ?? "no more is known"
        let statement = kind.isOurFault ? cause.sql.map { ", in \($0)" } ?? "" : ""
        self.init(kind, at: path, cause: "SQLite \(number): \(own)\(statement)")
    }
}

extension StoreError.Kind {
    fileprivate init(_ code: ResultCode) {
        self =
            switch code {
            case .SQLITE_FULL: .full
            case .SQLITE_IOERR: .io
            case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .forbidden
            case .SQLITE_CANTOPEN: .unreachable
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_NOMEM: .outOfMemory
            case .SQLITE_TOOBIG: .tooLarge
            case .SQLITE_CONSTRAINT: .constraint
            default: .bug
            }
    }

    /// Whether only the statement tells what is wrong.
    fileprivate var isOurFault: Bool {
        switch self {
        case .outOfMemory, .tooLarge, .constraint, .bug: true
        case .full, .io, .forbidden, .unreachable, .busy, .damaged: false
        }
    }
}

/// Runs `body`, which works on the database at `path`, and turns SQLite's errors into `StoreError`.
package func wordingFailures<T>(of path: String, _ body: () throws -> T) throws -> T {
    do {
        return try body()
    } catch let cause as DatabaseError {
        throw StoreError(cause, at: path)
    }
}
