import Glibc
import HTTPTypes
import Logging
import Serving
import Synchronization
import TestSupport

/// Knows what a server makes of bytes from a stranger: of a plain request what it says, of any
/// other a refusal or something whole; and the same in however many pieces they come.
///
/// Its server listens on a real socket, so that all that reads bytes is in between.
package final class RequestOracle: Sendable {
    private let server: HTTPServer
    private let seen: Seen

    /// The requests of one connection, in their order.
    private final class Seen: Sendable {
        let requests = Mutex<[SeenRequest]>([])
    }

    /// What a connection came to.
    private struct Outcome {
        var statuses: [Int] = []
        var requests: [SeenRequest] = []

        /// What is no HTTP has the end of the connection for an answer if it comes before the
        /// answer to what is; if it comes later, it is told so.
        func isSame(as other: Outcome) -> Bool {
            requests == other.requests && readable == other.readable
        }

        /// The answers to what is HTTP.
        private var readable: ArraySlice<Int> {
            statuses.dropLast([400, 431].contains(statuses.last) ? 1 : 0)
        }
    }

    /// What came back is no head of an answer.
    private struct Garbled: Error {
        let head: String
    }

    /// The most bytes of a body.
    private static let mostBytes = 200
    /// All that the server may say. 408 and 5xx would be its own fault, except for a strange
    /// encoding.
    private static let allowed: Set = [200, 400, 404, 405, 411, 413, 417, 431, 501]

    package init() throws {
        var policy = ServingPolicy()
        policy.limits.callsPerSecondWithoutKey = .max
        policy.limits.callsAhead = .max
        for time in [
            \ServingLimits.headTime, \.bodyTime, \.bodyPause, \.replyPause, \.idleTime, \.drainTime,
        ] {
            policy.limits[keyPath: time] = .seconds(patience)
        }
        let seen = Seen()
        self.seen = seen
        let routes = Self.routes(seen)
        server = try awaited { [policy] in
            try await HTTPServer.start(
                host: "127.0.0.1", port: 0, policy: policy, routes: routes,
                // No answer has a body, so that heads alone come back.
                explain: { error, _ in
                    HTTPAnswer((error as? ServingRefusal)?.status ?? .internalServerError)
                },
                logger: Logger(label: "requests") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    /// Stops the server.
    package func stop() throws {
        try awaited { [server] in await server.stop() }
    }

    private static func routes(_ seen: Seen) -> RouteTable {
        let paths = ["/", "/{one}", "/{one}/{two}"]
        let bodies: [(HTTPRequest.Method, BodyRule)] = [
            (.get, .none), (.post, .collected(upTo: mostBytes)), (.put, .streamed(upTo: mostBytes)),
        ]
        return RouteTable(
            paths.flatMap { path in
                bodies.map { method, rule in
                    Route(method, path, body: rule, isLimited: false) { call in
                        Admission { body in
                            var bytes = body.bytes
                            for try await piece in body.pieces { bytes += piece }
                            let request = SeenRequest(call, bytes)
                            seen.requests.withLock { $0.append(request) }
                            return HTTPAnswer(.ok)
                        }
                    }
                }
            })
    }
}

extension RequestOracle {
    /// Sends what follows the first byte. If that is odd, sends it once more, in two pieces; the
    /// other bits say where it is cut.
    package func complaint(about input: [UInt8]) throws -> String? {
        let bytes = Array(input.dropFirst())
        let outcome = try outcome(of: [bytes])
        if let complaint = complaint(
            about: outcome, PlainRequests(bytes, mostBytes: Self.mostBytes))
        {
            return complaint
        }
        guard let first = input.first, first % 2 == 1, !bytes.isEmpty else { return nil }
        let cut = Int(first) * bytes.count / 256
        let again = try self.outcome(of: [Array(bytes[..<cut]), Array(bytes[cut...])])
        if again.isSame(as: outcome) { return nil }
        return "cut at \(cut) it is \(again), and whole \(outcome)"
    }

    private func complaint(about outcome: Outcome, _ plain: PlainRequests) -> String? {
        if let status = outcome.statuses.first(where: { !Self.allowed.contains($0) }) {
            return "an answer has the status \(status)"
        }
        for (index, request) in plain.requests.enumerated() {
            guard outcome.requests.indices.contains(index) else {
                return "a plain request was not served: \(request)"
            }
            if outcome.requests[index] != request {
                return "it saw \(outcome.requests[index]), and plain is \(request)"
            }
        }
        let served = outcome.statuses.filter { $0 == 200 }.count
        if plain.isAll, [served, outcome.statuses.count] != [plain.requests.count, served] {
            return "plain requests were answered with \(outcome.statuses)"
        }
        if served < plain.requests.count { return "a plain request was served, and not answered" }
        if served > outcome.requests.count { return "more was answered than was seen" }
        return outcome.requests.lazy.compactMap(Self.flaw).first
    }

    /// What no request may have, however it was written.
    private static func flaw(of request: SeenRequest) -> String? {
        func values(_ name: String) -> [String] {
            request.fields.filter { $0[0] == name }.map { $0[1] }
        }
        let isSegment = request.segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        }
        let isText = request.fields.allSatisfy { field in
            field[1].utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 }
        }
        let lengths = values("content-length")
        if !isSegment { return "a segment is not plain: \(request)" }
        if !isText { return "a field is not text: \(request)" }
        if values("host").count > 1 { return "it has two hosts: \(request)" }
        if lengths.count > 1 || !lengths.isEmpty && !values("transfer-encoding").isEmpty {
            return "its body has two ends: \(request)"
        }
        if request.body.count > mostBytes { return "its body is too long: \(request)" }
        if let length = request.length, length != request.body.count {
            return "its body has not the length that it says: \(request)"
        }
        return nil
    }

    private func outcome(of pieces: [[UInt8]]) throws -> Outcome {
        seen.requests.withLock { $0 = [] }
        let client = try RawClient(port: server.port)
        for (index, piece) in pieces.enumerated() {
            // A moment in which the server may read what was sent.
            if index > 0 { usleep(1_000) }
            client.send(piece)
        }
        client.endSending()
        var outcome = Outcome()
        for head in String(decoding: client.rest(), as: UTF8.self).split(separator: "\r\n\r\n") {
            let words = head.split(separator: " ", maxSplits: 2)
            guard words.count > 1, ["HTTP/1.0", "HTTP/1.1"].contains(words[0]),
                let status = Int(words[1])
            else { throw Garbled(head: String(head)) }
            if status != 100 { outcome.statuses.append(status) }
        }
        outcome.requests = seen.requests.withLock { $0 }
        return outcome
    }
}

extension SeenRequest {
    fileprivate init(_ call: HTTPCall, _ body: [UInt8]) {
        method = call.method.rawValue
        segments = ["one", "two"].compactMap { call.parameters[$0] }
        query = call.query
        fields = call.fields.map { field in
            let value = field.value.drop { $0 == " " || $0 == "\t" }
            let blanks = value.reversed().prefix { $0 == " " || $0 == "\t" }.count
            return [field.name.canonicalName, String(value.dropLast(blanks))]
        }
        length = call.length
        self.body = body
    }
}

extension RequestOracle {
    package static let samples = [
        "AGET /a HTTP/1.1\r\nHost: here\r\n\r\n",
        "oGET /a/b%20c?x=1&y=%C3%A9 HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
        "aPUT /files/a.json HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello",
        "3POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n",
        "CPOST /n HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\nhi"
            + "GET / HTTP/1.1\r\nhost: here\r\n\r\nPUT /b HTTP/1.1\r\nHost: here\r\n"
            + "Content-Length: 0\r\n\r\n",
        "xPOST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
        "zGET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET http://here/a HTTP/1.0\r\n\r\n",
    ]

    package static let words = [
        "\r\n", "\n", "\r", "\r\n\r\n", "GET ", "POST ", "PUT ", "HEAD ", "CONNECT ", " HTTP/1.1",
        "Host: here\r\n", "Content-Length: ", "Content-Length: 5\r\n", "Transfer-Encoding: chunked",
        "transfer-encoding: gzip, chunked\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
        "Upgrade: h2c\r\n", "0\r\n\r\n", "5;a=b\r\n", "ffffffffffffffff\r\n", "%2e%2e", "%2F",
        "%00",
        "%", "//", "/../", "?", "#", "http://", " ", "\t", ":", ",", "\u{0B}", "X-Forwarded-For: ",
    ]
}
