import Glibc
import LoopbackProvider
import Providers
import TestSupport
import Testing
import Transport

/// The exchange between the thread that sends and the one that started the calls. Every loop here
/// has an end, even if something is lost.
@Suite(.serialized) struct WireTests {
    private static let calls = 64

    @Test func `answers that pile up before they are collected all arrive, each once`() throws {
        try withProvider {
            // One after the other, so that the thread delivers many times.
            .reply("{}", milliseconds: Int($0.field("quantity")!)!)
        } _: { provider in
            let endpoint = ProviderEndpoint.sample(url: provider.url)
            let transport = Transport(capacity: Self.calls)
            for tag in 0..<Self.calls {
                let action = Action.add(service: "1", parameters: [("quantity", "\(tag * 3)")])
                transport.start(endpoint.call(action), tag: tag)
            }
            var tags = try transport.wait(milliseconds: 0).map(\.tag)
            usleep(300_000)
            for _ in 0..<patience where transport.inFlight > 0 {
                tags += try transport.wait(milliseconds: 1_000).map(\.tag)
            }
            #expect(tags.sorted() == Array(0..<Self.calls))
            #expect(provider.requests.count == Self.calls)
        }
    }
}
