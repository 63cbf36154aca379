import BatchFiles
import Trade

/// A business error, in the trade's own words (provider-api.md §6).
///
/// The software of resellers, ours included, knows an error by a part of its text, and does what
/// its class asks for. So each text holds the words of one class, the one that is meant; what comes
/// after a colon is for the person who reads it.
package struct TradeError: Error, Equatable, Sendable {
    package let text: String
    /// How many seconds the caller should stay away, if it should.
    package let retryAfter: Int?

    private init(_ text: String, retryAfter: Int? = nil) {
        self.text = text
        self.retryAfter = retryAfter
    }
}

extension TradeError {
    /// The key is unknown, ill-formed, revoked or expired: one text for all.
    package static let invalidKey = TradeError("Invalid API key")
    /// The key may not do this, or comes from where it may not come from.
    package static let notPermitted = TradeError("API is Disable for this user: not for this key")
    /// Nothing was done: the caller is too fast, or we are too slow.
    package static func throttled(retryAfter: Int = 1) -> TradeError {
        TradeError(
            "Rate limit exceeded: nothing was done, please repeat it later",
            retryAfter: retryAfter)
    }

    package static let incorrectRequest = TradeError("Incorrect request")
    static let incorrectService = TradeError("Incorrect service ID")
    static let serviceInactive = TradeError("neworder.error.service_inactive")
    static let incorrectOrder = TradeError("Incorrect order ID")
    static let refillNotFound = TradeError("Refill not found")
    static let notRefillable = TradeError("This order can not be refilled")
    static let notCancelable = TradeError("This order can not be canceled")
    static let funds = TradeError("Not enough funds on balance")
    /// The user is banned.
    package static let inactiveUser = TradeError("user_inactive")
    static let activeOrder = TradeError(
        "You have active order with this link. Please wait until order being completed.")
    static let refReused = TradeError(
        "Invalid parameters: this ref has another order; nothing was ordered")
    static let tooSmall = TradeError(
        "not_enough_quantity: so small an order is not sold; order more at once")
    static let incorrectLink = TradeError("Incorrect link")
    static let linkRequired = TradeError("Link is required")
    static let invalidRuns = TradeError("Invalid runs")
    static let invalidInterval = TradeError("Invalid interval")

    static func tooFew(_ minimum: Int64) -> TradeError {
        TradeError("Quantity less than minimal \(minimum)")
    }
    static func tooMany(_ maximum: Int64) -> TradeError {
        TradeError("Quantity more than maximum \(maximum)")
    }

    /// The order lacks a parameter.
    static func missing(_ parameter: Parameter) -> TradeError {
        parameter == .link
            ? linkRequired
            : TradeError("Missing required parameters: \(parameter.rawValue)")
    }

    /// The value of a parameter is not what it must be.
    static func bad(_ parameter: Parameter) -> TradeError {
        switch parameter {
        case .link: incorrectLink
        case .runs: invalidRuns
        case .interval: invalidInterval
        default: TradeError("Invalid parameters: \(parameter.rawValue)")
        }
    }
}

extension TradeError {
    /// What a refused line of a batch is to the trade.
    ///
    /// - Parameters:
    ///   - code: why it was refused.
    ///   - limits: the least and the most that the order's service sells at once.
    ///   - isSold: whether the service is sold at the reseller's price at all.
    init(_ code: RejectionCode, within limits: ClosedRange<Int64>, isSold: Bool) {
        self =
            switch code {
            case .unknownService: .incorrectService
            case .serviceDisabled: .serviceInactive
            // Either the price of the service, or an order too small for its provider.
            case .belowCost: isSold ? .tooSmall : .serviceInactive
            case .quantityTooSmall: .tooFew(limits.lowerBound)
            case .quantityTooLarge: .tooMany(limits.upperBound)
            case .dripfeedNotAllowed: .invalidRuns
            case .refillNotAllowed: .notRefillable
            case .cancelNotAllowed, .orderEnded: .notCancelable
            case .duplicateLink: .activeOrder
            case .insufficientFunds: .funds
            case .refReused: .refReused
            case .unknownOrder: .incorrectOrder
            case .userBanned: .inactiveUser
            case .unknownUser: .invalidKey
            case .badJSON, .tooLarge, .tooManyLines, .totalsMismatch, .batchReused, .unknownField,
                .missingField, .badValue, .rateChanged, .depositKnown, .notAllowed, .batchAborted:
                .incorrectRequest
            }
    }
}
