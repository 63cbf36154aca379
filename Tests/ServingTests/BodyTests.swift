import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Serving

/// Bodies that are slow, too long, broken, or not wanted.
@Suite struct BodyTests {
    @Test(arguments: ["POST /notes", "PUT /files/a"])
    func `a body that stops coming ends with 408`(call: String) async throws {
        try await ServerUnderTest.with {
            $0.limits.bodyPause = .milliseconds(200)
            $0.limits.bodyBytesPerSecond = 0
        } _: { test in
            let answer = try await test.client { client in
                client.send("\(call) HTTP/1.1\r\nHost: here\r\nContent-Length: 9\r\n\r\nhalf")
                return try client.answer()
            }
            #expect(answer.status == 408)
            #expect(answer.text.contains("stopped coming"))
            #expect(answer.fields["connection"] == "close")
        }
    }

    @Test(arguments: ["POST /notes", "PUT /files/a"])
    func `a body that drips is too slow, though it never stops`(call: String) async throws {
        try await ServerUnderTest.with {
            $0.limits.bodyPause = .milliseconds(500)
            $0.limits.bodyBytesPerSecond = 100_000
        } _: { test in
            let answer = try await test.client { client in
                Self.drip(call, client)
                return try client.answer()
            }
            #expect(answer.status == 408)
        }
    }

    @Test(arguments: ["POST /notes", "PUT /files/a"])
    func `a body has a time in all`(call: String) async throws {
        try await ServerUnderTest.with {
            $0.limits.bodyTime = .milliseconds(400)
            $0.limits.bodyBytesPerSecond = 0
        } _: { test in
            let answer = try await test.client { client in
                Self.drip(call, client)
                return try client.answer()
            }
            #expect(answer.status == 408)
            #expect(answer.text.contains("took too long"))
        }
    }

    /// Sends a byte every 20 ms, until the server has had enough.
    private static func drip(_ call: String, _ client: RawClient) {
        client.send("\(call) HTTP/1.1\r\nHost: here\r\nContent-Length: 900\r\n\r\n")
        for _ in 0..<900 {
            guard client.send("a"), client.hasNothing else { return }
            usleep(20_000)
        }
    }

    @Test func `10 GB announced are refused at once, while the client sends`() async throws {
        try await ServerUnderTest.with { test in
            for path in ["/files/a", "/notes"] {
                let method = path == "/notes" ? "POST" : "PUT"
                let answer = try await test.client { client in
                    client.send(
                        "\(method) \(path) HTTP/1.1\r\nHost: here\r\n"
                            + "Content-Length: 10000000000\r\n\r\n")
                    client.send([UInt8](repeating: 65, count: 100_000))
                    return try client.answer()
                }
                #expect(answer.status == 413)
                #expect(answer.fields["connection"] == "close")
            }
            #expect(test.seen.received.withLock { $0 } == 0)
        }
    }

    @Test func `a client that sends its small body to the end is not cut off`() async throws {
        try await ServerUnderTest.with { test in
            let (isSent, answer) = try await test.client { client in
                client.send(
                    "PUT /files/a HTTP/1.1\r\nHost: here\r\nAuthorization: wrong\r\n"
                        + "Content-Length: 200000\r\n\r\n")
                let isSent = (0..<20).allSatisfy { _ in
                    usleep(10_000)
                    return client.send([UInt8](repeating: 65, count: 10_000))
                }
                return (isSent, try client.answer())
            }
            #expect(isSent)
            #expect(answer.status == 401)
        }
    }

    @Test func `a refused client can read its answer, and cannot send for ever`() async throws {
        try await ServerUnderTest.with { test in
            let (answer, sent) = try await test.client { client in
                client.send(
                    "PUT /files/a HTTP/1.1\r\nHost: here\r\nAuthorization: wrong\r\n"
                        + "Content-Length: 8000000\r\n\r\n")
                // The first bytes of the body are under way when the answer comes.
                client.send([UInt8](repeating: 65, count: 60_000))
                let answer = try client.answer()
                var sent = 0
                while sent < 8_000_000, client.send([UInt8](repeating: 65, count: 10_000)) {
                    sent += 10_000
                }
                return (answer, sent)
            }
            #expect(answer.status == 401)
            #expect(answer.text == "no such key")
            #expect(sent < 8_000_000)
        }
    }

    @Test func `a client that goes on sending slowly is left after a while`() async throws {
        try await ServerUnderTest.with {
            $0.limits.drainTime = .milliseconds(300)
        } _: { test in
            let ended = try await test.client { client in
                client.send(
                    "PUT /files/a HTTP/1.1\r\nHost: here\r\nAuthorization: wrong\r\n"
                        + "Content-Length: 8000000\r\n\r\n")
                _ = try client.answer()
                for _ in 0..<patience * 50 {
                    guard client.send("a") else { return true }
                    usleep(20_000)
                }
                return false
            }
            #expect(ended)
        }
    }

    @Test func `a body without its length is 411 where the length is needed`() async throws {
        try await ServerUnderTest.with { test in
            for rest in ["\r\n", "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"] {
                let answer = try await test.answer("PUT /files/a HTTP/1.1\r\nHost: here\r\n" + rest)
                #expect(answer.status == 411)
            }
        }
    }

    @Test func `a path that takes no body refuses one`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.answer(
                "GET /hello HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\na")
            #expect(answer.status == 413)
        }
    }

    @Test func `chunks are put together, and counted`() async throws {
        try await ServerUnderTest.with { test in
            let head = "POST /notes HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
            let whole = try await test.answer(
                head + "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nX-Trailer: a\r\n\r\n")
            #expect(whole.status == 200)
            #expect(whole.text == "hello world")
            let long = try await test.answer(
                head
                    + String(
                        repeating: "64\r\n\(String(repeating: "a", count: 100))\r\n", count: 11))
            #expect(long.status == 413)
            let broken = try await test.answer(head + "5\r\nhelloX\r\n0\r\n\r\n")
            #expect(broken.status == 400)
            let marks = try await test.client { client in
                client.send(head)
                for _ in 0..<1_000 where client.hasNothing {
                    client.send("1;\(String(repeating: "x", count: 5_000))\r\na\r\n")
                }
                return try client.answer()
            }
            #expect(marks.status == 400)
        }
    }

    @Test func `who asks before sending is told to go on, once all is checked`() async throws {
        try await ServerUnderTest.with { test in
            let head = "Expect: 100-continue\r\nHost: here\r\nContent-Length: 5\r\n"
            let (go, answer) = try await test.client { client in
                client.send("PUT /files/a HTTP/1.1\r\n\(head)\r\n")
                let go = try client.answer()
                client.send("hello")
                return (go, try client.answer())
            }
            #expect(go.status == 100)
            #expect(answer.text == "5")
            for (call, status) in [
                ("PUT /files/a HTTP/1.1\r\nAuthorization: wrong\r\n\(head)\r\n", 401),
                ("PUT /full/a HTTP/1.1\r\n\(head)\r\n", 401),
                ("PUT /nowhere HTTP/1.1\r\n\(head)\r\n", 404),
                (
                    "PUT /files/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                        + "Content-Length: 999999999\r\n\r\n", 413
                ), ("PUT /files/a HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n\r\n", 417),
            ] {
                let first = try await test.answer(call)
                #expect(first.status == status, "\(call)")
            }
            #expect(test.seen.received.withLock { $0 } == 5)
        }
    }

    @Test func `a route hears that its client left within a body`() async throws {
        try await ServerUnderTest.with { test in
            for way in [RawClient.close, RawClient.endSending] {
                let head = "PUT /files/a HTTP/1.1\r\nHost: here\r\nContent-Length: 900\r\n\r\n"
                let seen = test.seen
                let before = seen.failures.withLock(\.count)
                try await test.client { client in
                    client.send(head + "half")
                    _ = eventually { seen.received.withLock { $0 } > 0 }
                    way(client)()
                    _ = eventually { seen.failures.withLock(\.count) > before }
                }
                #expect(seen.failures.withLock(\.last) == "\(ServingRefusal.clientLeft)")
            }
            let seen = test.seen
            let isTold = try await blocking { eventually { seen.statuses == [499, 499] } }
            #expect(isTold)
        }
    }

    @Test func `a route that answers before the body's end has its answer read`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.client { client in
                client.send(
                    "PUT /unread/a HTTP/1.1\r\nHost: here\r\nContent-Length: 8000000\r\n\r\n")
                client.send([UInt8](repeating: 65, count: 50_000))
                return try client.answer()
            }
            #expect(answer.status == 409)
            #expect(answer.fields["connection"] == "close")
        }
    }

    @Test func `a route that reads slowly costs the client nothing, and us no memory`() async throws
    {
        try await ServerUnderTest.with {
            $0.limits.bodyPause = .seconds(1)
            $0.limits.bodyBytesPerSecond = 0
        } _: { test in
            try await withThrowingTaskGroup { group in
                group.addTask {
                    _ = try await blocking { usleep(2_500_000) }
                    test.gate.open()
                }
                let answer = try await test.client { client in
                    client.send(
                        "PUT /gated/a HTTP/1.1\r\nHost: here\r\nContent-Length: 8388608\r\n\r\n")
                    client.send([UInt8](repeating: 65, count: 8 << 20))
                    client.endSending()
                    return try client.answer()
                }
                #expect(answer.status == 200)
                #expect(answer.text == "8388608")
                try await group.waitForAll()
            }
        }
    }
}
