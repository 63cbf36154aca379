extension ReportQuery {
    /// The statements of a month for all users: what came to and went from their `available`,
    /// between an opening and a closing balance. A user without money or movement has none.
    ///
    /// The first column, `user`, says whose statement a row belongs to; one user's rows follow each
    /// other. An order's hold is shown when it is made, and the part of it that comes back when it
    /// is released. What the house keeps moves out of `held`, so it is not shown again. `ref` is
    /// the user's own reference, or for a deposit its method and reference.
    ///
    /// The next month opens with the balance of the last closing. A closing row has the date of the
    /// last movement, so that the same movements make the same bytes.
    package static let statements = ReportQuery(
        "statement",
        [
            .text("user"), .time("date"), .text("type"), .text("reference"), .integer("order"),
            .text("ref"), .amount("amount"), .amount("balance"),
        ],
        """
        WITH moved(user, id, at, type, reference, order_id, metadata, amount) AS MATERIALIZED (
            SELECT w.user_id, t.id, t.created_at, t.type, t.reference, t.order_id, t.metadata,
                t.amount
            FROM transactions t JOIN wallets w ON w.id = t.to_wallet_id AND w.name = 'available'
            WHERE t.created_at >= ?1
            UNION ALL
            SELECT w.user_id, t.id, t.created_at, t.type, t.reference, t.order_id, t.metadata,
                -t.amount
            FROM transactions t JOIN wallets w ON w.id = t.from_wallet_id AND w.name = 'available'
            WHERE t.created_at >= ?1),
        since(user, amount) AS (SELECT user, sum(amount) FROM moved GROUP BY user),
        month AS (SELECT * FROM moved WHERE at < ?2),
        last(user, at) AS (SELECT user, max(at) FROM month GROUP BY user),
        opening(user, at, balance) AS (
            SELECT w.user_id, l.at, w.balance - coalesce(s.amount, 0)
            FROM wallets w
                LEFT JOIN since s ON s.user = w.user_id
                LEFT JOIN last l ON l.user = w.user_id
            WHERE w.name = 'available'
                AND (l.at IS NOT NULL OR w.balance <> coalesce(s.amount, 0))),
        lines(user, place, at, type, reference, order_id, ref, amount, change) AS (
            SELECT user, 0, ?1, 'opening', NULL, NULL, NULL, NULL, balance FROM opening
            UNION ALL
            SELECT m.user, m.id, m.at, m.type, m.reference, m.order_id,
                CASE WHEN m.order_id IS NULL AND m.type <> 'adjustment' THEN m.metadata
                    ELSE o.ref END, m.amount, m.amount
            FROM month m LEFT JOIN orders o ON o.id = m.order_id
            UNION ALL
            SELECT user, 9223372036854775807, coalesce(at, ?1), 'closing', NULL, NULL, NULL, NULL, 0
            FROM opening)
        SELECT user, at, type, reference, order_id, ref, amount,
            sum(change) OVER (PARTITION BY user ORDER BY place ROWS UNBOUNDED PRECEDING)
        FROM lines ORDER BY user, place
        """)
}
