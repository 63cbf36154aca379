import Glibc
import Hummingbird
import NIOCore

/// Answers that a client must survive, made on the client's own connection.
struct FaultyAnswer {
    let request: Request
    let channel: any Channel
    /// How long the slow ones take.
    let slow: Duration

    /// The size of a huge body, in chunks of 64 KiB: 64 MiB.
    private static let hugeChunks = 1_024

    /// The connection was broken on purpose, so there is nobody left to answer.
    private struct Broken: Error {}

    /// Spoils a good response with this body as `fault` says.
    func spoil(_ good: Response, _ body: [UInt8], by fault: Fault) async throws -> Response {
        switch fault {
        case .html: return page(200, "<html><h1>Checking your browser…</h1></html>")
        case .error: return page(500, "<html><h1>Internal Server Error</h1></html>")
        case .empty: return Response(status: .ok)
        case .throttle:
            var response = response(to: .refused(.throttled))
            response.status = .tooManyRequests
            response.headers[.retryAfter] = "2"
            return response
        case .redirect:
            return Response(
                status: .movedPermanently, headers: [.location: request.uri.description])
        case .half: return half(of: good, body)
        case .drip: return dripping(good, body)
        case .huge: return huge(good, body)
        case .slow:
            try await Task.sleep(for: slow)
            return good
        case .reset: try await reset()
        case .hang: try await hang()
        }
    }

    private func page(_ code: Int, _ html: String) -> Response {
        Response(
            status: .init(code: code), headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    private func half(of good: Response, _ body: [UInt8]) -> Response {
        var response = good
        response.body = ResponseBody(contentLength: body.count) { writer in
            try await writer.write(ByteBuffer(bytes: body.prefix(body.count / 2)))
            throw Broken()
        }
        return response
    }

    private func dripping(_ good: Response, _ body: [UInt8]) -> Response {
        var response = good
        let pause = slow / max(body.count, 1)
        response.body = ResponseBody(contentLength: body.count) { writer in
            for byte in body {
                try await writer.write(ByteBuffer(bytes: [byte]))
                try await Task.sleep(for: pause)
            }
            try await writer.finish(nil)
        }
        return response
    }

    /// The good body, and then white space, which JSON allows, until the client gives up.
    private func huge(_ good: Response, _ body: [UInt8]) -> Response {
        var response = good
        response.body = ResponseBody { writer in
            try await writer.write(ByteBuffer(bytes: body))
            let blank = ByteBuffer(repeating: UInt8(ascii: " "), count: 65_536)
            for _ in 0..<Self.hugeChunks { try await writer.write(blank) }
            try await writer.finish(nil)
        }
        return response
    }

    /// Closes the connection so that the client's kernel sees a RST: with SO_LINGER at 0, close(2)
    /// sends that instead of a FIN.
    private func reset() async throws -> Never {
        if let socket = channel as? any SocketOptionProvider {
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try await channel.close()
        throw Broken()
    }

    /// Says nothing until the client hangs up or the sandbox ends.
    private func hang() async throws -> Never {
        let (hangUp, client) = AsyncStream<Never>.makeStream()
        try await request.body.consumeWithInboundCloseHandler { _ in
            for await _ in hangUp {}
        } onInboundClosed: {
            client.finish()
        }
        try await reset()
    }
}
