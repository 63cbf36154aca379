import Money

extension Invariant {
    /// The files, the guards of the ledger, and the course of orders.
    static let course = [
        Invariant(
            number: 7,
            rule:
                "the lines of a file are its accepted and its rejected ones, and the notes of "
                + "charges, deposits, withdrawals and fees say what was moved, each payment once",
            sql: """
                WITH written(file, lines, rejected) AS (
                    SELECT file_id, count(*), sum(status = 'rejected') FROM lines GROUP BY file_id),
                made(file, lines, charges) AS (
                    SELECT file_id, count(*), sum(charge) FROM orders GROUP BY file_id)
                SELECT f.id AS file, f.status, f.lines, f.accepted, f.rejected,
                    coalesce(m.lines, 0) AS orders, coalesce(w.lines, 0) AS notes, f.charged,
                    coalesce(m.charges, 0) AS charges
                FROM files f LEFT JOIN written w ON w.file = f.id LEFT JOIN made m ON m.file = f.id
                WHERE f.status IN ('accepted', 'partial')
                    AND (f.lines <> f.accepted + f.rejected
                        OR f.rejected <> coalesce(w.rejected, 0)
                        OR f.lines <> coalesce(w.lines, 0) + coalesce(m.lines, 0)
                        OR f.charged <> coalesce(m.charges, 0))
                """,
            """
            SELECT d.id AS deposit, d.user_id AS user, d.status, d.credited, d.fee,
                t.amount AS moved, f.amount AS fee_moved
            FROM deposits d
                LEFT JOIN transactions t
                    ON t.reference = \(PostingReference.sql(.deposit, of: "d.id"))
                LEFT JOIN transactions f
                    ON f.reference = \(PostingReference.sql(feeOn: .deposit, of: "d.id"))
            WHERE CASE d.status
                WHEN 'confirmed' THEN t.amount IS NOT d.credited
                    OR coalesce(f.amount, 0) <> coalesce(d.fee, 0)
                ELSE t.id IS NOT NULL OR f.id IS NOT NULL END
            """,
            """
            SELECT w.id AS withdrawal, w.user_id AS user, w.status, w.amount, w.fee,
                h.amount AS held, p.amount AS paid, f.amount AS fee_moved, r.amount AS released
            FROM withdrawals w
                LEFT JOIN transactions h
                    ON h.reference = \(PostingReference.sql(.withdrawalHold, of: "w.id"))
                LEFT JOIN transactions p
                    ON p.reference = \(PostingReference.sql(.withdrawal, of: "w.id"))
                LEFT JOIN transactions f
                    ON f.reference = \(PostingReference.sql(feeOn: .withdrawal, of: "w.id"))
                LEFT JOIN transactions r
                    ON r.reference = \(PostingReference.sql(.withdrawalRelease, of: "w.id"))
            WHERE h.amount IS NOT w.amount
                OR p.amount IS NOT CASE w.status WHEN 'paid' THEN w.amount - w.fee END
                OR coalesce(f.amount, 0) <> CASE w.status WHEN 'paid' THEN w.fee ELSE 0 END
                OR r.amount IS NOT CASE w.status WHEN 'declined' THEN w.amount END
            """,
            """
            SELECT n.id AS fee, n.fee_type, n.fee_amount, t.type AS type, f.type AS moved_as,
                f.amount AS moved
            FROM transaction_fees n
                LEFT JOIN transactions t ON t.id = n.transaction_id
                LEFT JOIN transactions f ON f.id = n.fee_transaction_id
            WHERE t.type IS NOT n.fee_type OR f.type IS NOT 'fee' OR f.amount IS NOT n.fee_amount
            """,
            """
            SELECT 'payment' AS what, min(id) AS first, count(*) AS confirmed,
                sum(credited) AS credited
            FROM deposits WHERE status = 'confirmed' AND looks_like IS NULL
            GROUP BY identity HAVING confirmed > 1
            UNION ALL
            SELECT 'top-up', t.id, count(p.transaction_id), t.amount FROM topups p
                LEFT JOIN transactions t ON t.id = p.transaction_id
            GROUP BY p.transaction_id HAVING count(*) > 1 OR t.type IS NOT 'provider_topup'
            """),
        Invariant(
            number: 8, rule: "a rejected or duplicate file has no order and no transaction",
            sql: """
                SELECT f.id AS file, f.status, 'order' AS has, o.id FROM orders o
                    JOIN files f ON f.id = o.file_id WHERE f.status IN ('rejected', 'duplicate')
                UNION ALL
                SELECT f.id, f.status, 'transaction', t.id FROM transactions t
                    JOIN files f ON f.id = t.file_id WHERE f.status IN ('rejected', 'duplicate')
                """),
        Invariant(
            number: 9,
            rule:
                "transactions cannot be changed, their ids have no gap, and the guards are the "
                + "schema's",
            sql: """
                SELECT 'ids' AS what, count(*) AS transactions, max(id) AS last FROM transactions
                HAVING coalesce(last, 0) <> transactions OR coalesce(min(id), 1) <> 1
                """),
        Invariant(
            number: 10, rule: "an order has at most one attempt that may be live",
            sql: """
                SELECT order_id AS "order", count(*) AS attempts FROM attempts
                WHERE outcome IS NULL OR outcome IN ('placed', 'unknown')
                GROUP BY order_id HAVING attempts > 1
                """),
        Invariant(
            number: 11,
            rule: "an order is in doubt exactly while an attempt's outcome is unknown, and sending "
                + "exactly while one has none",
            sql: """
                SELECT o.id AS "order", o.state, a.outcome FROM orders o
                    LEFT JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                WHERE o.state = 'in_doubt' AND a.id IS NULL
                UNION ALL
                SELECT o.id, o.state, 'none' FROM orders o
                WHERE o.state = 'sending' AND NOT EXISTS (
                    SELECT 1 FROM attempts WHERE order_id = o.id AND outcome IS NULL)
                UNION ALL
                SELECT o.id, o.state, a.outcome
                FROM attempts a CROSS JOIN orders o ON o.id = a.order_id
                WHERE (a.outcome = 'unknown' AND o.state <> 'in_doubt')
                    OR (a.outcome IS NULL AND o.state <> 'sending')
                """),
        Invariant(
            number: 12,
            rule:
                "a placed order has a provider's order id, which no other has, and an attempt that "
                + "placed it",
            sql: """
                SELECT id AS "order", state, provider_id AS provider, provider_order FROM orders
                WHERE (state IN ('placed', 'completed', 'partial') AND provider_order IS NULL)
                    OR (state IN ('accepted', 'sending', 'in_doubt', 'refused')
                        AND provider_order IS NOT NULL)
                UNION ALL
                SELECT min(id), 'twice', provider_id, provider_order FROM orders
                WHERE provider_order IS NOT NULL
                GROUP BY provider_id, provider_order HAVING count(*) > 1
                UNION ALL
                SELECT id, 'without attempt', provider_id, provider_order FROM orders o
                WHERE state = 'placed' AND NOT EXISTS (
                    SELECT 1 FROM attempts WHERE order_id = o.id AND outcome = 'placed')
                """),
        Invariant(
            number: 13, rule: "every reference to another row holds, and every order has its sale",
            sql: """
                SELECT o.id AS "order", o.service_id AS service, o.sale_id AS sale,
                    t.service_id AS sold_as
                FROM orders o LEFT JOIN sales t ON t.id = o.sale_id
                WHERE t.service_id IS NOT o.service_id
                """),
    ]
}
