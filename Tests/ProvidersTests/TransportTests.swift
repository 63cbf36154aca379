import Glibc
import LoopbackProvider
import Providers
import Testing
import Trade
import Transport

@Suite(.serialized) struct TransportTests {
    /// By itself, libcurl 7.88 sends it twice here and reports success.
    @Test(arguments: [LoopbackAnswer.close, .reset])
    func `an order on a reused connection that dies is sent once`(death: LoopbackAnswer) throws {
        try withProvider {
            $0.number == 1 ? .reply(#"{"order":\#($0.serial)}"#) : death
        } _: {
            provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url, freshConnections: false)
            let transport = Transport(capacity: 1)
            let first = try transport.run(endpoint.call(.order("https://a.example/1")))
            let second = try transport.run(endpoint.call(.order("https://a.example/2")))

            #expect(PlacementOutcome(of: first, from: endpoint) == .placed(providerOrder: "1"))
            #expect(provider.requests.map(\.connection) == [1, 1], "the connection was used again")
            #expect(provider.received(link: "https://a.example/2") == 1)
            guard case .unknown = PlacementOutcome(of: second, from: endpoint) else {
                Issue.record("\(second.ending)")
                return
            }
        }
    }

    @Test func `a hundred and fifty calls at once each get their own answer`() throws {
        try withProvider {
            .reply($0.field("link")!, milliseconds: 50)
        } _: { provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url, freshConnections: false)
            let transport = Transport(capacity: 150)
            let links = (0..<150).map { "https://a.example/\($0)" }
            for round in 1...2 {
                let finished = try transport.run(links.map { endpoint.call(.order($0)) })
                #expect(
                    finished
                        == links.enumerated().map { tag, link in
                            Finished(
                                tag: tag,
                                ending: .replied(Reply(status: 200, body: Array(link.utf8))))
                        })
                #expect(links.allSatisfy { provider.received(link: $0) == round })
            }
            #expect(Set(provider.requests.map(\.connection)).count <= 150)
        }
    }

    @Test(arguments: [LoopbackAnswer.close, .reset])
    func `a question on a reused connection that dies is asked again`(
        death: LoopbackAnswer
    ) throws {
        try withProvider {
            $0.serial == 2 ? death : .reply("{}")
        } _: { provider in
            let call = ProviderEndpoint.sample(url: provider.url).call(.balance)
            let transport = Transport(capacity: 1)
            for _ in 1...2 {
                let finished = try transport.run(call)
                #expect(finished == .reply("{}"))
            }
            #expect(provider.requests.map(\.connection) == [1, 1, 2])
        }
    }

    @Test func `connections are used again`() throws {
        try withProvider { _ in
            .reply("{}")
        } _: { provider in
            let transport = Transport(capacity: 4)
            let call = ProviderEndpoint.sample(url: provider.url).call(.balance)
            for _ in 0..<25 { _ = try transport.run([call, call, call, call]) }
            #expect(provider.requests.count == 100)
            #expect(Set(provider.requests.map(\.connection)).count <= 4)
        }
    }

    @Test func `a list of services may be longer than other replies`() throws {
        try withProvider { _ in
            .huge(bytes: 9 << 20)
        } _: { provider in
            let call = ProviderEndpoint.sample(url: provider.url).call(.services)
            guard case .replied(let reply) = try Transport(capacity: 1).run(call).ending else {
                Issue.record("the list was not read")
                return
            }
            #expect(reply.body.count == 9 << 20)
        }
    }

    @Test func `a redirect is not followed`() throws {
        try withProvider { _ in
            .reply("", status: 301, headers: ["Location: /elsewhere"])
        } _: { provider in
            let call = ProviderEndpoint.sample(url: provider.url).call(.order("https://a.example"))
            let finished = try Transport(capacity: 1).run(call)
            #expect(finished == .reply("", status: 301))
            #expect(provider.requests.count == 1)
        }
    }

    @Test(arguments: [
        (["Retry-After: 7"], 7...7), (["Retry-After: 120"], 120...120),
        (["Retry-After: Sun, 06 Nov 2094 08:49:37 GMT"], 86_400...86_400),
    ])
    func `Retry-After is read in both forms`(headers: [String], seconds: ClosedRange<Int>) throws {
        try withProvider {
            .reply("", status: 429, headers: $0.number == 1 ? headers : [])
        } _: { provider in
            let call = ProviderEndpoint.sample(url: provider.url).call(.balance)
            let transport = Transport(capacity: 1)
            guard case .replied(let reply) = try transport.run(call).ending else {
                Issue.record("no reply")
                return
            }
            let retryAfter = try #require(reply.retryAfter)
            #expect(seconds.contains(retryAfter))
            let later = try transport.run(call)
            #expect(later == .reply("", status: 429), "and forgotten")
        }
    }

    @Test func `a proxy in the environment is ignored`() throws {
        setenv("http_proxy", "http://127.0.0.1:9", 1)
        defer { unsetenv("http_proxy") }
        try withProvider { _ in
            .reply("direct")
        } _: { provider in
            let call = ProviderEndpoint.sample(url: provider.url).call(.balance)
            let finished = try Transport(capacity: 1).run(call)
            #expect(finished == .reply("direct"))
        }
    }

    @Test func `waiting ends when the time is over, and the calls go on`() throws {
        try withProvider { _ in
            .reply("late", milliseconds: 100)
        } _: { provider in
            let transport = Transport(capacity: 1)
            transport.start(ProviderEndpoint.sample(url: provider.url).call(.balance), tag: 7)
            let early = try transport.wait(milliseconds: 1)
            #expect(early.isEmpty)
            #expect(transport.inFlight == 1)
            var finished: [Finished] = []
            while finished.isEmpty { finished = try transport.wait(milliseconds: 1_000) }
            #expect(finished.map(\.tag) == [7])
            #expect(transport.inFlight == 0)
        }
    }

    @Test func `a large order is sent whole, without asking first`() throws {
        let comments = String(repeating: "nice\n", count: 400_000)
        try withProvider { _ in
            .reply(#"{"order":1}"#)
        } _: { provider in
            let add = Action.add(service: "1", parameters: [("comments", comments)])
            let call = ProviderEndpoint.sample(url: provider.url).call(add)
            let finished = try Transport(capacity: 1).run(call)
            #expect(finished == .reply(#"{"order":1}"#))
            let request = try #require(provider.requests.first)
            #expect(request.body == call.body)
            #expect(!request.head.lowercased().contains("expect:"))
        }
    }
}
