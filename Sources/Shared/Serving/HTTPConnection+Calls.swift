import HTTPTypes
import NIOCore
import NIOHTTP1
import Networks

/// From a head to the end of a body.
extension HTTPConnection {
    func begin(_ head: HTTPRequestHead) {
        limits = shared.limits
        let exchange = Exchange()
        exchange.method = head.method.rawValue
        exchange.isHead = head.method == .HEAD
        exchange.isOld = head.isOld
        // The parser stops where another protocol would begin; there is none here.
        exchange.keepsAlive =
            head.isKeepAlive && head.method != .CONNECT && !head.headers.contains(name: "upgrade")
        self.exchange = exchange
        phase = .admitting
        deadline = nil
        do throws(ServingRefusal) {
            if let verdict { throw verdict }
            let received = try ReceivedHead(head)
            exchange.isChunked = received.isChunked
            let (call, route) = try call(of: received, exchange)
            let expectations = head.headers[canonicalForm: "expect"].map { $0.lowercased() }
            guard expectations.isEmpty || expectations == ["100-continue"] else {
                throw .unknownExpectation
            }
            exchange.waitsToSend =
                !expectations.isEmpty && !exchange.isOld
                && (received.isChunked || received.length ?? 0 > 0)
            run(exchange) {
                try await route.admit(call)
            } then: {
                $0.admitted($1)
            }
        } catch {
            refuse(error)
        }
    }

    /// Finds the route. What has none counts as a call without a key.
    private func call(
        of received: ReceivedHead, _ exchange: Exchange
    ) throws(ServingRefusal) -> (HTTPCall, Route) {
        let origin = shared.proxies.origin(
            of: received.fields, from: peer, isEncrypted: isEncrypted)
        let match: RouteTable.Match
        do throws(ServingRefusal) {
            match = try shared.routes.match(received.method, received.target)
        } catch {
            try countCall(meter: nil, from: origin.address)
            throw error
        }
        let call = HTTPCall(
            id: exchange.id, method: received.method, pattern: match.route.pattern,
            parameters: match.parameters, query: received.target.query, fields: received.fields,
            address: origin.address, isEncrypted: origin.isEncrypted, length: received.length)
        exchange.call = call
        exchange.route = match.route
        return (call, match.route)
    }

    private func countCall(
        meter: String?, from address: NetworkAddress
    ) throws(ServingRefusal) {
        try shared.meters.count(
            meter.map { Meters.Subject.key($0) } ?? .address(address.neighborhood),
            callsPerSecond: meter == nil
                ? limits.callsPerSecondWithoutKey : limits.callsPerSecondPerKey,
            at: NIODeadline.now().uptimeNanoseconds)
    }

    private func admitted(_ result: Result<Admission, any Error>) {
        guard phase == .admitting, let exchange, let call = exchange.call,
            let route = exchange.route
        else { return }
        do {
            let admission: Admission
            do {
                admission = try result.get()
            } catch {
                // Guessing keys costs the same as calling without one.
                if route.isLimited { try countCall(meter: nil, from: call.address) }
                throw error
            }
            exchange.admission = admission
            try admission.room(try bodyBytes(call, exchange, route.body))
            if route.isLimited {
                try countCall(meter: admission.meter, from: call.address)
                try shared.census.enterCall(of: admission.meter, limits)
                exchange.isCounted = true
            }
            listen(to: exchange, route.body, admission)
        } catch {
            refuse(error)
        }
    }

    /// The most bytes that a body may have.
    private func bodyBytes(
        _ call: HTTPCall, _ exchange: Exchange, _ rule: BodyRule
    ) throws(ServingRefusal) -> Int {
        if let length = call.length {
            guard length <= rule.limit else { throw .bodyTooLong(limit: rule.limit) }
            return length
        }
        if rule.needsLength { throw .lengthMissing }
        guard exchange.isChunked else { return 0 }
        if rule.form == .none { throw .bodyTooLong(limit: 0) }
        return rule.limit
    }

    private func listen(to exchange: Exchange, _ rule: BodyRule, _ admission: Admission) {
        if exchange.waitsToSend {
            write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
            context?.flush()
        }
        exchange.bodyBegun = .now()
        exchange.lastPiece = exchange.bodyBegun
        if rule.form == .streamed {
            phase = .streaming
            stream(exchange, admission)
        } else {
            phase = .collecting
        }
        advance()
        guard phase == .collecting || phase == .streaming else { return }
        if behindSince == nil { deadline = exchange.lateness(limits).at }
        armTimer()
        resumeReading()
    }

    private func stream(_ exchange: Exchange, _ admission: Admission) {
        guard let eventLoop = context?.eventLoop else { return }
        let (source, sequence) = BodyPieces.make(
            for: NIOLoopBound(self, eventLoop: eventLoop), on: eventLoop)
        exchange.pieces = source
        let body = CallBody(pieces: sequence)
        run(exchange) {
            try await admission.respond(body)
        } then: {
            $0.answered($1)
        }
    }

    func countRaw(_ count: Int) {
        guard let exchange, exchange.isChunked else { return }
        exchange.raw += count
        if exchange.raw > 8 * exchange.received + limits.drainBytes {
            fail(.malformed("its chunks are hardly more than their marks"))
        }
    }

    func deal(withBody arrival: Arrival) {
        guard let exchange, let limit = exchange.route?.body.limit else { return }
        switch arrival {
        case .part(.body(let bytes)):
            exchange.received += bytes.readableBytes
            guard exchange.received <= limit else { return fail(.bodyTooLong(limit: limit)) }
            exchange.lastPiece = .now()
            if let pieces = exchange.pieces {
                let isEnough = pieces.yield(contentsOf: CollectionOfOne(bytes)) != .produceMore
                if isEnough, behindSince == nil { behindSince = .now() }
            } else {
                exchange.collected.append(contentsOf: bytes.readableBytesView)
            }
            deadline = behindSince == nil ? exchange.lateness(limits).at : nil
            armTimer()
        case .part(.end): endBody(of: exchange)
        case .part(.head): break
        case .broken(let refusal): fail(refusal)
        case .end: fail(.clientLeft)
        }
    }

    private func endBody(of exchange: Exchange) {
        exchange.isBodyWhole = true
        behindSince = nil
        deadline = nil
        phase = .working
        if let pieces = exchange.pieces {
            pieces.finish()
        } else if let admission = exchange.admission {
            let body = CallBody(bytes: exchange.collected)
            exchange.collected = []
            run(exchange) {
                try await admission.respond(body)
            } then: {
                $0.answered($1)
            }
        }
    }

    /// Ends a body before its end. A route that is reading it answers when it has noticed.
    func fail(_ refusal: ServingRefusal) {
        guard let exchange else { return }
        guard let pieces = exchange.pieces else { return refuse(refusal) }
        exchange.failure = refusal
        behindSince = nil
        deadline = nil
        phase = .working
        pieces.finish(refusal)
    }

    /// The reader of a streamed body has caught up.
    func resumeBody() {
        guard phase == .streaming, let exchange, let since = behindSince else { return }
        behindSince = nil
        let pause = NIODeadline.now() - since
        exchange.bodyBegun = exchange.bodyBegun + pause
        exchange.lastPiece = exchange.lastPiece + pause
        deadline = exchange.lateness(limits).at
        armTimer()
        resumeReading()
    }

    /// The reader of a streamed body is gone; its answer follows.
    func leaveBody() {
        guard phase == .streaming, behindSince == nil else { return }
        behindSince = .now()
        deadline = nil
    }

    /// Runs the program's code off the event loop.
    func run<Value: Sendable>(
        _ exchange: Exchange, _ work: @escaping @Sendable () async throws -> Value,
        then: @escaping @Sendable (HTTPConnection, Result<Value, any Error>) -> Void
    ) {
        guard let eventLoop = context?.eventLoop else { return }
        exchange.isAtWork = true
        let connection = NIOLoopBound((self, exchange), eventLoop: eventLoop)
        Task {
            let result: Result<Value, any Error>
            do {
                result = .success(try await work())
            } catch {
                result = .failure(error)
            }
            eventLoop.execute {
                let (connection, exchange) = connection.value
                exchange.isAtWork = false
                if connection.phase == .closed { connection.leaveCensus(exchange) }
                then(connection, result)
            }
        }
    }
}
