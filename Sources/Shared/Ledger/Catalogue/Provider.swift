import GRDB
import Money
import Tables
import Timestamps

/// A provider, as the ledger knows him.
package struct Provider: Sendable {
    package let id: ProviderID
    package let name: String
    package let currency: Currency
    package let state: State
    package let health: ProviderHealth
    /// When his catalogue was last believed.
    package let catalogueAt: Timestamp?
    /// When he last told his balance.
    package let balanceAt: Timestamp?
    /// When he is to be asked for each again.
    package let catalogueDue: Timestamp
    package let balanceDue: Timestamp
    /// When he is to be asked for the orders he has, if some are in doubt.
    package let inquiryDue: Timestamp
    /// The digest of our key, where it was paused because it does not take it.
    package let pausedKey: String?
    /// Whether its server was seen to close connections that it had left open, without saying so.
    package let closesSilently: Bool
    /// The currency that it names where that is another than the configured one. Until that is
    /// settled nobody knows what anything costs there, so nothing of it is sold and nothing is sent
    /// to it.
    package let otherCurrency: Currency?
    /// What it last named beside an order's charge.
    package let statusCurrency: Currency?
    let rule: ChargeRule
    let exchangeRate: ExchangeRate?

    package enum State: Equatable, Sendable {
        case active
        /// Not to be sent orders before the moment; then one, to see whether he is well again.
        case paused(until: Timestamp)
        /// Switched off in the configuration.
        case disabled
    }

    /// The same of a row `p` of providers, in SQL. What it says of its balance is the better
    /// witness.
    static let hasOtherCurrency =
        "coalesce(p.balance_currency, p.status_currency, p.currency) <> p.currency"

    init(row: GRDB.Row) {
        id = row["id"]
        name = row["name"]
        currency = row["currency"]
        catalogueAt = row["catalogue_at"]
        balanceAt = row["balance_at"]
        catalogueDue = row["catalogue_due"]
        balanceDue = row["balance_due"]
        inquiryDue = row["inquiry_due"]
        closesSilently = row["closes_silently"]
        pausedKey = row["paused_key"]
        statusCurrency = row["status_currency"]
        rule = ChargeRule(minimum: row["min_charge"], decimals: row["charge_decimals"])
        let picos: Int64 = row["exchange_rate"]
        exchangeRate = picos > 0 ? ExchangeRate(picos: picos) : nil
        let ofBalance: Currency? = row["balance_currency"]
        let named = ofBalance ?? statusCurrency
        otherCurrency = named == currency ? nil : named
        health = ProviderHealth(row: row)
        state =
            switch row["state"] as String {
            case "active": .active
            case "paused": .paused(until: row["paused_until"])
            default: .disabled
            }
    }
}

/// What a provider is asked again and again.
package enum ProviderQuestion: Sendable {
    case catalogue, balance
}

extension Ledger {
    /// Sets when a provider is to be asked about something again.
    package func ask(
        _ provider: ProviderID, _ question: ProviderQuestion, at due: Timestamp
    ) throws {
        try commit { db in
            switch question {
            case .catalogue:
                try db.grdb.execute(
                    literal: "UPDATE providers SET catalogue_due = \(due) WHERE id = \(provider)")
            case .balance:
                try db.grdb.execute(
                    literal: "UPDATE providers SET balance_due = \(due) WHERE id = \(provider)")
            }
        }
    }

    /// Has every list of services asked for at once that was last priced by another configuration:
    /// what a rule or a price says holds from the next run of poll on, not from the next sync.
    package func priceAnew(by edition: String, at now: Timestamp) throws {
        let isNews = try read { db in
            try Bool.fetchOne(
                db.grdb, sql: "SELECT EXISTS (SELECT 1 FROM providers WHERE priced_by IS NOT ?)",
                arguments: [edition])!
        }
        guard isNews else { return }
        try commit { db in
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET priced_by = \(edition), catalogue_due =
                        CASE WHEN priced_by IS NULL THEN catalogue_due ELSE min(catalogue_due, \(now)) END
                    WHERE priced_by IS NOT \(edition)
                    """)
        }
    }

    /// Tells the operator, once, of what is wrong with a provider.
    package func raise(
        _ exception: LedgerException, of provider: ProviderID, at now: Timestamp
    ) throws {
        try commit { db in
            try Self.raise(exception, order: nil, provider: provider, db, at: now)
        }
    }
}
