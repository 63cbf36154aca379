/// Where a refill stands with its provider (provider-api.md §5).
package enum RefillStatus: Equatable, Sendable {
    case pending, inProgress
    case completed, rejected, canceled
    /// A word that is in no table, or one that can mean anything, such as `Error`.
    case unknown(String)

    /// What a provider's word means for a refill.
    package init(word: String) {
        self =
            switch word.folded {
            case "pending", "awaiting": .pending
            case "inprogress": .inProgress
            case "completed": .completed
            case "rejected", "refused": .rejected
            case "canceled", "cancelled": .canceled
            default: .unknown(word)
            }
    }

    /// How the refill ended; nil if it has not, or nobody knows.
    package var end: RequestStatus? {
        switch self {
        case .completed: .completed
        case .rejected: .rejected
        case .canceled: .canceled
        case .pending, .inProgress, .unknown: nil
        }
    }
}

/// Where a refill or a cancel stands, in the word that resellers read and the ledger keeps.
package enum RequestStatus: String, Sendable {
    /// The provider has it, or may have it.
    case pending = "Pending"
    /// The provider took it, and will say nothing more about it.
    case accepted = "Accepted"
    case completed = "Completed"
    case rejected = "Rejected"
    case canceled = "Canceled"
    /// Nobody knows whether the provider took it.
    case unknown = "Unknown"
}
