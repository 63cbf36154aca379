import GRDB
import Money
import Tables
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

    init(row: GRDB.Row) {
        provider = row["id"]
        failures = row["failures"]
        doubts = row["doubts"]
        throttledUntil = row["throttled_until"]
    }
}

/// Whether a provider gets orders from now on.
package struct GateChange: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// None before `until`; `key`: the digest of our key, where that is what it does not take.
        case pause(until: Timestamp, reason: String, key: String? = nil)
        /// It is well again.
        case resume
    }

    package let provider: ProviderID
    package let content: Content

    package init(of provider: ProviderID, _ content: Content) {
        self.provider = provider
        self.content = content
    }
}

/// What kept orders from a provider.
package struct Hindrance: Equatable, Sendable {
    package let isPaused: Bool
    /// Why it was paused.
    package let reason: String?
    /// Until when it asked to be left alone.
    package let throttledUntil: Timestamp?
    /// The currency that it named beside a charge, where that is not the configured one.
    package let otherCurrency: Currency?
}

extension Ledger {
    /// Keeps how a provider did, for the runs to come.
    package func keep(_ health: ProviderHealth) throws {
        try commit { db in try Self.keep(health, db) }
    }

    static func keep(_ health: ProviderHealth, _ db: any Connection) throws {
        try db.grdb.execute(
            literal: """
                UPDATE providers SET failures = \(health.failures), doubts = \(health.doubts),
                    throttled_until = \(health.throttledUntil)
                WHERE id = \(health.provider)
                """)
    }

    /// Sends a provider no orders until `until`; then it is tried, to see whether it is well again.
    package func pause(_ provider: ProviderID, until: Timestamp, reason: String) throws {
        try commit { db in
            try Self.carryOut(GateChange(of: provider, .pause(until: until, reason: reason)), db)
        }
    }

    /// Ends a provider's pause: it answered as it should.
    package func resume(_ provider: ProviderID) throws {
        try commit { db in try Self.carryOut(GateChange(of: provider, .resume), db) }
    }

    /// Ends what keeps orders from a provider, because a person says that the cause is mended: its
    /// pause, the time for which it asked to be left alone, what was counted against it, and the other
    /// currency that it named beside a charge.
    ///
    /// Returns what kept them; nil where nothing did, or where the provider is unknown or switched
    /// off.
    package func release(_ provider: String, at now: Timestamp) throws -> Hindrance? {
        try commit { db in
            let row = try GRDB.Row.fetchOne(
                db.grdb, sql: "SELECT * FROM providers WHERE name = ? AND state <> 'disabled'",
                arguments: [provider])
            guard let row else { return nil }
            let (state, health) = (Provider(row: row).state, ProviderHealth(row: row))
            let isThrottled = health.isThrottled(at: now)
            // Nothing is sold meanwhile, so no charge could ever name the configured one again.
            let named: Currency? = row["status_currency"]
            let other = named == row["currency"] ? nil : named
            guard
                state != .active || isThrottled || other != nil
                    || health.failures + health.doubts > 0
            else { return nil }
            try Self.carryOut(GateChange(of: health.provider, .resume), db)
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET throttled_until = NULL, failures = 0, doubts = 0,
                        status_currency = NULL
                    WHERE id = \(health.provider)
                    """)
            return Hindrance(
                isPaused: state != .active, reason: row["pause_reason"],
                throttledUntil: isThrottled ? health.throttledUntil : nil, otherCurrency: other)
        }
    }

    /// Keeps that a server closes connections that it had left open, without saying so.
    package func keepSilentCloser(_ provider: ProviderID) throws {
        try commit { db in try Self.keepSilentCloser(provider, db) }
    }

    static func keepSilentCloser(_ provider: ProviderID, _ db: any Connection) throws {
        try db.grdb.execute(
            literal: "UPDATE providers SET closes_silently = 1 WHERE id = \(provider)")
    }

    static func carryOut(_ change: GateChange, _ db: any Connection) throws {
        switch change.content {
        case .pause(let until, let reason, let key):
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET state = 'paused', paused_until = \(until),
                        pause_reason = \(reason), paused_key = \(key), failures = 0, doubts = 0
                    WHERE id = \(change.provider) AND state <> 'disabled'
                    """)
        case .resume:
            try db.grdb.execute(
                literal: """
                    UPDATE providers SET state = 'active', paused_until = NULL,
                        pause_reason = NULL, paused_key = NULL
                    WHERE id = \(change.provider) AND state = 'paused'
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
                try db.grdb.execute(
                    literal: """
                        UPDATE providers SET last_answer_at = \(answeredAt) WHERE id = \(provider)
                        """)
            }
            if errors > 0 {
                try db.grdb.execute(
                    literal: """
                        INSERT INTO provider_errors (provider_id, hour, errors)
                        VALUES (\(provider), \(now.milliseconds / 3_600_000), \(errors))
                        ON CONFLICT (provider_id, hour) DO UPDATE SET errors = errors + excluded.errors
                        """)
            }
        }
    }
}
