import Synchronization

/// A clock that a test sets.
final class StoppedClock: Sendable {
    private let moment: Mutex<ContinuousClock.Instant>

    init(_ moment: ContinuousClock.Instant) {
        self.moment = Mutex(moment)
    }

    func move(to moment: ContinuousClock.Instant) {
        self.moment.withLock { $0 = moment }
    }

    @Sendable func read() -> ContinuousClock.Instant {
        moment.withLock { $0 }
    }
}
