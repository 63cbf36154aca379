import GRDB

/// Something that must never be so, found in the books.
package struct Finding: Sendable {
    /// The invariant that is broken, by its number in design.md §5.
    package let invariant: Int
    /// What always holds in sound books.
    package let rule: String
    /// The rows that break it, as `column=value` pairs; at most `Ledger.violationsShown`.
    package let violations: [String]
    /// How many there are.
    package let count: Int
}

extension Ledger {
    /// How many violations of one invariant a finding shows.
    static let violationsShown = 20

    /// How many invariants an audit proves.
    package static let invariants = Invariant.all.count

    /// Runs every invariant over the whole ledger, as of one moment.
    package func audit() throws -> [Finding] {
        try read(Self.audit)
    }

    static func audit(_ db: Database) throws -> [Finding] {
        try Invariant.all.compactMap { invariant in
            var shown: [String] = []
            var count = 0
            let rows = try Row.fetchCursor(db, sql: invariant.sql)
            while let row = try rows.next() {
                count += 1
                if count <= violationsShown {
                    shown.append(row.map { "\($0)=\($1)" }.joined(separator: " "))
                }
            }
            return count == 0
                ? nil
                : Finding(
                    invariant: invariant.number, rule: invariant.rule, violations: shown,
                    count: count)
        }
    }
}

/// What always holds, as one statement that returns only violations (design.md §5).
///
/// Where a sum may pass 64 bits on its way to one that does not, halves of 32 bits are summed: SQLite
/// fails at an overflow, and an audit must not.
struct Invariant {
    let number: Int
    let rule: String
    let sql: String

    static let all = [
        Invariant(
            number: 1, rule: "the balances of each currency sum to zero",
            sql: """
                WITH sums(currency, high, low) AS (
                    SELECT currency, sum(balance >> 32), sum(balance & 4294967295) FROM wallets
                    GROUP BY currency)
                SELECT currency, (high << 32) + low AS total FROM sums
                WHERE high + (low >> 32) <> 0 OR low & 4294967295 <> 0
                """),
        Invariant(
            number: 2, rule: "a wallet's balance is the sum of its transactions",
            sql: """
                WITH moved(wallet, amount) AS (
                    SELECT to_wallet_id, amount FROM transactions
                    UNION ALL SELECT from_wallet_id, -amount FROM transactions),
                sums(wallet, high, low) AS (
                    SELECT wallet, sum(amount >> 32), sum(amount & 4294967295) FROM moved
                    GROUP BY wallet),
                totals(wallet, total) AS (
                    SELECT wallet, ((high + (low >> 32)) << 32) + (low & 4294967295) FROM sums)
                SELECT w.id AS wallet, w.user_id AS user, w.name, w.balance,
                    coalesce(t.total, 0) AS transactions
                FROM wallets w LEFT JOIN totals t ON t.wallet = w.id
                WHERE w.balance <> coalesce(t.total, 0)
                """),
        Invariant(
            number: 3, rule: "no user is overdrawn beyond his credit limit",
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
                + "ended, all of it",
            sql: """
                WITH moved AS (
                    SELECT order_id, sum(type = 'hold') AS holds,
                        sum(CASE type WHEN 'hold' THEN amount ELSE 0 END) AS held,
                        sum(CASE WHEN type IN ('capture', 'release') THEN amount ELSE 0 END) AS settled
                    FROM transactions WHERE type IN ('hold', 'capture', 'release') GROUP BY order_id)
                SELECT o.id AS "order", o.state, o.charge, m.holds, m.held, m.settled
                FROM orders o LEFT JOIN moved m ON m.order_id = o.id
                WHERE m.holds IS NOT 1 OR m.held <> o.charge
                    OR m.settled <> CASE WHEN o.ended_at IS NULL THEN 0 ELSE o.charge END
                """),
        Invariant(
            number: 6, rule: "a hold is settled at most once",
            sql: """
                SELECT order_id AS "order", type, count(*) AS times FROM transactions
                WHERE type IN ('capture', 'release') GROUP BY order_id, type HAVING times > 1
                """),
        Invariant(
            number: 7, rule: "the lines of a file are its accepted and its rejected ones",
            sql: """
                WITH written(file, lines, rejected) AS (
                    SELECT file_id, count(*), sum(status = 'rejected') FROM lines GROUP BY file_id),
                made(file, lines) AS (SELECT file_id, count(*) FROM orders GROUP BY file_id)
                SELECT f.id AS file, f.status, f.lines, f.accepted, f.rejected,
                    coalesce(m.lines, 0) AS orders, coalesce(w.lines, 0) AS notes
                FROM files f LEFT JOIN written w ON w.file = f.id LEFT JOIN made m ON m.file = f.id
                WHERE f.status IN ('accepted', 'partial')
                    AND (f.lines <> f.accepted + f.rejected
                        OR f.rejected <> coalesce(w.rejected, 0)
                        OR f.lines <> coalesce(w.lines, 0) + coalesce(m.lines, 0))
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
            number: 9, rule: "transactions cannot be changed, and their ids have no gap",
            sql: """
                SELECT 'ids' AS what, count(*) AS transactions, max(id) AS last FROM transactions
                HAVING coalesce(last, 0) <> transactions OR coalesce(min(id), 1) <> 1
                UNION ALL
                SELECT 'trigger is missing', value, NULL FROM json_each('[
                    "transactions_are_added", "transactions_never_updated",
                    "transactions_never_deleted"]')
                WHERE value NOT IN (SELECT name FROM sqlite_schema WHERE type = 'trigger')
                """),
        Invariant(
            number: 10, rule: "an order has at most one attempt that may be live",
            sql: """
                SELECT order_id AS "order", count(*) AS attempts FROM attempts
                WHERE outcome IS NULL OR outcome IN ('placed', 'unknown')
                GROUP BY order_id HAVING attempts > 1
                """),
        Invariant(
            number: 11, rule: "an order is in doubt exactly while an attempt's outcome is unknown",
            sql: """
                SELECT o.id AS "order", o.state, a.outcome FROM orders o
                    LEFT JOIN attempts a ON a.order_id = o.id AND a.outcome = 'unknown'
                WHERE o.state = 'in_doubt' AND a.id IS NULL
                UNION ALL
                SELECT o.id, o.state, a.outcome FROM attempts a JOIN orders o ON o.id = a.order_id
                WHERE a.outcome = 'unknown' AND o.state <> 'in_doubt'
                """),
        Invariant(
            number: 12, rule: "a placed order has a provider's order id, which no other has",
            sql: """
                SELECT id AS "order", state, provider_id AS provider, provider_order FROM orders
                WHERE (state IN ('placed', 'completed', 'partial') AND provider_order IS NULL)
                    OR (state IN ('accepted', 'sending', 'in_doubt', 'refused')
                        AND provider_order IS NOT NULL)
                UNION ALL
                SELECT min(id), 'twice', provider_id, provider_order FROM orders
                WHERE provider_order IS NOT NULL
                GROUP BY provider_id, provider_order HAVING count(*) > 1
                """),
        Invariant(
            number: 13, rule: "every reference to another row holds",
            sql: "SELECT * FROM pragma_foreign_key_check"),
    ]
}
