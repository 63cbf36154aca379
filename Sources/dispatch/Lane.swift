import Ledger
import Providers
import Settings
import Timestamps
import Trade
import Transport

/// One provider's share of a run: how much may be on its way to him, how fast, and whether he is
/// well. Nobody else waits for him.
struct Lane {
    let id: ProviderID
    let settings: ProviderSettings
    private(set) var endpoint: ProviderEndpoint
    /// By which the ledger knows whether our key has been changed.
    let keyDigest: String
    /// Orders and requests on their way.
    private(set) var inFlight = 0
    /// Orders that may be on their way at once while the gate is open: few at first, so that one
    /// who does not answer as it should costs no more doubts than the breaker allows.
    private var window: Int
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
        /// It failed before. Something is due to it, so it is asked for our balance, which costs
        /// nothing, before it is trusted with an order.
        case untried
        case asked
        /// It told our balance: one order shows whether it is well again.
        case onProbation
        case closed
    }

    /// How long its answer to that is waited for, in seconds: its orders could go to others
    /// meanwhile.
    static let trialSeconds = 10

    init(_ provider: Provider, _ settings: ProviderSettings, key: String, at now: Timestamp) {
        id = provider.id
        self.settings = settings
        endpoint = ProviderEndpoint(settings, key: key)
        let keyDigest = settings.digest(ofKey: key)
        self.keyDigest = keyDigest
        if provider.closesSilently, settings.freshConnections == nil {
            endpoint.freshConnections = true
        }
        rate = RateLimit(
            perSecond: settings.requestsPerSecond, burst: settings.inFlight, earned: 0, at: now)
        health = provider.health
        keptHealth = health
        window = Self.window(of: settings, after: health)
        gate =
            switch provider.state {
            case _ where provider.otherCurrency != nil: .closed
            case .active: .open
            // Another key than the one that it refused is tried at once.
            case .paused(let until):
                until <= now || provider.pausedKey.map { $0 != keyDigest } ?? false
                    ? .untried : .closed
            case .disabled: .closed
            }
    }

    /// So many orders that all of them may end in doubt without more doubts than the breaker
    /// allows.
    private static func window(of settings: ProviderSettings, after health: ProviderHealth) -> Int {
        min(settings.inFlight, max(1, settings.breaker.doubts - health.doubts))
    }

    /// How many orders may be on their way at once, at `now`.
    private func capacity(at now: Timestamp) -> Int {
        guard !health.isThrottled(at: now) else { return 0 }
        return switch gate {
        case .open: window
        case .untried, .asked, .onProbation: 1
        case .closed: 0
        }
    }

    /// Whether it is still to show that it is well again, by our balance and by an order.
    func isUntried(at now: Timestamp) -> Bool {
        guard !health.isThrottled(at: now) else { return false }
        return switch gate {
        case .untried, .asked: true
        case .onProbation: inFlight == 0
        case .open, .closed: false
        }
    }

    /// Whether nobody has asked yet whether it is well again.
    var isTrialDue: Bool { gate == .untried }

    /// How many more orders may be started now.
    mutating func room(at now: Timestamp) -> Int {
        gate == .untried || gate == .asked ? 0 : anyRoom(at: now)
    }

    private mutating func anyRoom(at now: Timestamp) -> Int {
        max(0, min(capacity(at: now) - inFlight, rate.available(at: now)))
    }

    /// Whether it is now to be asked for our balance, to see whether it is well again.
    mutating func isToBeAsked(at now: Timestamp) -> Bool {
        gate == .untried && anyRoom(at: now) > 0
    }

    /// The question for our balance, which is put on its way.
    mutating func ask() -> Call {
        gate = .asked
        start()
        return endpoint.call(.balance, within: Self.trialSeconds)
    }

    /// Leaves it alone in this run: nothing is due to it.
    mutating func leave() {
        if gate == .untried { gate = .closed }
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

    /// Counts one of them that has ended.
    mutating func end() {
        inFlight -= 1
    }

    /// Notes that the server was seen to close a connection that it had left open: from now on
    /// nothing is sent on a connection that was used before. Returns whether that is news.
    mutating func noteSilentClose() -> Bool {
        guard endpoint.freshConnections == nil else { return false }
        endpoint.freshConnections = true
        return true
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
        /// `isOfKey`: because it does not take our key.
        case pause(reason: String, isOfKey: Bool = false)
        case resume
    }

    /// What an outcome says about the provider: what is to be done about him.
    ///
    /// - Parameter retryAfter: for how many seconds his reply asked to be left alone.
    mutating func note(
        _ outcome: PlacementOutcome, retryAfter: Int?, at now: Timestamp
    ) -> Verdict? {
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
                return pause(because: postponement.text, isOfKey: postponement.reason == .auth)
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
            window = Self.window(of: settings, after: health)
            return fail(evidence)
        }
    }

    /// Notes what its answer to the question for our balance shows: why it is not well, or nil.
    mutating func noteTrial(_ ailment: ReplyFailure?, at now: Timestamp) -> Verdict? {
        end()
        guard let ailment else {
            answeredAt = now
            gate = .onProbation
            return nil
        }
        if ailment.reason == .refused(.throttle) || ailment.retryAfter != nil {
            leaveAlone(for: ailment.retryAfter, at: now)
        }
        errors += 1
        return pause(
            because: "asked for our balance to see whether it is well: \(ailment)",
            isOfKey: ailment.reason == .refused(.auth))
    }

    /// Notes that a request was answered, and why it failed, if it did. Returns whether that ends a
    /// pause.
    mutating func noteRequest(_ failure: ReplyFailure?, at now: Timestamp) -> Bool {
        end()
        guard let failure else {
            return gate == .onProbation && succeed(at: now) == .resume
        }
        if failure.reason == .refused(.throttle) || failure.retryAfter != nil {
            leaveAlone(for: failure.retryAfter, at: now)
        }
        return false
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
        window = min(settings.inFlight, window * 2)
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

    private mutating func pause(because text: String, isOfKey: Bool = false) -> Verdict? {
        health.failures = 0
        health.doubts = 0
        guard gate != .closed else { return nil }
        gate = .closed
        return .pause(reason: text, isOfKey: isOfKey)
    }
}
