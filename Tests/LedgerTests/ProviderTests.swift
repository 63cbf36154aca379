import Failures
import Money
import Tables
import Testing
import Timestamps

@testable import Ledger

@Suite struct ProviderTests {
    let books: Books

    init() throws {
        books = try Books()
    }

    private func configured(
        _ name: String = "alpha", _ currency: Currency = eur, isEnabled: Bool = true
    ) -> ConfiguredProvider {
        ConfiguredProvider(name: name, currency: currency, isEnabled: isEnabled)
    }

    /// Whether `body` writes to the ledger.
    private func writes(_ body: () throws -> Void) throws -> Bool {
        let before = try books.ledger.read { $0.totalChanges }
        try body()
        return try books.ledger.read { $0.totalChanges } != before
    }

    @Test func `providers follow the configuration, and only differences are written`() throws {
        let all = [configured(), configured("beta", usd, isEnabled: false)]
        #expect(try writes { _ = try books.ledger.providers(configured: all) })
        #expect(try !writes { _ = try books.ledger.providers(configured: all) })

        var known = try books.ledger.providers(configured: [configured("gamma", usd)])
        #expect(
            known.mapValues(\.state) == [
                "alpha": .disabled, "beta": .disabled, "gamma": .active,
            ])
        #expect(
            try !writes { _ = try books.ledger.providers(configured: [configured("gamma", usd)]) })
        known = try books.ledger.providers(configured: [configured()])
        #expect(known["alpha"]?.state == .active && known["alpha"]?.id == books.alpha)
    }

    @Test func `a provider's currency cannot change under its orders`() throws {
        let error = try #require(throws: LedgerError.self) {
            try books.ledger.providers(configured: [configured("alpha", usd)])
        }
        #expect("\(error)".contains("counts alpha's money in EUR, the configuration says USD"))
        #expect(error.exitStatus == .badConfiguration)
    }

    @Test func `a pause lasts until it is ended, and never wakes a provider that is off`() throws {
        func state() throws -> Provider.State? {
            try books.ledger.providers(configured: [configured()])["alpha"]?.state
        }
        let until = Timestamp(milliseconds: books.now.milliseconds + 60_000)
        try books.ledger.pause(books.alpha, until: until, reason: "funds")
        #expect(try state() == .paused(until: until))
        try books.ledger.resume(books.alpha)
        #expect(try state() == .active)
        _ = try books.ledger.providers(configured: [])
        try books.ledger.pause(books.alpha, until: until, reason: "funds")
        #expect(try books.value("SELECT state FROM providers") == "disabled")
    }

    @Test func `a service keeps its id for ever, and a new one gets the provider's if it is free`()
        throws
    {
        let beta = try #require(
            try books.ledger.providers(
                configured: [configured(), configured("beta", usd)])["beta"]
        ).id
        var renamed = Books.service("1")
        renamed.name = "Likes"
        #expect(try books.ledger.takeOver([renamed], of: books.alpha, at: books.now) == 0)
        let theirs = ["1", "55", "x-7", "99999999999"].map { Books.service($0) }
        #expect(try books.ledger.takeOver(theirs, of: beta, at: books.now) == 4)
        let ids: String = try books.value(
            "SELECT group_concat(provider_service || '=' || id || '=' || name, ' ') FROM services")
        #expect(
            ids == """
                1=1=Likes 2=2=Followers 2 1=3=Followers 1 55=55=Followers 55 x-7=56=Followers x-7 \
                99999999999=57=Followers 99999999999
                """)
    }
}
