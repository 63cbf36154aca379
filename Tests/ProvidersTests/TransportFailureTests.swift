import Glibc
import LoopbackProvider
import Providers
import TestSupport
import Testing
import Trade
import Transport

@Suite struct TransportFailureTests {
    @Test func `a call that cannot reach its server was not sent, even after one that was`() throws
    {
        let (busy, port) = loopbackListener(backlog: 0)
        let waiting = (0..<4).map { _ in loopbackConnection(port: port) }
        defer { for socket in waiting + [busy] { close(socket) } }
        let (closed, closedPort) = loopbackListener(backlog: 1)
        close(closed)

        try withProvider { _ in
            .reply("no TLS here")
        } _: { provider in
            let transport = Transport(capacity: 1)
            let unreachable = [
                "refused": "http://127.0.0.1:\(closedPort)/",
                "no such host": "http://no-such-host.invalid/",
                "no handshake": "https://127.0.0.1:\(provider.port)/",
                "no connection in time": "http://127.0.0.1:\(port)/",
                "no such protocol": "file:///etc/hostname",
            ]
            for (name, url) in unreachable {
                let good = ProviderEndpoint.sample(url: provider.url)
                guard case .replied = try transport.run(good.call(.balance)).ending else {
                    Issue.record("the good provider did not answer")
                    return
                }
                let bad = ProviderEndpoint.sample(url: url, connectTimeout: 1)
                let finished = try transport.run(bad.call(.order(url)))
                guard case .failed(let failure) = finished.ending else {
                    Issue.record("\(name): \(finished.ending)")
                    continue
                }
                #expect(!failure.sent, "\(name): \(failure.text)")
                #expect(RawWords.alone(in: failure.text) == nil)
                #expect(provider.received(link: url) == 0)
            }
        }
    }

    @Test(arguments: [
        LoopbackAnswer.close, .reset, .half(#"{"order":1}"#), .never,
        .drip(#"{"order":12345678901234567890}"#, milliseconds: 300), .huge(bytes: 9 << 20),
    ])
    func `a call that was sent without a whole answer may have arrived`(answer: LoopbackAnswer)
        throws
    {
        try withProvider { _ in
            answer
        } _: { provider in
            // Seconds: the request is out by then, and no answer is waited for longer.
            let limit =
                switch answer {
                case .never, .drip: 3
                default: patience
                }
            let endpoint = ProviderEndpoint.sample(url: provider.url, totalTimeout: limit)
            let finished = try Transport(capacity: 1).run(
                endpoint.call(.order("https://a.example")))
            guard case .failed(let failure) = finished.ending else {
                Issue.record("\(finished.ending)")
                return
            }
            #expect(failure.sent)
            #expect(RawWords.alone(in: failure.text) == nil)
            #expect(provider.received(link: "https://a.example") == 1)
            if case .huge = answer {
                #expect(failure.text == "the reply is longer than 8388608 bytes")
            }
        }
    }

    @Test(arguments: [LoopbackGreeting.close, .reset])
    func `a connection that ends before it is read is a failure`(
        greeting: LoopbackGreeting
    ) throws {
        try withProvider { _ in
            greeting
        } answer: { _ in
            .never
        } _: { provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url)
            let finished = try Transport(capacity: 1).run(
                endpoint.call(.order("https://a.example")))
            guard case .failed = finished.ending else {
                Issue.record("\(finished.ending)")
                return
            }
        }
    }
}
