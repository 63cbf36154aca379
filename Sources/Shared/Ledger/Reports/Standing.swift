import Money
import Tables
import Timestamps

/// Everything open in the ledger, for a person who looks.
package struct Standing: Sendable {
    /// The orders that have not ended, by state, in the order of their life; none is left out.
    package let orders: [OpenOrders]
    /// How much money the orders in doubt hold.
    package let inDoubt: Amount
    /// When the first of them was sent; nil if there is none.
    package let oldestDoubt: Timestamp?
    /// How many decisions on them wait for a provider.
    package let pendingDecisions: Int
    /// How many services wait for a release by the desk.
    package let waitingServices: Int
    /// By name.
    package let providers: [ProviderStanding]
    /// The alarms that stand until a person acts.
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
        /// The currency that it names, if that is another one.
        package let otherCurrency: Currency?
        /// The balance that it last named.
        package let balance: Amount?
        /// When it named that balance.
        package let balanceAt: Timestamp?
        /// Whether nobody can say if that balance is right, because no top-up is booked.
        package let isDriftUnknown: Bool
    }
}

extension Ledger {
    /// Reads what is open, from indexes of open rows only, so it gets no slower over the years.
    ///
    /// - Throws: `StoreError`.
    package func standing() throws -> Standing {
        try read { db in
            let orders = try OrderState.allCases.filter { !$0.isEnded }
                .map { try Self.open($0, db) }
            return Standing(
                orders: orders,
                inDoubt: try db.one(
                    "SELECT coalesce(sum(charge), 0) FROM orders WHERE state = 'in_doubt'"),
                oldestDoubt: try db.value(
                    """
                    SELECT min(a.started_at) FROM orders o
                        JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                    WHERE o.state = 'in_doubt'
                    """),
                pendingDecisions: try db.one(
                    "SELECT count(*) FROM decisions WHERE state = 'pending'"),
                waitingServices: try db.one(
                    """
                    SELECT count(*) FROM services
                    WHERE offered_rate IS NOT NULL OR withheld = 'refused'
                    """),
                providers: try db.all(
                    "SELECT * FROM providers ORDER BY name", Standing.ProviderStanding.init),
                alarms: try Self.alarms(db))
        }
    }

    /// The providers that are paused because they do not take our key, by name.
    ///
    /// - Throws: `StoreError`.
    package func providersRefusingKey() throws -> [String] {
        try read { db in
            try db.values(
                """
                SELECT name FROM providers WHERE state = 'paused' AND paused_key IS NOT NULL
                ORDER BY name
                """)
        }
    }

    private static func open(
        _ state: OrderState, _ db: any Connection
    ) throws -> Standing.OpenOrders {
        // Each condition is that of a partial index, or SQLite would not use it. Orders that wait
        // for a link have an index of their own.
        let parts =
            state == .accepted
            ? [DueDate.isToSend, DueDate.waitsForLink] : ["state = '\(state.rawValue)'"]
        let counts = parts.map {
            "SELECT count(*) AS count, min(id) AS first FROM orders WHERE \($0)"
        }
        return try db.one(
            """
            SELECT open.count, o.created_at FROM
                (SELECT sum(count) AS count, min(first) AS first
                 FROM (\(raw: counts.joined(separator: " UNION ALL "))) counts) open
                LEFT JOIN orders o ON o.id = open.first
            """
        ) { Standing.OpenOrders(state: state, count: try $0[0], oldest: try $0[1]) }
    }

    /// The state of an order; nil if no order has that number.
    ///
    /// - Throws: `StoreError`.
    package func state(of order: OrderID) throws -> OrderState? {
        try read { try $0.value("SELECT state FROM orders WHERE id = \(order)") }
    }
}

extension Standing.ProviderStanding {
    fileprivate init(_ row: Row) throws {
        let provider = try Provider(row)
        name = provider.name
        state = provider.state
        currency = provider.currency
        otherCurrency = provider.otherCurrency
        balanceAt = provider.balanceAt
        pauseReason = try row["pause_reason"]
        isKeyRefused = provider.pausedKey != nil
        health = provider.health
        balance = try row["balance"]
        let drift: Amount? = try row["balance_drift"]
        isDriftUnknown = balance != nil && drift == nil
    }
}

/// A user, for a person who looks.
package struct UserStanding: Sendable {
    package let user: UserID
    package let role: String
    package let email: String?
    /// Whether their files are refused now.
    package let isBanned: Bool
    package let available: Amount
    package let held: Amount
}

extension Ledger {
    /// All users with their money, by name.
    ///
    /// - Throws: `StoreError`.
    package func userStandings(at now: Timestamp) throws -> [UserStanding] {
        try read { db in
            try db.all(
                """
                SELECT u.id, u.role, u.email,
                    u.banned = 1 AND (u.ban_expires IS NULL OR u.ban_expires > \(now)),
                    sum(CASE w.name WHEN 'available' THEN w.balance ELSE 0 END),
                    sum(CASE w.name WHEN 'held' THEN w.balance ELSE 0 END)
                FROM users u JOIN wallets w ON w.user_id = u.id
                GROUP BY u.id ORDER BY u.id
                """
            ) { row in
                UserStanding(
                    user: try row[0], role: try row[1], email: try row[2], isBanned: try row[3],
                    available: try row[4], held: try row[5])
            }
        }
    }
}
