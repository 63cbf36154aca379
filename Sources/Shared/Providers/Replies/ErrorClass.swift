import Trade

extension ErrorClass {
    /// The trade's texts for this class. A complaint that contains one of them, in any case,
    /// belongs to the class (provider-api.md §6 and §8).
    private var texts: [String] {
        switch self {
        case .auth:
            [
                "Invalid API key", "Incorrect API key", "user_inactive",
                "API is Disable for this user", "account is inactive",
                "account has been suspended",
                // From panels that could not read the request, because its encoding was wrong.
                "key field is required", "action field is required", "API key is required",
            ]
        case .funds:
            [
                "Not enough funds", "neworder.error.not_enough_funds", "Insufficient balance",
                "Insufficient funds", "balance is insufficient", "sufficient balance",
                "Saldo tidak cukup", "Saldo insuficiente", "Fundos insuficientes",
                "Not enough balance", "Yetersiz bakiye", "Недостаточно средств",
            ]
        case .service:
            [
                "Incorrect service ID", "Service ID does not exists", "error.incorrect_service_id",
                "error.invalid_service", "neworder.error.service_inactive", "service_not_found",
                "Service not found", "Package or Service is disabled",
                "Package or Service is not supported", "ServiceID not found",
                "Invalid service id", "Provider API not configured", "Service disabled",
            ]
        case .duplicate:
            [
                "You have active order with this link", "neworder.error.link_duplicate",
                "error.duplicate_order", "same link that is already in progress",
            ]
        case .input:
            [
                "Quantity less than minimal", "Quantity is less than minimal",
                "Quantity more than maximum", "min_quantity",
                "max_quantity", "not_enough_quantity", "neworder.error.link", "invalid_link",
                "link_not_found", "Incorrect request", "Incorrect link", "Bad link",
                "Invalid link", "Link is required", "field is required",
                "Missing required parameters", "Invalid parameters", "Quantity must be",
                "Quantity more than maximal", "Quantity less than maximum",
                "Quantity out of bounds", "Quantity not found",
                "The quantity specified must be", "Please follow the limit", "Invalid runs",
                "Invalid interval",
            ]
        case .throttle:
            [
                "Rate limit exceeded", "Too many orders", "too_many_orders", "Too many requests",
                "Too many invalid requests",
            ]
        case .notFound:
            [
                "Incorrect order ID", "Refill not found", "Order not found",
                "No order was placed with this ORDER ID", "OrderID not found",
            ]
        }
    }

    /// The texts of all classes, folded once.
    private static let trade: [(text: [UInt8], class: ErrorClass)] = allCases.flatMap { item in
        item.texts.map { ($0.foldedASCII, item) }
    }

    /// The class of `complaint`; nil if it is in no table.
    ///
    /// Of several texts the longest decides: `neworder.error.link_duplicate` also contains
    /// `neworder.error.link`.
    ///
    /// - Parameters:
    ///   - complaint: the provider's words.
    ///   - extra: the provider's own texts, which come before the trade's.
    /// - Returns: the class with the longest text in the complaint.
    package static func of(
        _ complaint: String, extra: [ErrorClass: [String]] = [:]
    ) -> ErrorClass? {
        let complaint = complaint.foldedASCII
        let own = extra.flatMap { item in item.value.map { ($0.foldedASCII, item.key) } }
        return longest(of: own, in: complaint) ?? longest(of: trade, in: complaint)
    }

    /// The class of `complaint` in a reply with this HTTP status. With 401 it is about our key and
    /// with 402 about our balance, whatever the words say.
    package static func of(
        _ complaint: String, status: Int, extra: [ErrorClass: [String]] = [:]
    ) -> ErrorClass? {
        certain(status: status) ?? of(complaint, extra: extra)
    }

    /// A guess at the class of words that are in no table, as a proposal to the operator. Nothing
    /// is concluded from it.
    static func guess(_ words: String) -> ErrorClass {
        let words = words.lowercased()
        func speaks(of parts: [String]) -> Bool { parts.contains { words.contains($0) } }
        if speaks(of: ["balance", "fund", "saldo", "bakiye", "solde", "guthaben", "баланс"]) {
            return .funds
        }
        return speaks(of: ["serv", "layanan", "услуг"]) ? .service : .input
    }

    /// The class that a status alone means, whatever the body says.
    static func certain(status: Int) -> ErrorClass? {
        switch status {
        case 401: .auth
        case 402: .funds
        case 429: .throttle
        default: nil
        }
    }

    private static func longest(
        of texts: [(text: [UInt8], class: ErrorClass)], in complaint: [UInt8]
    ) -> ErrorClass? {
        texts.filter { !$0.text.isEmpty && complaint.contains($0.text) }
            .max { $0.text.count < $1.text.count }?.class
    }
}

extension String {
    /// The bytes, with A–Z in lower case and nothing else changed, whatever the locale.
    var foldedASCII: [UInt8] {
        utf8.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
    }
}
