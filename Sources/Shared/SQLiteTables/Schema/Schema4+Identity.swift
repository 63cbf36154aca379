/// One identity for what people type: methods, references, refs, batches and links.
extension Schema4 {
    static let identity = """
        -- A claim of a reseller, a confirmation of the desk, or both, as before; now also a claim
        -- that was rejected, because its payment was confirmed as another. identity is what the
        -- payment is compared by: one identity is confirmed once, for ever. looks_like: of a row
        -- older than that rule, the row whose identity it has too.
        CREATE TABLE deposits_by_identity (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            method TEXT NOT NULL,
            reference TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status = 'pending' OR status = 'confirmed' OR status = 'rejected'),
            ref TEXT,
            credited INTEGER,
            fee INTEGER,
            claimed_at INTEGER,
            confirmed_at INTEGER,
            identity TEXT NOT NULL,
            looks_like INTEGER REFERENCES deposits_by_identity(id),
            UNIQUE (user_id, ref),
            CHECK ((status = 'confirmed') = (confirmed_at IS NOT NULL AND credited IS NOT NULL))
        ) STRICT;
        -- Until IdentityMigration has worked them out, every row has an identity of its own.
        INSERT INTO deposits_by_identity
            SELECT id, user_id, method, reference, amount, currency, status, ref, credited, fee,
                claimed_at, confirmed_at, char(31, 31) || id, NULL
            FROM deposits;
        DROP TABLE deposits;
        ALTER TABLE deposits_by_identity RENAME TO deposits;
        CREATE INDEX deposits_by_identity ON deposits (identity);
        CREATE UNIQUE INDEX deposits_once ON deposits (identity)
            WHERE status = 'confirmed' AND looks_like IS NULL;
        CREATE UNIQUE INDEX deposits_once_per_user ON deposits (user_id, identity)
            WHERE looks_like IS NULL;

        -- Money that was sent to a provider, once for each reference.
        CREATE TABLE topups (
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            identity TEXT NOT NULL,
            transaction_id INTEGER NOT NULL REFERENCES transactions(id),
            PRIMARY KEY (provider_id, identity)
        ) STRICT, WITHOUT ROWID;

        -- Refs and batches that differ from the key by which they are compared: nearly none.
        -- user_id is '' for the desk.
        CREATE TABLE spellings (
            user_id TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind = 'ref' OR kind = 'batch'),
            key TEXT NOT NULL,
            text TEXT NOT NULL CHECK (text <> key),
            PRIMARY KEY (user_id, kind, key, text)
        ) STRICT, WITHOUT ROWID;

        -- What a link is compared by, where that is another text.
        ALTER TABLE orders ADD COLUMN link_key TEXT CHECK (link_key <> link);
        DROP INDEX orders_open_by_link;
        CREATE INDEX orders_open_by_link ON orders (coalesce(link_key, link), service_id)
            WHERE ended_at IS NULL AND link IS NOT NULL;

        -- A file that was refused while its owner was banned is judged anew when it comes again:
        -- the row of that time is set aside under its own number, so that its bytes and its name
        -- are free.
        ALTER TABLE files ADD COLUMN set_aside INTEGER NOT NULL DEFAULT 0
            CHECK (set_aside = 0 OR (set_aside = id AND status <> 'accepted' AND status <> 'partial'));
        DROP INDEX files_by_content;
        CREATE UNIQUE INDEX files_by_content ON files (coalesce(user_id, ''), sha256)
            WHERE status <> 'duplicate' AND set_aside = 0;
        DROP INDEX files_by_content_and_name;
        CREATE UNIQUE INDEX files_by_content_and_name
            ON files (coalesce(user_id, ''), sha256, name, set_aside);
        """
}
