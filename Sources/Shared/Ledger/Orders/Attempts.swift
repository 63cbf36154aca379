import GRDB
import Tables
import Timestamps

/// What became of one attempt to send an order, as the ledger keeps it.
package enum AttemptOutcome: String, Sendable, DatabaseValueConvertible, Column {
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

    func begin(_ order: OrderID, with provider: ProviderID, at now: Timestamp) throws {
        let insertion = try db.statement(
            """
            INSERT INTO attempts (order_id, number, provider_id, started_at)
            SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3 FROM attempts WHERE order_id = ?1
            """)
        insertion.bind(1, order.rawValue)
        insertion.bind(2, provider.rawValue)
        insertion.bind(3, now.milliseconds)
        try insertion.run()
    }

    /// Notes that an order was not sent to a provider, and why.
    func pass(
        _ order: OrderID, by provider: ProviderID, evidence: String, at now: Timestamp
    ) throws {
        try begin(order, with: provider, at: now)
        try end(order, as: .notSent, evidence: evidence, at: now)
    }

    /// Ends the attempt that is under way; false where there is none, or another than `number`.
    /// `isFinal`: he refused it for good, and is not asked again.
    @discardableResult
    func end(
        _ order: OrderID, number: Int? = nil, as outcome: AttemptOutcome, isFinal: Bool = false,
        evidence: String?, at now: Timestamp
    ) throws -> Bool {
        let update = try db.statement(
            """
            UPDATE attempts SET outcome = ?2, evidence = ?3, ended_at = ?4, is_final = ?5
            WHERE order_id = ?1 AND outcome IS NULL AND number = coalesce(?6, number)
            """)
        update.bind(1, order.rawValue)
        update.bind(2, outcome.rawValue)
        update.bind(3, evidence)
        update.bind(4, now.milliseconds)
        update.bind(5, isFinal ? 1 : 0)
        update.bind(6, number.map(Int64.init))
        try update.run()
        return db.grdb.changesCount > 0
    }

    /// Ends the doubt about an attempt; what was known of it stays in its evidence.
    func resolve(_ order: OrderID, as outcome: AttemptOutcome, note: String) throws {
        try db.grdb.execute(
            literal: """
                UPDATE attempts SET outcome = \(outcome),
                    evidence = coalesce(evidence || '; ', '') || \(note)
                WHERE order_id = \(order) AND outcome = 'unknown'
                """)
    }

    /// Keeps what speaks for or against a doubt. The same words are kept once, however often they
    /// are seen.
    func note(_ evidence: String, on order: OrderID) throws {
        try db.grdb.cachedStatement(
            sql: """
                UPDATE attempts SET evidence = coalesce(evidence || '; ', '') || ?2
                WHERE order_id = ?1 AND outcome = 'unknown' AND instr(coalesce(evidence, ''), ?2) = 0
                """
        ).execute(arguments: [order, evidence])
    }

    /// The order that has a provider's order id already.
    func holder(of providerOrder: String, with provider: ProviderID) throws -> OrderID? {
        let lookup = try db.statement(
            "SELECT id FROM orders WHERE provider_id = ?1 AND provider_order = ?2")
        lookup.bind(1, provider.rawValue)
        lookup.bind(2, providerOrder)
        return try lookup.first { OrderID($0.integer(0)!) }
    }
}
