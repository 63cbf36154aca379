/// What stands still, and whether somebody was told.
extension Schema4 {
    static let standing = [waitingForPeople, passedOver].joined(separator: "\n")

    /// What `admin status` counts: of tables that grow with the years, only what waits.
    private static let waitingForPeople = """
        CREATE INDEX withdrawals_held ON withdrawals (created_at) WHERE status = 'held';
        CREATE INDEX deposits_claimed ON deposits (claimed_at) WHERE status = 'pending';
        CREATE INDEX exceptions_by_time ON exceptions (at);
        CREATE INDEX exceptions_by_order ON exceptions (order_id) WHERE order_id IS NOT NULL;
        """

    /// What the last run of `ingest` left where it lies, because that cannot be taken, or not yet.
    private static let passedOver = """
        CREATE TABLE passed_over (
            path TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            -- Of the entry; 0 where that says nothing.
            inode_id INTEGER NOT NULL,
            reason TEXT NOT NULL CHECK (CASE reason WHEN 'settling' THEN 1 WHEN 'incomplete' THEN 1
                WHEN 'unreadable' THEN 1 WHEN 'misplaced' THEN 1 WHEN 'obstacle' THEN 1 ELSE 0 END),
            advice TEXT NOT NULL,
            since_at INTEGER NOT NULL,
            -- Whether it is in `exceptions`.
            told INTEGER NOT NULL CHECK (told = 0 OR told = 1)
        ) STRICT, WITHOUT ROWID;

        """
}
