/// Standstills, and whether they were reported.
extension Schema4 {
    static let standing = [waitingForPeople, passedOver, standstills].joined(separator: "\n")

    /// The indexes for `admin status`: of tables that grow with the years, only what waits.
    private static let waitingForPeople = """
        CREATE INDEX withdrawals_held ON withdrawals (created_at) WHERE status = 'held';
        CREATE INDEX deposits_claimed ON deposits (claimed_at) WHERE status = 'pending';
        CREATE INDEX exceptions_by_time ON exceptions (at);
        CREATE INDEX exceptions_by_order ON exceptions (order_id) WHERE order_id IS NOT NULL;

        """

    /// Jumps of the clock, and standstills.
    private static let standstills = """
        -- The latest moment at which the ledger was written to, by the clock of who wrote. A clock that
        -- is behind it is wrong, or was wrong then.
        ALTER TABLE generation ADD COLUMN written_at INTEGER;
        UPDATE generation SET
            written_at = (SELECT created_at FROM transactions ORDER BY id DESC LIMIT 1);

        -- Where the clock went back, or ahead by days: from the moment `was` to the moment `became`.
        -- Attempts up to last_attempt were made before. is_mended: what was put off by a clock that was
        -- ahead is due again.
        CREATE TABLE clock_jumps (
            id INTEGER PRIMARY KEY,
            was INTEGER NOT NULL,
            became INTEGER NOT NULL CHECK (became <> was),
            last_attempt INTEGER NOT NULL,
            is_mended INTEGER NOT NULL DEFAULT 0 CHECK (is_mended IN (0, 1))
        ) STRICT;

        -- What stands still until a person does something, for as long as it does: told once, in
        -- exceptions. subject is a provider or a user, by name.
        CREATE TABLE alarms (
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            since INTEGER NOT NULL,
            detail TEXT NOT NULL,
            PRIMARY KEY (kind, subject)
        ) STRICT, WITHOUT ROWID;
        """

    /// Files that the last run of `ingest` left in place, because it cannot take them, or not yet.
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
