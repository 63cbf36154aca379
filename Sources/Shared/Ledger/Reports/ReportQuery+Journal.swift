// The two parts of the journal of the books (`report audit --journal`).
extension ReportQuery {
    /// Every wallet: its owner by kind and name, the wallet's own name, and what it holds.
    package static let wallets = ReportQuery(
        "wallets",
        [
            .integer("wallet"), .text("kind"), .text("owner"), .text("name"), .text("currency"),
            .amount("balance"),
        ],
        """
        SELECT w.id,
            CASE WHEN w.user_id IS NOT NULL THEN 'users'
                 WHEN w.provider_id IS NOT NULL THEN 'providers' ELSE 'house' END,
            coalesce(w.user_id, p.name), w.name, w.currency, w.balance
        FROM wallets w LEFT JOIN providers p ON p.id = w.provider_id
        ORDER BY w.id
        """)

    /// Every transaction, from wallet to wallet, in the order in which they were written.
    package static let movements = ReportQuery(
        "movements",
        [
            .integer("transaction"), .time("at"), .text("type"), .text("reference"),
            .integer("from"), .integer("to"), .amount("amount"),
        ],
        """
        SELECT id, created_at, type, reference, from_wallet_id, to_wallet_id, amount
        FROM transactions ORDER BY id
        """)
}
