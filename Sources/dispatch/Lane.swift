import Ledger
import Providers
import Settings
import Timestamps

/// One provider's share of a run: how much may be on its way to him, how fast, and whether he is
/// well. Nobody else waits for him.
struct Lane {
    let id: ProviderID
    let settings: ProviderSettings
    let endpoint: ProviderEndpoint
    /// Orders and requests on their way.
    private(set) var inFlight = 0
    private var rate: RateLimit
    private var gate: Gate
    private var health: ProviderHealth
    /// As the ledger has it.
    private var keptHealth: ProviderHealth
    private(set) var errors = 0
    private(set) var answeredAt: Timestamp?

    /// Whether orders may be sent (design.md §6: circuit breaker).
    private enum Gate {
        case open
        /// He failed before: one order shows whether he is well again.
        case onProbation
        case closed
    }

    init(_ provider: Provider, _ settings: ProviderSettings, key: String, at now: Timestamp) {
        id = provider.id
        self.settings = settings
        endpoint = ProviderEndpoint(settings, key: key)
        rate = RateLimit(
            perSecond: settings.requestsPerSecond, burst: settings.inFlight, earned: 0, at: now)
        health = provider.health
        keptHealth = health
        gate =
            switch provider.state {
            case .active: .open
            case .paused(let until): until <= now ? .onProbation : .closed
            case .disabled: .closed
            }
    }

    /// How many orders may be on their way at once, at `now`.
    private func capacity(at now: Timestamp) -> Int {
        guard !health.isThrottled(at: now) else { return 0 }
        return switch gate {
        case .open: settings.inFlight
        case .onProbation: 1
        case .closed: 0
        }
    }

    /// Whether an order is still to show that he is well again, and may be sent for that.
    func isUntried(at now: Timestamp) -> Bool {
        gate == .onProbation && inFlight == 0 && !health.isThrottled(at: now)
    }

    /// How many more orders may be started now.
    mutating func room(at now: Timestamp) -> Int {
        max(0, min(capacity(at: now) - inFlight, rate.available(at: now)))
    }

    /// Milliseconds until the rate allows another order; nil if it is not the rate that forbids it.
    func wait(at now: Timestamp) -> Int? {
        inFlight < capacity(at: now) ? rate.wait(at: now) : nil
    }

    /// Counts an order, or another request, that is put on its way.
    mutating func start() {
        inFlight += 1
        rate.take()
    }

    /// His health, if it is other than the ledger has it; from then on the ledger has it.
    mutating func changedHealth() -> ProviderHealth? {
        guard health != keptHealth else { return nil }
        keptHealth = health
        return health
    }
}

extension Lane {
    /// What is to be done about the provider himself.
    enum Verdict: Equatable {
        case pause(reason: String)
        case resume
    }

    /// What an outcome says about the provider: what is to be done about him.
    ///
    /// - Parameter retryAfter: for how many seconds his reply asked to be left alone.
    mutating func note(
        _ outcome: PlacementOutcome, retryAfter: Int?, at now: Timestamp
    ) -> Verdict? {
        inFlight -= 1
        switch outcome {
        case .placed, .refused:
            return succeed(at: now)
        case .notPlaced(let postponement):
            switch postponement.reason {
            case .duplicate:
                return succeed(at: now)
            case .funds, .auth:
                answeredAt = now
                errors += 1
                return pause(because: postponement.text)
            case .throttle:
                leaveAlone(for: retryAfter, at: now)
                health.failures += 1
                return fail(postponement.text)
            case .notSent:
                health.failures += 1
                return fail(postponement.text)
            }
        case .unknown(let evidence):
            if let retryAfter { leaveAlone(for: retryAfter, at: now) }
            health.doubts += 1
            return fail(evidence)
        }
    }

    /// Notes that a request was answered, and why it failed, if it did.
    mutating func noteRequest(_ failure: ReplyFailure?, at now: Timestamp) {
        inFlight -= 1
        guard let failure else { return }
        if failure.reason == .refused(.throttle) || failure.retryAfter != nil {
            leaveAlone(for: failure.retryAfter, at: now)
        }
    }

    /// Sends him nothing for as long as he asks, or twice as long after each failure, from half a
    /// minute to an hour.
    private mutating func leaveAlone(for seconds: Int?, at now: Timestamp) {
        let seconds = seconds ?? min(30 << min(health.failures, 7), 3_600)
        let until = now.adding(seconds: max(1, seconds))
        health.throttledUntil = max(health.throttledUntil ?? until, until)
    }

    /// He judged the order on its own merits, so he is well.
    private mutating func succeed(at now: Timestamp) -> Verdict? {
        answeredAt = now
        guard gate != .closed else { return nil }
        let wasOnProbation = gate == .onProbation
        gate = .open
        health.failures = 0
        health.doubts = 0
        return wasOnProbation ? .resume : nil
    }

    private mutating func fail(_ text: String) -> Verdict? {
        errors += 1
        // What was on its way when he was paused says nothing new.
        guard gate != .closed else { return pause(because: text) }
        let breaker = settings.breaker
        let isTooMuch = health.failures >= breaker.failures || health.doubts >= breaker.doubts
        return isTooMuch || gate == .onProbation ? pause(because: text) : nil
    }

    private mutating func pause(because text: String) -> Verdict? {
        health.failures = 0
        health.doubts = 0
        guard gate != .closed else { return nil }
        gate = .closed
        return .pause(reason: text)
    }
}
