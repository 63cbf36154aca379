import GRDB
import Money
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

    package enum State: Equatable, Sendable {
        case active
        /// Not to be sent orders before the moment; then one, to see whether he is well again.
        case paused(until: Timestamp)
        /// Switched off in the configuration.
        case disabled
    }

    init(row: Row) {
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

/// A provider as the configuration has him.
package struct ConfiguredProvider: Sendable {
    package let name: String
    package let currency: Currency
    package let isEnabled: Bool

    package init(name: String, currency: Currency, isEnabled: Bool) {
        self.name = name
        self.currency = currency
        self.isEnabled = isEnabled
    }
}

extension Ledger {
    /// The ledger's providers by name, after adding those that are new in the configuration and
    /// switching off those that are gone from it. Writes only where something differs.
    ///
    /// - Throws: `LedgerError.otherProviderCurrency`: what is booked of his orders would be settled
    ///   in another currency.
    package func providers(
        configured: [ConfiguredProvider]
    ) throws -> [String: Provider] {
        let known = try read(Self.allProviders)
        for provider in configured {
            guard let kept = known[provider.name]?.currency, kept != provider.currency else {
                continue
            }
            throw LedgerError.otherProviderCurrency(
                provider.name, kept, configured: provider.currency)
        }
        let enabled = Set(configured.lazy.filter(\.isEnabled).map(\.name))
        let isCurrent =
            configured.allSatisfy { known[$0.name] != nil }
            && known.allSatisfy { ($1.state != .disabled) == enabled.contains($0) }
        if isCurrent { return known }
        return try commit { db in
            for (name, provider) in known where !configured.contains(where: { $0.name == name }) {
                try Self.set(provider.id, enabled: false, db)
            }
            for provider in configured {
                if let id = known[provider.name]?.id {
                    try Self.set(id, enabled: provider.isEnabled, db)
                } else {
                    try db.execute(
                        literal: """
                            INSERT INTO providers (name, currency, state)
                            VALUES (\(provider.name), \(provider.currency),
                                    \(provider.isEnabled ? "active" : "disabled"))
                            """)
                }
            }
            return try Self.allProviders(db)
        }
    }

    private static func allProviders(_ db: Database) throws -> [String: Provider] {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM providers")
        return Dictionary(uniqueKeysWithValues: rows.map { ($0["name"], Provider(row: $0)) })
    }

    private static func set(_ id: ProviderID, enabled: Bool, _ db: Database) throws {
        try db.execute(
            literal: """
                UPDATE providers SET state = CASE WHEN \(enabled) THEN
                    CASE state WHEN 'disabled' THEN 'active' ELSE state END ELSE 'disabled' END
                WHERE id = \(id)
                """)
    }

    /// Sets when a provider is to be asked about something again.
    package func ask(
        _ provider: ProviderID, _ question: ProviderQuestion, at due: Timestamp
    ) throws {
        try commit { db in
            switch question {
            case .catalogue:
                try db.execute(
                    literal: "UPDATE providers SET catalogue_due = \(due) WHERE id = \(provider)")
            case .balance:
                try db.execute(
                    literal: "UPDATE providers SET balance_due = \(due) WHERE id = \(provider)")
            }
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
