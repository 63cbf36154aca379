import BatchFiles
import Glibc
import Money
import Settings
import TestSupport
import Testing
import Trade

/// The folder of the shipped configuration.
private let shipped =
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/config"

@Test func `the shipped configuration is valid, and shows every default`() throws {
    let settings = try Settings.load(from: "\(shipped)/pipeline.yaml")
    #expect(settings.providers.map(\.name) == ["sandbox"])
    #expect(settings.catalogue.rules.count == 2)

    // A default is the value that the shipped files show, unless they say otherwise.
    let least = try load(
        """
        currency: USD
        exchange_rates: {EUR: "1.08"}
        providers: [{name: sandbox, url: "http://127.0.0.1:8099/api/v2",
          api_key: {env: SANDBOX_KEY}, currency: USD, allow_http: true}]
        """)
    #expect(shown(settings.intake) == shown(least.intake))
    #expect(shown(settings.dispatch) == shown(least.dispatch))
    #expect(shown(settings.poll) == shown(least.poll))
    #expect(shown(settings.pricing) == shown(least.pricing))
    #expect(shown(settings.fees) == shown(least.fees))
    #expect(shown(settings.upload) == shown(least.upload))
    #expect(settings.exchangeRates == least.exchangeRates)
    #expect(settings.duplicateLinks == least.duplicateLinks)
    #expect(settings.providers[0].errors == least.providers[0].errors)
    #expect(shown(settings.providers[0].breaker) == shown(least.providers[0].breaker))
    #expect(settings.providers[0].lowBalance == least.providers[0].lowBalance)
    #expect(settings.providers[0].maxDrift == least.providers[0].maxDrift)
    #expect(settings.providers[0].refill == least.providers[0].refill)
    #expect(settings.providers[0].quantity == least.providers[0].quantity)
    #expect(settings.providers[0].pollEverySeconds == least.providers[0].pollEverySeconds)
    #expect(settings.catalogue.maxShrinkPercent == least.catalogue.maxShrinkPercent)
}

@Test(arguments: [
    ("zzzzzzzz: 1", "pipeline.yaml"), ("intake: {zzzzzzzz: 1}", "pipeline.yaml"),
    ("dispatch: {zzzzzzzz: 1}", "pipeline.yaml"), ("poll: {zzzzzzzz: 1}", "pipeline.yaml"),
    ("upload: {zzzzzzzz: 1}", "pipeline.yaml"),
    ("upload: {tls: {zzzzzzzz: 1}}", "pipeline.yaml"),
    ("pricing: {zzzzzzzz: 1}", "pipeline.yaml"), ("fees: {zzzzzzzz: 1}", "pipeline.yaml"),
    ("fees: {deposit: {zzzzzzzz: 1}}", "pipeline.yaml"), ("mail: {zzzzzzzz: 1}", "pipeline.yaml"),
    ("providers: [{zzzzzzzz: 1}]", "providers.yaml"),
    ("providers: [{breaker: {zzzzzzzz: 1}}]", "providers.yaml"),
    ("providers: [{errors: {zzzzzzzz: 1}}]", "providers.yaml"),
    ("providers: [{timeouts: {zzzzzzzz: 1}}]", "providers.yaml"),
    ("reports: {zzzzzzzz: 1}", "pipeline.yaml"),
    ("catalogue: {zzzzzzzz: 1}", "catalogue.yaml"),
    ("catalogue: {rules: [{zzzzzzzz: 1}]}", "catalogue.yaml"),
    ("catalogue: {services: [{zzzzzzzz: 1}]}", "catalogue.yaml"),
])
func `every setting is in the shipped files`(yaml: String, file: String) throws {
    let found = problems("currency: USD\n\(yaml)")
    let listing = try #require(found.first { $0.contains("zzzzzzzz is not a setting") })
    let names = try #require(listing.split(separator: "must be one of ").last).dropLast()
        .split(separator: ", ")
    #expect(!names.isEmpty)
    let text = try String(contentsOf: "\(shipped)/\(file)")
    for name in names {
        #expect(text.contains(try Regex("\\b\(name)\\b")), "\(file) says nothing of \(name)")
    }
}

@Test func `the values of the contract are read as written`() throws {
    let settings = try load(
        """
        currency: USD
        intake: {settle_seconds: 0, max_orders_per_commit: 7}
        poll: {look_back: 0}
        pricing: {profit_percent: 12.5, profit_fixed: "0.10", max_charge_difference_percent: "2.5"}
        fees: {withdrawal: {percent: "1.5", fixed: "0.25"}}
        exchange_rates: {EUR: "1.08"}
        duplicate_links: reject
        providers:
          - {name: beta, url: "https://[::1]:8443/api/v2?x=1", api_key: {env: BETA_KEY},
             currency: EUR, encoding: json, refill: batch, quantity: always,
             timeouts: {connect: 3}, inquiry: orders, max_drift: "0.5",
             errors: {duplicate: [busy]}, fresh_connections: true,
             min_charge: "0.0001", charge_decimals: 4, enabled: false}
        catalogue:
          rules: [{provider: beta, category: "Insta*", rename_category: IG}]
          services: [{provider: beta, service: 101, price: "1.20", min: 5, max: 5, enabled: false}]
        mail: {url: "smtp://localhost:25", from: "panel@example.com"}
        """)
    #expect(settings.intake.settleSeconds == 0)
    #expect(settings.intake.maxOrdersPerCommit == 7)
    #expect(settings.pricing.profitPercent.description == "12.5")
    #expect(settings.poll.lookBackSeconds == 0)
    #expect(settings.pricing.maxChargeDifferencePercent.description == "2.5")
    #expect(settings.fees.withdrawal.fixed.micros == 250_000)
    #expect(settings.exchangeRate(of: try Currency(parsing: "EUR"))?.description == "1.08")
    #expect(settings.exchangeRate(of: settings.currency) == .one)
    #expect(settings.exchangeRate(of: try Currency(parsing: "GBP")) == nil)
    #expect(settings.duplicateLinks == .reject)
    let provider = settings.providers[0]
    #expect(provider.encoding == .json)
    #expect((provider.connectSeconds, provider.totalSeconds) == (3, 60))
    #expect(provider.inquiry == .orders)
    #expect(provider.refill == .batch)
    #expect(provider.quantity == .always)
    #expect(provider.maxDrift.micros == 500_000)
    #expect(provider.errors[.duplicate] == ["busy"])
    #expect(provider.freshConnections == true)
    #expect(!provider.isEnabled)
    #expect(provider.chargeRule == ChargeRule(minimum: Amount(micros: 100), decimals: 4))
    #expect(settings.catalogue.rules[0].category.matches("instagram likes"))
    #expect(settings.catalogue.rules[0].renameCategory == "IG")
    #expect(settings.catalogue.services[0].service == "101")
    #expect(settings.catalogue.services[0].price?.micros == 1_200_000)
    #expect(settings.catalogue.services[0].isEnabled == false)
    #expect(settings.mail?.url == "smtp://localhost:25")
}

@Test func `a path is relative to its file, and becomes absolute`() throws {
    let folder = TemporaryFolder()
    let settings = try load(
        "currency: USD\nspool: ../a/./b//c/../d\nreports: /var/reports/", in: folder)
    #expect(settings.spool == "\(folder.path)/a/b/d")
    #expect(settings.ledger == "\(folder.path)/var/ledger.sqlite")
    #expect(settings.accounts == "\(folder.path)/var/accounts.sqlite")
    let moved = try load("currency: USD\nledger: /srv/l/x.sqlite", in: folder)
    #expect(moved.accounts == "/srv/l/accounts.sqlite")
    #expect(settings.reports.directory == "/var/reports")
    #expect(settings.reports.bom)
}

@Test(arguments: [
    ("{directory: ../r}", "r", true), ("{directory: ../r, bom: false}", "r", false),
    ("{bom: false}", "reports", false), ("{}", "reports", true),
])
func `reports is a directory, or a section that names it`(
    yaml: String, directory: String, bom: Bool
) throws {
    let folder = TemporaryFolder()
    let settings = try load("currency: USD\nreports: \(yaml)", in: folder)
    #expect(settings.reports.directory == "\(folder.path)/\(directory)")
    #expect(settings.reports.bom == bom)
}

@Test(arguments: [
    ("*", "", true), ("*", "anything", true), ("", "", true), ("", "a", false),
    ("Instagram*", "INSTAGRAM likes", true), ("Instagram*", "My Instagram", false),
    ("*gram*", "Instagram likes", true), ("?", "é", true), ("?", "", false), ("??", "a", false),
    ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-b-c-b", false), ("*a", "aaaa", true),
    ("a**", "a", true), ("Ünïcode*", "üNÏCODE 1", true), ("[a]", "a", false),
    (#"\*"#, #"\x"#, true),
    ("*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 5_000), false),
])
func `a pattern matches the whole of a name`(pattern: String, name: String, matches: Bool) {
    #expect(Glob(pattern).matches(name) == matches)
}

@Test(arguments: [
    ("https://a.example", true), ("https://a.example:443/api/v2?x=1", true),
    ("https://[::1]:8080/", true),
    ("https://", false), ("https:///path", false), ("https://:80", false), ("https://a:0", false),
    ("https://a:65536", false), ("https://a:+80", false), ("https://a:", false),
    ("https://[::1", false),
    ("https://user@a.example", false), ("https://a.example/#x", false), ("https://a b", false),
    ("https://é.example", false), ("ftp://a.example", false), ("a.example", false),
    ("https:a", false),
])
func `a provider's address is a whole URL without secrets`(url: String, isValid: Bool) {
    let found = problems(
        "currency: USD\nproviders: [{name: a, api_key: {env: K}, currency: USD, url: \"\(url)\"}]")
    #expect(found.isEmpty == isValid, "\(found)")
    #expect(!found.contains { $0.contains("user@") })
}

extension String {
    /// The text of a file of at most 1 MiB.
    fileprivate init(contentsOf path: String) throws {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = read(descriptor, &bytes, bytes.count)
        try #require(count > 0)
        self.init(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

/// Everything that `dump` shows of a value.
private func shown<Value>(_ value: Value) -> String {
    var text = ""
    dump(value, to: &text)
    return text
}
