import Glibc
import TestSupport
import Testing

@testable import Serving

/// Heads that are slow, too long, or not HTTP.
@Suite struct HeadTests {
    @Test func `a head that drips ends with 408`() async throws {
        try await ServerUnderTest.with {
            $0.limits.headTime = .milliseconds(400)
        } _: { test in
            let answer = try await test.client { client in
                // Each byte comes well before any pause would end the connection.
                for letter in "GET /hello HTTP/1.1\r\nHost: here\r\nX-Long: abcdefghijklmnopqrstuv"
                {
                    guard client.send(String(letter)) else { break }
                    usleep(20_000)
                }
                return try client.answer()
            }
            #expect(answer.status == 408)
            #expect(answer.fields["connection"] == "close")
        }
    }

    @Test func `a connection that says nothing is closed`() async throws {
        try await ServerUnderTest.with {
            $0.limits.idleTime = .milliseconds(200)
        } _: { test in
            let ended = try await test.client { $0.isEnded }
            #expect(ended)
            let endedLater = try await test.client { client in
                client.send("GET /hello HTTP/1.1\r\nHost: here\r\n\r\n")
                _ = try client.answer()
                return client.isEnded
            }
            #expect(endedLater)
        }
    }

    @Test(arguments: [
        "X-Long: \(String(repeating: "a", count: 20_000))\r\n",
        String(repeating: "X-Short: a\r\n", count: 200),
        (0..<90).map { "X-\($0): \(String(repeating: "b", count: 500))\r\n" }.joined(),
    ]) func `too many or too long fields are 431, and the connection closes`(
        fields: String
    ) async throws {
        try await ServerUnderTest.with { test in
            let (answer, ended) = try await test.client { client in
                client.send("GET /hello HTTP/1.1\r\nHost: here\r\n\(fields)\r\n")
                let answer = try client.answer()
                client.endSending()
                return (answer, client.isEnded)
            }
            #expect(answer.status == 431)
            #expect(ended)
        }
    }

    @Test func `empty lines before a head are no way to send for ever`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.client { client in
                for _ in 0..<200 where client.send(String(repeating: "\r\n", count: 500)) {}
                return try client.answer()
            }
            #expect(answer.status == 431)
        }
    }

    @Test(arguments: [
        ("GARBAGE\r\n\r\n", 400), ("GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 400),
        ("GET /hello HTTP/3.7\r\nHost: a\r\n\r\n", 400), ("GET /hello\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nX y: b\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        ("FETCH /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400),
        ("POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
        ("POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello", 400),
        (
            "POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6"
                + "\r\n\r\nhello",
            400
        ),
        ("POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 400),
        (
            "POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked"
                + "\r\n\r\n0\r\n\r\n", 400
        ),
        (
            "POST /notes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5"
                + "\r\n\r\n0\r\n\r\n", 400
        ),
        ("POST /notes HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    ]) func `what is no HTTP is 400, and the connection closes`(
        request: String, status: Int
    ) async throws {
        try await ServerUnderTest.with { test in
            let (answer, ended) = try await test.client { client in
                client.send(request)
                let answer = try client.answer()
                client.endSending()
                return (answer, client.isEnded)
            }
            #expect(answer.status == status)
            #expect(answer.fields["connection"] == "close")
            #expect(ended)
        }
    }

    @Test(
        arguments: [
            ("/hello", 200, "hello"), ("/hello?key=secret", 200, "hello"),
            ("/h%65llo", 200, "hello"),
            ("http://elsewhere/hello", 200, "hello"), ("/things/a", 200, "a"),
            ("/things/a%2Fb", 200, "a/b"), ("/things/a%252Fb", 200, "a%2Fb"),
            ("/things/a+b", 200, "a+b"),
            ("/things/new", 200, "a new thing"), ("/things/%E2%82%AC", 200, "€"),
            ("/hello/", 404, nil), ("//hello", 404, nil), ("/", 404, nil), ("*", 404, nil),
            ("/things", 404, nil), ("/things//", 404, nil), ("/things/a/b", 404, nil),
            ("/things/%zz", 400, nil), ("/things/%2", 400, nil), ("/things/%ff", 400, nil),
            ("/things/a%00b", 400, nil), ("/things/a%0Ab", 400, nil), ("/things/..", 400, nil),
            ("/things/%2e%2e", 400, nil), ("/things/.", 400, nil),
        ] as [(String, Int, String?)]) func `a path is taken apart once, strictly`(
            path: String, status: Int, body: String?
        ) async throws
    {
        try await ServerUnderTest.with { test in
            let answer = try await test.answer("GET \(path) HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(answer.status == status)
            if let body { #expect(answer.text == body) }
        }
    }

    @Test func `a known path with another method is 405, and says which`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.answer("DELETE /hello HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(answer.status == 405)
            #expect(answer.fields["allow"] == "GET, HEAD")
        }
    }

    @Test func `only chunked is a transfer encoding`() async throws {
        try await ServerUnderTest.with { test in
            let answer = try await test.answer(
                "POST /notes HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"
                    + "0\r\n\r\n")
            #expect(answer.status == 501)
        }
    }

    @Test func `whatever comes, the next client is served`() async throws {
        try await ServerUnderTest.with {
            $0.limits.headTime = .milliseconds(300)
            $0.limits.idleTime = .milliseconds(300)
            $0.limits.bodyPause = .milliseconds(300)
        } _: { test in
            let random = Seeded()
            let port = test.port
            let isWell = try await blocking {
                var random = random
                for _ in 0..<400 {
                    let client = try RawClient(port: port)
                    client.send(Self.spoiled(using: &random))
                    client.endSending()
                    while (try? client.answer()) != nil {}
                }
                let client = try RawClient(port: port)
                client.send("GET /hello HTTP/1.1\r\nHost: here\r\n\r\n")
                return try client.answer().text == "hello"
            }
            #expect(isWell, "SEED=\(random.seed)")
        }
    }

    /// A few requests in a row, with a few bytes changed, lost or repeated.
    private static func spoiled(using random: inout Seeded) -> [UInt8] {
        let requests = [
            "GET /things/a HTTP/1.1\r\nHost: here\r\n\r\n",
            "PUT /files/a HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\nhello",
            "POST /notes HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n0\r\n\r\n",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            bytes += Array(requests[Int.random(in: 0..<3, using: &random)].utf8)
        }
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            default: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
            }
        }
        return bytes
    }
}
