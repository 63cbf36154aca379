import Synchronization
import Timestamps

/// A clock that moves on a little each time it is read, and further when a test says so.
package final class TickingClock: Sendable {
    /// 2025-06-01T10:00:00Z: past, also for the programs that go by the real clock.
    package static let start = Timestamp(milliseconds: 1_748_772_000_000)

    private let state: Mutex<(moved: Int64, shift: Int64, readings: Int)>
    private let tick: Int64

    /// `tick`: the milliseconds by which it moves on each time it is read.
    package init(at start: Timestamp = TickingClock.start, tick: Int64 = 1) {
        self.tick = tick
        state = Mutex((start.milliseconds - Self.start.milliseconds, 0, 0))
    }

    package func advance(seconds: Int) {
        state.withLock { $0.moved += Int64(seconds) * 1_000 }
    }

    /// From now on it is wrong by this many seconds: ahead, or behind if negative.
    package func shift(seconds: Int) {
        state.withLock { $0.shift = Int64(seconds) * 1_000 }
    }

    /// The right time. Reading it takes no time.
    package var truth: Timestamp {
        get { Timestamp(milliseconds: Self.start.milliseconds + state.withLock(\.moved)) }
        set { state.withLock { $0.moved = newValue.milliseconds - Self.start.milliseconds } }
    }

    /// How often it was read: a loop that spins reads it very often.
    package var readings: Int { state.withLock(\.readings) }

    package var wall: WallClock {
        WallClock {
            self.state.withLock { state in
                state.readings += 1
                state.moved += self.tick
                return Timestamp(milliseconds: Self.start.milliseconds + state.moved + state.shift)
            }
        }
    }
}
