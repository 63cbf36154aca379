import Money

/// One provider: where it is, how it is spoken to, and how much is asked of it at once.
package struct ProviderSettings: Sendable {
    package let name: String
    package let url: String
    /// Read only when `Settings.providerKeys()` is called.
    let apiKey: Secret
    /// What its prices and balance are counted in.
    package let currency: Currency
    package let encoding: Encoding
    /// How many orders may be on the way at once.
    package let inFlight: Int
    package let requestsPerSecond: Int
    /// How long a connection may take to open, in seconds.
    package let connectSeconds: Int
    /// How long a whole request may take, in seconds.
    package let totalSeconds: Int
    /// The time between two status questions for one order, in seconds.
    package let pollEverySeconds: Int
    /// How long after placement "incorrect order ID" means "not yet", in seconds.
    package let notFoundGraceSeconds: Int
    package let inquiry: Inquiry
    /// How many refills are asked for at once.
    package let refill: Refill
    /// Which types an order's quantity is sent with.
    package let quantity: Quantity
    /// The operator is told when the balance is below this, in the provider's currency.
    package let lowBalance: Amount
    /// The operator is told when the balance is further from our transactions than this, in the
    /// provider's currency.
    package let maxDrift: Amount
    /// How it makes a charge of a price: many take a least amount for an order (`min_charge`), or
    /// round up to a few decimals (`charge_decimals`).
    package let chargeRule: ChargeRule
    package let breaker: Breaker
    /// Whether each order goes over a connection of its own; nil: as is learned of the server.
    package let freshConnections: Bool?
    /// Error texts of this provider, beside those that everybody uses (provider-api.md §6).
    package let errors: [ProviderErrorClass: [String]]
    /// A provider that is not enabled is neither sent to nor asked.
    package let isEnabled: Bool

    /// How a request's parameters are written.
    package enum Encoding: String, CaseIterable, Sendable {
        case form, json
    }

    /// How an order in doubt can be looked for.
    package enum Inquiry: String, CaseIterable, Sendable {
        case none
        /// The provider lists recent orders (`action=orders`).
        case orders
    }

    /// How refills are asked for.
    package enum Refill: String, CaseIterable, Sendable {
        /// One a call: half of the panels answer a list with one id, which may be of any of them.
        case single
        /// Up to 100 a call, for a provider that answers about each.
        case batch
    }

    /// Which orders say how much.
    package enum Quantity: String, CaseIterable, Sendable {
        /// Those of a type that has a quantity; some panels drop the comments beside one.
        case byType = "by_type"
        /// All but subscriptions, for a panel that demands it of every type: the units that are paid.
        case always
    }

    /// When a provider that fails is left alone, and for how long (design.md §6).
    package struct Breaker: Sendable {
        /// So many failures one after the other.
        package let failures: Int
        /// So many orders in doubt one after the other.
        package let doubts: Int
        /// Until one order is tried again, in seconds.
        package let openSeconds: Int
    }
}

/// The classes of a provider's errors, by what to do (provider-api.md §6).
package enum ProviderErrorClass: String, CaseIterable, Sendable {
    case auth, funds, service, duplicate, input, throttle
    case notFound = "not_found"
}

extension ProviderSettings {
    /// `priced` are the currencies that can be converted, if they are known.
    fileprivate init?(_ section: Section, priced: [Currency]?) {
        let name = section.required("name", .providerName)
        let allowHTTP = section.optional("allow_http", .truth, default: false)
        let url = section.required("url", .providerURL(allowHTTP: allowHTTP))
        let apiKey = section.required("api_key", wanted: Secret.wanted) {
            Secret(at: $0, of: name ?? "")
        }
        let currency = section.required(
            "currency", priced.map(Form.currency(among:)) ?? .currency)
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
                uniqueKeysWithValues: ProviderErrorClass.allCases.map { kind in
                    (kind, errors.list(kind.rawValue) { $0.read(.text) })
                })
        }
        isEnabled = section.optional("enabled", .truth, default: true)
        guard let name, let url, let apiKey, let currency else { return nil }
        self.name = name
        self.url = url
        self.apiKey = apiKey
        self.currency = currency
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
    /// The list of providers, whose names are all different.
    func providers(priced: [Currency]?) -> [ProviderSettings]? {
        var names: Set<String> = []
        return list { entry in
            entry.section { section in
                let provider = ProviderSettings(section, priced: priced)
                if let provider, !names.insert(provider.name).inserted {
                    section.cursor("name")?.refuse("a name that no other provider has")
                }
                return provider
            }
        }
    }
}

extension Settings {
    /// The provider of that name, if he is asked anything.
    package func asked(_ name: String) -> ProviderSettings? {
        providers.first { $0.name == name && $0.isEnabled }
    }
}
