import GRDB
import Money
import Tables
import Timestamps

/// What is open in the ledger at a moment, for a person who looks.
package struct Standing: Sendable {
    /// The orders that have not ended, by state, in the order of their life; none is left out.
    package let orders: [OpenOrders]
    /// What the orders in doubt hold.
    package let inDoubt: Amount
    /// When the first of them was sent; nil if there is none.
    package let oldestDoubt: Timestamp?
    /// How many decisions on them wait for a provider.
    package let pendingDecisions: Int
    /// How many services wait for the desk's release.
    package let waitingServices: Int
    /// By name.
    package let providers: [ProviderStanding]
    /// What stands still until a person does something.
    package let alarms: [Alarm]

    package struct OpenOrders: Sendable {
        package let state: OrderState
        package let count: Int
        /// When the oldest was taken; nil if there is none.
        package let oldest: Timestamp?
    }

    package struct ProviderStanding: Sendable {
        package let name: String
        package let state: Provider.State
        package let pauseReason: String?
        /// Whether it is paused because it does not take our key.
        package let isKeyRefused: Bool
        package let health: ProviderHealth
        package let currency: Currency
        /// The one that it names, where that is another.
        package let otherCurrency: Currency?
        /// What he last said we have with him.
        package let balance: Amount?
        package let balanceAt: Timestamp?
        /// Whether nobody can say if that is right, because no top-up is booked.
        package let isDriftUnknown: Bool
    }
}

extension Ledger {
    /// Reads indexes of open orders only, so that it takes no longer with the years.
    package func standing() throws -> Standing {
        try read { db in
            let orders = try OrderState.allCases.filter { !$0.isEnded }
                .map { try Self.open($0, db) }
            return Standing(
                orders: orders,
                inDoubt: try Amount.fetchOne(
                    db.grdb,
                    sql: "SELECT coalesce(sum(charge), 0) FROM orders WHERE state = 'in_doubt'")!,
                oldestDoubt: try Timestamp.fetchOne(
                    db.grdb,
                    sql: """
                        SELECT min(a.started_at) FROM orders o
                            JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                        WHERE o.state = 'in_doubt'
                        """),
                pendingDecisions: try Int.fetchOne(
                    db.grdb, sql: "SELECT count(*) FROM decisions WHERE state = 'pending'")!,
                waitingServices: try Int.fetchOne(
                    db.grdb,
                    sql: """
                        SELECT count(*) FROM services
                        WHERE offered_rate IS NOT NULL OR withheld = 'refused'
                        """)!,
                providers: try GRDB.Row.fetchAll(
                    db.grdb, sql: "SELECT * FROM providers ORDER BY name"
                ).map {
                    Standing.ProviderStanding(row: $0)
                }, alarms: try Self.alarms(db))
        }
    }

    /// The providers that are paused because they do not take our key, by name.
    package func providersRefusingKey() throws -> [String] {
        try read {
            try String.fetchAll(
                $0.grdb,
                sql: """
                    SELECT name FROM providers WHERE state = 'paused' AND paused_key IS NOT NULL
                    ORDER BY name
                    """)
        }
    }

    private static func open(_ state: OrderState, _ db: any Connection) throws
        -> Standing.OpenOrders
    {
        // The state stands in the text: a partial index is used only where the query says the same. Orders
        // that wait for a link, and so have no due date, have an index of their own.
        let parts = state == .accepted ? [" AND due_at IS NOT NULL", " AND due_at IS NULL"] : [""]
        let counts = parts.map { part in
            """
            SELECT count(*) AS count, min(id) AS first FROM orders
            WHERE state = '\(state.rawValue)'\(part)
            """
        }
        let row = try GRDB.Row.fetchOne(
            db.grdb,
            sql: """
                SELECT open.count, o.created_at AS oldest FROM
                    (SELECT sum(count) AS count, min(first) AS first
                     FROM (\(counts.joined(separator: " UNION ALL "))) counts) open
                    LEFT JOIN orders o ON o.id = open.first
                """)!
        return Standing.OpenOrders(state: state, count: row["count"], oldest: row["oldest"])
    }

    /// Where an order stands; nil if there is none of that number.
    package func state(of order: OrderID) throws -> OrderState? {
        try read {
            try OrderState.fetchOne(
                $0.grdb, sql: "SELECT state FROM orders WHERE id = ?", arguments: [order])
        }
    }
}

extension Standing.ProviderStanding {
    fileprivate init(row: GRDB.Row) {
        let provider = Provider(row: row)
        name = provider.name
        state = provider.state
        currency = provider.currency
        otherCurrency = provider.otherCurrency
        balanceAt = provider.balanceAt
        pauseReason = row["pause_reason"]
        isKeyRefused = provider.pausedKey != nil
        health = provider.health
        balance = row["balance"]
        isDriftUnknown = balance != nil && (row["balance_drift"] as Amount?) == nil
    }
}

/// A user, for a person who looks.
package struct UserStanding: Sendable {
    package let user: UserID
    package let role: String
    package let email: String?
    /// Whether files of his are refused now.
    package let isBanned: Bool
    package let available: Amount
    package let held: Amount
}

extension Ledger {
    /// All users with their money, by name.
    package func userStandings(at now: Timestamp) throws -> [UserStanding] {
        try read { db in
            try GRDB.Row.fetchAll(
                db.grdb,
                sql: """
                    SELECT u.id, u.role, u.email,
                        u.banned = 1 AND coalesce(u.ban_expires, ?1 + 1) > ?1 AS banned,
                        sum(CASE w.name WHEN 'available' THEN w.balance ELSE 0 END) AS available,
                        sum(CASE w.name WHEN 'held' THEN w.balance ELSE 0 END) AS held
                    FROM users u JOIN wallets w ON w.user_id = u.id
                    GROUP BY u.id ORDER BY u.id
                    """, arguments: [now]
            ).map { row in
                UserStanding(
                    user: row["id"], role: row["role"], email: row["email"],
                    isBanned: row["banned"], available: row["available"], held: row["held"])
            }
        }
    }
}
