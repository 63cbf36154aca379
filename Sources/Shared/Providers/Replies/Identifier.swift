import OrderTypes
import StrictJSON

extension JSONValue {
    /// The ways the trade names an order's id (provider-api.md §7, quirk 1).
    static let orderNames = ["order", "order_id", "id"]

    /// An id that can be asked about later: a positive whole number of any size, or a short text
    /// of ASCII letters, digits, `-`, `_` and `.` with a digit in it, which a mere word has not.
    var identifier: String? {
        guard let id = text?.trimmingSpaces, 1...Self.longestIdentifier ~= id.utf8.count,
            !id.hasPrefix("-"),
            id.utf8.contains(where: { UInt8(ascii: "1")...UInt8(ascii: "9") ~= $0 })
        else { return nil }
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
