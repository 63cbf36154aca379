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
    /// The provider's answer names an order that another of ours already has.
    static func idTwice(_ providerOrder: String, of other: OrderID) -> LedgerException {
        LedgerException(
            .idClaimedTwice,
            "the provider gave it its order \(providerOrder), which order \(other) has; it is held "
                + "in doubt; ask the provider which order that is, and decide")
    }
}

extension Ledger {
    /// Reports an exception once: for an order once per kind, otherwise once per detail.
    static func raise(
        _ exception: LedgerException, order: OrderID?, provider: ProviderID?, _ db: any Connection,
        at now: Timestamp
    ) throws {
        try db.run(
            """
            INSERT INTO exceptions (at, kind, order_id, provider_id, detail)
            VALUES (\(now), \(exception.kind), \(order), \(provider), \(exception.detail))
            ON CONFLICT DO NOTHING
            """)
    }

    /// Whether exactly that was reported about a provider.
    static func isReported(
        _ exception: LedgerException, of provider: ProviderID, _ db: any Connection
    ) throws -> Bool {
        try db.exists(
            """
            SELECT 1 FROM exceptions
            WHERE kind = \(exception.kind) AND coalesce(provider_id, 0) = \(provider)
                AND detail = \(exception.detail) AND order_id IS NULL
            """)
    }

    /// Reports, once a day, something that a provider does with order after order. The first order
    /// of the day stands for all, and they are counted.
    static func raiseDaily(
        _ exception: LedgerException, order: OrderID, provider: ProviderID, _ db: any Connection,
        at now: Timestamp
    ) throws {
        let day: Int64 = 86_400_000
        let today = now.milliseconds / day * day
        let known: Int64? = try db.value(
            """
            SELECT id FROM exceptions
            WHERE provider_id = \(provider) AND kind = \(exception.kind)
                AND at >= \(today) AND at < \(today + day)
            ORDER BY at, id LIMIT 1
            """)
        guard let known else {
            return try raise(exception, order: order, provider: provider, db, at: now)
        }
        try db.run("UPDATE exceptions SET occurrences = occurrences + 1 WHERE id = \(known)")
    }
}
