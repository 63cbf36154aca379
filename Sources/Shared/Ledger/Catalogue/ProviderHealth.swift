import Money
import Tables
import Timestamps

/// How a provider has done lately, counted across runs (design.md §6: circuit breaker).
package struct ProviderHealth: Equatable, Sendable {
    package let provider: ProviderID
    /// How many failures in a row.
    package var failures: Int
    /// How many doubts in a row.
    package var doubts: Int
    /// Until when to leave it alone, because it asked for that or received too many requests.
    package var throttledUntil: Timestamp?

    /// Whether nothing is sent to it at `now`, although it may be well.
    package func isThrottled(at now: Timestamp) -> Bool {
        throttledUntil.map { now < $0 } ?? false
    }

    init(_ row: Row) throws {
        provider = try row["id"]
        failures = try row["failures"]
        doubts = try row["doubts"]
        throttledUntil = try row["throttled_until"]
    }
}

/// Whether a provider gets orders from now on.
package struct GateChange: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// It gets none before `until`. `key`: the digest of our key, if it does not take that key.
        case pause(until: Timestamp, reason: String, key: String? = nil)
        /// It has recovered.
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
    /// The currency that it named beside a charge, if that is not the configured one.
    package let otherCurrency: Currency?
}

extension Ledger {
    /// Keeps how a provider did, for later runs.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func keep(_ health: ProviderHealth) throws {
        try commit { db in try Self.keep(health, db) }
    }

    static func keep(_ health: ProviderHealth, _ db: any Connection) throws {
        try db.run(
            """
            UPDATE providers SET failures = \(health.failures), doubts = \(health.doubts),
                throttled_until = \(health.throttledUntil)
            WHERE id = \(health.provider)
            """)
    }

    /// Sends a provider no orders until `until`; then one, to see whether it has recovered.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func pause(_ provider: ProviderID, until: Timestamp, reason: String) throws {
        try commit { db in
            try Self.carryOut(GateChange(of: provider, .pause(until: until, reason: reason)), db)
        }
    }

    /// Ends a provider's pause because it answered as it should.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func resume(_ provider: ProviderID) throws {
        try commit { db in try Self.carryOut(GateChange(of: provider, .resume), db) }
    }

    /// Lets a provider have orders again, because a person says that the cause is fixed. Ends its
    /// pause and the time for which it asked to be left alone, and clears the failures counted
    /// against it and the other currency that it named beside a charge.
    ///
    /// - Returns: what had kept orders from it; nil if nothing did, or if the provider is unknown
    ///   or switched off.
    /// - Throws: `StoreError`, `LedgerError`.
    package func release(_ provider: String, at now: Timestamp) throws -> Hindrance? {
        try commit { db in
            let found = try db.first(
                "SELECT * FROM providers WHERE name = \(provider) AND state <> 'disabled'"
            ) { row in (try Provider(row), try row["pause_reason"] as String?) }
            guard let (provider, reason) = found else { return nil }
            let health = provider.health
            let isThrottled = health.isThrottled(at: now)
            // Nothing is sold meanwhile, so no charge could ever name the configured one again.
            let named = provider.statusCurrency
            let other = named == provider.currency ? nil : named
            guard
                provider.state != .active || isThrottled || other != nil
                    || health.failures + health.doubts > 0
            else { return nil }
            try Self.carryOut(GateChange(of: provider.id, .resume), db)
            try db.run(
                """
                UPDATE providers SET throttled_until = NULL, failures = 0, doubts = 0,
                    status_currency = NULL
                WHERE id = \(provider.id)
                """)
            return Hindrance(
                isPaused: provider.state != .active, reason: reason,
                throttledUntil: isThrottled ? health.throttledUntil : nil, otherCurrency: other)
        }
    }

    /// Notes that a provider's server closes kept-alive connections without notice.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func keepSilentCloser(_ provider: ProviderID) throws {
        try commit { db in try Self.keepSilentCloser(provider, db) }
    }

    static func keepSilentCloser(_ provider: ProviderID, _ db: any Connection) throws {
        try db.run("UPDATE providers SET closes_silently = 1 WHERE id = \(provider)")
    }

    static func carryOut(_ change: GateChange, _ db: any Connection) throws {
        switch change.content {
        case .pause(let until, let reason, let key):
            try db.run(
                """
                UPDATE providers SET state = 'paused', paused_until = \(until),
                    pause_reason = \(reason), paused_key = \(key), failures = 0, doubts = 0
                WHERE id = \(change.provider) AND state <> 'disabled'
                """)
        case .resume:
            try db.run(
                """
                UPDATE providers SET state = 'active', paused_until = NULL,
                    pause_reason = NULL, paused_key = NULL
                WHERE id = \(change.provider) AND state = 'paused'
                """)
        }
    }

    /// Counts a run's answers and errors of a provider, for `providers.csv`.
    ///
    /// - Throws: `StoreError`, `LedgerError`.
    package func noteAnswers(
        of provider: ProviderID, answeredAt: Timestamp?, errors: Int, at now: Timestamp
    ) throws {
        guard answeredAt != nil || errors > 0 else { return }
        try commit { db in
            if let answeredAt {
                try db.run(
                    "UPDATE providers SET last_answer_at = \(answeredAt) WHERE id = \(provider)")
            }
            if errors > 0 {
                try db.run(
                    """
                    INSERT INTO provider_errors (provider_id, hour, errors)
                    VALUES (\(provider), \(now.milliseconds / 3_600_000), \(errors))
                    ON CONFLICT (provider_id, hour)
                        DO UPDATE SET errors = errors + excluded.errors
                    """)
            }
        }
    }
}
