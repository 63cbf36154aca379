import Money
import Tables
import Timestamps

/// The number of a row, typed by what the row is, so that an order's is never taken for a file's.
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

/// A reseller's name, which is also the name of their directory: `[a-z0-9][a-z0-9_-]{0,31}`
/// (docs/contract.md §3).
package struct UserID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// The name under which the desk's files are kept beside the resellers'; no user may take it.
    package static let reserved = "desk"

    /// Nil if `rawValue` is not a user's name.
    package init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (1...32).contains(bytes.count), rawValue != Self.reserved,
            bytes.allSatisfy({ Self.isPlain($0) || "_-".utf8.contains($0) }),
            let first = bytes.first, Self.isPlain(first)
        else { return nil }
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

// How our values stand in a column.

extension Identifier: Column {}

extension UserID: Column {}

extension Amount: Column {
    package var sqlValue: SQLValue { .integer(micros) }

    package static func read(_ row: Tables.Row, _ column: Int) -> Amount? {
        row.integer(column).map(Amount.init(micros:))
    }
}

extension Rate: Column {
    package var sqlValue: SQLValue { .integer(micros) }

    package static func read(_ row: Tables.Row, _ column: Int) -> Rate? {
        row.integer(column).map(Rate.init(micros:))
    }
}

extension Percent: Column {
    package var sqlValue: SQLValue { .integer(micros) }

    package static func read(_ row: Tables.Row, _ column: Int) -> Percent? {
        row.integer(column).map(Percent.init(micros:))
    }
}

extension Currency: Column {
    package var sqlValue: SQLValue { .text(code) }

    package static func read(_ row: Tables.Row, _ column: Int) -> Currency? {
        row.text(column).flatMap { try? Currency(parsing: $0) }
    }
}

extension Timestamp: Column {
    package var sqlValue: SQLValue { .integer(milliseconds) }

    package static func read(_ row: Tables.Row, _ column: Int) -> Timestamp? {
        row.integer(column).map(Timestamp.init(milliseconds:))
    }
}
