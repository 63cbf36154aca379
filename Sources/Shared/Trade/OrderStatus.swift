/// Where an order stands with its provider, and the trade's word for it in both directions: as
/// providers spell it, and as resellers read it (provider-api.md §5).
package enum OrderStatus: Equatable, Sendable {
    case pending, processing, inProgress
    case completed, partial, canceled
    /// A word that is in no table, or one that can mean anything, such as `Error`. It moves no
    /// money.
    case unknown(String)

    /// What a provider's word means for an order.
    package init(word: String) {
        self =
            switch word.folded {
            case "pending", "queued", "awaiting", "creating", "active": .pending
            case "processing", "pprocessing": .processing
            case "inprogress": .inProgress
            case "completed", "complete": .completed
            case "partial", "partially": .partial
            case "canceled", "cancelled", "refunded", "refunds": .canceled
            default: .unknown(word)
            }
    }

    /// What a provider's word means for a subscription, which can also pause, and can end with
    /// posts undelivered (provider-api.md §4).
    package init(subscriptionWord word: String) {
        self =
            switch word.folded {
            case "paused": .pending
            case "expired": .partial
            default: OrderStatus(word: word)
            }
    }

    /// The trade's word for it; an unknown one as it came.
    package var word: String {
        switch self {
        case .pending: "Pending"
        case .processing: "Processing"
        case .inProgress: "In progress"
        case .completed: "Completed"
        case .partial: "Partial"
        case .canceled: "Canceled"
        case .unknown(let word): word
        }
    }

    /// The same for an order that is not settled. Until the money has followed, a provider's word
    /// for an end means only that something goes on.
    package var unsettled: OrderStatus {
        switch self {
        case .pending, .processing: self
        case .inProgress, .completed, .partial, .canceled, .unknown: .inProgress
        }
    }
}
