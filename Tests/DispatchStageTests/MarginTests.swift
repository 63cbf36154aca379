import Ledger
import LoopbackProvider
import Money
import TestHouse
import Testing

@testable import DispatchStage

/// An order that would cost more than it brings is not sent (design.md §5).
@Suite struct MarginTests {
    @Test(arguments: [
        ("cost_rate = 1600001", "cost_rate = 1600000"),
        (
            "offered_rate = 1700000, offered_cost_rate = 1700000, offered_sale_rate = 3000000",
            "offered_rate = NULL, offered_cost_rate = NULL, offered_sale_rate = NULL"
        ),
    ])
    func `it is held, reported once, and sent once the price allows`(
        dear: String, again: String
    ) throws {
        try withHouse(also: #"pricing: {min_profit_percent: "25"}"#) {
            .placed($0)
        } _: { house, provider in
            try house.accept(links(3))
            try house.change(service: 101, "\(dear)")
            for _ in 1...3 {
                try house.dispatch()
                house.clock.advance(seconds: 301)
            }
            #expect(provider.requests.count == 0)
            #expect(try house.states() == ["accepted|3"])
            #expect(
                try house.exceptions()
                    == ["below_cost|1", "below_cost|2", "below_cost|3"])
            let detail = try house.exceptionDetails()[0]
            #expect(detail.hasPrefix("its charge of 2.000000 is less than 2."))
            try house.change(service: 101, "\(again)")
            try house.dispatch()
            #expect(try house.states() == ["placed|3"])
        }
    }

    /// 1,000 units cost 1.00 and bring 2.00.
    @Test(arguments: [("min_charge: \"2.01\"", "accepted|1"), ("min_charge: \"2\"", "placed|1")])
    func `the provider's smallest charge guards the margin of an order that waits`(
        rule: String, state: String
    ) throws {
        try withHouse(rule) {
            .placed($0)
        } _: { house, _ in
            // It was sold before this was configured.
            try house.alter("UPDATE providers SET min_charge = 0")
            try house.accept(links(1))
            try house.dispatch()
            #expect(try house.states() == [state])
            #expect(try house.count("orders WHERE state = 'placed'") < 2)
        }
    }

    @Test func `a provider that names another currency gets no order until that is settled`() throws
    {
        try withHouse {
            .placed($0)
        } _: { house, provider in
            try house.accept(links(3))
            let alpha = try house.id(of: "alpha")
            try house.ledger.note(
                Currency(parsing: "INR"), by: .balance, of: alpha, at: TickingClock.start)
            for _ in 1...2 {
                try house.dispatch()
                house.clock.advance(seconds: 100)
            }
            #expect(provider.requests.count == 0)
            #expect(try house.states() == ["accepted|3"])
            try house.ledger.note(
                Currency(parsing: "USD"), by: .balance, of: alpha, at: TickingClock.start)
            try house.dispatch()
            #expect(try house.states() == ["placed|3"])
        }
    }

    @Test func `an order that is held does not block others`() throws {
        let provider = LoopbackProvider { .placed($0) }
        defer { provider.stop() }
        let house = try House([Supplier(url: provider.url), Supplier("beta", url: provider.url)])
        try house.accept(links(40))
        try house.change(service: 101, "cost_rate = 3000000")
        let alpha = try house.id(of: "alpha")
        _ = try house.ledger.takeOver([.sample("102")], of: alpha, at: TickingClock.start)
        try house.accept([
            NewOrder(
                ref: "", service: ServiceID(102), provider: alpha, link: "https://a.example/good",
                quantity: 1_000, parameters: nil, billedUnits: 1_000,
                charge: Amount(micros: 2_000_000))
        ])
        try house.dispatch()
        #expect(try house.states() == ["accepted|40", "placed|1"])
    }
}

/// A service that its provider does not know is taken off sale.
@Suite struct RefusedServiceTests {
    @Test func `a service that the provider does not know is off sale, and reported once`() throws {
        try withHouse { _ in
            .error("Incorrect service ID")
        } _: { house, _ in
            try house.accept(links(3))
            try house.dispatch()
            #expect(try house.states() == ["refused|3"])
            #expect(try house.sale(of: 101) == ["0|refused"])
            #expect(
                try house.table(
                    """
                    SELECT kind, service_id, field, after FROM catalogue_changes
                    WHERE kind <> 'new'
                    """) == ["refused|101|withheld|refused"])
            #expect(try house.exceptionPlaces() == ["service_refused|-|1"])
            #expect(try house.ledger.standing().waitingServices == 1)
        }
    }

    @Test func `a fault of the order itself leaves the service on sale`() throws {
        try withHouse { _ in
            .error("Quantity less than minimal 10")
        } _: { house, _ in
            try house.accept(links(1))
            try house.dispatch()
            #expect(try house.sale(of: 101) == ["1|-"])
            #expect(try house.exceptions() == [])
        }
    }
}
