/// What it takes to notice that an older ledger was restored, and to resume with it
/// (docs/proof.md §1).
package enum Schema2 {
    package static let sql = """
        -- number: raised whenever an older ledger is gone on with; below zero in a backup, so that a
        -- backup never passes for the ledger it was made of.
        -- commits: how many there were.
        -- awaits_files: files of a lost time are to be taken before all others.
        -- last_lost_order: no order that is taken from now on has this number or one below it.
        CREATE TABLE generation (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL CHECK (number <> 0),
            commits INTEGER NOT NULL DEFAULT 0,
            awaits_files INTEGER NOT NULL DEFAULT 0 CHECK (awaits_files IN (0, 1)),
            last_lost_order INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO generation (id, number) VALUES (1, 1);

        -- Files that had their effect once, in a ledger that is lost: what they ordered may have been
        -- sent. user_id is '' for the desk's; lost_since is when the ledger that was restored ends;
        -- within that, they are taken by their position.
        CREATE TABLE retaken_files (
            user_id TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            name TEXT NOT NULL,
            position INTEGER NOT NULL,
            lost_since INTEGER NOT NULL,
            PRIMARY KEY (user_id, sha256)
        ) STRICT, WITHOUT ROWID;

        -- The last status file that a user has of a ledger that is lost. He may be lost with it.
        CREATE TABLE lost_status_files (
            user_id TEXT PRIMARY KEY NOT NULL,
            sequence INTEGER NOT NULL CHECK (sequence > 0)
        ) STRICT, WITHOUT ROWID;
        """
}
