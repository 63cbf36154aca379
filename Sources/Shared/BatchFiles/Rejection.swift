/// Why a line or a file was not accepted (contract.md §4).
package enum RejectionCode: String, CaseIterable, Sendable {
    case badJSON = "BAD_JSON"
    case tooLarge = "TOO_LARGE"
    case tooManyLines = "TOO_MANY_LINES"
    case totalsMismatch = "TOTALS_MISMATCH"
    case batchReused = "BATCH_REUSED"
    case unknownField = "UNKNOWN_FIELD"
    case missingField = "MISSING_FIELD"
    case badValue = "BAD_VALUE"
    case unknownService = "UNKNOWN_SERVICE"
    case serviceDisabled = "SERVICE_DISABLED"
    case quantityTooSmall = "QUANTITY_TOO_SMALL"
    case quantityTooLarge = "QUANTITY_TOO_LARGE"
    case dripfeedNotAllowed = "DRIPFEED_NOT_ALLOWED"
    case refillNotAllowed = "REFILL_NOT_ALLOWED"
    case cancelNotAllowed = "CANCEL_NOT_ALLOWED"
    case duplicateLink = "DUPLICATE_LINK"
    case rateChanged = "RATE_CHANGED"
    case belowCost = "BELOW_COST"
    case insufficientFunds = "INSUFFICIENT_FUNDS"
    case refReused = "REF_REUSED"
    case unknownOrder = "UNKNOWN_ORDER"
    case orderEnded = "ORDER_ENDED"
    case userBanned = "USER_BANNED"
    case unknownUser = "UNKNOWN_USER"
    case depositKnown = "DEPOSIT_KNOWN"
    case notAllowed = "NOT_ALLOWED"
    case batchAborted = "BATCH_ABORTED"
}

/// Why one line or file was refused, with a sentence for the person who wrote it.
@usableFromInline package struct Rejection: Error, Equatable, Sendable {
    package let code: RejectionCode
    package let detail: String

    package init(_ code: RejectionCode, _ detail: String) {
        self.code = code
        self.detail = detail
    }
}
