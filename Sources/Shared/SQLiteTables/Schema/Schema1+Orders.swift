/// What comes in: files with their lines, deposits, withdrawals and requests; and orders with their
/// attempts.
extension Schema1 {
    static let intake = """
        -- A file that was taken. user_id is NULL for the desk's. Orders of one file have the ids
        -- first_order ... last_order, because one commit makes them all: no index is needed to find them.
        CREATE TABLE files (
            id INTEGER PRIMARY KEY,
            user_id TEXT REFERENCES users(id),
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            batch TEXT,
            bytes INTEGER NOT NULL CHECK (bytes >= 0),
            status TEXT NOT NULL CHECK (status = 'accepted' OR status = 'partial'
                                        OR status = 'rejected' OR status = 'duplicate'),
            reason TEXT,
            detail TEXT,
            duplicate_of INTEGER REFERENCES files(id),
            lines INTEGER NOT NULL CHECK (lines >= 0),
            accepted INTEGER NOT NULL CHECK (accepted >= 0),
            rejected INTEGER NOT NULL CHECK (rejected >= 0),
            charged INTEGER NOT NULL CHECK (charged >= 0),
            balance INTEGER,
            first_order INTEGER,
            last_order INTEGER,
            received_at INTEGER NOT NULL,
            CHECK ((status = 'duplicate') = (duplicate_of IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX files_by_content ON files (coalesce(user_id, ''), sha256)
            WHERE status <> 'duplicate';
        CREATE UNIQUE INDEX files_by_content_and_name ON files (coalesce(user_id, ''), sha256, name);
        CREATE UNIQUE INDEX files_by_batch ON files (coalesce(user_id, ''), batch)
            WHERE status IN ('accepted', 'partial');

        -- What became of each line of a file, except the accepted orders, which are in orders.
        CREATE TABLE lines (
            file_id INTEGER NOT NULL REFERENCES files(id),
            kind TEXT NOT NULL,
            line INTEGER NOT NULL CHECK (line > 0),
            ref TEXT,
            status TEXT NOT NULL CHECK (status = 'accepted' OR status = 'rejected'
                                        OR status = 'duplicate' OR status = 'pending'),
            code TEXT,
            detail TEXT,
            order_id INTEGER,
            PRIMARY KEY (file_id, kind, line),
            CHECK ((status = 'rejected') = (code IS NOT NULL))
        ) STRICT, WITHOUT ROWID;

        -- A claim of a reseller, a confirmation of the desk, or both.
        CREATE TABLE deposits (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            method TEXT NOT NULL,
            reference TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            currency TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('pending', 'confirmed')),
            ref TEXT,
            credited INTEGER,
            fee INTEGER,
            claimed_at INTEGER,
            confirmed_at INTEGER,
            UNIQUE (user_id, method, reference),
            UNIQUE (user_id, ref),
            CHECK ((status = 'confirmed') = (confirmed_at IS NOT NULL AND credited IS NOT NULL))
        ) STRICT;
        CREATE UNIQUE INDEX deposits_once ON deposits (method, reference) WHERE status = 'confirmed';

        CREATE TABLE withdrawals (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            ref TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            fee INTEGER NOT NULL CHECK (fee >= 0 AND fee < amount),
            destination TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status = 'held' OR status = 'paid' OR status = 'declined'),
            reference TEXT,
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            UNIQUE (user_id, ref),
            CHECK ((status = 'held') = (ended_at IS NULL))
        ) STRICT;

        -- What a reseller asks about an order he has.
        CREATE TABLE requests (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            kind TEXT NOT NULL CHECK (kind IN ('refill', 'cancel')),
            ref TEXT NOT NULL,
            order_id INTEGER NOT NULL REFERENCES orders(id),
            state TEXT NOT NULL CHECK (state = 'accepted' OR state = 'sending' OR state = 'sent'
                                       OR state = 'ended'),
            status TEXT,
            provider_request TEXT,
            due_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            UNIQUE (user_id, ref)
        ) STRICT;
        CREATE UNIQUE INDEX requests_open ON requests (order_id, kind) WHERE state <> 'ended';
        CREATE INDEX requests_due ON requests (due_at) WHERE state <> 'ended';

        """

    static let orders = """
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            file_id INTEGER NOT NULL REFERENCES files(id),
            line INTEGER NOT NULL,
            ref TEXT NOT NULL,
            service_id INTEGER NOT NULL REFERENCES services(id),
            link TEXT,
            quantity INTEGER,
            parameters TEXT,          -- JSON: what the type takes besides link and quantity
            billed_units INTEGER NOT NULL CHECK (billed_units > 0),
            charge INTEGER NOT NULL CHECK (charge >= 0),
            refunded INTEGER NOT NULL DEFAULT 0 CHECK (refunded BETWEEN 0 AND charge),
            cost INTEGER NOT NULL DEFAULT 0 CHECK (cost >= 0),
            state TEXT NOT NULL,
            status TEXT,              -- the provider's last word
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            provider_order TEXT,
            start_count INTEGER,
            remains INTEGER,
            due_at INTEGER,
            created_at INTEGER NOT NULL,
            placed_at INTEGER,
            changed_at INTEGER,       -- when the provider last told something new
            ended_at INTEGER,
            UNIQUE (user_id, ref),
            -- The states there are, and what each of them means.
            CHECK (CASE state WHEN 'accepted' THEN provider_order IS NULL AND ended_at IS NULL
                              WHEN 'sending' THEN provider_order IS NULL AND ended_at IS NULL
                              WHEN 'in_doubt' THEN provider_order IS NULL AND ended_at IS NULL
                              WHEN 'placed' THEN provider_order IS NOT NULL AND ended_at IS NULL
                              WHEN 'completed' THEN provider_order IS NOT NULL AND ended_at IS NOT NULL
                              WHEN 'partial' THEN provider_order IS NOT NULL AND ended_at IS NOT NULL
                              WHEN 'canceled' THEN ended_at IS NOT NULL
                              WHEN 'refused' THEN provider_order IS NULL AND ended_at IS NOT NULL
                              ELSE FALSE END)
        ) STRICT;
        CREATE INDEX orders_to_send ON orders (provider_id, due_at, id) WHERE state = 'accepted';
        CREATE INDEX orders_unanswered ON orders (state) WHERE state = 'sending' OR state = 'in_doubt';
        CREATE INDEX orders_to_follow ON orders (provider_id, due_at, id) WHERE state = 'placed';
        -- By ended_at, not by state, so that an order on its way to its end is not entered again.
        CREATE INDEX orders_open_by_link ON orders (link, service_id)
            WHERE ended_at IS NULL AND link IS NOT NULL;
        CREATE UNIQUE INDEX orders_by_provider_order ON orders (provider_id, provider_order)
            WHERE provider_order IS NOT NULL;

        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            order_id INTEGER NOT NULL REFERENCES orders(id),
            number INTEGER NOT NULL CHECK (number > 0),
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            outcome TEXT CHECK (outcome = 'placed' OR outcome = 'not_sent' OR outcome = 'refused'
                                OR outcome = 'unknown'),
            evidence TEXT,
            UNIQUE (order_id, number)
        ) STRICT;
        CREATE UNIQUE INDEX attempts_live ON attempts (order_id)
            WHERE outcome IS NULL OR outcome IN ('placed', 'unknown');

        """
}
