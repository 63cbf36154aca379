import Glibc

import class Foundation.Thread

/// How one request ended, as the client's kernel reports it.
enum Exchange: Equatable {
    case answered(status: Int, head: String, body: String)
    /// The connection ended before the body was whole.
    case cut(body: String)
    case reset
    /// Nothing came for as long as the client listened.
    case silence

    var body: String? {
        if case .answered(_, _, let body) = self { body } else { nil }
    }
    var status: Int? {
        if case .answered(let status, _, _) = self { status } else { nil }
    }
}

/// An HTTP client on a bare socket, so that a test sees what the wire does.
struct LoopbackClient {
    let port: Int

    /// Sends `request` as it is, and reads until the connection ends or `patience` milliseconds
    /// pass without a byte.
    func exchange(_ request: String, patience: Int = 300_000) async -> Exchange {
        await withCheckedContinuation { continuation in
            // A thread that blocks must not be one of the few that also run the sandbox.
            Thread.detachNewThread {
                continuation.resume(returning: Connection(port: port).exchange(request, patience))
            }
        }
    }

    /// Sends a request that asks for the connection to be closed after it.
    func send(
        _ method: String, _ path: String, _ body: String = "", patience: Int = 300_000
    ) async -> Exchange {
        await exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)", patience: patience)
    }
}

/// One connection, which is closed when it is released.
private final class Connection {
    private let socket: Int32

    init(port: Int) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(connected == 0, "nobody listens on port \(port)")
    }

    deinit { close(socket) }

    func exchange(_ request: String, _ patience: Int) -> Exchange {
        var limit = timeval(tv_sec: patience / 1_000, tv_usec: patience % 1_000 * 1_000)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var request = request
        let sent = request.withUTF8 {
            Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        precondition(sent == request.utf8.count, "the request did not fit the socket's buffer")

        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count > 0 {
                received += chunk[..<count]
            } else if count == 0 {
                return Self.parsed(received)
            } else {
                return errno == ECONNRESET ? .reset : .silence
            }
        }
    }

    private static func parsed(_ received: [UInt8]) -> Exchange {
        let text = String(decoding: received, as: UTF8.self)
        guard let split = text.firstRange(of: "\r\n\r\n") else { return .cut(body: text) }
        let head = text[..<split.lowerBound].lowercased()
        let body = String(text[split.upperBound...])
        let length = head.split(separator: "content-length: ").dropFirst().first
            .flatMap { Int($0.prefix { $0.isNumber }) }
        if let length, body.utf8.count < length { return .cut(body: body) }
        return .answered(status: Int(head.dropFirst(9).prefix(3)) ?? 0, head: head, body: body)
    }
}
