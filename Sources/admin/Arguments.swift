import ArgumentParser
import Ledger
import Money
import Timestamps

/// Texts of the command line, as intake will read them. What it would refuse is refused here.
enum ArgumentText {
    static func user(_ text: String) throws -> UserID {
        guard let user = UserID(rawValue: text) else {
            throw ValidationError(
                "A user has 1 to 32 of a-z 0-9 _ -, begins with a letter or digit, and is not "
                    + "\(UserID.reserved).")
        }
        return user
    }

    static func positiveAmount(_ text: String) throws -> Amount {
        let amount = try Amount(parsing: text)
        guard amount > .zero else { throw MoneyError.notPositive(text) }
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
        try Currency(parsing: text)
    }

    static func moment(_ text: String) throws -> Timestamp {
        guard let moment = Timestamp(parsing: text) else {
            throw ValidationError("It must be a time in UTC such as 2026-11-23T10:00:00Z.")
        }
        return moment
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

    /// In characters: what a desk file may say of a name, a reference or a reason.
    static let longest = 256

    static func line(_ text: String) throws -> String {
        let isLine =
            1...longest ~= text.unicodeScalars.count
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard isLine else {
            throw ValidationError("It must be one line of 1 to \(longest) characters.")
        }
        return text
    }
}
