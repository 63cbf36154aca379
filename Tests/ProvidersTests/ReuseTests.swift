import Glibc
import LoopbackProvider
import Providers
import Testing
import Transport

@testable import Transport

/// Which connections carry orders, so that none is in doubt only because its connection was old.
@Suite(.serialized) struct ReuseTests {
    /// Sends orders one after the other until `isEnough`, or until there are too many to wait
    /// longer.
    private func send(
        _ count: ClosedRange<Int>, to provider: LoopbackProvider, by transport: Transport,
        _ freshConnections: Bool? = nil, until isEnough: (Finished) -> Bool = { _ in false }
    ) throws -> [Finished] {
        let endpoint = ProviderEndpoint.sample(
            url: provider.url, freshConnections: freshConnections)
        var all: [Finished] = []
        for number in count {
            all.append(try transport.run(endpoint.call(.order("https://a.example/\(number)"))))
            if isEnough(all.last!) { break }
            if count.count > 100 { usleep(5_000) }
        }
        return all
    }

    /// How many of them are in doubt.
    private func doubts(_ finished: [Finished]) -> Int {
        finished.count { if case .failed = $0.ending { true } else { false } }
    }

    @Test(arguments: [0, 1, 30])
    func `a server that silently closes soon after each reply causes no doubt`(
        milliseconds: Int
    ) throws {
        try withProvider {
            .replyAndClose(#"{"order":\#($0.serial)}"#, milliseconds: milliseconds)
        } _: { provider in
            let finished = try send(1...120, to: provider, by: Transport(capacity: 1))
            #expect(doubts(finished) == 0)
            #expect(finished.contains { $0.sawSilentClose }, "and it is found out")
            #expect(provider.requests.count == 120, "each was sent once")
            #expect(Set(provider.requests.map(\.connection)).count == 120)
        }
    }

    /// Later than a connection is watched, so the first order that tries one may be lost.
    @Test func `a server that closes later causes one doubt at most`() throws {
        try withProvider {
            .replyAndClose(
                #"{"order":\#($0.serial)}"#, milliseconds: Reuse.watchMilliseconds + 100)
        } _: { provider in
            let transport = Transport(capacity: 8)
            let found = try send(1...1_000, to: provider, by: transport) { $0.sawSilentClose }
            #expect(found.last?.sawSilentClose == true)
            #expect(doubts(found) <= 1)
            let later = try send(2_001...2_020, to: provider, by: transport)
            #expect(doubts(later) == 0)
            #expect(provider.requests.suffix(20).allSatisfy { $0.number == 1 })
        }
    }

    @Test func `after a silent close, the other orders of the moment trust no connection`()
        throws
    {
        try withProvider {
            .replyAndClose(
                #"{"order":\#($0.serial)}"#, milliseconds: Reuse.watchMilliseconds + 100)
        } _: { provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url)
            let transport = Transport(capacity: 8)
            var all: [Finished] = []
            for round in 1...12 {
                let calls = (1...8).map {
                    endpoint.call(.order("https://a.example/\(round)/\($0)"))
                }
                all += try transport.run(calls)
                usleep(50_000)
            }
            #expect(doubts(all) <= 1)
        }
    }

    @Test func `connections to a server that keeps them are used again`() throws {
        try withProvider { request in
            .reply(#"{"order":\#(request.serial)}"#)
        } _: { provider in
            let transport = Transport(capacity: 1)
            let finished = try send(1...2_000, to: provider, by: transport) { _ in
                provider.requests.last!.number > 3
            }
            #expect(doubts(finished) == 0)
            #expect(!finished.contains { $0.sawSilentClose })
            #expect(provider.requests.last!.number > 3)
            #expect(provider.requests.count == finished.count)
        }
    }

    @Test func `a server that says that it closes is not called silent`() throws {
        try withProvider {
            .reply(#"{"order":\#($0.serial)}"#, headers: ["Connection: close"])
        } _: { provider in
            let finished = try send(1...110, to: provider, by: Transport(capacity: 1))
            #expect(doubts(finished) == 0)
            #expect(!finished.contains { $0.sawSilentClose })
        }
    }

    @Test func `the operator may decide for a provider, either way`() throws {
        try withProvider {
            .reply(#"{"order":\#($0.serial)}"#)
        } _: { provider in
            _ = try send(1...6, to: provider, by: Transport(capacity: 1), true)
            #expect(provider.requests.allSatisfy { $0.number == 1 })
            _ = try send(7...12, to: provider, by: Transport(capacity: 1), false)
            #expect(provider.requests.last?.number == 6)
        }
    }

    @Test func `a connection is quiet until its other end closes it or speaks`() throws {
        let (listener, port) = loopbackListener(backlog: 4)
        defer { close(listener) }
        for word in ["", "HTTP/1.1 408 Request Timeout"] {
            let ours = loopbackConnection(port: port)
            let theirs = accept(listener, nil, nil)
            var address = sockaddr_in()
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) {
                _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(ours, $0, &length)
                }
            }
            let socket = PooledSocket(
                descriptor: ours, port: Int(address.sin_port.byteSwapped))
            #expect(socket.look() == .quiet)
            #expect(PooledSocket(descriptor: ours, port: 1).look() == .gone)
            if word.isEmpty {
                shutdown(theirs, Int32(SHUT_WR))
            } else {
                _ = Glibc.send(theirs, word, 5, 0)
            }
            for _ in 1...5_000 where socket.look() == .quiet { usleep(1_000) }
            #expect(socket.look() == .closed)
            close(theirs)
            close(ours)
            #expect(socket.look() == .gone)
        }
    }
}
