import Money
import Tables

/// A provider as it is configured.
package struct ConfiguredProvider: Sendable {
    package let name: String
    package let currency: Currency
    package let isEnabled: Bool
    /// How it computes a charge from a price.
    package let rule: ChargeRule
    /// House currency units for one unit of its currency; nil if the configuration does not say.
    package let exchangeRate: ExchangeRate?

    package init(
        name: String, currency: Currency, isEnabled: Bool, rule: ChargeRule = .exact,
        exchangeRate: ExchangeRate? = nil
    ) {
        self.name = name
        self.currency = currency
        self.isEnabled = isEnabled
        self.rule = rule
        self.exchangeRate = exchangeRate
    }

    /// Whether the ledger already says the same.
    fileprivate func isKept(as provider: Provider?) -> Bool {
        guard let provider else { return false }
        return (provider.state != .disabled) == isEnabled && provider.currency == currency
            && provider.rule == rule
            && (exchangeRate == nil || provider.exchangeRate == exchangeRate)
    }
}

extension Ledger {
    /// The ledger's providers by name, after adding those that are new in the configuration and
    /// switching off those that it no longer names. Writes only differences.
    ///
    /// - Throws: `LedgerError.otherProviderCurrency`: the orders that are booked with a provider
    ///   would be settled in another currency; `StoreError`.
    @discardableResult
    package func providers(
        configured: [ConfiguredProvider]
    ) throws -> [String: Provider] {
        let known = try read(Self.allProviders)
        let names = Set(configured.map(\.name))
        let isCurrent =
            configured.allSatisfy { $0.isKept(as: known[$0.name]) }
            && known.allSatisfy { names.contains($0) || $1.state == .disabled }
        if isCurrent { return known }
        return try commit { db in
            for (name, provider) in known where !names.contains(name) {
                try db.run("UPDATE providers SET state = 'disabled' WHERE id = \(provider.id)")
            }
            for provider in configured {
                if let kept = known[provider.name], kept.currency != provider.currency {
                    try Self.correctCurrency(of: kept, to: provider.currency, db)
                }
                try Self.keep(provider, db)
            }
            return try Self.allProviders(db)
        }
    }

    private static func allProviders(_ db: any Connection) throws -> [String: Provider] {
        let providers = try db.all("SELECT * FROM providers", Provider.init)
        return Dictionary(uniqueKeysWithValues: providers.map { ($0.name, $0) })
    }

    private static func keep(_ provider: ConfiguredProvider, _ db: any Connection) throws {
        let rate = provider.exchangeRate?.picos
        try db.run(
            """
            INSERT INTO providers (name, currency, state, min_charge, charge_decimals,
                                   exchange_rate)
            VALUES (\(provider.name), \(provider.currency),
                    \(provider.isEnabled ? "active" : "disabled"), \(provider.rule.minimum),
                    \(provider.rule.decimals), coalesce(\(rate), 0))
            ON CONFLICT (name) DO UPDATE SET
                state = CASE WHEN excluded.state = 'disabled' OR state = 'disabled'
                    THEN excluded.state ELSE state END,
                min_charge = excluded.min_charge, charge_decimals = excluded.charge_decimals,
                exchange_rate = coalesce(\(rate), exchange_rate)
            """)
    }

    /// Switches a provider to the currency that it names itself, as long as nothing is booked with
    /// it. None of its services is sold until its list is priced again.
    private static func correctCurrency(
        of provider: Provider, to currency: Currency, _ db: any Connection
    ) throws {
        let isBooked = try db.exists("SELECT 1 FROM wallets WHERE provider_id = \(provider.id)")
        guard provider.otherCurrency == currency, !isBooked else {
            throw LedgerError.otherProviderCurrency(
                provider.name, provider.currency, configured: currency)
        }
        try db.run(
            """
            UPDATE providers SET currency = \(currency), balance = NULL, balance_at = NULL,
                balance_due = 0, catalogue_due = 0 WHERE id = \(provider.id)
            """)
        try db.run(
            """
            UPDATE services SET enabled = 0, offered_rate = NULL, offered_cost_rate = NULL,
                offered_sale_rate = NULL,
                fault = \("its price is not known in \(currency) yet")
            WHERE provider_id = \(provider.id)
            """)
    }
}
