import Ledger
import Providers
import Settings
import Timestamps

/// An order that was sent, with its outcome, until that is written down.
struct SentOrder {
    let lane: Int
    let outcome: PlacementOutcome
    /// How many seconds the reply asked us to stay away.
    let retryAfter: Int?
    /// The answer for the ledger, or for the journal if the ledger cannot take it.
    let written: SendOutcome

    var order: OrderID { written.order }
}

extension SendOutcome {
    /// The answer to write down about an order whose attempt had this outcome, at `now`.
    init(
        _ outcome: PlacementOutcome, of intent: Intent, by provider: ProviderSettings,
        at now: Timestamp
    ) {
        let content: Content =
            switch outcome {
            case .placed(let providerOrder):
                .placed(
                    providerOrder: providerOrder,
                    followAt: now.adding(seconds: provider.pollEverySeconds))
            case .notPlaced(let postponement):
                .postponed(
                    until: now.adding(seconds: postponement.delay(intent, provider)),
                    isRefusal: postponement.reason != .notSent, evidence: postponement.text,
                    isDuplicate: postponement.reason == .duplicate)
            case .refused(let refusal):
                .refused(evidence: refusal.text, isOfService: refusal.cause == .service)
            case .unknown(let evidence):
                .unknown(evidence: evidence)
            }
        self.init(order: intent.order, attempt: intent.attempt, content)
    }
}

extension Postponement {
    /// Seconds until the order is tried again: what the provider asks for, or twice as long after
    /// each attempt, from half a minute to an hour, a little different for each order.
    fileprivate func delay(_ intent: Intent, _ provider: ProviderSettings) -> Int {
        switch (reason, retryAfter) {
        // The provider is paused for that. The order stays due, because a backup may serve it.
        case (.funds, _), (.auth, _): return 0
        case (_, let seconds?): return max(1, seconds)
        case (.duplicate, nil): return max(60, provider.pollEverySeconds)
        case (.notSent, nil), (.throttle, nil):
            let doubled = 30 << min(intent.attempt - 1, 7)
            let spread = Int(intent.order.rawValue % 10)
            return min(doubled, 3_600) + spread
        }
    }
}
