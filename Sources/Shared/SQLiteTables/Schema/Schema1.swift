/// The first schema, as docs/contract.md §6 names it. Numbered SQL is never edited once released: a
/// change is the next number.
///
/// Amounts are millionths of a currency unit, times are milliseconds since 1970 UTC, percents are
/// millionths of a percent. The schema itself refuses what must never happen, no matter which
/// program writes: by CHECK, UNIQUE, foreign keys, and the triggers of `guards`.
///
/// A list of more than two words is written with OR. For a longer IN, SQLite builds a table for
/// each row that is written, which costs more than the row.
package enum Schema1 {
    package static let sql = people + catalogue + intake + orders + money + telling + guards

    private static let people = """
        CREATE TABLE users (
            id TEXT PRIMARY KEY NOT NULL
                CHECK (length(id) BETWEEN 1 AND 32 AND id GLOB '[a-z0-9]*'
                       AND NOT id GLOB '*[^a-z0-9_-]*' AND id <> 'desk'),
            name TEXT,
            email TEXT,
            email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
            role TEXT NOT NULL DEFAULT 'reseller' CHECK (role IN ('reseller', 'admin')),
            banned INTEGER NOT NULL DEFAULT 0 CHECK (banned IN (0, 1)),
            ban_reason TEXT,
            ban_expires INTEGER,
            discount_percent INTEGER NOT NULL DEFAULT 0
                CHECK (discount_percent BETWEEN 0 AND 100000000),
            credit_limit INTEGER NOT NULL DEFAULT 0 CHECK (credit_limit >= 0),
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE accounts (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            kind TEXT NOT NULL CHECK (kind IN ('password', 'github')),
            subject TEXT NOT NULL,
            password_hash TEXT,
            created_at INTEGER NOT NULL,
            UNIQUE (kind, subject)
        ) STRICT;

        CREATE TABLE sessions (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            hash TEXT NOT NULL UNIQUE,
            expires_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE api_keys (
            id INTEGER PRIMARY KEY,
            user_id TEXT NOT NULL REFERENCES users(id),
            name TEXT NOT NULL,
            prefix TEXT NOT NULL,
            hash TEXT NOT NULL UNIQUE,
            expires_at INTEGER,
            created_at INTEGER NOT NULL,
            revoked_at INTEGER
        ) STRICT;

        """

    private static let catalogue = """
        CREATE TABLE providers (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            currency TEXT NOT NULL,
            balance INTEGER,
            balance_at INTEGER,
            state TEXT NOT NULL DEFAULT 'active'
                CHECK (state = 'active' OR state = 'paused' OR state = 'disabled'),
            paused_until INTEGER,
            pause_reason TEXT,
            catalogue_at INTEGER,
            last_answer_at INTEGER,
            CHECK (state <> 'paused' OR paused_until IS NOT NULL)
        ) STRICT;

        CREATE TABLE provider_errors (
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            hour INTEGER NOT NULL,
            errors INTEGER NOT NULL CHECK (errors > 0),
            PRIMARY KEY (provider_id, hour)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE categories (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE services (
            id INTEGER PRIMARY KEY,
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            provider_service TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            category_id INTEGER NOT NULL REFERENCES categories(id),
            rate INTEGER NOT NULL CHECK (rate >= 0),            -- the provider's, in his currency
            cost_rate INTEGER NOT NULL CHECK (cost_rate >= 0),  -- the same in the house currency
            profit INTEGER NOT NULL CHECK (profit >= 0),        -- percent
            profit_fixed INTEGER NOT NULL CHECK (profit_fixed >= 0),
            sale_rate INTEGER NOT NULL CHECK (sale_rate >= 0),  -- for a user without a price of his own
            min INTEGER NOT NULL,
            max INTEGER NOT NULL,
            dripfeed INTEGER NOT NULL CHECK (dripfeed IN (0, 1)),
            refill INTEGER NOT NULL CHECK (refill IN (0, 1)),
            cancel INTEGER NOT NULL CHECK (cancel IN (0, 1)),
            enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
            UNIQUE (provider_id, provider_service)
        ) STRICT;

        CREATE TABLE prices (
            user_id TEXT NOT NULL REFERENCES users(id),
            service_id INTEGER NOT NULL REFERENCES services(id),
            price INTEGER NOT NULL CHECK (price >= 0),
            PRIMARY KEY (user_id, service_id)
        ) STRICT, WITHOUT ROWID;

        """
}
