import StrictJSON
import Trade

extension JSONValue {
    /// The ways the trade names an order's id (provider-api.md §7, quirk 1).
    static let orderNames = ["order", "order_id", "id"]

    /// An id that can be asked about later: a positive whole number of any size, or a short text
    /// of ASCII letters, digits, `-`, `_` and `.` with a digit in it. A mere word has no digit.
    ///
    /// `23501.0` is read as 23501, which a floating-point type prints so. `1.000` may be 1 or 1000,
    /// so it is no id.
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

    /// Whether this is a way to say "no id".
    var isNoIdentifier: Bool {
        switch self {
        case .null, .bool(false): true
        case .string, .number: text?.trimmingSpaces.allSatisfy { $0 == "0" } == true
        case .bool(true), .array, .object: false
        }
    }

    /// In bytes. No id is longer than a UUID or a SHA-256 digest.
    private static let longestIdentifier = 64
}

extension String {
    /// An id that was kept before, as `JSONValue.identifier` would read it now.
    var comparedAsIdentifier: String {
        utf8.contains(UInt8(ascii: ".")) ? JSONValue.string(self).identifier ?? self : self
    }

    /// The digits after the only point of a number without sign and exponent; nil if this is
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
