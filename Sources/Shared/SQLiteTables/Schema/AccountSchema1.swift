/// Keys, accounts and sessions. Texts that are secrets stand here as SHA-256, in hexadecimal.
enum AccountSchema1 {
    static let sql = tables + guards

    private static let tables = """
        -- How far the accounts have come, as the ledger's table of that name says of the ledger.
        -- number is below zero in a backup.
        CREATE TABLE generation (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            number INTEGER NOT NULL CHECK (number <> 0),
            commits INTEGER NOT NULL
        ) STRICT;
        INSERT INTO generation VALUES (1, 1, 0);

        -- One way in for one person: by password, or by another site. user_id is the ledger's user;
        -- NULL until there is one.
        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY,
            provider TEXT NOT NULL CHECK (provider <> ''),
            account_id TEXT NOT NULL CHECK (account_id <> ''),
            user_id TEXT,
            name TEXT,
            email TEXT,
            email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
            role TEXT NOT NULL DEFAULT 'reseller' CHECK (role IN ('reseller', 'support', 'admin')),
            password_hash TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            UNIQUE (provider, account_id),
            CHECK (password_hash IS NULL OR provider = 'password')
        ) STRICT;

        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY,
            account_id INTEGER NOT NULL REFERENCES accounts(id) ON DELETE CASCADE,
            token_hash TEXT NOT NULL UNIQUE
                CHECK (length(token_hash) = 64 AND token_hash NOT GLOB '*[^0-9a-f]*'),
            expires_at INTEGER NOT NULL,
            ip_address TEXT,
            user_agent TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sessions_of_account ON sessions (account_id);

        -- A key is a user's or a named desk's. It opens nothing unless generation is the current
        -- one: after a restore it waits for `admin key confirm`.
        CREATE TABLE api_keys (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT,
            desk TEXT,
            name TEXT,
            prefix TEXT NOT NULL,
            hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'),
            scopes TEXT NOT NULL CHECK (scopes <> ''),
            networks TEXT NOT NULL,
            generation INTEGER NOT NULL,
            expires_at INTEGER,
            last_used_at INTEGER,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER,
            CHECK ((user_id IS NULL) <> (desk IS NULL)),
            CHECK (desk IS NULL OR scopes = 'files')
        ) STRICT;
        CREATE INDEX api_keys_of_user ON api_keys (user_id);

        """

    private static let guards = """
        CREATE TRIGGER api_keys_keep_their_identity
        BEFORE UPDATE OF id, user_id, desk, prefix, hash, scopes, networks, expires_at, created_at
            ON api_keys
        BEGIN SELECT RAISE(ABORT, 'a key stays as it was issued'); END;

        CREATE TRIGGER api_keys_stay_revoked BEFORE UPDATE ON api_keys
        WHEN OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at
        BEGIN SELECT RAISE(ABORT, 'a revoked key stays revoked'); END;

        CREATE TRIGGER api_keys_never_deleted BEFORE DELETE ON api_keys
        BEGIN SELECT RAISE(ABORT, 'a key is never deleted, only revoked'); END;

        """
}
