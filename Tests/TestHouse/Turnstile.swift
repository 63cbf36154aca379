import Synchronization
import TestSupport

/// Lets one call out when it is full, and all once the last has come. A caller that does not keep
/// it full gets stuck.
package final class Turnstile: Sendable {
    private let capacity: Int
    private let total: Int
    private let state = Mutex(State())

    private struct State {
        var arrived = 0
        var inside = 0
        var most = 0
        var stuck = 0
    }

    package init(capacity: Int, total: Int) {
        self.capacity = capacity
        self.total = total
    }

    /// The most calls that were in at once.
    package var most: Int { state.withLock(\.most) }
    /// How many waited so long that nobody can have been coming.
    package var stuck: Int { state.withLock(\.stuck) }

    /// Returns when the caller may leave.
    package func pass() {
        state.withLock { state in
            state.arrived += 1
            state.inside += 1
            state.most = max(state.most, state.inside)
        }
        let hasLeft = eventually {
            state.withLock { state in
                guard state.inside >= capacity || state.arrived == total else { return false }
                state.inside -= 1
                return true
            }
        }
        if hasLeft { return }
        state.withLock { state in
            state.stuck += 1
            state.inside -= 1
        }
    }
}
