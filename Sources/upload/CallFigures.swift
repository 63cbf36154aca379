import Doors
import Serving
import Synchronization

/// Counts calls and drops since the start, for `/metrics`.
final class CallFigures: Sendable {
    private let counts = Mutex(Counts())

    /// The upper ends of the buckets, in microseconds and as Prometheus writes seconds.
    static let buckets: [(microseconds: Int64, seconds: String)] = [
        (1_000, "0.001"), (5_000, "0.005"), (10_000, "0.01"), (25_000, "0.025"),
        (50_000, "0.05"), (100_000, "0.1"), (250_000, "0.25"), (500_000, "0.5"),
        (1_000_000, "1"), (2_500_000, "2.5"), (5_000_000, "5"), (10_000_000, "10"),
        (30_000_000, "30"),
    ]

    /// What was counted so far.
    struct Counts {
        var calls: [Call: Int] = [:]
        /// By route.
        var times: [Route: Times] = [:]
        /// By outcome: `new`, `same` or `other`.
        var drops: [String: Int] = [:]
        var receivedBytes = 0

        var total: Int { calls.values.reduce(0, +) }
    }

    /// What a call is counted under.
    struct Call: Hashable, Comparable {
        let route: Route
        let status: Int

        static func < (a: Call, b: Call) -> Bool {
            (a.route, a.status) < (b.route, b.status)
        }
    }

    /// A method and the pattern of a path.
    struct Route: Hashable, Comparable {
        let method: String
        let pattern: String

        static func < (a: Route, b: Route) -> Bool {
            (a.pattern, a.method) < (b.pattern, b.method)
        }
    }

    /// How long calls took.
    struct Times {
        /// One for each bucket, not cumulative, and one for what is longer.
        var counts = [Int](repeating: 0, count: CallFigures.buckets.count + 1)
        var microseconds: Int64 = 0
    }

    var current: Counts { counts.withLock { $0 } }

    /// Counts a call that is over.
    @Sendable func count(_ report: CallReport) {
        let route = Route(method: report.method, pattern: report.pattern)
        let bucket =
            Self.buckets.firstIndex { report.microseconds <= $0.microseconds }
            ?? Self.buckets.count
        counts.withLock { counts in
            counts.calls[Call(route: route, status: report.status), default: 0] += 1
            counts.times[route, default: Times()].counts[bucket] += 1
            counts.times[route]?.microseconds += report.microseconds
            counts.receivedBytes += report.received
        }
    }

    /// Counts a file.
    func count(_ outcome: DropOutcome) {
        let word =
            switch outcome {
            case .new: "new"
            case .same: "same"
            case .other: "other"
            }
        counts.withLock { $0.drops[word, default: 0] += 1 }
    }
}
