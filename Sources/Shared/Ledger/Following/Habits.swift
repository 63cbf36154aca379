import Tables
import Timestamps

/// A way of answering that we learned of a provider, and that is not the trade's.
package enum Habit: String, Column, Sendable {
    /// The form in which it is asked about orders.
    case status
}

extension Ledger {
    /// What is known about a habit of each provider, if it was learned since `moment`.
    ///
    /// - Throws: `StoreError`.
    package func habits(
        _ habit: Habit, since moment: Timestamp
    ) throws -> [ProviderID: String] {
        try read { db in
            let known: [(ProviderID, String)] = try db.all(
                """
                SELECT provider_id, value FROM provider_habits
                WHERE habit = \(habit) AND learned_at >= \(moment)
                """
            ) { (try $0[0], try $0[1]) }
            return Dictionary(uniqueKeysWithValues: known)
        }
    }

    /// Keeps what was learned about a provider, for later runs.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func learn(
        _ habit: Habit, _ value: String, of provider: ProviderID, at now: Timestamp
    ) throws {
        try commit { db in
            try db.run(
                """
                INSERT INTO provider_habits (provider_id, habit, value, learned_at)
                VALUES (\(provider), \(habit), \(value), \(now))
                ON CONFLICT (provider_id, habit)
                    DO UPDATE SET value = excluded.value, learned_at = excluded.learned_at
                """)
        }
    }

    /// Leaves a provider alone until `moment`: nothing is sent to it, and nothing is asked.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func leaveAlone(_ provider: ProviderID, until moment: Timestamp) throws {
        try commit { db in
            try db.run(
                """
                UPDATE providers SET throttled_until = \(moment)
                WHERE id = \(provider) AND coalesce(throttled_until, 0) < \(moment)
                """)
        }
    }
}
