import Accounts
import ArgumentParser
import BatchFiles
import Identity
import Ledger
import Money
import Networks
import Timestamps
import Trade

/// Reads texts of the command line and of CSV files as intake will read them in the desk file. It
/// refuses whatever intake would refuse.
enum ArgumentText {
    static func user(_ text: String) throws -> UserID {
        guard let user = UserID(rawValue: text) else {
            throw ValidationError("A user's name must be \(UserNameRule.words).")
        }
        return user
    }

    static func positiveAmount(_ text: String) throws -> Amount {
        let amount = try Amount(parsing: text)
        guard amount > .zero else { throw MoneyError.notPositive(text) }
        return amount
    }

    /// An amount of money that comes in, which has a limit.
    static func incomingAmount(_ text: String) throws -> Amount {
        let amount = try positiveAmount(text)
        guard amount <= Text.mostIncoming else {
            throw ValidationError("It must be at most \(Text.mostIncoming).")
        }
        return amount
    }

    static func amount(_ text: String) throws -> Amount {
        let amount = try Amount(parsing: text)
        guard amount >= .zero else { throw MoneyError.negative(text) }
        return amount
    }

    static func percent(_ text: String) throws -> Percent {
        let percent = try Percent(parsing: text)
        guard percent <= .hundred else { throw ValidationError("It must be from 0 to 100.") }
        return percent
    }

    static func currency(_ text: String) throws -> Currency {
        try Currency(parsing: text.uppercased())
    }

    static func moment(_ text: String) throws -> Timestamp {
        guard let moment = Timestamp(parsing: text) else {
            throw ValidationError("It must be a time in UTC such as 2026-11-23T10:00:00Z.")
        }
        return moment
    }

    /// A time, or the beginning of a day.
    static func momentOrDay(_ text: String) throws -> Timestamp {
        guard let moment = Timestamp(parsing: text) ?? Timestamp(startOfDay: text) else {
            throw ValidationError(
                "It must be a time in UTC such as 2026-11-23T10:00:00Z, or a day such as "
                    + "2026-11-23.")
        }
        return moment
    }

    /// A time, or a day, whose end is meant.
    static func momentOrEndOfDay(_ text: String) throws -> Timestamp {
        if let start = Timestamp(startOfDay: text) { return start.adding(seconds: 86_400) }
        return try momentOrDay(text)
    }

    static func scopes(_ text: String) throws -> Set<KeyScope> {
        guard let scopes = Set<KeyScope>(text: text) else {
            throw ValidationError(
                "It must be one or more of \(Set<KeyScope>.all.text), with commas between them.")
        }
        return scopes
    }

    static func networks(_ text: String) throws -> [NetworkRange] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { text in
            guard let range = NetworkRange(String(text)) else {
                throw ValidationError("\(text) must be \(NetworkRange.words).")
            }
            return range
        }
    }

    static func key(_ text: String) throws -> Int64 {
        guard let number = Int64(text), number > 0 else {
            throw ValidationError("It must be a key's number, as admin key list shows it.")
        }
        return number
    }

    /// An id that a provider gave.
    static func providerOrder(_ text: String) throws -> String {
        guard 1...Text.longestName ~= text.utf8.count,
            text.utf8.allSatisfy(ProviderIdentifier.allows)
        else {
            throw ValidationError("It must be one id: letters, digits, point, - and _.")
        }
        return text
    }

    static func order(_ text: String) throws -> OrderID {
        guard let number = Int64(text), number > 0 else {
            throw ValidationError("It must be an order's number.")
        }
        return OrderID(number)
    }

    static func service(_ text: String) throws -> ServiceID {
        guard let number = Int64(text), number > 0 else {
            throw ValidationError("It must be a service's number.")
        }
        return ServiceID(number)
    }

    /// A name, a reference or a reason.
    static func line(_ text: String) throws -> String {
        let longest = Text.longestName
        guard !text.isEmpty, Text.isOneLine(text, longest: longest), !text.isInvisible else {
            throw ValidationError(
                "It must be one line of 1 to \(longest) characters that can be seen.")
        }
        return text
    }
}
