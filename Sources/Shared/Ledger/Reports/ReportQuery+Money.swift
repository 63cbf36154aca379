import BatchFiles

extension ReportQuery {
    /// Every movement of money. A wallet is written as its owner and its name: `acme:available`,
    /// `house:revenue`, `alpha:float`. `note` says who and why, or what the movement is about.
    static let transactions = ReportQuery(
        "transactions",
        [
            .integer("transaction"), .time("at"), .text("type"), .text("from_wallet"),
            .text("to_wallet"), .amount("amount"), .text("currency"), .text("user"),
            .integer("order"), .text("reference"), .text("file"), .text("note"),
        ],
        """
        WITH purses(id, name, currency) AS MATERIALIZED (
            SELECT w.id, coalesce(w.user_id, p.name, 'house') || ':' || w.name, w.currency
            FROM wallets w LEFT JOIN providers p ON p.id = w.provider_id)
        SELECT t.id, t.created_at, t.type, source.name, target.name, t.amount, source.currency,
            t.user_id, t.order_id, t.reference, f.name, t.metadata
        FROM transactions t
            LEFT JOIN purses source ON source.id = t.from_wallet_id
            LEFT JOIN purses target ON target.id = t.to_wallet_id
            LEFT JOIN files f ON f.id = t.file_id
        WHERE t.created_at >= ?1 AND t.created_at < ?2
        ORDER BY t.id
        """)

    /// Payments that resellers claimed, the desk confirmed, or both. The later of the two moments
    /// decides whether a payment falls in the period.
    static let deposits = ReportQuery(
        "deposits",
        [
            .text("user"), .text("method"), .text("reference"), .amount("amount"),
            .text("currency"), .text("status"), .time("claimed_at"), .time("confirmed_at"),
            .amount("fee"), .amount("credited"), .text("ref"),
        ],
        """
        SELECT user_id, method, reference, amount, currency, status, claimed_at, confirmed_at, fee,
            credited, ref
        FROM deposits
        WHERE coalesce(confirmed_at, claimed_at) >= ?1 AND coalesce(confirmed_at, claimed_at) < ?2
        ORDER BY id
        """)

    /// Money that resellers want paid out. The later of request and end decides whether a
    /// withdrawal falls in the period. The fee is part of the amount; `reference` is the payment's.
    static let withdrawals = ReportQuery(
        "withdrawals",
        [
            .text("user"), .text("ref"), .amount("amount"), .amount("fee"), .text("to"),
            .text("status"), .text("reference"), .time("asked_at"), .time("ended_at"),
        ],
        """
        SELECT user_id, ref, amount, fee, destination, status, reference, created_at, ended_at
        FROM withdrawals
        WHERE coalesce(ended_at, created_at) >= ?1 AND coalesce(ended_at, created_at) < ?2
        ORDER BY id
        """)

    /// Users' own prices, as they are now.
    static let prices = ReportQuery(
        "prices",
        [
            .text("user"), .integer("service"), .text("service_name"), .amount("price"),
            .amount("sale_rate"), .amount("cost_rate"),
        ],
        """
        SELECT r.user_id, r.service_id, s.name, r.price, s.sale_rate, s.cost_rate
        FROM prices r JOIN services s ON s.id = r.service_id
        ORDER BY r.user_id, r.service_id
        """)

    /// How users stand at the end of the period: `available` and `held` are the balances of that
    /// moment. Role, email, ban, discount and limit are today's.
    ///
    /// The sums cover the period: `deposited` is the money that reached the wallet before fees;
    /// `spent` is the money that the house kept of orders that were taken in the period and have
    /// ended; `refunded` is the money given back for those orders, then or later.
    static let users = ReportQuery(
        "users",
        [
            .text("user"), .text("role"), .text("email"), .flag("banned"), .amount("available"),
            .amount("held"), .amount("deposited"), .amount("spent"), .amount("refunded"),
            .integer("orders"), .time("last_file_at"), .percent("discount_percent"),
            .amount("credit_limit"), .text("ban_reason"), .time("ban_expires"),
        ],
        """
        WITH bought(user, orders, spent, refunded) AS (
            SELECT user_id, count(*),
                sum(CASE WHEN ended_at IS NULL THEN 0 ELSE charge - refunded END), sum(refunded)
            FROM orders WHERE created_at >= ?1 AND created_at < ?2 GROUP BY +user_id),
        paid(user, credited) AS (
            SELECT user_id, sum(credited) FROM deposits
            WHERE status = 'confirmed' AND confirmed_at >= ?1 AND confirmed_at < ?2
            GROUP BY user_id),
        dropped(user, at) AS (
            SELECT user_id, max(received_at) FROM files
            WHERE received_at >= ?1 AND received_at < ?2 GROUP BY user_id),
        -- What moved after the period. A period without an end is not searched.
        later(wallet, amount) AS (
            SELECT wallet, sum(amount) FROM (
                SELECT to_wallet_id AS wallet, amount FROM transactions
                WHERE ?2 < 9223372036854775807 AND created_at >= ?2
                UNION ALL
                SELECT from_wallet_id, -amount FROM transactions
                WHERE ?2 < 9223372036854775807 AND created_at >= ?2)
            GROUP BY wallet)
        SELECT u.id, u.role, u.email, u.banned AND coalesce(u.ban_expires > ?3, 1),
            a.balance - coalesce((SELECT amount FROM later WHERE wallet = a.id), 0),
            h.balance - coalesce((SELECT amount FROM later WHERE wallet = h.id), 0),
            coalesce(p.credited, 0), coalesce(b.spent, 0), coalesce(b.refunded, 0),
            coalesce(b.orders, 0), d.at, u.discount_percent, u.credit_limit, u.ban_reason,
            u.ban_expires
        FROM users u
            JOIN wallets a ON a.user_id = u.id AND a.name = 'available'
            JOIN wallets h ON h.user_id = u.id AND h.name = 'held'
            LEFT JOIN bought b ON b.user = u.id
            LEFT JOIN paid p ON p.user = u.id
            LEFT JOIN dropped d ON d.user = u.id
        ORDER BY u.id
        """)

    /// Files that were taken. The desk's have the user `desk`, those of a desk named web `@web`.
    static let files = ReportQuery(
        "files",
        [
            .text("user"), .text("file"), .text("sha256"), .text("batch"), .text("status"),
            .integer("received"), .integer("accepted"), .integer("rejected"), .amount("charged"),
            .time("received_at"),
        ],
        """
        SELECT coalesce(user_id, '@' || desk, '\(UserNameRule.reserved)'), name, sha256, batch,
            status, lines, accepted, rejected, charged, received_at
        FROM files WHERE received_at >= ?1 AND received_at < ?2
        ORDER BY id
        """)
}
