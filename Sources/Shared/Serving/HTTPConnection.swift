import NIOCore
import NIOHTTP1
import NIOTLS
import Networks

/// One connection of a server: its calls, one after another, within all limits.
///
/// 1. Wait for a head. Everything that it says is checked before its route is asked.
/// 2. The route admits the call by its head alone. Then come length, room and rate.
/// 3. Only now `100 Continue`, and the body: within its length, its times and its rate. Nothing is
///    read from the socket while nobody takes it.
/// 4. The route's answer is written piece by piece; a client that does not take it is left.
/// 5. Wait for the next head; or, if a body was not read to its end, tell the client that nothing
///    more comes, drop a little of what it still sends so that it can read its answer, and close.
///
/// All state belongs to the event loop. The program's code runs elsewhere, and comes back by
/// `execute`.
final class HTTPConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = Never
    typealias OutboundIn = Never
    typealias OutboundOut = HTTPServerResponsePart

    /// Where a connection stands.
    enum Phase {
        /// Between calls.
        case idle
        /// A head has begun.
        case head
        case admitting
        case collecting
        case streaming
        /// The body is whole, or will never be; the program makes the answer.
        case working
        case replying
        /// The last answer is written; what still comes is dropped.
        case draining
        case closed
    }

    /// What came and is not yet dealt with.
    enum Arrival {
        case part(HTTPServerRequestPart)
        case broken(ServingRefusal)
        /// The client sends nothing more.
        case end
    }

    let shared: SharedState
    let isEncrypted: Bool
    var limits: ServingLimits
    var context: ChannelHandlerContext?
    var peer = NetworkAddress.unknown
    /// Why every call of this connection is refused, if one connection too many was opened.
    var verdict: ServingRefusal?
    private var isCounted = false

    var phase = Phase.idle
    var exchange: Exchange?
    private var arrivals = CircularBuffer<Arrival>()
    /// How many heads are among the arrivals, and how many bytes of bodies.
    private(set) var headsAhead = 0
    private var bytesAhead = 0
    /// Nothing that comes is of use any more: it is broken, or too much at once.
    private(set) var isDeaf = false
    /// Whether the client has said that it sends nothing more.
    private(set) var hasEnded = false
    var isStopping = false
    private var isReadHeld = false
    /// Since when the reader of a streamed body is behind.
    var behindSince: NIODeadline?
    private var headBytes = 0
    private var drained = 0

    var deadline: NIODeadline?
    var timer: (due: NIODeadline, Scheduled<Void>)?

    init(_ shared: SharedState, isEncrypted: Bool) {
        self.shared = shared
        self.isEncrypted = isEncrypted
        limits = shared.limits
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if let text = context.remoteAddress?.ipAddress, let address = NetworkAddress(text) {
            peer = address
        }
        isCounted = true
        switch shared.census.enterConnection(from: countedAddress, limits) {
        case .served: break
        case .refused(let refusal): verdict = refusal
        case .closed:
            context.close(promise: nil)
            return
        }
        let isHurried = isEncrypted || verdict != nil
        setDeadline(in: verdict != nil ? limits.drainTime : limits.headTime, if: isHurried)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    /// Nil for a trusted proxy. It stays the same for as long as the connection lasts.
    private lazy var countedAddress: NetworkAddress? =
        shared.proxies.trust(peer) ? nil : peer.neighborhood

    private func end() {
        guard phase != .closed else { return }
        phase = .closed
        timer?.1.cancel()
        timer = nil
        arrivals.removeAll()
        if isCounted { shared.census.leaveConnection(from: countedAddress) }
        guard let exchange else { return }
        exchange.pieces?.finish(ServingRefusal.clientLeft)
        if !exchange.isAtWork { leaveCensus(exchange) }
        tell(exchange, status: 499)
    }

    func close() {
        context?.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isStopping = true
            if phase == .idle { close() }
        case ChannelEvent.inputClosed:
            hasEnded = true
            if phase == .draining { return close() }
            arrive(.end)
        case TLSUserEvent.handshakeCompleted:
            if phase == .idle, verdict == nil { setDeadline(in: limits.idleTime) }
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return close() }
        guard !isDeaf, phase != .draining else { return }
        switch error {
        // The client left within a call; the event follows.
        case .invalidEOFState: return
        case .headerOverflow: arrive(.broken(.headTooLong))
        default: arrive(.broken(.malformed("it is no HTTP/1.1")))
        }
        isDeaf = true
    }

    // MARK: Reading

    /// Counts bytes before they are parsed; false if they are to be dropped.
    func takes(_ count: Int) -> Bool {
        switch phase {
        case .idle:
            phase = .head
            headBytes = count
            setDeadline(in: limits.headTime)
        case .head:
            // The parser counts fields, but not the empty lines before a head.
            guard headBytes < 2 * limits.headBytes else {
                isDeaf = true
                refuse(ServingRefusal.headTooLong)
                return false
            }
            headBytes += count
        case .draining:
            drained += count
            if drained > limits.drainBytes { close() }
            return false
        case .collecting, .streaming: countRaw(count)
        case .closed: return false
        case .admitting, .working, .replying: break
        }
        return !isDeaf
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDeaf else { return }
        let part = unwrapInboundIn(data)
        switch part {
        case .head: headsAhead += 1
        case .body(let bytes): bytesAhead += bytes.readableBytes
        case .end: break
        }
        // At the end of a connection everything in the kernel comes at once.
        if headsAhead > limits.callsAhead || bytesAhead > limits.drainBytes {
            isDeaf = true
            if case .head = part { headsAhead -= 1 }
            return
        }
        arrive(.part(part))
    }

    private func arrive(_ arrival: Arrival) {
        guard phase != .draining, phase != .closed else { return }
        arrivals.append(arrival)
        advance()
    }

    /// Deals with what has come, as far as it is its turn.
    func advance() {
        while !arrivals.isEmpty {
            switch (phase, arrivals[arrivals.startIndex]) {
            case (.idle, .part(.head(let head))), (.head, .part(.head(let head))):
                next()
                begin(head)
            case (.idle, let arrival), (.head, let arrival):
                next()
                deal(withoutCall: arrival)
            case (.collecting, let arrival), (.streaming, let arrival):
                next()
                deal(withBody: arrival)
            default: return
            }
        }
        // The rest of its body came at once with its end, and was too much.
        if isDeaf, phase == .collecting || phase == .streaming { fail(.clientLeft) }
    }

    private func next() {
        switch arrivals.removeFirst() {
        case .part(.head): headsAhead -= 1
        case .part(.body(let bytes)): bytesAhead -= bytes.readableBytes
        default: break
        }
    }

    private func deal(withoutCall arrival: Arrival) {
        switch arrival {
        case .part: break
        case .broken(let refusal): refuse(refusal)
        case .end: close()
        }
    }

    /// Drops what has come of the body of a call that is refused; the rest may follow.
    func skipBody(of exchange: Exchange) {
        while !exchange.isBodyWhole, let arrival = arrivals.first, case .part(let part) = arrival {
            if case .head = part { return }
            next()
            if case .end = part { exchange.isBodyWhole = true }
        }
    }

    func read(context: ChannelHandlerContext) {
        if isReading { context.read() } else { isReadHeld = true }
    }

    private var isReading: Bool {
        switch phase {
        case .idle, .head, .collecting, .draining: true
        case .streaming: behindSince == nil
        case .admitting, .working, .replying, .closed: false
        }
    }

    func resumeReading() {
        guard isReadHeld, isReading else { return }
        isReadHeld = false
        context?.read()
    }
}
