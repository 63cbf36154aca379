import BatchFiles
import Money
import Tables
import Timestamps

/// The number of a row, typed by its subject, so that an order's number never passes for a file's.
package struct Identifier<Subject>: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: Int64) {
        self.rawValue = rawValue
    }

    package var description: String { String(rawValue) }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The subjects of identifiers: one type each, so that none passes for another.
package enum OrderSubject {}
package enum FileSubject {}
package enum ServiceSubject {}
package enum ProviderSubject {}
package enum RequestSubject {}
enum SaleSubject {}
enum WalletSubject {}

package typealias OrderID = Identifier<OrderSubject>
package typealias FileID = Identifier<FileSubject>
package typealias ServiceID = Identifier<ServiceSubject>
package typealias ProviderID = Identifier<ProviderSubject>
package typealias RequestID = Identifier<RequestSubject>
typealias SaleID = Identifier<SaleSubject>
typealias WalletID = Identifier<WalletSubject>

/// A user's name, as `UserNameRule` allows it.
package struct UserID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// Nil if nobody can have that name (`UserNameRule`).
    package init?(rawValue: String) {
        guard UserNameRule.allows(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

// How columns store our values.

extension Identifier: Column {
    package var sqlValue: SQLValue { .integer(rawValue) }

    package static func read(_ row: Row, _ column: Int) -> Identifier? {
        row.integer(column).map(Identifier.init(rawValue:))
    }
}

extension UserID: Column {}

extension Amount: Column {
    package var sqlValue: SQLValue { .integer(micros) }

    package static func read(_ row: Row, _ column: Int) -> Amount? {
        row.integer(column).map(Amount.init(micros:))
    }
}

extension Rate: Column {
    package var sqlValue: SQLValue { .integer(micros) }

    package static func read(_ row: Row, _ column: Int) -> Rate? {
        row.integer(column).map(Rate.init(micros:))
    }
}

extension Percent: Column {
    package var sqlValue: SQLValue { .integer(micros) }

    package static func read(_ row: Row, _ column: Int) -> Percent? {
        row.integer(column).map(Percent.init(micros:))
    }
}

extension Currency: Column {
    package var sqlValue: SQLValue { .text(code) }

    package static func read(_ row: Row, _ column: Int) -> Currency? {
        row.text(column).flatMap { try? Currency(parsing: $0) }
    }
}

extension Timestamp: Column {
    package var sqlValue: SQLValue { .integer(milliseconds) }

    package static func read(_ row: Row, _ column: Int) -> Timestamp? {
        row.integer(column).map(Timestamp.init(milliseconds:))
    }
}
