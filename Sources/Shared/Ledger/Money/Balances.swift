import GRDB
import Money
import Tables
import Timestamps

/// What a provider's balance says, held against our transactions. In his currency.
package struct BalanceNews: Sendable, Equatable {
    /// What our transactions say is with him.
    package let expected: Amount
    /// His balance less that; nil where the books do not say what he was paid.
    package let drift: Amount?
}

extension Ledger {
    /// Keeps what a provider says we have with him, and what that tells: it is evidence for orders in
    /// doubt, and a difference beyond `maxDrift` is an exception, once until it is gone.
    ///
    /// Where no top-up of it was ever booked, our transactions do not know its balance: nothing is
    /// concluded, and its drift is unknown.
    package func recordBalance(
        _ balance: Amount, of provider: ProviderID, maxDrift: Amount, at now: Timestamp
    ) throws -> BalanceNews {
        try commit { db in
            let row = try GRDB.Row.fetchOne(
                db.grdb,
                sql: """
                    SELECT p.currency, coalesce(w.balance, 0) AS expected,
                        EXISTS (SELECT 1 FROM transactions t
                            WHERE t.to_wallet_id = w.id AND t.type = 'provider_topup') AS is_known
                    FROM providers p LEFT JOIN wallets w ON w.provider_id = p.id
                        AND w.name = 'float' AND w.currency = p.currency
                    WHERE p.id = ?
                    """, arguments: [provider])!
            let expected: Amount = row["expected"]
            let isKnown: Bool = row["is_known"]
            // Kept together, so that a report compares what was true at the same moment.
            let drift = try balance - expected
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET balance = \(balance), balance_at = \(now),
                        balance_expected = \(expected), balance_drift = \(isKnown ? drift : nil)
                    WHERE id = \(provider)
                    """)
            guard isKnown else { return BalanceNews(expected: expected, drift: nil) }
            try Self.noteAsEvidence(drift, of: provider, db)
            try Self.tell(
                drift, beyond: maxDrift, of: provider, in: row["currency"], balance: balance, db,
                at: now)
            return BalanceNews(expected: expected, drift: drift)
        }
    }

    /// Exact sums speak: he took nothing that we do not know of, or just what the doubts cost. Any
    /// other difference says nothing about them.
    private static func noteAsEvidence(
        _ drift: Amount, of provider: ProviderID, _ db: any Connection
    ) throws {
        let isSending = try Bool.fetchOne(
            db.grdb,
            sql: """
                SELECT EXISTS (SELECT 1 FROM orders WHERE state = 'sending' AND provider_id = ?)
                """, arguments: [provider])!
        let doubts = try OrderID.fetchAll(
            db.grdb, sql: "SELECT id FROM orders WHERE state = 'in_doubt' AND provider_id = ?",
            arguments: [provider])
        guard !isSending, !doubts.isEmpty else { return }
        let cost = try doubts.reduce(Amount.zero) { sum, order in
            try sum + (OrderRow.fetch(db, order)?.expectedCharge() ?? .zero)
        }
        guard cost > .zero else { return }
        let words: String
        if drift == .zero {
            words = "balance: he took nothing that we do not know of, which speaks against it"
        } else if try drift == -cost {
            words =
                doubts.count == 1
                ? "balance: short by just what it costs, which speaks for it"
                : "balance: short by just what the \(doubts.count) orders in doubt cost, which "
                    + "speaks for them"
        } else {
            return
        }
        for order in doubts { try Attempts(db).note(words, on: order) }
    }

    private static func tell(
        _ drift: Amount, beyond limit: Amount, of provider: ProviderID, in currency: Currency,
        balance: Amount, _ db: any Connection, at now: Timestamp
    ) throws {
        let isBeyond = drift.micros.magnitude > limit.micros.magnitude
        let isTold = try Bool.fetchOne(
            db.grdb, sql: "SELECT drift_since IS NOT NULL FROM providers WHERE id = ?",
            arguments: [provider])!
        guard isBeyond != isTold else { return }
        try db.grdb.execute(
            literal: """
                UPDATE providers SET drift_since = \(isBeyond ? now : nil) WHERE id = \(provider)
                """)
        guard isBeyond else { return }
        let expected = try balance - drift
        try raise(
            LedgerException(
                .balanceDrift,
                "on \(now) his balance was \(balance) \(currency), our transactions say "
                    + "\(expected); look for a top-up that is not booked, a charge that differs, or "
                    + "an order that is not ours"),
            order: nil, provider: provider, db, at: now)
    }
}
