import Timestamps

/// A number of requests a second, with a burst as large as may be in flight at once.
///
/// The burst must be earned. So runs that follow each other keep the rate together, whatever the
/// run before sent a moment ago, and nothing needs to be stored between them.
package struct RateLimit {
    private let perSecond: Int
    private let burst: Int
    /// In thousandths of a request, so that milliseconds count exactly.
    private var tokens: Int
    private var countedAt: Timestamp

    /// - Parameters:
    ///   - perSecond: how many requests a second are allowed in the long run.
    ///   - burst: how many may be started at once, at most `perSecond`.
    ///   - earned: how many requests it begins with. With none, runs keep the rate exactly.
    ///   - now: when it begins.
    package init(perSecond: Int, burst: Int, earned: Int = 1, at now: Timestamp) {
        self.perSecond = perSecond
        self.burst = min(burst, perSecond)
        tokens = earned * 1_000
        countedAt = now
    }

    /// How many requests may be started at `now`.
    package mutating func available(at now: Timestamp) -> Int {
        let elapsed = max(0, now.milliseconds - countedAt.milliseconds)
        tokens = min(burst * 1_000, tokens + Int(min(elapsed, 60_000)) * perSecond)
        countedAt = now
        return tokens / 1_000
    }

    /// Counts a request that was started.
    package mutating func take() {
        tokens -= 1_000
    }

    /// Milliseconds from `now` until a request is allowed.
    package func wait(at now: Timestamp) -> Int {
        let missing = 1_000 - tokens
        let elapsed = Int(now.milliseconds - countedAt.milliseconds)
        return max(0, (missing + perSecond - 1) / perSecond - elapsed)
    }
}
