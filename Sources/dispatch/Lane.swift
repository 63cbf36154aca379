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
    /// Orders on their way.
    private(set) var inFlight = 0
    private var rate: RateLimit
    private var health: Health
    private(set) var errors = 0
    private(set) var answeredAt: Timestamp?

    /// Whether orders may be sent (design.md §6: circuit breaker).
    private enum Health: Equatable {
        /// So many failures, and so many doubts, one after the other.
        case well(failures: Int, doubts: Int)
        /// He failed before: one order shows whether he is well again.
        case onProbation
        case paused
    }

    init(_ provider: Provider, _ settings: ProviderSettings, key: String, at now: Timestamp) {
        id = provider.id
        self.settings = settings
        endpoint = ProviderEndpoint(settings, key: key)
        rate = RateLimit(
            perSecond: settings.requestsPerSecond, burst: settings.inFlight, at: now)
        health =
            switch provider.state {
            case .active: .well(failures: 0, doubts: 0)
            case .paused(let until): until <= now ? .onProbation : .paused
            case .disabled: .paused
            }
    }

    /// How many orders may be on their way at once.
    private var capacity: Int {
        switch health {
        case .well: settings.inFlight
        case .onProbation: 1
        case .paused: 0
        }
    }

    /// Whether the provider is not paused.
    var isOpen: Bool { health != .paused }

    /// How many more orders may be started now.
    mutating func room(at now: Timestamp) -> Int {
        max(0, min(capacity - inFlight, rate.available(at: now)))
    }

    /// Milliseconds until the rate allows another order; nil if it is not the rate that forbids it.
    func wait(at now: Timestamp) -> Int? {
        inFlight < capacity ? rate.wait(at: now) : nil
    }

    /// Counts an order that is put on its way.
    mutating func start() {
        inFlight += 1
        rate.take()
    }

    /// What an outcome says about the provider: what is to be done about him.
    mutating func note(_ outcome: PlacementOutcome, at now: Timestamp) -> Verdict? {
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
            case .notSent, .throttle:
                errors += 1
                return fail(postponement.text) { failures, doubts in (failures + 1, doubts) }
            }
        case .unknown(let evidence):
            errors += 1
            return fail(evidence) { failures, doubts in (failures, doubts + 1) }
        }
    }

    /// What is to be done about the provider himself.
    enum Verdict: Equatable {
        case pause(reason: String)
        case resume
    }

    /// He judged the order on its own merits, so he is well.
    private mutating func succeed(at now: Timestamp) -> Verdict? {
        answeredAt = now
        let wasOnProbation = health == .onProbation
        if health != .paused { health = .well(failures: 0, doubts: 0) }
        return wasOnProbation ? .resume : nil
    }

    private mutating func fail(
        _ text: String, _ count: (Int, Int) -> (failures: Int, doubts: Int)
    ) -> Verdict? {
        guard case .well(let failures, let doubts) = health else {
            return health == .onProbation ? pause(because: text) : nil
        }
        let counted = count(failures, doubts)
        health = .well(failures: counted.failures, doubts: counted.doubts)
        let breaker = settings.breaker
        return counted.failures >= breaker.failures || counted.doubts >= breaker.doubts
            ? pause(because: text) : nil
    }

    private mutating func pause(because text: String) -> Verdict? {
        guard health != .paused else { return nil }
        health = .paused
        return .pause(reason: text)
    }
}
