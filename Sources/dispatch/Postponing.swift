import Ledger
import Providers
import Settings
import Timestamps
import Trade

extension SendOutcome {
    /// What is written down about an order whose attempt had this outcome, at `now`.
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
        // He is paused for that. The order stays due: a backup may serve it meanwhile.
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
