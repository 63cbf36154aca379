import GRDB

/// The statements of invariants that are SQLite's own: about sums, triggers and references.
///
/// A sum may pass 64 bits on its way to one that does not. SQLite fails at an overflow, and an
/// audit must not, so halves of 32 bits are summed.
enum Proofs {
    static let all: [Int: [String]] = [
        1: [
            """
            WITH sums(currency, high, low) AS (
                SELECT currency, sum(balance >> 32), sum(balance & 4294967295) FROM wallets
                GROUP BY currency)
            SELECT currency, (high << 32) + low AS total FROM sums
            WHERE high + (low >> 32) <> 0 OR low & 4294967295 <> 0
            """
        ],
        2: [
            """
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
            """
        ],
        9: [
            """
            SELECT CASE WHEN s.name IS NULL THEN 'trigger is missing' ELSE 'trigger is another' END
                AS what, t.key AS name
            FROM json_each('\(triggers)') t
                LEFT JOIN sqlite_schema s ON s.type = 'trigger' AND s.name = t.key
            WHERE s.sql IS NOT t.value
            UNION ALL
            SELECT 'trigger is not ours', name FROM sqlite_schema
            WHERE type = 'trigger' AND name NOT IN (SELECT key FROM json_each('\(triggers)'))
            """
        ],
        13: ["SELECT * FROM pragma_foreign_key_check"],
    ]

    /// The schema's triggers, as a JSON object of their texts by name, for a literal of SQL.
    private static let triggers = {
        do {
            return try DatabaseQueue().inDatabase { db in
                for sql in Schema.ledger.migrations { try db.execute(sql: sql) }
                let text = try String.fetchOne(
                    db,
                    sql: """
                        SELECT replace(json_group_object(name, sql), char(39), char(39, 39))
                        FROM sqlite_schema WHERE type = 'trigger'
                        """)
                guard let text else { preconditionFailure("the schema has no triggers") }
                return text
            }
        } catch {
            preconditionFailure("the schema cannot be made: \(error)")
        }
    }()
}
