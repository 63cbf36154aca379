import Glibc
import HTTPTypes
import Logging
import Networks
import Synchronization
import TestSupport

@testable import Serving

/// What the program of these tests refuses.
struct Denied: Error {}

/// A server with a route for everything that a test asks of one.
final class ServerUnderTest: Sendable {
    let server: HTTPServer
    let seen: Seen
    let gate: Gate

    var port: Int { server.port }

    /// Runs `body` with a server, and stops it.
    static func with(
        _ change: (inout ServingPolicy) -> Void = { _ in },
        _ body: (ServerUnderTest) async throws -> Void
    ) async throws {
        var policy = ServingPolicy()
        policy.limits.callsPerSecondWithoutKey = 100_000
        policy.limits.stopTime = .seconds(60)
        change(&policy)
        let test = try await ServerUnderTest(policy)
        do {
            try await body(test)
        } catch {
            test.gate.open()
            await test.server.stop()
            throw error
        }
        test.gate.open()
        await test.server.stop()
    }

    private init(_ policy: ServingPolicy) async throws {
        let seen = Seen()
        let gate = Gate()
        self.seen = seen
        self.gate = gate
        server = try await HTTPServer.start(
            host: "127.0.0.1", port: 0, policy: policy, routes: Self.routes(seen, gate),
            explain: { error, _ in
                error is Denied
                    ? HTTPAnswer(.unauthorized, type: "text/plain", "no such key")
                    : HTTPServer.plainAnswer(to: error)
            },
            report: { report in seen.reports.withLock { $0.append(report) } },
            logger: Logger(label: "test") { _ in LineKeeper(seen: seen) })
    }

    /// Sends one request on a connection of its own, and returns the answer.
    func answer(_ request: String, toHead: Bool = false) async throws -> RawAnswer {
        let port = port
        return try await blocking {
            let client = try RawClient(port: port)
            client.send(request)
            return try client.answer(toHead: toHead)
        }
    }

    /// Runs `body` with a client, on a thread that may block.
    func client<Value: Sendable>(
        receiveBytes: Int32? = nil, _ body: @escaping @Sendable (RawClient) throws -> Value
    ) async throws -> Value {
        let port = port
        return try await blocking {
            try body(RawClient(port: port, receiveBytes: receiveBytes))
        }
    }
}

/// What a server and its routes noticed.
final class Seen: Sendable {
    let reports = Mutex<[CallReport]>([])
    let lines = Mutex<[String]>([])
    /// What routes caught.
    let failures = Mutex<[String]>([])
    let received = Mutex(0)

    var statuses: [Int] { reports.withLock { $0.map(\.status) } }
}

/// Keeps everyone who comes until it opens.
final class Gate: Sendable {
    private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>(
        (false, []))

    var isOpen: Bool { state.withLock(\.isOpen) }
    var count: Int { state.withLock(\.waiting.count) }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            defer { state = (true, []) }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

/// A log whose lines a test reads.
private struct LineKeeper: LogHandler {
    let seen: Seen
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(seen: Seen) { self.seen = seen }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }
        seen.lines.withLock {
            $0.append(([event.message.description] + pairs).joined(separator: " "))
        }
    }
}

extension ServerUnderTest {
    private static func routes(_ seen: Seen, _ gate: Gate) -> RouteTable {
        RouteTable([
            Route(.get, "/hello") { _ in admit { _ in text("hello") } },
            Route(.get, "/health", isLimited: false) { _ in admit { _ in text("well") } },
            Route(.get, "/things/{name}") { call in
                admit { _ in text(call.parameters["name"] ?? "") }
            },
            Route(.get, "/things/new") { _ in admit { _ in text("a new thing") } },
            Route(.get, "/who") { call in
                admit { _ in text("\(call.address) \(call.isEncrypted)") }
            },
            Route(.post, "/notes", body: .collected(upTo: 1_000)) { _ in
                admit { body in
                    var answer = text(String(decoding: body.bytes, as: UTF8.self))
                    answer.holder = body.bytes.isEmpty ? nil : "whom the body names"
                    return answer
                }
            },
            Route(.put, "/files/{name}", body: .streamed(upTo: 8 << 20)) { call in
                if call.fields[.authorization] == "wrong" { throw Denied() }
                let key = call.fields[.authorization]
                return Admission(holder: key.map { "user of \($0)" }, meter: key) { body in
                    text("\(try await count(body, seen))")
                }
            },
            Route(.put, "/gated/{name}", body: .streamed(upTo: 8 << 20)) { _ in
                admit { body in
                    await gate.wait()
                    return text("\(try await count(body, seen))")
                }
            },
            Route(.put, "/unread/{name}", body: .streamed(upTo: 8 << 20)) { _ in
                admit { _ in HTTPAnswer(.conflict, type: "text/plain", "known") }
            },
            Route(.put, "/full/{name}", body: .streamed(upTo: 8 << 20)) { _ in
                Admission(room: { _ in throw Denied() }) { _ in text("never") }
            },
            Route(.get, "/gate") { call in
                Admission(meter: call.fields[.authorization]) { _ in
                    await gate.wait()
                    return text("open")
                }
            },
            Route(.get, "/big") { _ in
                admit { _ in HTTPAnswer(.ok, body: .bytes([UInt8](repeating: 65, count: 64 << 20)))
                }
            },
            Route(.get, "/pieces/{count}") { call in
                let left = Mutex(Int(call.parameters["count"] ?? "") ?? 0)
                return admit { _ in
                    HTTPAnswer(
                        .ok,
                        body: .pieces(length: call.query.flatMap { Int($0) }) {
                            try left.withLock { try next(&$0) }
                        })
                }
            },
            Route(.get, "/fails") { _ in admit { _ in throw Denied() } },
        ])
    }

    /// Ten bytes for each number down to 0; -1 breaks.
    private static func next(_ left: inout Int) throws -> [UInt8]? {
        guard left != 0 else { return nil }
        guard left > -2 else { throw Denied() }
        left -= 1
        return Array("0123456789".utf8)
    }

    private static func admit(_ respond: @escaping Admission.Respond) -> Admission {
        Admission(respond: respond)
    }

    private static func text(_ text: String) -> HTTPAnswer {
        HTTPAnswer(.ok, type: "text/plain", text)
    }

    private static func count(_ body: CallBody, _ seen: Seen) async throws -> Int {
        var count = 0
        do {
            for try await piece in body.pieces {
                count += piece.count
                seen.received.withLock { $0 += piece.count }
            }
        } catch {
            seen.failures.withLock { $0.append("\(error)") }
            throw error
        }
        return count
    }
}
