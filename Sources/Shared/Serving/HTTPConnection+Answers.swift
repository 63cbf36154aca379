import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1

/// From an answer to the next call.
extension HTTPConnection {
    func answered(_ result: Result<HTTPAnswer, any Error>) {
        guard phase == .streaming || phase == .working, let exchange else { return }
        switch result {
        case .success(let answer):
            exchange.holder = answer.holder
            reply(answer, fields: [:])
        case .failure(let error): refuse(exchange.failure ?? error)
        }
    }

    /// Answers with an error, in the program's words.
    func refuse(_ error: any Error) {
        let exchange = exchange ?? Exchange()
        self.exchange = exchange
        let refusal = error as? ServingRefusal
        if refusal == .clientLeft {
            phase = .working
            return close()
        }
        reply(shared.explain(error, exchange.call), fields: refusal?.fields ?? [:])
    }

    private func reply(_ answer: HTTPAnswer, fields: HTTPFields) {
        guard let exchange else { return }
        phase = .replying
        behindSince = nil
        exchange.collected = []
        skipBody(of: exchange)
        // The answer to the last call that is heard is the last.
        let isLast = isStopping || verdict != nil || isDeaf && headsAhead == 0
        exchange.keepsAlive = exchange.keepsAlive && exchange.isBodyWhole && !isLast
        exchange.status = answer.status.code
        var head = HTTPResponseHead(
            version: exchange.isOld ? .http1_0 : .http1_1,
            status: HTTPResponseStatus(
                statusCode: answer.status.code, reasonPhrase: answer.status.reasonPhrase))
        for field in answer.fields {
            head.headers.add(name: field.name.rawName, value: field.value)
        }
        for field in fields {
            head.headers.replaceOrAdd(name: field.name.rawName, value: field.value)
        }
        head.headers.replaceOrAdd(name: "Date", value: HTTPDate.now)
        head.headers.replaceOrAdd(name: "X-Request-Id", value: exchange.id)
        frame(answer.body, in: &head, exchange)
        if !exchange.keepsAlive {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if exchange.isOld {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
        write(.head(head))
        writeBody(answer.body, hasBody: !exchange.isHead && head.status.mayHaveResponseBody)
    }

    /// Says where the answer ends.
    private func frame(
        _ body: HTTPAnswer.Body, in head: inout HTTPResponseHead, _ exchange: Exchange
    ) {
        guard head.status.mayHaveResponseBody else { return }
        switch body {
        case .bytes(let bytes): exchange.announced = bytes.count
        case .pieces(let length, _): exchange.announced = length
        }
        if let length = exchange.announced {
            head.headers.replaceOrAdd(name: "Content-Length", value: "\(length)")
        } else if exchange.isOld {
            // HTTP/1.0 has no chunks: the end of the connection is the end of the answer.
            exchange.keepsAlive = false
        } else if !exchange.isHead {
            head.headers.replaceOrAdd(name: "Transfer-Encoding", value: "chunked")
        }
    }

    private func writeBody(_ body: HTTPAnswer.Body, hasBody: Bool) {
        switch body {
        case .bytes(let bytes) where hasBody: writeNext(of: ByteBuffer(bytes: bytes))
        case .pieces(_, let pieces) where hasBody: pull(pieces)
        case .bytes, .pieces: writeNext(of: ByteBuffer())
        }
    }

    /// The longest piece that is written at once, in bytes.
    private static let pieceBytes = 65_536

    /// Writes the next piece of an answer, and the end after the last one.
    private func writeNext(of rest: ByteBuffer) {
        var rest = rest
        let length = min(Self.pieceBytes, rest.readableBytes)
        if length > 0, let piece = rest.readSlice(length: length) { writePiece(piece) }
        let left = rest
        flush(isEnd: left.readableBytes == 0) { $0.writeNext(of: left) }
    }

    /// Asks for the next piece of an answer that is made on the way.
    private func pull(_ pieces: @escaping HTTPAnswer.Pieces) {
        guard let exchange else { return }
        deadline = nil
        context?.flush()
        run(exchange) {
            try await pieces()
        } then: { connection, result in
            guard connection.phase == .replying else { return }
            switch result {
            case .success(let bytes):
                let length = connection.exchange?.announced ?? .max
                let sent = (connection.exchange?.sent ?? 0) + (bytes?.count ?? 0)
                guard sent <= length, bytes != nil || length == .max || sent == length else {
                    return connection.breakOff("its body has not the length that was said")
                }
                if let bytes { connection.writePiece(ByteBuffer(bytes: bytes)) }
                connection.flush(isEnd: bytes == nil) { $0.pull(pieces) }
            case .failure(let error): connection.breakOff("\(error)")
            }
        }
    }

    private func breakOff(_ reason: String) {
        shared.logger.error(
            "an answer broke off", metadata: ["id": "\(exchange?.id ?? "-")", "error": "\(reason)"])
        close()
    }

    private func writePiece(_ piece: ByteBuffer) {
        exchange?.sent += piece.readableBytes
        write(.body(.byteBuffer(piece)))
    }

    /// Sends what is written, and goes on when the client has taken it.
    private func flush(isEnd: Bool, then: @escaping (HTTPConnection) -> Void) {
        guard let context, phase == .replying else { return }
        setDeadline(in: limits.replyPause)
        let promise = context.eventLoop.makePromise(of: Void.self)
        let part = isEnd ? HTTPServerResponsePart.end(nil) : .body(.byteBuffer(ByteBuffer()))
        context.writeAndFlush(wrapOutboundOut(part), promise: promise)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            guard phase == .replying else { return }
            guard case .success = result else { return close() }
            if isEnd { replied() } else { then(self) }
        }
    }

    func write(_ part: HTTPServerResponsePart) {
        context?.write(wrapOutboundOut(part), promise: nil)
    }

    private func replied() {
        guard let exchange else { return }
        self.exchange = nil
        leaveCensus(exchange)
        tell(exchange, status: exchange.status)
        if exchange.keepsAlive, !isStopping {
            phase = .idle
            setDeadline(in: limits.idleTime)
            advance()
        } else {
            phase = .draining
            setDeadline(in: limits.drainTime)
            context?.close(mode: .output, promise: nil)
            if hasEnded { return close() }
        }
        resumeReading()
    }

    func leaveCensus(_ exchange: Exchange) {
        guard exchange.isCounted else { return }
        exchange.isCounted = false
        shared.census.leaveCall(of: exchange.admission?.meter)
    }

    /// Tells of a call that is over.
    func tell(_ exchange: Exchange, status: Int) {
        let report = CallReport(
            id: exchange.id, method: exchange.method, pattern: exchange.route?.pattern ?? "-",
            status: status, received: exchange.received, sent: exchange.sent,
            microseconds: (NIODeadline.now() - exchange.begun).nanoseconds / 1_000,
            holder: exchange.holder ?? exchange.admission?.holder,
            address: "\(exchange.call?.address ?? peer)")
        shared.report(report)
        shared.logger.notice("call", metadata: report.metadata)
    }
}

extension CallReport {
    /// What the log says of a call: no query, no key, no body.
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "id": "\(id)", "method": "\(method)", "route": "\(pattern)", "status": "\(status)",
            "received": "\(received)", "sent": "\(sent)",
            "milliseconds": "\(microseconds / 1_000)", "address": "\(address)",
        ]
        if let holder { metadata["holder"] = "\(holder)" }
        return metadata
    }
}
