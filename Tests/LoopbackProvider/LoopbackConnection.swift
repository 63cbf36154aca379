import Glibc

/// One connection's side of the script: reads requests, gives answers.
struct LoopbackConnection {
    let socket: Int32
    private var unread: [UInt8] = []

    init(socket: Int32) {
        self.socket = socket
    }

    /// The next request's head and body; nil once the other side is gone.
    mutating func readRequest() -> (head: String, body: [UInt8])? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let gap = unread.firstRange(of: end) {
                let head = String(decoding: unread[..<gap.lowerBound], as: UTF8.self)
                let length = Self.contentLength(head)
                if unread.count >= gap.upperBound + length {
                    let body = Array(unread[gap.upperBound...].prefix(length))
                    unread.removeFirst(gap.upperBound + length)
                    return (head, body)
                }
            }
            guard readMore() else { return nil }
        }
    }

    private mutating func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        unread += buffer[..<count]
        return true
    }

    private static func contentLength(_ head: String) -> Int {
        for line in head.lowercased().split(separator: "\r\n")
        where line.hasPrefix("content-length:") {
            return Int(line.dropFirst("content-length:".count).filter { $0 != " " }) ?? 0
        }
        return 0
    }

    /// Follows the script; returns false if the connection must end.
    mutating func give(_ answer: LoopbackAnswer) -> Bool {
        switch answer {
        case .reply(let body, let status, let headers, let milliseconds):
            usleep(UInt32(milliseconds) * 1_000)
            return send(Self.head(status, headers, length: body.utf8.count) + body)
        case .replyAndClose(let body, let milliseconds):
            _ = send(Self.head(200, [], length: body.utf8.count) + body)
            usleep(UInt32(milliseconds) * 1_000)
            return false
        case .close, .reset:
            return false
        case .half(let body):
            _ = send(Self.head(200, [], length: body.utf8.count))
            _ = send(String(decoding: body.utf8.prefix(body.utf8.count / 2), as: UTF8.self))
            return false
        case .drip(let body, let milliseconds):
            guard send(Self.head(200, [], length: body.utf8.count)) else { return false }
            return body.allSatisfy { character in
                usleep(UInt32(milliseconds) * 1_000)
                return send(String(character))
            }
        case .huge(let bytes):
            let part = String(repeating: " ", count: 1 << 16)
            guard send(Self.head(200, [], length: bytes)) else { return false }
            for _ in 0..<(bytes / part.utf8.count) where !send(part) { return false }
            return send(String(repeating: " ", count: bytes % part.utf8.count))
        case .never:
            while readMore() {}
            return false
        }
    }

    private static func head(_ status: Int, _ headers: [String], length: Int) -> String {
        let lines = ["HTTP/1.1 \(status) Scripted", "Content-Length: \(length)"] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    private func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
