import GRDB
import Ledger
import Money
import SQLiteTables
import Settings
import Testing
import Timestamps

/// Orders are taken only for services that somebody can serve.
@Suite struct ServedTests {
    private static let line = #"{"service": 101, "link": "a", "quantity": 1000}"#

    @Test func `a provider that is switched off sells nothing, and again once it is on`() throws {
        let shop = try Shop(provider: ", enabled: false")
        try shop.add()
        #expect(try shop.verdict(on: Self.line) == "SERVICE_DISABLED")
        #expect(try shop.value("SELECT state FROM providers") == "disabled")
        let again = try Ledger.open(
            in: SQLiteFile(shop.settings.ledger), currency: shop.settings.currency)
        try again.providers(configured: [
            ConfiguredProvider(
                name: "alpha", currency: Currency(parsing: "USD"), isEnabled: true)
        ])
        #expect(try shop.value("SELECT state FROM providers") == "active")
    }

    @Test func `one that is gone from the configuration sells nothing`() throws {
        let shop = try Shop()
        try shop.add()
        let ledger = try Ledger.open(
            in: SQLiteFile(shop.settings.ledger), currency: shop.settings.currency)
        let beta = try ledger.providers(configured: [
            ConfiguredProvider(
                name: "beta", currency: Currency(parsing: "USD"), isEnabled: true)
        ])["beta"]!.id
        _ = try ledger.takeOver([service("900")], of: beta, at: shop.now)
        let line = #"{"service": 900, "link": "a", "quantity": 1000}"#
        // The configuration knows alpha alone.
        #expect(try shop.verdict(on: line) == "SERVICE_DISABLED")
        #expect(try shop.verdict(on: Self.line) == "accepted")
    }

    /// What the backup is, and whether it serves.
    @Test(arguments: [
        ("enabled = 1", "accepted"), ("enabled = 0", "accepted"),
        ("enabled = 0, withheld = 'dropped'", "SERVICE_DISABLED"),
        ("enabled = 0, fault = 'it is broken'", "SERVICE_DISABLED"),
        ("type = 'Package'", "SERVICE_DISABLED"),
    ])
    func `a usable backup serves for a provider that is gone, sold or not`(
        backup: String, verdict: String
    ) throws {
        let shop = try Shop()
        try shop.add()
        let ledger = try Ledger.open(
            in: SQLiteFile(shop.settings.ledger), currency: shop.settings.currency)
        let beta = try ledger.providers(configured: [
            ConfiguredProvider(
                name: "beta", currency: Currency(parsing: "USD"), isEnabled: true)
        ])["beta"]!.id
        _ = try ledger.takeOver([service("900")], of: beta, at: shop.now)
        try ledger.keep(
            [
                ServiceBackups(
                    provider: "beta", providerService: "900",
                    backups: [.init(provider: "alpha", providerService: "101")])
            ], at: shop.now)
        try shop.database().write {
            try $0.execute(sql: "UPDATE services SET \(backup) WHERE id = 101")
        }
        let line = #"{"service": 900, "link": "a", "quantity": 1000}"#
        #expect(try shop.verdict(on: line) == verdict)
    }

    private func service(_ id: String) -> PricedService {
        PricedService(
            providerService: id, name: "Followers", type: "Default", category: "Instagram",
            rate: Rate(micros: 1_000_000), costRate: Rate(micros: 1_000_000), profit: .zero,
            profitFixed: .zero, saleRate: Rate(micros: 1_200_000), minimum: 1, maximum: 10_000,
            drips: false, refills: false, cancels: false, isEnabled: true)
    }
}
