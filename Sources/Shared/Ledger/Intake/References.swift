import BatchFiles
import Identity
import Tables

/// The references that a reseller has used. A `ref` is unique per user, whatever it names
/// (contract.md §4), and however it is spelled.
enum References {
    /// What a reference names, besides orders.
    enum Holder: String, Column {
        case deposit, withdrawal, refill, cancel
    }

    /// Whether the user has any reference besides those of orders.
    static func hasOthers(_ db: any Connection, _ user: UserID) throws -> Bool {
        let any = try db.statement(
            """
            SELECT EXISTS (SELECT 1 FROM deposits WHERE user_id = ?1 AND ref IS NOT NULL)
                OR EXISTS (SELECT 1 FROM withdrawals WHERE user_id = ?1)
                OR EXISTS (SELECT 1 FROM requests WHERE user_id = ?1)
            """)
        any.bind(1, user)
        return try any.first { try $0[0] } ?? false
    }

    /// The spelling under which the user first used a reference; a new one is returned as it is.
    ///
    /// `hasSpellings`: whether any reference of the user is spelled otherwise than its key; if
    /// none is, an ordinary reference needs no look-up.
    static func asFirstWritten(
        _ db: any Connection, _ user: UserID, _ ref: Spelling, hasSpellings: Bool
    ) throws -> String {
        if ref.isKey, !hasSpellings { return ref.text }
        return try Identities.spellings(db, .ref, ref, of: user.rawValue)
            .first { try isOrders(db, user, $0) || other(db, user, $0) != nil } ?? ref.text
    }

    /// What the reference names besides an order, with its row.
    static func other(
        _ db: any Connection, _ user: UserID, _ ref: String
    ) throws -> (Holder, id: Int64)? {
        let other = try db.statement(
            """
            SELECT 'deposit', id FROM deposits WHERE user_id = ?1 AND ref = ?2
            UNION ALL SELECT 'withdrawal', id FROM withdrawals WHERE user_id = ?1 AND ref = ?2
            UNION ALL SELECT kind, id FROM requests WHERE user_id = ?1 AND ref = ?2
            """)
        other.bind(1, user)
        other.bind(2, ref)
        return try other.first { (try $0[0], id: try $0[1]) }
    }

    /// Whether an order of the user has the reference.
    static func isOrders(_ db: any Connection, _ user: UserID, _ ref: String) throws -> Bool {
        try db.one(
            "SELECT EXISTS (SELECT 1 FROM orders WHERE user_id = \(user) AND ref = \(ref))")
    }

    /// The outcome of a line whose reference names something else.
    static func reused(_ ref: String, by what: String) -> LineOutcome {
        .rejected(
            Rejection(
                .refReused,
                "ref \"\(ref)\" already names \(what) with other content; nothing was done; "
                    + "use a new ref"))
    }
}
