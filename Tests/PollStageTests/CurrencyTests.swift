import Ledger
import LoopbackProvider
import Money
import Settings
import Synchronization
import TestHouse
import Testing
import Timestamps

@testable import PollStage

/// A provider that counts in another currency than is configured (design.md §5), so that all its
/// prices are unknown.
@Suite final class CurrencyTests: Sendable {
    private let answer = Mutex("")

    private func withProvider(_ body: (House) throws -> Void) throws {
        try withHouse(currency: "EUR") { [self] request in
            request.field("action") == "balance"
                ? .reply(answer.withLock { $0 })
                : .statuses(request) { _ in answer.withLock { $0 } }
        } _: { house, _ in
            try body(house)
        }
    }

    private func say(_ words: String) { answer.withLock { $0 = words } }

    private func isSold(_ house: House) throws -> Bool {
        try house.ledger.intake(at: house.clock.wall.now()) {
            try $0.service(ServiceID(101))!.isServed
        }
    }

    @Test func `nothing is sold from it until it names the configured currency again`() throws {
        try withProvider { house in
            try #require(try isSold(house))
            say(#"{"balance":"100","currency":"USD"}"#)
            for _ in 1...2 { try house.poll(.balances) }
            #expect(try house.providerBalances() == ["-"])
            #expect(try !isSold(house))
            let told = try house.alerts()
            #expect(told.count == 1)
            #expect(
                told[0].hasPrefix("provider_currency|since 2025-06-01 the provider counts in USD"))
            #expect(house.log.lines.contains { $0.contains("named=USD") })
            #expect(try house.ledger.standing().providers[0].otherCurrency?.code == "USD")

            say(#"{"balance":"100","currency":"eur"}"#)
            try house.poll(.balances)
            #expect(try isSold(house))
            #expect(try house.providerBalances() == ["100000000"])
        }
    }

    @Test func `a charge shows the currency too, until a balance does`() throws {
        try withProvider { house in
            say(#"{"status":"In progress","charge":"0.5","currency":"USD"}"#)
            try house.place(1)
            try house.poll()
            #expect(try !isSold(house))
            say(#"{"balance":"100","currency":"EUR"}"#)
            try house.poll(.balances)
            #expect(try isSold(house), "its balance is the better witness")
            say(#"{"balance":"100"}"#)
            try house.poll(.balances)
            #expect(try isSold(house))
        }
    }

    @Test func `the configuration can be corrected as long as nothing is booked`() throws {
        try withProvider { house in
            say(#"{"balance":"100","currency":"USD"}"#)
            try house.poll(.balances)
            let usd = try Currency(parsing: "USD")
            let corrected = ConfiguredProvider(name: "alpha", currency: usd, isEnabled: true)
            #expect(
                try house.ledger.providers(configured: [corrected])["alpha"]?.otherCurrency == nil)
            // Its price is still in euros.
            #expect(
                try house.table("SELECT enabled, fault FROM services")
                    == ["0|its price is not known in USD yet"])
        }
        try withProvider { house in
            try house.place(1)
            say(#"{"balance":"100","currency":"USD"}"#)
            try house.poll(.balances)
            let usd = try Currency(parsing: "USD")
            #expect(throws: LedgerError.self) {
                try house.ledger.providers(configured: [
                    ConfiguredProvider(name: "alpha", currency: usd, isEnabled: true)
                ])
            }
        }
    }
}
