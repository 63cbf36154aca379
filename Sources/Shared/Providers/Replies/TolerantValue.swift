import Money
import StrictJSON
import Trade

// What providers mean by a value, whatever its JSON type (provider-api.md §7). Each of these reads
// one meaning, and is nil if the value does not have it.
extension JSONValue {
    /// A string, or a number as it is written.
    var text: String? {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        case .null, .bool, .array, .object: nil
        }
    }

    /// A whole number, also in a string, with commas between thousands, with zeros as decimals, or
    /// with the exponent that a floating-point type prints.
    ///
    /// With three decimals it is no whole number: `1.000` is 1 to some panels and 1000 to others,
    /// and money depends on counts. The same goes for all other thousands separators (`1.000.000`,
    /// `1 000`).
    var wholeNumber: Int64? {
        guard let text = text?.trimmingSpaces else { return nil }
        if let number = Int64(text) { return text.utf8.first == UInt8(ascii: "+") ? nil : number }
        guard let plain = text.withoutSeparators,
            let match = plain.wholeMatch(of: /(-?[0-9]+)(?:\.([0-9]+))?(?:[eE]\+?([0-9]{1,2}))?/)
        else { return nil }
        let decimals = match.2 ?? ""
        guard let exponent = match.3.flatMap({ Int($0) }) else {
            let isAmbiguous = decimals.utf8.count == 3 && plain == text
            return isAmbiguous || !decimals.allSatisfy { $0 == "0" } ? nil : Int64(match.1)
        }
        let shifted = decimals.prefix(exponent)
        guard decimals.dropFirst(exponent).allSatisfy({ $0 == "0" }) else { return nil }
        return Int64(
            match.1 + shifted + String(repeating: "0", count: exponent - shifted.count))
    }

    /// A price, rounded up to a millionth; not negative.
    var rate: Rate? {
        text?.decimalText.flatMap { try? Rate(roundingUp: $0) }
    }

    /// Money, rounded away from zero to a millionth.
    var amount: Amount? {
        guard let text = text?.decimalText else { return nil }
        let isNegative = text.hasPrefix("-")
        guard let size = try? Rate(roundingUp: isNegative ? text.dropFirst() : text[...]) else {
            return nil
        }
        return Amount(micros: isNegative ? -size.micros : size.micros)
    }

    /// A currency: its code, in any case, or a sign that belongs to one currency only. `$` belongs
    /// to many.
    var currency: Currency? {
        guard let named = text?.trimmingSpaces.uppercased(), named != "NULL" else { return nil }
        return try? Currency(parsing: Self.currencySigns[named] ?? named)
    }

    private static let currencySigns = [
        "US$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "RS": "INR", "RS.": "INR", "₽": "RUB",
        "₺": "TRY", "RP": "IDR", "R$": "BRL", "₦": "NGN", "₫": "VND", "₱": "PHP", "৳": "BDT",
    ]

    /// A flag: `true`, `1`, `"1"`, `"true"`, `"yes"` and their opposites.
    var flag: Bool? {
        if case .bool(let flag) = self { return flag }
        return switch text?.folded {
        case "1", "true", "yes": true
        case "0", "false", "no", "": false
        default: nil
        }
    }

    /// The elements of a list; nil if this is none.
    var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The keys and values of an object; empty if this is none.
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
    /// Money without its thousands separators. A single comma before three digits separates
    /// thousands at some panels and decimals at others, so `1,250` is no amount; `1,250.00` is.
    fileprivate var decimalText: String? {
        guard let plain = withoutSeparators else { return nil }
        let isAmbiguous = !plain.contains(".") && plain.utf8.count + 1 == trimmingSpaces.utf8.count
        return isAmbiguous ? nil : plain
    }

    /// A number without its thousands separators, and without space around it; nil if commas
    /// separate something else, such as decimals.
    var withoutSeparators: String? {
        let trimmed = trimmingSpaces
        guard trimmed.utf8.contains(UInt8(ascii: ",")) else { return trimmed }
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
        // Most texts have none: there is a printable ASCII character at either end.
        if let first = utf8.first, let last = utf8.last, 0x21...0x7E ~= first,
            0x21...0x7E ~= last
        {
            return self
        }
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
