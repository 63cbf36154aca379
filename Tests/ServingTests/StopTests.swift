import Glibc
import Logging
import TestSupport
import Testing

@testable import Serving

/// The end of a server, and what it may be told before.
@Suite(.serialized) struct StopTests {
    private static let hello = "GET /hello HTTP/1.1\r\nHost: here\r\n\r\n"

    @Test func `a stop under load loses no call that was begun`() async throws {
        try await ServerUnderTest.with { test in
            let gate = test.gate
            let port = test.port
            async let waiting = try await blocking {
                let client = try RawClient(port: port)
                client.send("GET /gate HTTP/1.1\r\nHost: here\r\n\r\n")
                let answer = try client.answer()
                return (answer, client.isEnded)
            }
            async let busy = try await blocking { try Self.callUntilClosed(port) }
            async let idle = try await blocking {
                let client = try RawClient(port: port)
                client.send(Self.hello)
                _ = try client.answer()
                return client.isEnded
            }
            try await blocking { _ = eventually { gate.count == 1 } }
            _ = try await blocking { usleep(100_000) }
            async let stopped: Void = test.server.stop()
            let isIdleEnded = try await idle
            let halves = try await busy
            // The call in progress keeps the server up; nobody new comes in.
            try await blocking {
                _ = eventually { (try? RawClient(port: port)) == nil }
                gate.open()
            }
            let (answer, isEnded) = try await waiting
            await stopped
            #expect(answer.text == "open")
            #expect(answer.fields["connection"] == "close")
            #expect(isEnded)
            #expect(isIdleEnded)
            #expect(halves == 0)
        }
    }

    /// Sends calls until the server is gone; returns how many answers came by halves.
    private static func callUntilClosed(_ port: Int) throws -> Int {
        var halves = 0
        while let client = try? RawClient(port: port) {
            while client.send(hello) {
                do {
                    if try client.answer().text != "hello" { halves += 1 }
                } catch let error as NoAnswer {
                    if !error.got.isEmpty { halves += 1 }
                    break
                }
            }
        }
        return halves
    }

    @Test func `a call that never ends does not keep a server for ever`() async throws {
        try await ServerUnderTest.with {
            $0.limits.stopTime = .milliseconds(200)
        } _: { test in
            let gate = test.gate
            async let ended = try await test.client { client in
                client.send("GET /gate HTTP/1.1\r\nHost: here\r\n\r\n")
                return client.isEnded
            }
            try await blocking { _ = eventually { gate.count == 1 } }
            await test.server.stop()
            #expect(try await ended)
        }
    }

    @Test func `limits are replaced while the server runs`() async throws {
        try await ServerUnderTest.with { test in
            let before = try await test.answer(Self.hello)
            var policy = ServingPolicy()
            policy.limits.calls = 0
            try test.server.replace(policy)
            let after = try await test.answer(Self.hello)
            #expect(before.status == 200)
            #expect(after.status == 503)
        }
    }

    @Test func `a port that is taken is said so`() async throws {
        try await ServerUnderTest.with { test in
            await #expect(throws: CannotListen.self) {
                _ = try await HTTPServer.start(
                    host: "127.0.0.1", port: test.port, routes: RouteTable([]),
                    logger: Logger(label: "none"))
            }
        }
    }

    @Test func `SIGHUP asks for the settings, SIGTERM stops`() async throws {
        defer {
            signal(SIGHUP, SIG_DFL)
            signal(SIGTERM, SIG_DFL)
        }
        let signals = await ServingSignals()
        try await ServerUnderTest.with { test in
            let (server, hangup) = (test.server, test.gate)
            async let served: Void = signals.serve([server]) { hangup.open() }
            let isAsked = try await blocking {
                let isAsked = eventually {
                    kill(getpid(), SIGHUP)
                    return hangup.isOpen
                }
                kill(getpid(), SIGTERM)
                return isAsked
            }
            try await served
            #expect(isAsked)
            await #expect(throws: NoAnswer.self) { try await test.answer(Self.hello) }
        }
    }

    @Test func `a program that must end ends its servers`() async throws {
        try await ServerUnderTest.with { test in
            let signals = await ServingSignals()
            try await signals.serve([test.server], onHangup: {}, until: {})
            await #expect(throws: NoAnswer.self) { try await test.answer(Self.hello) }
        }
    }

    @Test func `a certificate is used, and replaced without a stop`() async throws {
        let folder = TemporaryFolder()
        func make(_ name: String) -> CertificateFiles {
            let files = CertificateFiles(
                certificate: "\(folder.path)/\(name).pem", key: "\(folder.path)/\(name).key")
            let made = shellRun(
                "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=\(name) "
                    + "-addext subjectAltName=IP:127.0.0.1 "
                    + "-keyout \(files.key) -out \(files.certificate) 2>&1")
            #expect(made.status == 0, "\(made.output)")
            return files
        }
        let (first, second) = (make("first"), make("second"))
        try await ServerUnderTest.with {
            $0.certificate = first
            $0.limits.headTime = .milliseconds(1_500)
        } _: { test in
            // A handshake that never comes is not waited for as long as an idle connection.
            let isEnded = try await test.client { client in
                client.send("\u{16}\u{3}\u{1}")
                return client.isEnded
            }
            #expect(isEnded)
            let ask = { (files: CertificateFiles) in
                let port = test.port
                return try await blocking {
                    shellRun(
                        "curl -sS --max-time \(patience) --cacert \(files.certificate) "
                            + "-w ' %{http_version}' https://127.0.0.1:\(port)/who 2>&1"
                    ).output
                }
            }
            #expect(try await ask(first) == "127.0.0.1 true 1.1")
            let port = test.port
            let body = folder.write([UInt8](repeating: 65, count: 8_000_000), to: "body")
            let refused = try await blocking {
                shellRun(
                    "curl -sS --max-time \(patience) -T \(body) -H Expect: "
                        + "-H 'Authorization: wrong' "
                        + "--cacert \(first.certificate) https://127.0.0.1:\(port)/files/a 2>&1"
                ).output
            }
            #expect(refused == "no such key")
            try test.server.replace(ServingPolicy(certificate: second))
            #expect(try await ask(second) == "127.0.0.1 true 1.1")
            #expect(try await ask(first) != "127.0.0.1 true 1.1")
            let mixed = CertificateFiles(certificate: first.certificate, key: second.key)
            #expect(throws: CertificateUnusable.self) {
                try test.server.replace(ServingPolicy(certificate: mixed))
            }
            #expect(try await ask(second) == "127.0.0.1 true 1.1")
        }
    }
}
