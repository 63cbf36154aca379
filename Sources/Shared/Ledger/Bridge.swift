import GRDB
import Money
import SQLiteTables
import Tables
import Timestamps

// Temporary: what still asks GRDB goes through here. It ends with the last `grdb` in this module.

typealias Row = Tables.Row
typealias Column = Tables.Column
typealias Statement = Tables.Statement
typealias SQL = Tables.SQL

extension Connection {
    var grdb: Database {
        guard let connection = self as? GRDBConnection else {
            preconditionFailure("the bridge leads to SQLite only")
        }
        return connection.database
    }
}

extension Database {
    var grdb: Database { self }
}

extension Ledger {
    var database: DatabaseQueue {
        guard let store = store as? SQLiteStore else {
            preconditionFailure("the bridge leads to SQLite only")
        }
        return store.queue
    }
}

extension Identifier: DatabaseValueConvertible, StatementColumnConvertible {
    package init(sqliteStatement: SQLiteStatement, index: CInt) {
        self.init(Int64(sqliteStatement: sqliteStatement, index: index))
    }
}

extension UserID: DatabaseValueConvertible {}

extension Amount: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { micros.databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Amount? {
        Int64.fromDatabaseValue(value).map(Amount.init(micros:))
    }
}

extension Rate: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { micros.databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Rate? {
        Int64.fromDatabaseValue(value).map(Rate.init(micros:))
    }
}

extension Percent: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { micros.databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Percent? {
        Int64.fromDatabaseValue(value).map(Percent.init(micros:))
    }
}

extension Currency: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { code.databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Currency? {
        String.fromDatabaseValue(value).flatMap { try? Currency(parsing: $0) }
    }
}

extension Timestamp: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { milliseconds.databaseValue }

    package static func fromDatabaseValue(_ value: DatabaseValue) -> Timestamp? {
        Int64.fromDatabaseValue(value).map(Timestamp.init(milliseconds:))
    }
}

extension GRDB.Statement {
    /// The first row, if there is one.
    func fetchRow(_ arguments: StatementArguments) throws -> GRDB.Row? {
        try GRDB.Row.fetchOne(self, arguments: arguments)
    }
}

extension KnownService.Withheld: DatabaseValueConvertible {}
