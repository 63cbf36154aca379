import Ledger
import LoopbackProvider
import Money
import TestHouse
import Testing

@testable import DispatchStage

/// Ordinary days with a provider, and the provider's own count of orders.
@Suite struct SandboxTests {
    @Test(arguments: ["vendor", "strings,names,wrapped", "numbers,codes,warning"])
    func `every order is placed once, even if some go wrong`(dialect: String) throws {
        let sandbox = try SandboxProcess("--speed 0 --dialect \(dialect)")
        let house = try House([
            Supplier(
                url: sandbox.url,
                "in_flight: 8, timeouts: {connect: 15, total: 15}, breaker: {doubts: 99}")
        ])
        let bad = [
            "sandbox-refuse-link", "sandbox-unknown-error", "sandbox-html", "sandbox-hang-after",
            "sandbox-500-after", "sandbox-no-id", "sandbox-half",
        ]
        // A throttled provider gets nothing more in this run, so that order comes last.
        let all =
            links(40) + bad.map { "https://a.example/\($0)" } + links(80).suffix(40)
            + ["https://a.example/sandbox-throttle"]
        try house.accept(all)
        try house.dispatch()
        #expect(try house.states() == ["accepted|1", "in_doubt|6", "placed|80", "refused|1"])

        house.clock.advance(seconds: 301)
        try house.dispatch()
        let counts = try sandbox.counts()
        let placed = Set(try house.table("SELECT link FROM orders WHERE state = 'placed'"))
        for link in all {
            let count = try #require(counts[link])
            #expect(count.received == (link.hasSuffix("throttle") ? 2 : 1), "\(link)")
            #expect(count.placed == 1 || !placed.contains(link), "\(link)")
        }
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test(arguments: [
        (#"{"runs":3,"interval":10}"#, "runs=3&interval=10"),
        (
            #"{"comments":"so\nnice & good = 1+1%"}"#,
            "comments=so%0Anice%20%26%20good%20%3D%201%2B1%25"
        ),
    ])
    func `an order is sent with the parameters of its type`(parameters: String, sent: String) throws
    {
        try withHouse { request in
            .placed(request)
        } _: { house, provider in
            try house.accept([
                NewOrder(
                    ref: "", service: ServiceID(101), provider: house.id(of: "alpha"),
                    link: "https://a.example", quantity: 5, parameters: parameters, billedUnits: 5,
                    charge: Amount(micros: 10_000))
            ])
            try house.dispatch()
            #expect(
                provider.requests.map(\.text) == [
                    "key=s3cret&action=add&service=101&link=https%3A%2F%2Fa.example"
                        + "&quantity=5&\(sent)"
                ])
        }
    }
}
