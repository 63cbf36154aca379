import Tables
import Timestamps

/// The outcome of one attempt to send an order, as the ledger keeps it.
package enum AttemptOutcome: String, Sendable, Column {
    /// No provider can have it.
    case notSent = "not_sent"
    case refused
    case placed
    case unknown
}

/// The attempts to send orders. At most one of an order may be live: under way, of unknown outcome,
/// or placed.
struct Attempts {
    private let db: any Connection

    init(_ db: any Connection) {
        self.db = db
    }

    /// One row of values, and not what a SELECT finds: SQLite keeps a journal for a statement that
    /// may insert several rows, which costs more than the row.
    func begin(_ order: OrderID, with provider: ProviderID, at now: Timestamp) throws {
        try db.statement(
            """
            INSERT INTO attempts (order_id, number, provider_id, started_at) VALUES (?1,
                (SELECT coalesce(max(number), 0) + 1 FROM attempts WHERE order_id = ?1), ?2, ?3)
            """
        ).bound(to: order, provider, now).run()
    }

    /// Notes that an order was not sent to a provider, and why.
    func pass(
        _ order: OrderID, by provider: ProviderID, evidence: String, at now: Timestamp
    ) throws {
        try begin(order, with: provider, at: now)
        try end(order, as: .notSent, evidence: evidence, at: now)
    }

    /// Ends the attempt that is under way.
    ///
    /// Returns false if no attempt is under way, or if it is not the one with `number`.
    ///
    /// - `order`: the order that was to be sent.
    /// - `number`: the attempt's number; nil for any.
    /// - `outcome`: how it ended.
    /// - `isFinal`: whether the provider refused it for good, and is not asked again.
    /// - `evidence`: what speaks for the outcome.
    /// - `now`: when it ended.
    @discardableResult
    func end(
        _ order: OrderID, number: Int? = nil, as outcome: AttemptOutcome, isFinal: Bool = false,
        evidence: String?, at now: Timestamp
    ) throws -> Bool {
        let changed = try db.statement(
            """
            UPDATE attempts SET outcome = ?2, evidence = ?3, ended_at = ?4, is_final = ?5
            WHERE order_id = ?1 AND outcome IS NULL AND number = coalesce(?6, number)
            """
        ).bound(to: order, outcome, evidence, now, isFinal, number).run()
        return changed > 0
    }

    /// Ends the doubt about an attempt. What was known of it stays in its evidence.
    func resolve(_ order: OrderID, as outcome: AttemptOutcome, note: String) throws {
        try db.run(
            """
            UPDATE attempts SET outcome = \(outcome),
                evidence = coalesce(evidence || '; ', '') || \(note)
            WHERE order_id = \(order) AND outcome = 'unknown'
            """)
    }

    /// Keeps what speaks for or against a doubt. The same words are kept once, however often they
    /// are seen.
    func note(_ evidence: String, on order: OrderID) throws {
        try db.statement(
            """
            UPDATE attempts SET evidence = coalesce(evidence || '; ', '') || ?2
            WHERE order_id = ?1 AND outcome = 'unknown' AND instr(coalesce(evidence, ''), ?2) = 0
            """
        ).bound(to: order, evidence).run()
    }

    /// The order that already has a provider's order id.
    func holder(of providerOrder: String, with provider: ProviderID) throws -> OrderID? {
        try db.statement("SELECT id FROM orders WHERE provider_id = ?1 AND provider_order = ?2")
            .bound(to: provider, providerOrder).first { try $0[0] }
    }
}
