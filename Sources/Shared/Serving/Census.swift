import Networks
import Synchronization

/// Counts connections by address, and calls in progress by key.
final class Census: Sendable {
    private let state = Mutex(State())

    private struct State {
        var connections = 0
        var byAddress: [NetworkAddress: Int] = [:]
        var calls = 0
        var byKey: [String: Int] = [:]
    }

    /// What becomes of a new connection.
    enum Entry {
        case served
        /// Its first call gets this answer, and then it is closed.
        case refused(ServingRefusal)
        /// It is closed at once: refused ones alone are too many.
        case closed
    }

    /// How many refused connections may wait for their answer, in all and from one address.
    private static let refused = 64

    /// Counts a new connection. `leaveConnection` must follow, also if it is refused. The address
    /// is nil if it is a trusted proxy, whose clients are many.
    func enterConnection(from address: NetworkAddress?, _ limits: ServingLimits) -> Entry {
        state.withLock { state in
            state.connections += 1
            var ofAddress = 0
            if let address {
                ofAddress = state.byAddress[address, default: 0] + 1
                state.byAddress[address] = ofAddress
            }
            if state.connections > limits.connections + Self.refused
                || ofAddress > limits.connectionsPerAddress + Self.refused
            {
                return .closed
            }
            if ofAddress > limits.connectionsPerAddress {
                return .refused(.tooManyConnections(ofAddress: true))
            }
            if state.connections > limits.connections {
                return .refused(.tooManyConnections(ofAddress: false))
            }
            return .served
        }
    }

    func leaveConnection(from address: NetworkAddress?) {
        state.withLock { state in
            state.connections -= 1
            if let address { Self.leave(&state.byAddress, address) }
        }
    }

    /// Counts a call in progress of a key, if it has one. If it does not throw, `leaveCall` must
    /// follow.
    ///
    /// - Throws: `tooManyCalls`.
    func enterCall(of key: String?, _ limits: ServingLimits) throws(ServingRefusal) {
        let isOfKey = state.withLock { state -> Bool? in
            guard state.calls < limits.calls else { return false }
            if let key {
                guard state.byKey[key, default: 0] < limits.callsPerKey else { return true }
                state.byKey[key, default: 0] += 1
            }
            state.calls += 1
            return nil
        }
        if let isOfKey { throw .tooManyCalls(ofKey: isOfKey) }
    }

    func leaveCall(of key: String?) {
        state.withLock { state in
            state.calls -= 1
            if let key { Self.leave(&state.byKey, key) }
        }
    }

    private static func leave<Key>(_ counts: inout [Key: Int], _ key: Key) {
        let count = counts[key, default: 1] - 1
        counts[key] = count > 0 ? count : nil
    }
}
