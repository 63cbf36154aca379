import Money
import Tables
import Timestamps

/// A provider as the ledger knows it.
package struct Provider: Sendable {
    package let id: ProviderID
    package let name: String
    package let currency: Currency
    package let state: State
    package let health: ProviderHealth
    /// When its catalogue was last believed.
    package let catalogueAt: Timestamp?
    /// When it last named its balance.
    package let balanceAt: Timestamp?
    /// When to ask for its catalogue again.
    package let catalogueDue: Timestamp
    /// When to ask for its balance again.
    package let balanceDue: Timestamp
    /// When to ask for the orders that it has, if some are in doubt.
    package let inquiryDue: Timestamp
    /// The digest of our key, if it is paused because it does not take that key.
    package let pausedKey: String?
    /// Whether its server has closed kept-alive connections without notice.
    package let closesSilently: Bool
    /// The currency that it names, if that differs from the configured one. Nobody then knows what
    /// anything costs there, so none of its services is sold and no order is sent to it.
    package let otherCurrency: Currency?
    /// The currency that it last named beside an order's charge.
    package let statusCurrency: Currency?
    let rule: ChargeRule
    let exchangeRate: ExchangeRate?

    package enum State: Equatable, Sendable {
        case active
        /// It gets no orders until this moment; then one, to see whether it has recovered.
        case paused(until: Timestamp)
        /// Switched off in the configuration.
        case disabled
    }

    /// Whether `otherCurrency` is named, for a row `p` of providers. What a provider says about its
    /// balance counts more than what it says about charges.
    static let hasOtherCurrency =
        "coalesce(p.balance_currency, p.status_currency, p.currency) <> p.currency"

    init(_ row: Row) throws {
        id = try row["id"]
        name = try row["name"]
        currency = try row["currency"]
        catalogueAt = try row["catalogue_at"]
        balanceAt = try row["balance_at"]
        catalogueDue = try row["catalogue_due"]
        balanceDue = try row["balance_due"]
        inquiryDue = try row["inquiry_due"]
        closesSilently = try row["closes_silently"]
        pausedKey = try row["paused_key"]
        statusCurrency = try row["status_currency"]
        rule = ChargeRule(minimum: try row["min_charge"], decimals: try row["charge_decimals"])
        exchangeRate = ExchangeRate(stored: try row["exchange_rate"])
        let ofBalance: Currency? = try row["balance_currency"]
        let named = ofBalance ?? statusCurrency
        otherCurrency = named == currency ? nil : named
        health = try ProviderHealth(row)
        let word: String = try row["state"]
        state =
            switch word {
            case "active": .active
            case "paused": .paused(until: try row["paused_until"])
            default: .disabled
            }
    }
}

/// Something that a provider is asked for regularly.
package enum ProviderQuestion: Sendable {
    case catalogue, balance
}

extension Ledger {
    /// Sets when to ask a provider for something again.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func ask(
        _ provider: ProviderID, _ question: ProviderQuestion, at due: Timestamp
    ) throws {
        try commit { db in
            switch question {
            case .catalogue:
                try db.run(
                    "UPDATE providers SET catalogue_due = \(due) WHERE id = \(provider)")
            case .balance:
                try db.run("UPDATE providers SET balance_due = \(due) WHERE id = \(provider)")
            }
        }
    }

    /// Makes every list of services due that was last priced by another configuration, so that a
    /// new rule or price holds from the next run of poll instead of the next sync.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func priceAnew(by edition: String, at now: Timestamp) throws {
        let differs: SQL = "priced_by IS DISTINCT FROM \(edition)"
        guard try read({ try $0.exists("SELECT 1 FROM providers WHERE \(differs) LIMIT 1") })
        else { return }
        try commit { db in
            try db.run(
                """
                UPDATE providers SET priced_by = \(edition),
                    catalogue_due = CASE
                        WHEN priced_by IS NULL OR catalogue_due < \(now) THEN catalogue_due
                        ELSE \(now) END
                WHERE \(differs)
                """)
        }
    }

    /// Reports to the operator, once, what is wrong with a provider.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func raise(
        _ exception: LedgerException, of provider: ProviderID, at now: Timestamp
    ) throws {
        try commit { db in
            try Self.raise(exception, order: nil, provider: provider, db, at: now)
        }
    }
}
