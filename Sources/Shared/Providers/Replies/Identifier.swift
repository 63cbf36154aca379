import StrictJSON
import Trade

extension JSONValue {
    /// The ways the trade names an order's id (provider-api.md §7, quirk 1).
    static let orderNames = ["order", "order_id", "id"]

    /// An id that can be asked about later: a positive whole number of any size, or a short text
    /// of ASCII letters, digits, `-`, `_` and `.` with a digit in it, which a mere word has not.
    ///
    /// `23501.0` is the number 23501 as a floating-point type prints it, and is read as that.
    /// `1.000` may be 1 or 1000, so it is no id.
    var identifier: String? {
        guard let id = text?.trimmingSpaces, 1...Self.longestIdentifier ~= id.utf8.count,
            !id.hasPrefix("-"),
            id.utf8.contains(where: { UInt8(ascii: "1")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
        if id.utf8.contains(UInt8(ascii: ".")), let decimals = id.decimals {
            if decimals.count == 3 { return nil }
            if decimals.allSatisfy({ $0 == "0" }) { return id.withoutDecimals }
        }
        if case .number(let number) = self, !number.isInteger { return nil }
        return id.utf8.allSatisfy(ProviderIdentifier.allows) ? id : nil
    }

    /// Whether this is how some say "no id".
    var isNoIdentifier: Bool {
        switch self {
        case .null, .bool(false): true
        case .string, .number: text?.trimmingSpaces.allSatisfy { $0 == "0" } == true
        case .bool(true), .array, .object: false
        }
    }

    /// Bytes; nothing longer than a UUID or a SHA-256 digest is an id.
    private static let longestIdentifier = 64
}

extension String {
    /// An id as `JSONValue.identifier` reads it, for one that was kept before.
    var comparedAsIdentifier: String {
        utf8.contains(UInt8(ascii: ".")) ? JSONValue.string(self).identifier ?? self : self
    }

    /// What stands behind the only point in a number without sign and exponent; nil if this is
    /// something else.
    fileprivate var decimals: Substring? {
        let parts = split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) })
        else { return nil }
        return parts[1]
    }

    fileprivate var withoutDecimals: String { String(prefix { $0 != "." }) }
}

private func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
