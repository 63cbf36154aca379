import BatchFiles
import Ledger
import LoopbackProvider
import Money
import Run
import Settings
import TestHouse
import TestSupport
import Testing
import Timestamps

@testable import DispatchStage

/// Where an order goes if its own provider does not take it (design.md §6).
@Suite(.serialized) struct FailoverTests {
    /// Two providers with given answers. Alpha's service 101 has beta's 201 as its backup, at 1.50
    /// a thousand; an order is for 2.00.
    private func withTrade(
        alpha: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer,
        beta: @escaping @Sendable (LoopbackRequest) -> LoopbackAnswer = placing,
        also: String = "", settings: String = "",
        _ body: (House, LoopbackProvider, LoopbackProvider) throws -> Void
    ) throws {
        let (first, second) = (LoopbackProvider(answer: alpha), LoopbackProvider(answer: beta))
        defer { for provider in [first, second] { provider.stop() } }
        let suppliers = [("alpha", first), ("beta", second)].map { name, provider in
            Supplier(name, url: provider.url, settings)
        }
        let house = try House(suppliers, also: also)
        try house.back(101, of: "alpha", by: [("beta", "201")])
        try house.change(service: 201, "rate = 1500000, cost_rate = 1500000, cancel = 0")
        try body(house, first, second)
        #expect(try house.ledger.audit().map(\.rule) == [])
    }

    @Test(arguments: ["Incorrect service ID", "Quantity less than minimal 10"])
    func `an order that the first refuses for good goes to the second, at the same price`(
        text: String
    ) throws {
        try withTrade(alpha: always(.error(text))) { house, alpha, beta in
            let order = try house.accept(links(1))[0]
            let summary = try house.dispatch()
            #expect(summary["placed"] == 1)
            #expect(alpha.requests.count == 1 && beta.requests.count == 1)
            #expect(beta.requests.first?.field("service") == "201")
            #expect(
                try house.table(
                    """
                    SELECT o.state, o.service_id, o.bought_service_id, p.name, o.charge, o.cost
                    FROM orders o JOIN providers p ON p.id = o.provider_id
                    """) == ["placed|101|201|beta|2000000|1500000"])
            #expect(
                try house.table(
                    "SELECT number, provider_id, outcome, evidence, is_final FROM attempts")
                    == ["1|1|refused|\(text)|1", "2|2|placed|-|0"])
            #expect(
                try house.table(
                    """
                    SELECT w.provider_id, t.amount FROM transactions t
                        JOIN wallets w ON w.id = t.to_wallet_id WHERE t.type = 'provider_charge'
                    """) == ["2|1500000"])
            // Beta's service has no cancel, and beta has the order.
            try house.file(of: acme) { draft in
                try draft.requestCancel(of: order, ResellerLine(.cancels, 1, ref: "C-1"))
            }
            #expect(
                try house.table("SELECT code FROM lines WHERE kind = 'cancels'")
                    == ["CANCEL_NOT_ALLOWED"])
        }
    }

    @Test(arguments: [
        (LoopbackAnswer.reply("", status: 500), "in_doubt|1"),
        (.reply("", status: 429, headers: ["Retry-After: 7"]), "accepted|1"),
        (.error("You have active order with this link"), "accepted|1"),
    ])
    func `a doubt, a duplicate or "not now" sends nothing to the second`(
        answer: LoopbackAnswer, state: String
    ) throws {
        try withTrade(alpha: always(answer)) { house, alpha, beta in
            try house.accept(links(1))
            for _ in 1...3 {
                try house.dispatch()
                house.clock.advance(seconds: 3)
            }
            #expect(try house.states() == [state])
            #expect(alpha.requests.count == 1 && beta.requests.count == 0)
        }
    }

    @Test func `when all have refused an order for good, the money goes back`() throws {
        try withTrade(
            alpha: always(.error("Incorrect request")), beta: always(.error("invalid_link"))
        ) { house, alpha, beta in
            try house.accept(links(3))
            let summary = try house.dispatch()
            #expect(summary["refused"] == 6, "what each of them refused")
            #expect(try house.states() == ["refused|3"])
            #expect(try house.balances() == OutcomeTests.givenBack)
            #expect(try house.count("changes WHERE kind = 'order'") == 3)
            house.clock.advance(seconds: 86_400)
            try house.dispatch()
            #expect(alpha.requests.count == 3 && beta.requests.count == 3)
        }
    }

    @Test func `the second serves while the first is paused, and the first again once it is well`()
        throws
    {
        try withTrade(
            alpha: broke,
            settings: "in_flight: 1"
        ) { house, alpha, beta in
            let orders = try house.accept(links(5))
            try house.dispatch()
            #expect(try house.states() == ["placed|5"])
            #expect(alpha.requests.count == 1 && beta.requests.count == 5)
            let evidence = try house.table(
                "SELECT outcome, evidence FROM attempts WHERE order_id = \(orders[1]) LIMIT 1")
            #expect(
                evidence == [
                    "not_sent|not sent: the provider is paused or switched off; "
                        + "bought from beta instead"
                ])
            house.clock.advance(seconds: 301)
            let more = try house.accept(["https://a.example/6", "https://a.example/7"])
            try house.dispatch()
            #expect(try house.states() == ["placed|7"])
            // One order shows that alpha is well; the others may go to beta.
            #expect(alpha.requests.count >= 2)
            house.clock.advance(seconds: 1)
            try house.accept(["https://a.example/8"])
            try house.dispatch()
            #expect(alpha.received(link: "https://a.example/8") == 1)
            #expect(more.count == 2)
        }
    }

    @Test
    func `an order that waits at the second returns to the first once that may serve it again`()
        throws
    {
        try withTrade(alpha: placing) { house, alpha, beta in
            let ids = try ["alpha", "beta"].map(house.id)
            let now = TickingClock.start
            try house.ledger.pause(ids[0], until: now.adding(seconds: 60), reason: "ill")
            try house.accept(links(1))
            try house.dispatch(limit: 0)
            try house.ledger.pause(ids[1], until: now.adding(seconds: 600), reason: "ill")
            house.clock.advance(seconds: 61)
            try house.ledger.resume(ids[0])
            try house.dispatch()
            #expect(alpha.requests.count == 1 && beta.requests.count == 0)
            #expect(try house.purchases() == ["placed|1|-"])
        }
    }

    @Test(arguments: [false, true])
    func `a provider that is switched off or not configured is passed over`(
        isGone: Bool
    ) throws {
        try withTrade(alpha: placing) { house, alpha, beta in
            try house.accept(links(2))
            try house.dispatch(without: "alpha", isGone: isGone)
            #expect(alpha.requests.count == 0 && beta.requests.count == 2)
        }
    }

    @Test func `if no provider may serve an order now, it waits with its money on hold`() throws {
        try withTrade(
            alpha: always(.error("Incorrect request")), beta: always(.error("Invalid API key"))
        ) { house, alpha, beta in
            try house.accept(links(1))
            try house.dispatch()
            #expect(try house.states() == ["accepted|1"])
            #expect(try house.balances() == OutcomeTests.onHold)
            house.clock.advance(seconds: 200)
            try house.dispatch()
            #expect(alpha.requests.count == 1 && beta.requests.count == 1)
        }
    }

    @Test(arguments: [
        "UPDATE services SET enabled = 0, withheld = 'dropped' WHERE id = 201",
        "UPDATE services SET enabled = 0, fault = 'its rate is 0' WHERE id = 201",
        "UPDATE services SET type = 'Package' WHERE id = 201",
        "UPDATE services SET min = 1001 WHERE id = 201",
        "UPDATE services SET max = 999 WHERE id = 201",
        "UPDATE service_backups SET provider_service = '404'",
        "UPDATE service_backups SET provider = 'nobody'",
        "UPDATE service_backups SET provider = 'alpha', provider_service = '101'",
    ])
    func `a backup that does not fit gets nothing`(change: String) throws {
        try withTrade(alpha: always(.error("Incorrect request"))) { house, alpha, beta in
            try house.alter(change)
            try house.accept(links(1))
            try house.dispatch()
            #expect(try house.states() == ["refused|1"])
            #expect(try house.balances() == OutcomeTests.givenBack)
            #expect(alpha.requests.count == 1 && beta.requests.count == 0)
        }
    }

    @Test func `a backup service need not be on sale itself`() throws {
        try withTrade(alpha: always(.error("Incorrect request"))) { house, _, beta in
            try house.change(service: 201, "enabled = 0")
            try house.accept(links(1))
            #expect(try house.dispatch()["placed"] == 1 && beta.requests.count == 1)
        }
    }

    @Test(arguments: [(0, "refused|1"), (1, "placed|1")])
    func `an order in runs goes to a backup with drip-feed only`(drips: Int, state: String) throws {
        try withTrade(alpha: always(.error("Incorrect request"))) { house, _, _ in
            try house.change(service: 201, "dripfeed = \(drips)")
            try house.accept([
                NewOrder(
                    ref: "", service: ServiceID(101), provider: house.id(of: "alpha"),
                    link: "https://a.example", quantity: 100,
                    parameters: #"{"runs":3,"interval":10}"#, billedUnits: 300,
                    charge: Amount(micros: 600_000))
            ])
            try house.dispatch()
            #expect(try house.states() == [state])
        }
    }

    @Test func `a backup that costs more than the order brings waits for its price`() throws {
        try withTrade(
            alpha: always(.error("Incorrect request")),
            also: #"pricing: {min_profit_percent: "25"}"#
        ) { house, _, beta in
            try house.change(service: 201, "cost_rate = 1600001")
            try house.accept(links(1))
            try house.dispatch()
            #expect(try house.states() == ["accepted|1"])
            #expect(try house.exceptionPlaces() == ["below_cost|1|2"])
            try house.change(service: 201, "cost_rate = 1600000")
            house.clock.advance(seconds: 301)
            try house.dispatch()
            #expect(beta.requests.count == 1)
        }
    }
}

/// Gives the same answer to everything.
private func always(
    _ answer: LoopbackAnswer
) -> @Sendable (LoopbackRequest) -> LoopbackAnswer {
    { _ in answer }
}

/// Takes every order.
private let placing: @Sendable (LoopbackRequest) -> LoopbackAnswer = { .placed($0) }

/// Says that our balance is used up for the first order, and takes the others.
private let broke: @Sendable (LoopbackRequest) -> LoopbackAnswer = {
    $0.serial == 1 ? .error("Insufficient balance") : .placed($0)
}

extension House {
    /// Names the backups of a service.
    fileprivate func back(
        _ service: Int, of provider: String, by places: [(String, String)]
    ) throws {
        try ledger.keep(
            [
                ServiceBackups(
                    provider: provider, providerService: "\(service)",
                    backups: places.map {
                        ServiceBackups.Backup(provider: $0.0, providerService: $0.1)
                    })
            ], at: TickingClock.start)
    }

    /// A run whose configuration has a provider switched off, or not at all.
    fileprivate func dispatch(without name: String, isGone: Bool) throws {
        let lines = settings.providers.filter { !isGone || $0.name != name }.map { provider in
            """
              - {name: \(provider.name), url: "\(provider.url)", \
            api_key: {file: "\(folder.path)/key"}, currency: USD, requests_per_second: 10000, \
            allow_http: true, enabled: \(provider.name != name)}
            """
        }
        let text = """
            currency: USD
            spool: spool
            ledger: var/ledger.sqlite
            providers:
            \(lines.joined(separator: "\n"))
            """
        let changed = try Settings.load(from: folder.write(text, to: "without.yaml"))
        var sending = try SendDueOrders(context("dispatch", changed), only: nil, limit: .max)
        _ = try sending.run()
    }
}
