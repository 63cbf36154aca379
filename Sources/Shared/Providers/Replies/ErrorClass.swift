/// A provider's complaint, by what must be done about it (provider-api.md §6).
package enum ErrorClass: String, CaseIterable, Sendable {
    /// Our key is not taken: pause the provider, keep the order, alert.
    case auth
    /// Our balance there is used up: the same. Never the reseller's own balance.
    case funds
    /// Not this service: the next provider, or refuse.
    case service
    /// An order for this link is active: later.
    case duplicate
    /// Not this order: refuse.
    case input
    /// Too fast: back off.
    case throttle
    /// No such order or refill, perhaps not yet.
    case notFound = "not_found"

    /// The texts of the trade, of which any part of a complaint may be one, in any case.
    private var texts: [String] {
        switch self {
        case .auth:
            [
                "Invalid API key", "Incorrect API key", "user_inactive",
                "API is Disable for this user",
            ]
        case .funds:
            [
                "Not enough funds on balance", "neworder.error.not_enough_funds",
                "Insufficient balance",
            ]
        case .service:
            [
                "Incorrect service ID", "Service ID does not exists", "error.incorrect_service_id",
                "error.invalid_service", "neworder.error.service_inactive", "service_not_found",
            ]
        case .duplicate:
            [
                "You have active order with this link", "neworder.error.link_duplicate",
                "error.duplicate_order",
            ]
        case .input:
            [
                "Quantity less than minimal", "Quantity more than maximum", "min_quantity",
                "max_quantity", "not_enough_quantity", "neworder.error.link", "invalid_link",
                "link_not_found", "Incorrect request",
            ]
        case .throttle: ["Rate limit exceeded", "Too many orders", "too_many_orders"]
        case .notFound: ["Incorrect order ID", "Refill not found"]
        }
    }

    /// The class of `complaint`, or nil if nobody knows what it means.
    ///
    /// The provider's own texts, `extra`, come first. Of several texts the longest decides:
    /// `neworder.error.link_duplicate` also holds `neworder.error.link`.
    package static func of(
        _ complaint: String, extra: [ErrorClass: [String]] = [:]
    ) -> ErrorClass? {
        longest(in: complaint) { extra[$0, default: []] } ?? longest(in: complaint, of: \.texts)
    }

    private static func longest(
        in complaint: String, of texts: (ErrorClass) -> [String]
    ) -> ErrorClass? {
        let complaint = complaint.foldedASCII
        var found: (length: Int, class: ErrorClass)?
        for errorClass in allCases {
            for text in texts(errorClass).map(\.foldedASCII)
            where text.count > found?.length ?? 0 && complaint.contains(text) {
                found = (text.count, errorClass)
            }
        }
        return found?.class
    }
}

extension String {
    /// The bytes with A–Z in lower case: whatever the locale, and nothing but ASCII.
    var foldedASCII: [UInt8] {
        utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    }
}
