import GRDB
import Tables
import Timestamps

/// Something that contradicts our books or needs a person: a line of `exceptions.csv`.
package struct LedgerException: Equatable, Sendable {
    package let kind: ExceptionKind
    /// What was seen, and what to do.
    package let detail: String

    package init(_ kind: ExceptionKind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

extension LedgerException {
    /// The provider's answer names an order that another of ours has already.
    static func idTwice(_ providerOrder: String, of other: OrderID) -> LedgerException {
        LedgerException(
            .idClaimedTwice,
            "the provider gave it his order \(providerOrder), which order \(other) has; it is held "
                + "in doubt; ask him which of them it is, and decide")
    }
}

extension Ledger {
    /// Tells the operator, once: of an order once for each kind, else once for each detail.
    static func raise(
        _ exception: LedgerException, order: OrderID?, provider: ProviderID?, _ db: any Connection,
        at now: Timestamp
    ) throws {
        try db.grdb.execute(
            literal: """
                INSERT INTO exceptions (at, kind, order_id, provider_id, detail)
                VALUES (\(now), \(exception.kind.rawValue), \(order), \(provider), \(exception.detail))
                ON CONFLICT DO NOTHING
                """)
    }

    /// Whether the operator was told of just that, about a provider.
    static func isTold(
        _ exception: LedgerException, of provider: ProviderID, _ db: any Connection
    ) throws -> Bool {
        try Bool.fetchOne(
            db.grdb.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM exceptions
                        WHERE kind = ? AND coalesce(provider_id, 0) = ? AND detail = ?
                            AND order_id IS NULL)
                    """), arguments: [exception.kind.rawValue, provider, exception.detail])!
    }

    /// Tells the operator, once a day, of something that a provider does to order after order: the
    /// first of them stands for all, and they are counted.
    static func raiseDaily(
        _ exception: LedgerException, order: OrderID, provider: ProviderID, _ db: any Connection,
        at now: Timestamp
    ) throws {
        let day: Int64 = 86_400_000
        let today = now.milliseconds / day * day
        let known = try Int64.fetchOne(
            db.grdb.cachedStatement(
                sql: """
                    SELECT id FROM exceptions
                    WHERE provider_id = ? AND kind = ? AND at >= ? AND at < ?
                    ORDER BY at, id LIMIT 1
                    """), arguments: [provider, exception.kind.rawValue, today, today + day])
        guard let known else {
            return try raise(exception, order: order, provider: provider, db, at: now)
        }
        try db.grdb.cachedStatement(
            sql: "UPDATE exceptions SET occurrences = occurrences + 1 WHERE id = ?"
        ).execute(arguments: [known])
    }

    /// Whether a person may end an order that is with a provider: the operator was told that something is
    /// wrong with it or that its provider answers nothing, or nobody asks that any more.
    package func mayBeGivenUp(
        _ order: OrderID, asking witness: (_ provider: String) -> Witness
    ) throws -> Bool {
        try read { db in
            let provider = try String.fetchOne(
                db.grdb,
                sql: """
                    SELECT p.name FROM orders o JOIN providers p ON p.id = o.provider_id WHERE o.id = ?
                    """, arguments: [order])
            return try Self.mayBeGivenUp(order, provider.map(witness), db)
        }
    }

    static func mayBeGivenUp(
        _ order: OrderID, _ witness: Witness?, _ db: any Connection
    ) throws -> Bool {
        try witness == .silent
            || Bool.fetchOne(
                db.grdb,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM exceptions WHERE order_id = ?1)
                        OR EXISTS (SELECT 1 FROM orders o JOIN providers p ON p.id = o.provider_id
                            JOIN alarms a ON a.kind = ?2 AND a.subject = p.name WHERE o.id = ?1)
                    """, arguments: [order, Alarm.Kind.providerSilent.rawValue])!
    }
}
