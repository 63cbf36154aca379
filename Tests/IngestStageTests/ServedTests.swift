import Ledger
import Money
import Settings
import TestHouse
import Testing
import Timestamps

/// Orders are taken only for services that somebody can serve.
@Suite struct ServedTests {
    private static let line = #"{"service": 101, "link": "a", "quantity": 1000}"#

    @Test func `a disabled provider sells nothing until it is enabled again`() throws {
        let house = try House.stocked(provider: "enabled: false")
        try house.add()
        #expect(try house.verdict(on: Self.line) == "SERVICE_DISABLED")
        #expect(try house.providerStates() == ["disabled"])
        let again = house.ledger
        try again.providers(configured: [
            ConfiguredProvider(
                name: "alpha", currency: Currency(parsing: "USD"), isEnabled: true)
        ])
        #expect(try house.providerStates() == ["active"])
    }

    @Test func `a provider missing from the configuration sells nothing`() throws {
        let house = try House.stocked()
        try house.add()
        let ledger = house.ledger
        let beta = try ledger.providers(configured: [
            ConfiguredProvider(
                name: "beta", currency: Currency(parsing: "USD"), isEnabled: true)
        ])["beta"]!.id
        _ = try ledger.takeOver([service("900")], of: beta, at: house.now)
        let line = #"{"service": 900, "link": "a", "quantity": 1000}"#
        // The configuration knows alpha alone.
        #expect(try house.verdict(on: line) == "SERVICE_DISABLED")
        #expect(try house.verdict(on: Self.line) == "accepted")
    }

    /// The backup's columns, and the verdict on an order.
    @Test(arguments: [
        ("enabled = 1", "accepted"), ("enabled = 0", "accepted"),
        ("enabled = 0, withheld = 'dropped'", "SERVICE_DISABLED"),
        ("enabled = 0, fault = 'it is broken'", "SERVICE_DISABLED"),
        ("type = 'Package'", "SERVICE_DISABLED"),
    ])
    func `a usable backup serves for a missing provider, on sale itself or not`(
        backup: String, verdict: String
    ) throws {
        let house = try House.stocked()
        try house.add()
        let ledger = house.ledger
        let beta = try ledger.providers(configured: [
            ConfiguredProvider(
                name: "beta", currency: Currency(parsing: "USD"), isEnabled: true)
        ])["beta"]!.id
        _ = try ledger.takeOver([service("900")], of: beta, at: house.now)
        try ledger.keep(
            [
                ServiceBackups(
                    provider: "beta", providerService: "900",
                    backups: [.init(provider: "alpha", providerService: "101")])
            ], at: house.now)
        try house.change(service: 101, backup)
        let line = #"{"service": 900, "link": "a", "quantity": 1000}"#
        #expect(try house.verdict(on: line) == verdict)
    }

    private func service(_ id: String) -> PricedService {
        PricedService(
            providerService: id, name: "Followers", type: "Default", category: "Instagram",
            rate: Rate(micros: 1_000_000), costRate: Rate(micros: 1_000_000), profit: .zero,
            profitFixed: .zero, saleRate: Rate(micros: 1_200_000), minimum: 1, maximum: 10_000,
            drips: false, refills: false, cancels: false, isEnabled: true)
    }
}
