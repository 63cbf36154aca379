import GRDB
import Timestamps

/// How a provider did lately, counted over the runs (design.md §6: circuit breaker).
package struct ProviderHealth: Equatable, Sendable {
    package let provider: ProviderID
    /// So many failures, and so many doubts, one after the other.
    package var failures: Int
    package var doubts: Int
    /// He is to be left alone until then: he said so, or was asked too much.
    package var throttledUntil: Timestamp?

    /// Whether nothing is to be sent to him at `now`, although he may be well.
    package func isThrottled(at now: Timestamp) -> Bool {
        throttledUntil.map { now < $0 } ?? false
    }

    init(row: Row) {
        provider = row["id"]
        failures = row["failures"]
        doubts = row["doubts"]
        throttledUntil = row["throttled_until"]
    }
}

extension Ledger {
    /// Keeps how a provider did, for the runs to come.
    package func keep(_ health: ProviderHealth) throws {
        try commit { db in try Self.keep(health, db) }
    }

    static func keep(_ health: ProviderHealth, _ db: Database) throws {
        try db.execute(
            literal: """
                UPDATE providers SET failures = \(health.failures), doubts = \(health.doubts),
                    throttled_until = \(health.throttledUntil)
                WHERE id = \(health.provider)
                """)
    }

    /// Sends a provider no orders until `until`; then one, which shows whether he is well again.
    package func pause(_ provider: ProviderID, until: Timestamp, reason: String) throws {
        try commit { db in
            try db.execute(
                literal: """
                    UPDATE providers SET state = 'paused', paused_until = \(until),
                        pause_reason = \(reason), failures = 0, doubts = 0
                    WHERE id = \(provider) AND state <> 'disabled'
                    """)
        }
    }

    /// Ends a provider's pause: he took an order again.
    package func resume(_ provider: ProviderID) throws {
        try commit { db in
            try db.execute(
                literal: """
                    UPDATE providers SET state = 'active', paused_until = NULL, pause_reason = NULL
                    WHERE id = \(provider) AND state = 'paused'
                    """)
        }
    }

    /// Counts a run's answers and errors of a provider, for `providers.csv`.
    package func noteAnswers(
        of provider: ProviderID, answeredAt: Timestamp?, errors: Int, at now: Timestamp
    ) throws {
        guard answeredAt != nil || errors > 0 else { return }
        try commit { db in
            if let answeredAt {
                try db.execute(
                    literal: """
                        UPDATE providers SET last_answer_at = \(answeredAt) WHERE id = \(provider)
                        """)
            }
            if errors > 0 {
                try db.execute(
                    literal: """
                        INSERT INTO provider_errors (provider_id, hour, errors)
                        VALUES (\(provider), \(now.milliseconds / 3_600_000), \(errors))
                        ON CONFLICT (provider_id, hour) DO UPDATE SET errors = errors + excluded.errors
                        """)
            }
        }
    }
}
