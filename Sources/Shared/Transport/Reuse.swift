/// Whether a server keeps the connections that it leaves open, and so which of them may carry an
/// order.
///
/// Some servers close a connection soon after a reply without saying so. An order that is sent at
/// that moment may or may not have been read, so it ends in doubt. Nobody can recognize such a
/// server before it does so. Therefore:
///
/// 1. At first each order has a connection of its own. One of them is left open after its reply,
///    and not used.
/// 2. If it is still open after `watchMilliseconds`, one order tries it; the others still get
///    connections of their own.
/// 3. Once that order is answered, connections are used again. If one of them is ever found closed,
///    or dies under an order before a byte of the reply, no connection to this server is used
///    twice.
///
/// So a server of this kind causes at most one order in doubt, and none if it closes within the
/// watch.
struct Reuse {
    private var state = State.unknown

    private enum State {
        case unknown
        /// The connection that is not used, and since when.
        case watching(PooledSocket, since: Int)
        /// An order is on its way on that connection.
        case trying
        case keeps
        case closes
    }

    /// How long a connection is watched before an order tries it, in milliseconds.
    static let watchMilliseconds = 250
    /// How old it may be to be tried, in milliseconds. libcurl gives it up after
    /// `Transfer.idleConnectionSeconds`.
    private static let trustMilliseconds = 2_500

    /// How to send a call at `now`, in milliseconds.
    mutating func route(at now: Int) -> ConnectionUse {
        switch state {
        case .unknown: return ConnectionUse(isFresh: true, isKept: true)
        case .keeps: return .used
        case .trying, .closes: return .fresh
        case .watching(let socket, let since):
            switch socket.look() {
            case .quiet where now - since < Self.watchMilliseconds: return .fresh
            case .quiet where now - since < Self.trustMilliseconds:
                state = .trying
                return .used
            case .quiet, .gone:
                state = .unknown
                return ConnectionUse(isFresh: true, isKept: true)
            case .closed:
                state = .closes
                return ConnectionUse(isFresh: true, isKept: false, sawSilentClose: true)
            }
        }
    }

    /// Notes how a call ended.
    ///
    /// - Returns: whether it showed that the server closes connections silently.
    mutating func note(_ end: CallEnd, on route: ConnectionUse, at now: Int) -> Bool {
        switch end {
        case .diedUnanswered, .foundClosed:
            guard !isClosing else { return false }
            state = .closes
            return true
        case .answered(let isReused, let socket):
            if isReused, !route.isFresh, !isClosing { state = .keeps }
            if case .trying = state, !route.isFresh { state = .unknown }
            if case .unknown = state, let socket { state = .watching(socket, since: now) }
        case .other:
            if case .trying = state, !route.isFresh { state = .unknown }
        }
        return false
    }

    private var isClosing: Bool { if case .closes = state { true } else { false } }
}

/// How a call is sent.
struct ConnectionUse {
    /// On a connection of its own.
    let isFresh: Bool
    /// Whether its connection is left open after the reply.
    let isKept: Bool
    /// Whether a silent close was seen when the route was chosen.
    var sawSilentClose = false

    static let used = ConnectionUse(isFresh: false, isKept: true)
    static let fresh = ConnectionUse(isFresh: true, isKept: false)
}

/// How a call ended, as far as its connection goes.
enum CallEnd {
    /// A reply came; `socket`: the connection, if it was left open.
    case answered(isReused: Bool, socket: PooledSocket?)
    /// Its connection had been used before, and ended before a byte of the reply.
    case diedUnanswered
    /// Nothing was sent, because the used connection that it was given had been closed.
    case foundClosed
    /// Anything else. It says nothing about the server.
    case other
}
