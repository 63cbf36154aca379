import Glibc
import Networks
import Synchronization
import TestSupport
import Testing

@testable import Serving

/// Many clients, and greedy ones.
@Suite(.serialized) struct CrowdTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n"

    @Test func `1,000 idle connections leave room for work`() async throws {
        try await ServerUnderTest.with {
            $0.limits.connections = 2_000
            $0.limits.connectionsPerAddress = 2_000
        } _: { test in
            let port = test.port
            let status = try await blocking {
                let idle = try (0..<1_000).map { _ in try RawClient(port: port) }
                for client in idle {
                    client.send(Self.hello)
                    _ = try client.answer()
                }
                let client = try RawClient(port: port)
                client.send(Self.hello)
                return try client.answer().status
            }
            #expect(status == 200)
        }
    }

    @Test func `one address has its share of the connections`() async throws {
        try await ServerUnderTest.with {
            $0.limits.connectionsPerAddress = 3
        } _: { test in
            let port = test.port
            let (refused, other, later) = try await blocking {
                var kept = try (0..<3).map { _ in try RawClient(port: port) }
                for client in kept {
                    client.send(Self.hello)
                    _ = try client.answer()
                }
                let more = try RawClient(port: port)
                more.send(Self.hello)
                let refused = try more.answer()
                let stranger = try RawClient(port: port, from: "127.0.0.2")
                stranger.send(Self.hello)
                let other = try stranger.answer().status
                kept.removeAll()
                more.close()
                let isFree = eventually {
                    guard let client = try? RawClient(port: port) else { return false }
                    client.send(Self.hello)
                    return (try? client.answer().status) == 200
                }
                return (refused, other, isFree)
            }
            #expect(refused.status == 429)
            #expect(refused.fields["retry-after"] == "1")
            #expect(refused.fields["connection"] == "close")
            #expect(other == 200)
            #expect(later)
        }
    }

    @Test func `past all connections the next is told so, and far past them closed`() async throws {
        try await ServerUnderTest.with {
            $0.limits.connections = 2
            $0.limits.connectionsPerAddress = 1_000
        } _: { test in
            let port = test.port
            let (status, ended) = try await blocking {
                let kept = try (0..<2).map { _ in try RawClient(port: port) }
                for client in kept {
                    client.send(Self.hello)
                    _ = try client.answer()
                }
                let more = try RawClient(port: port)
                more.send(Self.hello)
                let status = try more.answer().status
                let flood = try (0..<80).map { _ in try RawClient(port: port) }
                return (status, flood.last?.isEnded)
            }
            #expect(status == 503)
            #expect(ended == true)
        }
    }

    @Test func `a key has so many calls a second, and another key has its own`() async throws {
        try await ServerUnderTest.with {
            $0.limits.callsPerSecondPerKey = 5
        } _: { test in
            let (statuses, last, other) = try await test.client { client in
                var answers: [RawAnswer] = []
                // More than five cannot be due while these are on their way within a minute.
                while answers.last?.status != 429, answers.count < 300 {
                    answers.append(try Self.put("acme", client))
                }
                return (
                    answers.map(\.status), answers.last, try Self.put("other", client).status
                )
            }
            #expect(statuses.count >= 6)
            #expect(last?.status == 429)
            #expect(last?.fields["retry-after"] == "1")
            #expect(other == 200)
        }
    }

    private static func put(_ key: String, _ client: RawClient) throws -> RawAnswer {
        client.send(
            "PUT /files/a HTTP/1.1\r\nHost: here\r\nAuthorization: \(key)\r\n"
                + "Content-Length: 0\r\n\r\n")
        return try client.answer()
    }

    @Test func `guesses count against their address, good keys and probes do not`() async throws {
        try await ServerUnderTest.with {
            $0.limits.callsPerSecondWithoutKey = 3
        } _: { test in
            let (guesses, good, health) = try await test.client { client in
                var guesses: [Int] = []
                while guesses.last != 429, guesses.count < 300 {
                    guesses.append(try Self.put("wrong", client).status)
                }
                let good = try Self.put("acme", client).status
                let health = try (0..<20).map { _ in
                    client.send("GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
                    return try client.answer().status
                }
                return (guesses, good, health)
            }
            #expect(guesses.first == 401)
            #expect(guesses.last == 429)
            #expect(good == 200)
            #expect(health.allSatisfy { $0 == 200 })
        }
    }

    @Test func `calls in progress have a limit in all, and one for each key`() async throws {
        try await ServerUnderTest.with {
            $0.limits.calls = 3
            $0.limits.callsPerKey = 2
        } _: { test in
            let port = test.port
            let gate = test.gate
            let (ofAll, answered) = try await blocking {
                let waiting = try ["a", "a", "b"].map { key in
                    let client = try RawClient(port: port)
                    client.send(
                        "GET /gate HTTP/1.1\r\nHost: here\r\nAuthorization: \(key)\r\n\r\n")
                    return client
                }
                _ = eventually { gate.count == 3 }
                let client = try RawClient(port: port)
                client.send(Self.hello)
                let ofAll = try client.answer()
                waiting[2].close()
                gate.open()
                let answered = try waiting.prefix(2).map { try $0.answer().status }
                return (ofAll, answered)
            }
            #expect(ofAll.status == 503)
            #expect(ofAll.fields["retry-after"] == "1")
            #expect(answered == [200, 200])
            let after = try await test.answer(Self.hello)
            #expect(after.status == 200)
        }
    }

    @Test func `one key cannot take all calls in progress`() async throws {
        try await ServerUnderTest.with {
            $0.limits.callsPerKey = 1
        } _: { test in
            let gate = test.gate
            let port = test.port
            let (second, other) = try await blocking {
                let waiting = try RawClient(port: port)
                waiting.send("GET /gate HTTP/1.1\r\nHost: here\r\nAuthorization: a\r\n\r\n")
                _ = eventually { gate.count == 1 }
                let client = try RawClient(port: port)
                client.send("GET /gate HTTP/1.1\r\nHost: here\r\nAuthorization: a\r\n\r\n")
                let second = try client.answer().status
                client.send(Self.hello)
                return (second, try client.answer().status)
            }
            #expect(second == 429)
            #expect(other == 200)
        }
    }

    @Test func `only a trusted proxy may say where a call comes from`() async throws {
        let fields = "X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.1\r\nX-Forwarded-Proto: https\r\n"
        let who = "GET /who HTTP/1.1\r\nHost: here\r\nForwarded: for=6.6.6.6\r\n\(fields)\r\n"
        try await ServerUnderTest.with { test in
            let answer = try await test.answer(who)
            #expect(answer.text == "127.0.0.1 false")
        }
        try await ServerUnderTest.with {
            $0.trustedProxies = ["127.0.0.0/8", "10.0.0.0/8"].compactMap { NetworkRange($0) }
            $0.limits.connectionsPerAddress = 1
        } _: { test in
            let answer = try await test.answer(who)
            // Nothing before the first stranger counts: it is the stranger's word.
            #expect(answer.text == "192.0.2.7 true")
            let bare = try await test.answer(
                "GET /who HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: oops\r\n\r\n")
            #expect(bare.text == "127.0.0.1 false")
        }
    }
}
