import Glibc

/// One answer as it came.
package struct RawAnswer: Equatable, Sendable {
    package let status: Int
    /// By name in lower case.
    package let fields: [String: String]
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a connection did when an answer was expected.
package struct NoAnswer: Error, CustomStringConvertible {
    package let got: String
    package var description: String { "no whole answer, but \(got.isEmpty ? "nothing" : got)" }
}

/// A client on a bare socket. It blocks, so run it on a thread of its own.
package final class RawClient {
    package let socket: Int32
    private var unread: [UInt8] = []
    private var isClosed = false

    /// Connects, with a kernel's buffer of so many bytes, or the usual one.
    ///
    /// - Throws: `NoAnswer` if nobody listens.
    package init(port: Int, from source: String = "127.0.0.1", receiveBytes: Int32? = nil) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBytes {
            setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receiveBytes, 4)
        }
        var wait = timeval(tv_sec: patience, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, length)
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, length)
        guard Self.call(bind, socket, source, 0), Self.call(connect, socket, "127.0.0.1", port)
        else {
            let code = errno
            Glibc.close(socket)
            isClosed = true
            throw NoAnswer(got: "no connection (\(code))")
        }
    }

    deinit { close() }

    private static func call(
        _ system: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ socket: Int32,
        _ host: String, _ port: Int
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr(host)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                system(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    package func close() {
        guard !isClosed else { return }
        isClosed = true
        Glibc.close(socket)
    }

    /// Says that nothing more is sent.
    package func endSending() {
        shutdown(socket, Int32(SHUT_WR))
    }

    /// Whether all could be sent.
    @discardableResult package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult package func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Whether the server ends the connection, by an end or a reset, without another byte.
    package var isEnded: Bool {
        guard unread.isEmpty else { return false }
        return !readMore() && (errno == 0 || errno == ECONNRESET)
    }

    /// Whether no answer has come yet.
    package var hasNothing: Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK)) < 0
            && errno == EAGAIN
    }

    /// The next answer.
    package func answer(toHead: Bool = false) throws -> RawAnswer {
        while true {
            if let gap = unread.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: unread[..<gap.lowerBound], as: UTF8.self)
                unread.removeFirst(gap.upperBound)
                return try answer(head, hasBody: !toHead)
            }
            guard readMore() else {
                throw NoAnswer(got: String(decoding: unread.prefix(200), as: UTF8.self))
            }
        }
    }

    /// All that still comes, until the server ends the connection.
    package func rest() -> [UInt8] {
        while readMore() {}
        defer { unread = [] }
        return unread
    }

    private func answer(_ head: String, hasBody: Bool) throws -> RawAnswer {
        var lines = head.split(separator: "\r\n")
        let status = Int(lines.removeFirst().split(separator: " ")[1]) ?? 0
        var fields: [String: String] = [:]
        for line in lines {
            let name = line.prefix { $0 != ":" }.lowercased()
            fields[name] = String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
        guard hasBody, status >= 200, status != 204 else {
            return RawAnswer(status: status, fields: fields, body: [])
        }
        if let length = fields["content-length"].flatMap({ Int($0) }) {
            return RawAnswer(status: status, fields: fields, body: try take(length))
        }
        guard fields["transfer-encoding"] == "chunked" else {
            while readMore() {}
            defer { unread = [] }
            return RawAnswer(status: status, fields: fields, body: unread)
        }
        var body: [UInt8] = []
        while true {
            let size = try takeLine()
            let length = Int(size, radix: 16) ?? 0
            body += try take(length)
            _ = try takeLine()
            if length == 0 { return RawAnswer(status: status, fields: fields, body: body) }
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while unread.count < count {
            guard readMore() else { throw NoAnswer(got: "\(unread.count) of \(count) bytes") }
        }
        defer { unread.removeFirst(count) }
        return Array(unread.prefix(count))
    }

    private func takeLine() throws -> String {
        while true {
            if let gap = unread.firstRange(of: [13, 10]) {
                defer { unread.removeFirst(gap.upperBound) }
                return String(decoding: unread[..<gap.lowerBound], as: UTF8.self)
            }
            guard readMore() else { throw NoAnswer(got: "half a chunk") }
        }
    }

    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var count: Int
        repeat {
            errno = 0
            count = recv(socket, &buffer, buffer.count, 0)
            // With a time-out, the kernel does not go on by itself after a signal.
        } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }
}
