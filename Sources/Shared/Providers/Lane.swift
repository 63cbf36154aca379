import Settings
import Timestamps
import Transport

/// One provider's share of a run: how it is spoken to, how much is on its way to it and how fast,
/// and whether it answers. No provider waits for another.
///
/// What travels on a lane is the stage's own: `dispatch` sends orders on its lanes, and `poll` asks
/// questions.
package struct Lane {
    package let settings: ProviderSettings
    package private(set) var endpoint: ProviderEndpoint
    /// Calls on their way.
    package private(set) var inFlight = 0
    private var rate: RateLimit
    /// The provider wants to be left alone until then, or was asked too much.
    package private(set) var throttledUntil: Timestamp?
    package private(set) var errors = 0
    /// When it last answered as it should; nil if it has not in this run.
    package private(set) var answeredAt: Timestamp?

    /// - Parameters:
    ///   - settings: the provider's settings.
    ///   - key: our key there.
    ///   - burst: how many calls may be started at once.
    ///   - earned: how many calls of the rate the run begins with.
    ///   - throttledUntil: what the ledger knows of that.
    ///   - closesSilently: whether its server was seen to close connections that it had left open,
    ///     without saying so.
    ///   - now: when the run begins.
    package init(
        _ settings: ProviderSettings, key: String, burst: Int, earned: Int = 1,
        throttledUntil: Timestamp?, closesSilently: Bool, at now: Timestamp
    ) {
        self.settings = settings
        endpoint = ProviderEndpoint(settings, key: key)
        if closesSilently, settings.freshConnections == nil { endpoint.freshConnections = true }
        rate = RateLimit(
            perSecond: settings.requestsPerSecond, burst: burst, earned: earned, at: now)
        self.throttledUntil = throttledUntil
    }

    /// Whether it must be left alone at `now`.
    package func isThrottled(at now: Timestamp) -> Bool {
        throttledUntil.map { now < $0 } ?? false
    }

    /// How many calls its rate allows at `now`.
    package mutating func available(at now: Timestamp) -> Int { rate.available(at: now) }

    /// Milliseconds until its rate allows a call.
    package func wait(at now: Timestamp) -> Int { rate.wait(at: now) }

    /// Counts a call that is put on its way.
    package mutating func start() {
        inFlight += 1
        rate.take()
    }

    /// Counts a call that has ended, well or not.
    package mutating func end() {
        inFlight -= 1
    }

    /// Notes that it answered as it should.
    package mutating func noteAnswer(at now: Timestamp) {
        answeredAt = now
    }

    /// Counts calls that failed.
    package mutating func noteErrors(_ count: Int = 1) {
        errors += count
    }

    /// Leaves it alone for a while, but at least for as long as was said before.
    ///
    /// - Returns: the moment until which it is left alone.
    package mutating func leaveAlone(seconds: Int, at now: Timestamp) -> Timestamp {
        let asked = now.adding(seconds: max(1, seconds))
        let until = max(throttledUntil ?? asked, asked)
        throttledUntil = until
        return until
    }

    /// Notes that its server was seen to close a connection that it had left open. From then on,
    /// nothing is sent on a connection that was used before, unless the settings say otherwise.
    ///
    /// - Returns: whether this is news.
    package mutating func noteSilentClose() -> Bool {
        guard endpoint.freshConnections == nil else { return false }
        endpoint.freshConnections = true
        return true
    }
}
