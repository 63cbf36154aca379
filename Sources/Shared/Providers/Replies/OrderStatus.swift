/// Where an order stands with its provider (provider-api.md §5).
package enum OrderStatus: Equatable, Sendable {
    case pending, processing, inProgress
    case completed, partial, canceled
    /// A word nobody has seen, or one that means anything, such as `Error`. It moves no money.
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

    /// What a provider's word means for a subscription, which can also pause, and end with some
    /// of its posts undelivered (provider-api.md §4).
    package init(subscriptionWord word: String) {
        self =
            switch word.folded {
            case "paused": .pending
            case "expired": .partial
            default: OrderStatus(word: word)
            }
    }
}

/// Where a refill stands with its provider (provider-api.md §5).
package enum RefillStatus: Equatable, Sendable {
    case pending, inProgress
    case completed, rejected, canceled
    /// A word nobody has seen, or one that means anything, such as `Error`.
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
}
