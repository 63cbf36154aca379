extension Invariant {
    /// The balances, and the money of orders.
    static let money = [
        Invariant(
            number: 1, rule: "the balances of each currency sum to zero"),
        Invariant(
            number: 2, rule: "a wallet's balance is the sum of its transactions"),
        Invariant(
            number: 3, rule: "no user is overdrawn beyond their credit limit",
            sql: """
                SELECT w.user_id AS user, w.name, w.balance, u.credit_limit
                FROM wallets w JOIN users u ON u.id = w.user_id
                WHERE w.balance < CASE w.name WHEN 'available' THEN -u.credit_limit ELSE 0 END
                """),
        Invariant(
            number: 4, rule: "held is what open orders and withdrawals hold",
            sql: """
                WITH holds(user, amount) AS (
                    SELECT user_id, charge FROM orders
                    WHERE state IN ('accepted', 'sending', 'in_doubt', 'placed')
                    UNION ALL SELECT user_id, amount FROM withdrawals WHERE status = 'held'),
                totals(user, total) AS (SELECT user, sum(amount) FROM holds GROUP BY user)
                SELECT w.user_id AS user, w.balance AS held, coalesce(t.total, 0) AS open
                FROM wallets w LEFT JOIN totals t ON t.user = w.user_id
                WHERE w.name = 'held' AND w.balance <> coalesce(t.total, 0)
                """),
        Invariant(
            number: 5,
            rule: "an order has one hold equal to its charge; open, nothing of it is settled; "
                + "ended, all of it, as its state says; what it says was refunded went back",
            sql: """
                WITH moved AS (
                    SELECT order_id, sum(type = 'hold') AS holds,
                        sum(CASE type WHEN 'hold' THEN amount ELSE 0 END) AS held,
                        sum(CASE type WHEN 'capture' THEN amount ELSE 0 END) AS captured,
                        sum(CASE type WHEN 'release' THEN amount ELSE 0 END) AS released,
                        sum(CASE type WHEN 'refund' THEN amount ELSE 0 END) AS given
                    FROM transactions WHERE type IN ('hold', 'capture', 'release', 'refund')
                    GROUP BY order_id)
                SELECT o.id AS "order", o.state, o.charge, m.holds, m.held,
                    m.captured + m.released AS settled, m.captured, o.refunded,
                    m.released + m.given AS returned
                FROM orders o LEFT JOIN moved m ON m.order_id = o.id
                WHERE m.holds IS NOT 1 OR m.held <> o.charge
                    OR m.captured + m.released
                        <> CASE WHEN o.ended_at IS NULL THEN 0 ELSE o.charge END
                    OR o.refunded <> m.released + m.given
                    OR (o.state = 'completed' AND m.released <> 0)
                    OR (o.state IN ('canceled', 'refused') AND m.captured <> 0)
                """),
        Invariant(
            number: 6, rule: "a hold is settled at most once",
            sql: """
                SELECT order_id AS "order", type, count(*) AS times FROM transactions
                WHERE type IN ('capture', 'release') GROUP BY order_id, type HAVING times > 1
                """),
    ]
}
