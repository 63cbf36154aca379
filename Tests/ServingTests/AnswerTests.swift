import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Serving

/// Answers, and the calls that follow on the same connection.
@Suite struct AnswerTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n"

    @Test func `calls follow one another on a connection`() async throws {
        try await ServerUnderTest.with { test in
            let texts = try await test.client { client in
                try (0..<5).map { number in
                    client.send("GET /things/\(number) HTTP/1.1\r\nHost: here\r\n\r\n")
                    return try client.answer().text
                }
            }
            #expect(texts == ["0", "1", "2", "3", "4"])
        }
    }

    @Test func `calls sent ahead are answered in order, bodies and refusals too`() async throws {
        try await ServerUnderTest.with { test in
            let answers = try await test.client { client in
                client.send(
                    "GET /things/1 HTTP/1.1\r\nHost: here\r\n\r\n"
                        + "POST /notes HTTP/1.1\r\nHost: here\r\nContent-Length: 4\r\n\r\nnote"
                        + "GET /nowhere HTTP/1.1\r\nHost: here\r\n\r\n"
                        + "PUT /files/a HTTP/1.1\r\nHost: here\r\nContent-Length: 6\r\n\r\nstream"
                        + "GET /fails HTTP/1.1\r\nHost: here\r\n\r\n" + Self.hello)
                return try (0..<6).map { _ in try client.answer() }
            }
            #expect(answers.map(\.status) == [200, 200, 404, 200, 401, 200])
            #expect(answers.map(\.text).last == "hello")
            #expect(answers[1].text == "note")
            #expect(answers[3].text == "6")
        }
    }

    @Test func `a flood of calls ahead is answered so far, and then ended`() async throws {
        try await ServerUnderTest.with {
            $0.limits.callsAhead = 16
        } _: { test in
            let statuses = try await test.client { client in
                client.send(String(repeating: Self.hello, count: 500))
                var statuses: [Int] = []
                while let answer = try? client.answer() {
                    statuses.append(answer.status)
                    if answer.fields["connection"] == "close" { break }
                }
                return statuses
            }
            #expect((1...33).contains(statuses.count), "\(statuses.count)")
            #expect(statuses.allSatisfy { $0 == 200 })
        }
    }

    @Test func `HEAD is answered as GET, without the body`() async throws {
        try await ServerUnderTest.with { test in
            let (first, second, third) = try await test.client { client in
                client.send("HEAD /hello HTTP/1.1\r\nHost: here\r\n\r\n")
                let first = try client.answer(toHead: true)
                client.send("HEAD /pieces/3 HTTP/1.1\r\nHost: here\r\n\r\n" + Self.hello)
                return (first, try client.answer(toHead: true), try client.answer())
            }
            #expect(first.status == 200)
            #expect(first.fields["content-length"] == "5")
            #expect(second.status == 200)
            #expect(third.text == "hello")
        }
    }

    @Test func `every answer has an id, which the log has, and a date`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.answer(
                "PUT /files/a?key=secret HTTP/1.1\r\nHost: here\r\nAuthorization: acme\r\n"
                    + "Content-Length: 3\r\n\r\nabc")
            let id = try #require(answer.fields["x-request-id"])
            #expect(id.count == 16)
            #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
            let seen = test.seen
            let line = try await blocking {
                _ = eventually { seen.lines.withLock { !$0.isEmpty } }
                return seen.lines.withLock { $0.joined(separator: "\n") }
            }
            let milliseconds = line.split(separator: "milliseconds=").last?.prefix { $0 != " " }
            #expect(
                line == "call address=127.0.0.1 holder=user of acme id=\(id) method=PUT "
                    + "milliseconds=\(milliseconds ?? "") received=3 route=/files/{name} sent=1 "
                    + "status=200")
        }
    }

    @Test func `the log has whom a call is from, even if only the body says so`() async throws {
        try await ServerUnderTest.with { test in
            _ = try await test.answer(
                "POST /notes HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc")
            let seen = test.seen
            let line = try await blocking {
                _ = eventually { seen.lines.withLock { !$0.isEmpty } }
                return seen.lines.withLock { $0.joined(separator: "\n") }
            }
            #expect(line.contains(" holder=whom the body names "))
        }
    }

    @Test func `another protocol is not taken up, and nothing more is heard`() async throws {
        try await ServerUnderTest.with { test in
            let (answer, ended) = try await test.client { client in
                client.send(
                    "GET /hello HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\n"
                        + "Upgrade: websocket\r\n\r\n")
                let answer = try client.answer()
                client.endSending()
                return (answer, client.isEnded)
            }
            #expect(answer.text == "hello")
            #expect(ended)
        }
    }

    @Test func `an old client gets its answer, and its connection is closed`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.answer("GET /pieces/3 HTTP/1.0\r\n\r\n")
            #expect(answer.text == "012345678901234567890123456789")
            #expect(answer.fields["transfer-encoding"] == nil)
            #expect(answer.fields["connection"] == "close")
        }
    }

    @Test func `a client that half closes is answered`() async throws {
        try await ServerUnderTest.with { test in
            let (answer, ended) = try await test.client { client in
                client.send(Self.hello)
                client.endSending()
                return (try client.answer(), client.isEnded)
            }
            #expect(answer.text == "hello")
            #expect(ended)
        }
    }

    @Test func `an answer in pieces comes whole, or breaks off visibly`() async throws {
        try await ServerUnderTest.with { test in
            let whole = try await test.answer("GET /pieces/100 HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(whole.body.count == 1_000)
            for path in ["/pieces/2?30", "/pieces/-1"] {
                await #expect(throws: NoAnswer.self) {
                    try await test.answer("GET \(path) HTTP/1.1\r\nHost: here\r\n\r\n")
                }
            }
            let (longer, ended) = try await test.client { client in
                client.send("GET /pieces/4?30 HTTP/1.1\r\nHost: here\r\n\r\n")
                return (try client.answer().body.count, client.isEnded)
            }
            #expect(longer == 30)
            #expect(ended)
        }
    }

    @Test func `a long answer comes whole to a client that takes its time`() async throws {
        try await ServerUnderTest.with { test in
            let count = try await test.client(receiveBytes: 65_536) { client in
                client.send("GET /big HTTP/1.1\r\nHost: here\r\n\r\n")
                usleep(300_000)
                return try client.answer().body.count
            }
            #expect(count == 64 << 20)
        }
    }

    @Test func `a client that does not take its answer is left`() async throws {
        try await ServerUnderTest.with {
            $0.limits.replyPause = .milliseconds(300)
        } _: { test in
            let seen = test.seen
            let isLeft = try await test.client(receiveBytes: 4_096) { client in
                client.send("GET /big HTTP/1.1\r\nHost: here\r\n\r\n")
                return eventually { seen.statuses == [499] }
            }
            #expect(isLeft)
        }
    }
}
