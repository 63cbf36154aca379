import Money
import StrictJSON

// What providers mean by a value, whatever its JSON type (provider-api.md §7). Each of these reads
// one meaning, and says nil where the value does not have it.
extension JSONValue {
    /// A string, or a number as it is written.
    var text: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        case .null, .bool, .array, .object: nil
        }
    }

    /// A whole number, also in a string, with thousands separators, or with zeros as decimals.
    var wholeNumber: Int64? {
        guard let text, let plain = text.withoutSeparators else { return nil }
        let parts = plain.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 || parts[1].utf8.allSatisfy({ $0 == UInt8(ascii: "0") }),
            !parts[0].hasPrefix("+")
        else { return nil }
        return Int64(parts[0])
    }

    /// A price, rounded up to a millionth; not negative.
    var rate: Rate? {
        text?.withoutSeparators.flatMap { try? Rate(roundingUp: $0) }
    }

    /// Money, rounded away from zero to a millionth.
    var amount: Amount? {
        guard let text = text?.withoutSeparators else { return nil }
        let isNegative = text.hasPrefix("-")
        guard let size = try? Rate(roundingUp: isNegative ? text.dropFirst() : text[...]) else {
            return nil
        }
        return Amount(micros: isNegative ? -size.micros : size.micros)
    }

    /// A currency code, in any case.
    var currency: Currency? {
        text.flatMap { try? Currency(parsing: $0.uppercased()) }
    }

    /// A flag: `true`, `1`, `"1"`, `"true"`, `"yes"` and their opposites.
    var flag: Bool? {
        if case .bool(let flag) = self { return flag }
        return switch text?.folded {
        case "1", "true", "yes": true
        case "0", "false", "no", "": false
        default: nil
        }
    }

    /// The elements of a list; nil where this is none.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The keys and values of an object; empty where this is none.
    var members: [Member] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    var isObject: Bool {
        guard case .object = self else { return false }
        return true
    }

    /// The value of the first of `names` that is there.
    func first(of names: [String]) -> JSONValue? {
        for name in names {
            if let value = self[name] { return value }
        }
        return nil
    }
}

extension String {
    /// Letters in lower case, without what providers put between words: `IN_PROGRESS`,
    /// `In progress` and `Inprogress` are one word.
    var folded: String {
        String(lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" })
    }

    /// A number without its thousands separators, and without space around it; nil where commas
    /// separate something else, such as decimals.
    var withoutSeparators: String? {
        let trimmed = trimmingSpaces
        guard trimmed.contains(",") else { return trimmed }
        let whole = trimmed.prefix { $0 != "." }
        let groups = whole.drop { $0 == "-" }
            .split(separator: ",", omittingEmptySubsequences: false)
        guard 1...3 ~= groups[0].count, !groups[0].hasPrefix("0"),
            groups.dropFirst().allSatisfy({ $0.count == 3 }),
            !trimmed.dropFirst(whole.count).contains(",")
        else { return nil }
        return trimmed.filter { $0 != "," }
    }

    /// Without white space at both ends.
    var trimmingSpaces: String {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
