import GRDB
import Tables
import Timestamps

/// What is learnt of how a provider answers, where that is not as the trade does.
package enum Habit: String, Sendable, DatabaseValueConvertible, Column {
    /// In which form it is asked about orders.
    case status
}

extension Ledger {
    /// What is known of a habit of each provider, if it was learnt since `moment`.
    package func habits(
        _ habit: Habit, since moment: Timestamp
    ) throws -> [ProviderID: String] {
        try read { db in
            let rows = try GRDB.Row.fetchAll(
                db.grdb,
                sql: """
                    SELECT provider_id, value FROM provider_habits
                    WHERE habit = ?1 AND learned_at >= ?2
                    """, arguments: [habit, moment])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    /// Keeps what was learnt of a provider, for the runs to come.
    package func learn(
        _ habit: Habit, _ value: String, of provider: ProviderID, at now: Timestamp
    ) throws {
        try commit { db in
            try db.grdb.execute(
                literal: """
                    INSERT INTO provider_habits (provider_id, habit, value, learned_at)
                    VALUES (\(provider), \(habit), \(value), \(now))
                    ON CONFLICT (provider_id, habit)
                        DO UPDATE SET value = excluded.value, learned_at = excluded.learned_at
                    """)
        }
    }

    /// Leaves a provider alone until `moment`: nothing is sent to it and nothing asked.
    package func leaveAlone(_ provider: ProviderID, until moment: Timestamp) throws {
        try commit { db in
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET throttled_until = max(coalesce(throttled_until, 0), \(moment))
                    WHERE id = \(provider)
                    """)
        }
    }
}
