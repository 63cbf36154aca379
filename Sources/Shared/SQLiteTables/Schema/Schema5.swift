/// Further desks, and what a replay after a restore must know (CHANGELOG.md).
package enum Schema5 {
    package static let sql = """
        -- The named desk that dropped the file. It is NULL for users' files and those of the desk
        -- that has no name. Files and batches are known by their owner: a user, or '' for the desk,
        -- or '@web' for a desk named web; retaken_files.user_id and spellings.user_id say it the
        -- same way.
        ALTER TABLE files ADD COLUMN desk TEXT
            CHECK (desk IS NULL OR (user_id IS NULL AND desk <> ''));
        DROP INDEX files_by_content;
        CREATE UNIQUE INDEX files_by_content ON files (coalesce(user_id, '@' || desk, ''), sha256)
            WHERE status <> 'duplicate' AND set_aside = 0;
        DROP INDEX files_by_content_and_name;
        CREATE UNIQUE INDEX files_by_content_and_name
            ON files (coalesce(user_id, '@' || desk, ''), sha256, name, set_aside);
        DROP INDEX files_by_batch;
        CREATE UNIQUE INDEX files_by_batch ON files (coalesce(user_id, '@' || desk, ''), batch)
            WHERE status IN ('accepted', 'partial');

        -- Whether the file was taken again after a restore: its orders have the numbers that they
        -- had, so their ids need not rise with their lines, nor be without a gap.
        ALTER TABLE files ADD COLUMN was_retaken INTEGER NOT NULL DEFAULT 0
            CHECK (was_retaken = 0 OR was_retaken = 1);
        -- Whether orders of the file wait for links although the settings allow what it asks for.
        ALTER TABLE files ADD COLUMN waits_for_links INTEGER NOT NULL DEFAULT 0
            CHECK (waits_for_links = 0 OR waits_for_links = 1);

        -- The numbers that orders of retaken_files had: count lines from line on have the numbers
        -- from first_order on.
        CREATE TABLE retaken_orders (
            user_id TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            line INTEGER NOT NULL CHECK (line > 0),
            count INTEGER NOT NULL CHECK (count > 0),
            first_order INTEGER NOT NULL CHECK (first_order > 0),
            PRIMARY KEY (user_id, sha256, line)
        ) STRICT, WITHOUT ROWID;

        -- When a desk asked for an audit that was not made yet.
        ALTER TABLE generation ADD COLUMN audit_due INTEGER;
        """
}
