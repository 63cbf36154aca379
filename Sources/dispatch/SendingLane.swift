import Ledger
import Providers
import Settings
import Timestamps
import Trade
import Transport

/// The lane of one provider that orders are sent to: how many may be on their way, and whether the
/// provider is well enough to get any (design.md §6: circuit breaker).
struct SendingLane {
    let id: ProviderID
    /// Tells the ledger whether our key has been changed.
    let keyDigest: String
    private var lane: Lane
    /// Orders that may be on their way at once while the gate is open. Few at first, so that a
    /// provider that does not answer as it should causes no more doubts than the breaker allows.
    private var window: Int
    private var gate: Gate
    private var health: ProviderHealth
    /// The health that the ledger knows.
    private var keptHealth: ProviderHealth

    /// Whether orders may be sent.
    private enum Gate {
        case open
        /// It failed before. Something is due to it, so it is asked for our balance, which costs
        /// nothing, before it is trusted with an order.
        case untried
        case asked
        /// It named our balance. One order shows whether it has recovered.
        case onProbation
        case closed
    }

    /// How long to wait for its answer about our balance, in seconds: not long, because its orders
    /// could go to other providers meanwhile.
    static let trialSeconds = 10

    init(_ provider: Provider, _ settings: ProviderSettings, key: String, at now: Timestamp) {
        id = provider.id
        let keyDigest = settings.digest(ofKey: key)
        self.keyDigest = keyDigest
        lane = Lane(
            settings, key: key, burst: settings.inFlight, earned: 0,
            throttledUntil: provider.health.throttledUntil,
            closesSilently: provider.closesSilently, at: now)
        health = provider.health
        keptHealth = health
        window = Self.window(of: settings, after: health)
        gate =
            switch provider.state {
            case _ where provider.otherCurrency != nil: .closed
            case .active: .open
            // A key other than the one that it refused is tried at once.
            case .paused(let until):
                until <= now || provider.pausedKey.map { $0 != keyDigest } ?? false
                    ? .untried : .closed
            case .disabled: .closed
            }
    }

    var settings: ProviderSettings { lane.settings }
    var endpoint: ProviderEndpoint { lane.endpoint }
    var errors: Int { lane.errors }
    var answeredAt: Timestamp? { lane.answeredAt }

    /// How many orders may end in doubt, all of them, before the breaker has seen enough.
    private static func window(of settings: ProviderSettings, after health: ProviderHealth) -> Int {
        min(settings.inFlight, max(1, settings.breaker.doubts - health.doubts))
    }
}

// MARK: - Room

extension SendingLane {
    /// How many orders may be on their way at once, at `now`.
    private func capacity(at now: Timestamp) -> Int {
        guard !lane.isThrottled(at: now) else { return 0 }
        return switch gate {
        case .open: window
        case .untried, .asked, .onProbation: 1
        case .closed: 0
        }
    }

    /// Whether it has yet to show, by our balance and by one order, that it is well again.
    func isUntried(at now: Timestamp) -> Bool {
        guard !lane.isThrottled(at: now) else { return false }
        return switch gate {
        case .untried, .asked: true
        case .onProbation: lane.inFlight == 0
        case .open, .closed: false
        }
    }

    /// Whether it still has to be asked for our balance, to see whether it has recovered.
    var isTrialDue: Bool { gate == .untried }

    /// How many more orders may be started now.
    mutating func room(at now: Timestamp) -> Int {
        gate == .untried || gate == .asked ? 0 : anyRoom(at: now)
    }

    private mutating func anyRoom(at now: Timestamp) -> Int {
        max(0, min(capacity(at: now) - lane.inFlight, lane.available(at: now)))
    }

    /// Whether it should now be asked for our balance, to see whether it is well again.
    mutating func isToBeAsked(at now: Timestamp) -> Bool {
        gate == .untried && anyRoom(at: now) > 0
    }

    /// Puts the question for our balance on its way.
    mutating func ask() -> Call {
        gate = .asked
        lane.start()
        return endpoint.call(.balance, within: Self.trialSeconds)
    }

    /// Leaves it untried in this run, because nothing is due to it.
    mutating func leave() {
        if gate == .untried { gate = .closed }
    }

    /// Milliseconds until the rate allows another order; nil if something else forbids it.
    func wait(at now: Timestamp) -> Int? {
        lane.inFlight < capacity(at: now) ? lane.wait(at: now) : nil
    }

    /// Counts an order, or another request, that is put on its way.
    mutating func start() { lane.start() }

    /// Counts one of them that has ended.
    mutating func end() { lane.end() }
}

// MARK: - What answers say about the provider

extension SendingLane {
    /// What to do about the provider itself.
    enum Verdict: Equatable {
        /// `isOfKey`: because it does not accept our key.
        case pause(reason: String, isOfKey: Bool = false)
        case resume
    }

    /// Notes what an order's outcome says about the provider; its reply may have asked to be left
    /// alone for `retryAfter` seconds.
    ///
    /// - Returns: what to do about the provider, if anything.
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
                lane.noteAnswer(at: now)
                lane.noteErrors()
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

    /// Notes its answer to the question about our balance: why it is not well, or nil if it is.
    ///
    /// - Returns: what to do about the provider, if anything.
    mutating func noteTrial(_ ailment: ReplyFailure?, at now: Timestamp) -> Verdict? {
        lane.end()
        guard let ailment else {
            lane.noteAnswer(at: now)
            gate = .onProbation
            return nil
        }
        if ailment.asksToWait { leaveAlone(for: ailment.retryAfter, at: now) }
        lane.noteErrors()
        return pause(
            because: "asked for our balance to see whether it is well: \(ailment)",
            isOfKey: ailment.reason == .refused(.auth))
    }

    /// Notes that a request has ended, and why it failed, if it did.
    ///
    /// - Returns: whether that ends a pause.
    mutating func noteRequest(_ failure: ReplyFailure?, at now: Timestamp) -> Bool {
        lane.end()
        guard let failure else {
            return gate == .onProbation && succeed(at: now) == .resume
        }
        if failure.asksToWait { leaveAlone(for: failure.retryAfter, at: now) }
        return false
    }

    /// Notes that its server closed a kept-alive connection without notice.
    ///
    /// - Returns: whether this is news.
    mutating func noteSilentClose() -> Bool { lane.noteSilentClose() }

    /// Its health, if it differs from the ledger's; from then on it counts as the ledger's.
    mutating func changedHealth() -> ProviderHealth? {
        guard health != keptHealth else { return nil }
        keptHealth = health
        return health
    }

    /// Sends it nothing for as long as it asks, or twice as long after each failure, from half a
    /// minute to an hour.
    private mutating func leaveAlone(for seconds: Int?, at now: Timestamp) {
        let seconds = seconds ?? min(30 << min(health.failures, 7), 3_600)
        health.throttledUntil = lane.leaveAlone(seconds: seconds, at: now)
    }

    /// It judged the order on its own merits, so it is well.
    private mutating func succeed(at now: Timestamp) -> Verdict? {
        lane.noteAnswer(at: now)
        guard gate != .closed else { return nil }
        let wasOnProbation = gate == .onProbation
        gate = .open
        health.failures = 0
        health.doubts = 0
        window = min(settings.inFlight, window * 2)
        return wasOnProbation ? .resume : nil
    }

    private mutating func fail(_ text: String) -> Verdict? {
        lane.noteErrors()
        // Orders that were on their way when it was paused say nothing new.
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
