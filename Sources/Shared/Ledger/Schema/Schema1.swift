/// The first schema, as contract.md §6 names it. Numbered SQL is never edited once released: a change
/// is the next number.
///
/// Amounts are millionths of a currency unit, times milliseconds since 1970 UTC, percents millionths
/// of a percent. What must never happen is refused here, whoever writes: CHECK, UNIQUE, foreign keys,
/// and the triggers of `guards`.
enum Schema1 {
    static let sql = people + catalogue + intake + orders + money + telling + guards

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
            state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'disabled')),
            paused_until INTEGER,
            pause_reason TEXT,
            catalogue_at INTEGER,
            last_answer_at INTEGER
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

    private static let intake = """
        -- A file that was taken. user_id is NULL for the desk's. Orders of one file have the ids
        -- first_order ... last_order, because one commit makes them all: no index is needed to find them.
        CREATE TABLE files (
            id INTEGER PRIMARY KEY,
            user_id TEXT REFERENCES users(id),
            name TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            batch TEXT,
            bytes INTEGER NOT NULL CHECK (bytes >= 0),
            status TEXT NOT NULL CHECK (status IN ('accepted', 'partial', 'rejected', 'duplicate')),
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
            status TEXT NOT NULL CHECK (status IN ('accepted', 'rejected', 'duplicate', 'pending')),
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
            status TEXT NOT NULL CHECK (status IN ('held', 'paid', 'declined')),
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
            state TEXT NOT NULL CHECK (state IN ('accepted', 'sending', 'sent', 'ended')),
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

    private static let orders = """
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
            state TEXT NOT NULL CHECK (state IN ('accepted', 'sending', 'in_doubt', 'placed',
                                                 'completed', 'partial', 'canceled', 'refused')),
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
            CHECK ((state IN ('completed', 'partial', 'canceled', 'refused')) = (ended_at IS NOT NULL)),
            CHECK (state NOT IN ('placed', 'completed', 'partial') OR provider_order IS NOT NULL),
            CHECK (state NOT IN ('accepted', 'sending', 'in_doubt', 'refused') OR provider_order IS NULL)
        ) STRICT;
        CREATE INDEX orders_to_send ON orders (provider_id, due_at, id) WHERE state = 'accepted';
        CREATE INDEX orders_unanswered ON orders (state) WHERE state IN ('sending', 'in_doubt');
        CREATE INDEX orders_to_follow ON orders (provider_id, due_at, id) WHERE state = 'placed';
        CREATE INDEX orders_open_by_link ON orders (link, service_id)
            WHERE state IN ('accepted', 'sending', 'in_doubt', 'placed') AND link IS NOT NULL;
        CREATE UNIQUE INDEX orders_by_provider_order ON orders (provider_id, provider_order)
            WHERE provider_order IS NOT NULL;

        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY,
            order_id INTEGER NOT NULL REFERENCES orders(id),
            number INTEGER NOT NULL CHECK (number > 0),
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            outcome TEXT CHECK (outcome IN ('not_sent', 'refused', 'placed', 'unknown')),
            evidence TEXT,
            UNIQUE (order_id, number)
        ) STRICT;
        CREATE UNIQUE INDEX attempts_live ON attempts (order_id)
            WHERE outcome IS NULL OR outcome IN ('placed', 'unknown');

        """

    private static let money = """
        -- minimum: what a balance may not fall below; NULL for the house's and the providers'.
        CREATE TABLE wallets (
            id INTEGER PRIMARY KEY,
            user_id TEXT REFERENCES users(id),
            provider_id INTEGER REFERENCES providers(id),
            name TEXT NOT NULL,
            currency TEXT NOT NULL,
            balance INTEGER NOT NULL DEFAULT 0,
            minimum INTEGER,
            CHECK (balance >= minimum),
            CHECK (CASE WHEN user_id IS NOT NULL
                        THEN provider_id IS NULL AND name IN ('available', 'held')
                             AND minimum IS NOT NULL AND (name = 'available' OR minimum = 0)
                        WHEN provider_id IS NOT NULL THEN name IN ('float', 'spent')
                        ELSE name IN ('deposits', 'payouts', 'revenue', 'fees', 'writeoff') END)
        ) STRICT;
        CREATE UNIQUE INDEX wallets_once ON wallets
            (coalesce(user_id, ''), coalesce(provider_id, 0), name, currency);

        CREATE TABLE transactions (
            id INTEGER PRIMARY KEY,
            reference TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL CHECK (type IN ('deposit', 'fee', 'hold', 'capture', 'release',
                'withdrawal_hold', 'withdrawal', 'withdrawal_release', 'provider_charge',
                'provider_refund', 'provider_topup', 'refund', 'adjustment')),
            from_wallet_id INTEGER NOT NULL REFERENCES wallets(id),
            to_wallet_id INTEGER NOT NULL REFERENCES wallets(id),
            amount INTEGER NOT NULL CHECK (amount >= 0),
            order_id INTEGER REFERENCES orders(id),
            file_id INTEGER REFERENCES files(id),
            user_id TEXT REFERENCES users(id),
            metadata TEXT,
            created_at INTEGER NOT NULL,
            CHECK (from_wallet_id <> to_wallet_id),
            CHECK (order_id IS NOT NULL OR type NOT IN ('hold', 'capture', 'release'))
        ) STRICT;

        CREATE TABLE transaction_fees (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL REFERENCES transactions(id),
            fee_transaction_id INTEGER NOT NULL UNIQUE REFERENCES transactions(id),
            fee_amount INTEGER NOT NULL CHECK (fee_amount > 0),
            fee_type TEXT NOT NULL CHECK (fee_type IN ('deposit', 'withdrawal'))
        ) STRICT;

        """

    private static let telling = """
        -- What a user has not been told yet.
        CREATE TABLE changes (
            user_id TEXT NOT NULL REFERENCES users(id),
            kind TEXT NOT NULL CHECK (kind IN ('order', 'refill', 'deposit', 'withdrawal')),
            subject INTEGER NOT NULL,
            PRIMARY KEY (user_id, kind, subject)
        ) STRICT, WITHOUT ROWID;

        -- The status files a user was given; content is kept until the file is known to be on disk.
        CREATE TABLE status_files (
            user_id TEXT NOT NULL REFERENCES users(id),
            sequence INTEGER NOT NULL CHECK (sequence > 0),
            at INTEGER NOT NULL,
            content BLOB,
            PRIMARY KEY (user_id, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX status_files_unpublished ON status_files (user_id) WHERE content IS NOT NULL;

        -- What contradicts what we knew, once each.
        CREATE TABLE exceptions (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            order_id INTEGER REFERENCES orders(id),
            provider_id INTEGER REFERENCES providers(id),
            detail TEXT NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX exceptions_once ON exceptions
            (kind, coalesce(order_id, 0), coalesce(provider_id, 0), detail);

        """

    /// Triggers: a transaction is for ever, keeps to one currency and leaves no gap; an order moves
    /// only along the arrows of design.md §6.
    private static let guards = """
        CREATE TRIGGER transactions_never_replaced BEFORE INSERT ON transactions
        WHEN EXISTS (SELECT 1 FROM transactions WHERE id = NEW.id)
            OR EXISTS (SELECT 1 FROM transactions WHERE reference = NEW.reference)
        BEGIN SELECT RAISE(ABORT, 'a transaction is never replaced'); END;

        CREATE TRIGGER transactions_in_sequence AFTER INSERT ON transactions
        WHEN NEW.id <> 1 + coalesce((SELECT max(id) FROM transactions WHERE id < NEW.id), 0)
        BEGIN SELECT RAISE(ABORT, 'transaction ids leave no gap'); END;

        CREATE TRIGGER transactions_in_one_currency AFTER INSERT ON transactions
        WHEN (SELECT currency FROM wallets WHERE id = NEW.from_wallet_id)
            <> (SELECT currency FROM wallets WHERE id = NEW.to_wallet_id)
        BEGIN SELECT RAISE(ABORT, 'a transaction never crosses currencies'); END;

        CREATE TRIGGER transactions_never_updated BEFORE UPDATE ON transactions
        BEGIN SELECT RAISE(ABORT, 'a transaction is never updated'); END;

        CREATE TRIGGER transactions_never_deleted BEFORE DELETE ON transactions
        BEGIN SELECT RAISE(ABORT, 'a transaction is never deleted'); END;

        CREATE TRIGGER wallets_never_deleted BEFORE DELETE ON wallets
        BEGIN SELECT RAISE(ABORT, 'a wallet is never deleted'); END;

        CREATE TRIGGER wallets_keep_their_currency BEFORE UPDATE OF currency ON wallets
        WHEN NEW.currency <> OLD.currency
        BEGIN SELECT RAISE(ABORT, 'a wallet keeps its currency'); END;

        CREATE TRIGGER orders_never_deleted BEFORE DELETE ON orders
        BEGIN SELECT RAISE(ABORT, 'an order is never deleted'); END;

        CREATE TRIGGER orders_keep_their_charge BEFORE UPDATE OF charge, user_id ON orders
        WHEN NEW.charge <> OLD.charge OR NEW.user_id <> OLD.user_id
        BEGIN SELECT RAISE(ABORT, 'an order keeps its charge and its owner'); END;

        CREATE TRIGGER orders_move_forward BEFORE UPDATE OF state ON orders
        WHEN NEW.state <> OLD.state AND NOT (
            (OLD.state = 'accepted' AND NEW.state IN ('sending', 'canceled')) OR
            (OLD.state = 'sending' AND NEW.state IN ('placed', 'refused', 'in_doubt', 'accepted')) OR
            (OLD.state = 'in_doubt' AND NEW.state IN ('placed', 'accepted', 'refused')) OR
            (OLD.state = 'placed' AND NEW.state IN ('completed', 'partial', 'canceled')))
        BEGIN SELECT RAISE(ABORT, 'an order does not move that way'); END;
        """
}
