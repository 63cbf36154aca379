import GRDB
import Identity
import Tables

/// Who already used a reseller's reference. A `ref` is unique per user, whatever it names
/// (contract.md §4), and however it is spelled.
enum References {
    /// What a reference names, beside orders.
    enum Holder: String {
        case deposit, withdrawal, refill, cancel
    }

    /// Whether the user has any reference beside those of orders.
    static func hasOthers(_ db: any Connection, _ user: UserID) throws -> Bool {
        try Bool.fetchOne(
            db.grdb.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM deposits WHERE user_id = ?1 AND ref IS NOT NULL)
                        OR EXISTS (SELECT 1 FROM withdrawals WHERE user_id = ?1)
                        OR EXISTS (SELECT 1 FROM requests WHERE user_id = ?1)
                    """), arguments: [user])!
    }

    /// The spelling under which the user has used a reference; as it is written where it is new.
    ///
    /// - Parameter hasSpellings: whether any of the user's is not its own key; else an ordinary one
    /// is
    ///   not looked up here.
    static func asFirstWritten(
        _ db: any Connection, _ user: UserID, _ ref: Spelling, hasSpellings: Bool
    ) throws -> String {
        if ref.isKey, !hasSpellings { return ref.text }
        return try Identities.spellings(db, .ref, ref, of: user.rawValue)
            .first { try isOrders(db, user, $0) || other(db, user, $0) != nil } ?? ref.text
    }

    /// What the reference names beside an order, with its row.
    static func other(
        _ db: any Connection, _ user: UserID, _ ref: String
    ) throws -> (Holder, id: Int64)? {
        try db.grdb.cachedStatement(
            sql: """
                SELECT 'deposit', id FROM deposits WHERE user_id = ?1 AND ref = ?2
                UNION ALL SELECT 'withdrawal', id FROM withdrawals WHERE user_id = ?1 AND ref = ?2
                UNION ALL SELECT kind, id FROM requests WHERE user_id = ?1 AND ref = ?2
                """
        ).fetchRow([user, ref]).map { (Holder(rawValue: $0[0])!, $0[1]) }
    }

    /// Whether an order of the user has the reference.
    static func isOrders(_ db: any Connection, _ user: UserID, _ ref: String) throws -> Bool {
        try Bool.fetchOne(
            db.grdb.cachedStatement(
                sql: "SELECT EXISTS (SELECT 1 FROM orders WHERE user_id = ?1 AND ref = ?2)"),
            arguments: [user, ref])!
    }

    static func reused(_ ref: String, by what: String) -> LineOutcome {
        .rejected(
            Rejection(
                .refReused,
                "ref \"\(ref)\" already names \(what) with other content; nothing was done; "
                    + "use a new ref"))
    }
}
