import Synchronization
import Timestamps

/// A clock that moves on by a millisecond each time it is read, and further when it is told to.
package final class TickingClock: Sendable {
    /// 2025-06-01T10:00:00Z: past, also for the programs that go by the real clock.
    package static let start = Timestamp(milliseconds: 1_748_772_000_000)

    private let state = Mutex((moved: Int64(0), shift: Int64(0), readings: 0))

    package init() {}

    package func advance(seconds: Int) {
        state.withLock { $0.moved += Int64(seconds) * 1_000 }
    }

    /// From now on it is wrong by so many seconds: ahead, or below zero behind.
    package func shift(seconds: Int) {
        state.withLock { $0.shift = Int64(seconds) * 1_000 }
    }

    /// What it would say if it were right; to ask takes no time.
    package var truth: Timestamp {
        Timestamp(milliseconds: Self.start.milliseconds + state.withLock(\.moved))
    }

    /// How often it was read: who spins, reads it very often.
    package var readings: Int { state.withLock(\.readings) }

    package var wall: WallClock {
        WallClock {
            self.state.withLock { state in
                state.readings += 1
                state.moved += 1
                return Timestamp(milliseconds: Self.start.milliseconds + state.moved + state.shift)
            }
        }
    }
}
