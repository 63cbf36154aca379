import GRDB
import Money
import Tables
import Timestamps

/// What intake asks about a user for each of his files: read once in a commit, and again after a line
/// that may have changed it.
struct UserTerms {
    /// What he is spared of the sale rate.
    let discount: Percent
    /// How far below zero his wallet may go.
    let creditLimit: Amount
    /// Why his files are refused; nil if they are not.
    let ban: String?
    /// Whether his references may also stand with something else than an order.
    let hasOtherReferences: Bool
    /// Whether any ref or batch of the user is not its own key.
    let hasSpellings: Bool
    /// His own prices, as far as they were asked for; nil inside where he has none.
    var prices: [ServiceID: Rate?] = [:]
}

extension UserTerms {
    /// Nil if there is no such user.
    static func fetch(_ db: any Connection, _ user: UserID, at now: Timestamp) throws -> UserTerms?
    {
        let row = try db.statement(
            """
            SELECT discount_percent, credit_limit,
                CASE WHEN banned = 1 AND coalesce(ban_expires, ?2 + 1) > ?2
                    THEN coalesce(ban_reason, 'no reason given') END
            FROM users WHERE id = ?1
            """)
        row.bind(1, user.rawValue)
        row.bind(2, now.milliseconds)
        return try row.first { row in
            UserTerms(
                discount: Percent(micros: row.integer(0)!),
                creditLimit: Amount(micros: row.integer(1)!),
                ban: row.text(2), hasOtherReferences: try References.hasOthers(db, user),
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

    /// The user's own price for a service, if he has one.
    func price(of service: ServiceID, for user: UserID) throws -> Rate? {
        if let known = try terms(of: user)?.prices[service] { return known }
        let price = try Rate.fetchOne(
            db.grdb.cachedStatement(
                sql: "SELECT price FROM prices WHERE user_id = ? AND service_id = ?"),
            arguments: [user, service])
        terms[user]??.prices[service] = .some(price)
        return price
    }

    /// To be called after anything that what is kept of users may rest on.
    func forgetTerms() {
        terms.removeAll(keepingCapacity: true)
    }
}
