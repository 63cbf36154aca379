import GRDB
import Timestamps

/// Something that contradicts what we knew.
package struct LedgerException: Equatable, Sendable {
    /// A word for the kind, for example `unknown_status`.
    package let kind: String
    /// What was seen, and what to do.
    package let detail: String

    package init(_ kind: String, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

extension LedgerException {
    /// The provider's answer names an order that another of ours has already.
    static func idTwice(_ providerOrder: String, of other: OrderID) -> LedgerException {
        LedgerException(
            "id_claimed_twice",
            "the provider gave it his order \(providerOrder), which order \(other) has; it is held "
                + "in doubt; ask him which of them it is, and decide")
    }
}

extension Ledger {
    /// Tells the operator, once: of an order once for each kind, else once for each detail.
    static func raise(
        _ exception: LedgerException, order: OrderID?, provider: ProviderID?, _ db: Database,
        at now: Timestamp
    ) throws {
        try db.execute(
            literal: """
                INSERT INTO exceptions (at, kind, order_id, provider_id, detail)
                VALUES (\(now), \(exception.kind), \(order), \(provider), \(exception.detail))
                ON CONFLICT DO NOTHING
                """)
    }

    /// Whether a person may end an order that is with a provider: the operator was told that something is
    /// wrong with it, or nobody asks its provider any more.
    package func mayBeGivenUp(
        _ order: OrderID, asking witness: (_ provider: String) -> Witness
    ) throws -> Bool {
        try read { db in
            let provider = try String.fetchOne(
                db,
                sql: """
                    SELECT p.name FROM orders o JOIN providers p ON p.id = o.provider_id WHERE o.id = ?
                    """, arguments: [order])
            return try Self.mayBeGivenUp(order, provider.map(witness), db)
        }
    }

    static func mayBeGivenUp(
        _ order: OrderID, _ witness: Witness?, _ db: Database
    ) throws -> Bool {
        try witness == .silent
            || Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM exceptions WHERE order_id = ?)",
                arguments: [order])!
    }
}
