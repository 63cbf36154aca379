import Money
import Tables
import Timestamps

/// A provider's balance, compared with our transactions, in the provider's currency.
package struct BalanceNews: Sendable, Equatable {
    /// The amount that the provider holds for us, by our transactions.
    package let expected: Amount
    /// Its balance less that; nil if the books do not say how much it was paid.
    package let drift: Amount?
}

extension Ledger {
    /// Keeps the balance that a provider names. It is evidence for orders in doubt, and a
    /// difference beyond `maxDrift` raises an exception, once until the difference is gone.
    ///
    /// If no top-up of the provider was ever booked, our transactions do not know its balance:
    /// nothing is concluded, and its drift is unknown.
    package func recordBalance(
        _ balance: Amount, of provider: ProviderID, maxDrift: Amount, at now: Timestamp
    ) throws -> BalanceNews {
        try commit { db in
            let (currency, expected, isKnown): (Currency, Amount, Bool) = try db.one(
                """
                SELECT p.currency, coalesce(w.balance, 0),
                    EXISTS (SELECT 1 FROM transactions t
                        WHERE t.to_wallet_id = w.id AND t.type = 'provider_topup')
                FROM providers p LEFT JOIN wallets w ON w.provider_id = p.id
                    AND w.name = 'float' AND w.currency = p.currency
                WHERE p.id = \(provider)
                """
            ) { (try $0[0], try $0[1], try $0[2]) }
            // Kept together, so that a report compares what was true at the same moment.
            let drift = try balance - expected
            try db.run(
                """
                UPDATE providers SET balance = \(balance), balance_at = \(now),
                    balance_expected = \(expected), balance_drift = \(isKnown ? drift : nil)
                WHERE id = \(provider)
                """)
            guard isKnown else { return BalanceNews(expected: expected, drift: nil) }
            try Self.noteAsEvidence(drift, of: provider, db)
            try Self.report(
                drift, beyond: maxDrift, of: provider, in: currency, balance: balance, db, at: now)
            return BalanceNews(expected: expected, drift: drift)
        }
    }

    /// Only an exact match is evidence: either no unknown charge, or precisely the cost of the
    /// orders in doubt. Any other difference says nothing about them.
    private static func noteAsEvidence(
        _ drift: Amount, of provider: ProviderID, _ db: any Connection
    ) throws {
        let isSending = try db.exists(
            "SELECT 1 FROM orders WHERE state = 'sending' AND provider_id = \(provider)")
        let doubts: [OrderID] = try db.values(
            "SELECT id FROM orders WHERE state = 'in_doubt' AND provider_id = \(provider)")
        guard !isSending, !doubts.isEmpty else { return }
        let cost = try doubts.reduce(Amount.zero) { sum, order in
            try sum + (OrderRow.fetch(db, order)?.expectedCharge() ?? .zero)
        }
        guard cost > .zero else { return }
        let words: String
        if drift == .zero {
            words = "balance: no charge that we do not know of, which speaks against it"
        } else if try drift == -cost {
            words =
                doubts.count == 1
                ? "balance: short by exactly what it costs, which speaks for it"
                : "balance: short by exactly what the \(doubts.count) orders in doubt cost, which "
                    + "speaks for them"
        } else {
            return
        }
        for order in doubts { try Attempts(db).note(words, on: order) }
    }

    private static func report(
        _ drift: Amount, beyond limit: Amount, of provider: ProviderID, in currency: Currency,
        balance: Amount, _ db: any Connection, at now: Timestamp
    ) throws {
        let isBeyond = drift.micros.magnitude > limit.micros.magnitude
        let isReported = try db.exists(
            "SELECT 1 FROM providers WHERE id = \(provider) AND drift_since IS NOT NULL")
        guard isBeyond != isReported else { return }
        try db.run(
            """
            UPDATE providers SET drift_since = \(isBeyond ? now : nil) WHERE id = \(provider)
            """)
        guard isBeyond else { return }
        let expected = try balance - drift
        try raise(
            LedgerException(
                .balanceDrift,
                """
                on \(now) its balance was \(balance) \(currency), our transactions say \
                \(expected); look for a top-up that is not booked, a charge that differs, or an \
                order that is not ours
                """),
            order: nil, provider: provider, db, at: now)
    }
}
