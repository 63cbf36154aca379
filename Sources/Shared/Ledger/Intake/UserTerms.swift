import Money
import Tables
import Timestamps

/// What intake needs to know about a user for each of their files: read once in a commit, and again
/// after a line that may have changed it.
struct UserTerms {
    /// The discount on the sale rate.
    let discount: Percent
    /// How far below zero the wallet may go.
    let creditLimit: Amount
    /// Why the user's files are refused; nil if they are not.
    let ban: String?
    /// Whether the user has references for anything besides orders.
    let hasOtherReferences: Bool
    /// Whether any ref or batch of the user is spelled otherwise than its key.
    let hasSpellings: Bool
    /// The user's own prices looked up so far; a nil value means that the user has none.
    var prices: [ServiceID: Rate?] = [:]
}

extension UserTerms {
    /// Nil if there is no such user.
    static func fetch(
        _ db: any Connection, _ user: UserID, at now: Timestamp
    ) throws -> UserTerms? {
        let terms = try db.statement(
            """
            SELECT discount_percent, credit_limit,
                CASE WHEN banned = 1 AND coalesce(ban_expires, ?2 + 1) > ?2
                    THEN coalesce(ban_reason, 'no reason given') END
            FROM users WHERE id = ?1
            """)
        terms.bind(1, user)
        terms.bind(2, now)
        return try terms.first { row in
            UserTerms(
                discount: try row[0], creditLimit: try row[1], ban: try row[2],
                hasOtherReferences: try References.hasOthers(db, user),
                hasSpellings: try Identities.hasSpellings(db, user.rawValue))
        }
    }
}

extension Intake {
    package func hasUser(_ user: UserID) throws -> Bool {
        try terms(of: user) != nil
    }

    /// Nil if there is no such user.
    func terms(of user: UserID) throws -> UserTerms? {
        if let known = terms[user] { return known }
        let found = try UserTerms.fetch(db, user, at: now)
        terms[user] = .some(found)
        return found
    }

    /// The user's own price for a service; nil if there is none.
    func price(of service: ServiceID, for user: UserID) throws -> Rate? {
        if let known = try terms(of: user)?.prices[service] { return known }
        let price: Rate? = try db.value(
            "SELECT price FROM prices WHERE user_id = \(user) AND service_id = \(service)")
        terms[user]??.prices[service] = .some(price)
        return price
    }

    /// Call after anything that may have changed a user's terms.
    func forgetTerms() {
        terms.removeAll(keepingCapacity: true)
    }
}
