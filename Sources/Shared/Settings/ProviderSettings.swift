import Money
import Trade

/// One provider: its address, how to talk to it, and how much to ask of it at once.
package struct ProviderSettings: Sendable {
    package let name: String
    package let url: String
    /// Read only when `Settings.providerKeys()` is called.
    let apiKey: Secret
    /// The currency of its prices and its balance.
    package let currency: Currency
    /// House currency units for one unit of that.
    package let exchangeRate: ExchangeRate
    package let encoding: Encoding
    /// How many orders may be on their way at once.
    package let inFlight: Int
    package let requestsPerSecond: Int
    /// How long a connection may take to open, in seconds.
    package let connectSeconds: Int
    /// How long a whole request may take, in seconds.
    package let totalSeconds: Int
    /// The time between two questions for the status of one order, in seconds.
    package let pollEverySeconds: Int
    /// How long after placement "incorrect order ID" means "not yet", in seconds.
    package let notFoundGraceSeconds: Int
    package let inquiry: Inquiry
    /// How many refills one call asks for.
    package let refill: Refill
    /// For which types of order a quantity is sent.
    package let quantity: Quantity
    /// A balance below this is reported to the operator; in the provider's currency.
    package let lowBalance: Amount
    /// A balance that differs from our transactions by more than this is reported to the operator;
    /// in the provider's currency.
    package let maxDrift: Amount
    /// How it turns a price into a charge: many take a minimum for an order (`min_charge`), or
    /// round up to a few decimals (`charge_decimals`).
    package let chargeRule: ChargeRule
    package let breaker: Breaker
    /// Whether each order goes over a connection of its own; nil to learn it from the server.
    package let freshConnections: Bool?
    /// Error texts of this provider, besides the common ones (provider-api.md §6).
    package let errors: [ErrorClass: [String]]
    /// We send nothing to a provider that is not enabled, and ask it nothing.
    package let isEnabled: Bool

    /// How the parameters of a request are written.
    package enum Encoding: String, CaseIterable, Sendable {
        case form, json
    }

    /// How to look for an order in doubt.
    package enum Inquiry: String, CaseIterable, Sendable {
        case none
        /// The provider lists recent orders (`action=orders`).
        case orders
    }

    /// How many refills one call asks for.
    package enum Refill: String, CaseIterable, Sendable {
        /// One: half of the panels answer a list with a single id, which may belong to any of them.
        case single
        /// Up to 100, for a provider that answers each of them.
        case batch
    }

    /// Which orders are sent with a quantity.
    package enum Quantity: String, CaseIterable, Sendable {
        /// Orders of a type that has a quantity. Some panels drop the comments if there is one.
        case byType = "by_type"
        /// All but subscriptions, for a panel that demands it for every type: the units that are
        /// paid.
        case always
    }

    /// When a failing provider is left alone, and for how long (design.md §6).
    package struct Breaker: Sendable {
        /// After this many failures in a row.
        package let failures: Int
        /// After this many orders in doubt in a row.
        package let doubts: Int
        /// The time until one order is tried again, in seconds.
        package let openSeconds: Int
    }
}

extension ProviderSettings {
    /// Reads one provider; nil with the problems noted.
    ///
    /// - Parameters:
    ///   - section: the provider's settings.
    ///   - house: the house currency; if it is missing, the configuration is refused anyway.
    ///   - rates: house currency units for one unit of each other currency.
    fileprivate init?(
        _ section: Section, house: Currency?, rates: [Currency: ExchangeRate]
    ) {
        let name = section.required("name", .providerName)
        let allowHTTP = section.optional("allow_http", .truth, default: false)
        let url = section.required("url", .providerURL(allowHTTP: allowHTTP))
        let apiKey = section.required("api_key", wanted: Secret.wanted) {
            Secret(at: $0, of: name ?? "")
        }
        let currency = section.required(
            "currency", house.map { .currency(among: [$0] + rates.keys.sorted()) } ?? .currency)
        encoding = section.optional("encoding", .word, default: .form)
        inFlight = section.optional("in_flight", .integer(1...1_024), default: 16)
        requestsPerSecond = section.optional(
            "requests_per_second", .integer(1...1_000_000), default: 20)
        (connectSeconds, totalSeconds) = section.section("timeouts") { timeouts in
            (
                timeouts.optional("connect", .integer(1...300), default: 10),
                timeouts.optional("total", .integer(1...3_600), default: 60)
            )
        }
        pollEverySeconds = section.optional("poll_every", .integer(1...86_400), default: 300)
        notFoundGraceSeconds = section.optional(
            "not_found_grace", .integer(0...604_800), default: 3_600)
        inquiry = section.optional("inquiry", .word, default: .none)
        refill = section.optional("refill", .word, default: .single)
        quantity = section.optional("quantity", .word, default: .byType)
        lowBalance = section.optional("low_balance", .amount, defaultText: "10")
        maxDrift = section.optional("max_drift", .amount, defaultText: "10")
        chargeRule = ChargeRule(
            minimum: section.optional("min_charge", .amount, default: .zero),
            decimals: section.optional(
                "charge_decimals", .integer(0...6), default: ChargeRule.exact.decimals))
        breaker = section.section("breaker", Breaker.init)
        freshConnections = section.optional("fresh_connections", .truth)
        errors = section.section("errors") { errors in
            Dictionary(
                uniqueKeysWithValues: ErrorClass.allCases.map { kind in
                    (kind, errors.list(kind.rawValue) { $0.read(.text) })
                })
        }
        isEnabled = section.optional("enabled", .truth, default: true)
        guard let name, let url, let apiKey, let currency else { return nil }
        self.name = name
        self.url = url
        self.apiKey = apiKey
        self.currency = currency
        // Only the house currency has no rate.
        exchangeRate = rates[currency] ?? .one
    }
}

extension ProviderSettings.Breaker {
    fileprivate init(_ section: Section) {
        failures = section.optional("failures", .integer(1...1_000), default: 5)
        doubts = section.optional("doubts", .integer(1...1_000), default: 3)
        openSeconds = section.optional("open_seconds", .integer(1...86_400), default: 300)
    }
}

extension Cursor {
    /// Reads the list of providers; no two have the same name.
    func providers(
        house: Currency?, rates: [Currency: ExchangeRate]
    ) -> [ProviderSettings]? {
        var names: Set<String> = []
        return list { entry in
            entry.section { section in
                let provider = ProviderSettings(section, house: house, rates: rates)
                if let provider, !names.insert(provider.name).inserted {
                    section.cursor("name")?.refuse("a name that no other provider has")
                }
                return provider
            }
        }
    }
}

extension Settings {
    /// The provider of this name, if it is enabled.
    package func asked(_ name: String) -> ProviderSettings? {
        providers.first { $0.name == name && $0.isEnabled }
    }
}
