/// The money, the changes to report, and the guards.
extension Schema1 {
    static let money = """
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
                        ELSE name = 'deposits' OR name = 'payouts' OR name = 'revenue'
                             OR name = 'fees' OR name = 'writeoff' END)
        ) STRICT;
        CREATE UNIQUE INDEX wallets_once ON wallets
            (coalesce(user_id, ''), coalesce(provider_id, 0), name, currency);

        CREATE TABLE transactions (
            id INTEGER PRIMARY KEY CONSTRAINT "transaction ids leave no gap" CHECK (id > 0),
            reference TEXT NOT NULL UNIQUE,
            type TEXT NOT NULL CHECK (type = 'hold' OR type = 'capture' OR type = 'release'
                OR type = 'provider_charge' OR type = 'provider_refund' OR type = 'provider_topup'
                OR type = 'deposit' OR type = 'fee' OR type = 'withdrawal_hold'
                OR type = 'withdrawal' OR type = 'withdrawal_release' OR type = 'refund'
                OR type = 'adjustment'),
            from_wallet_id INTEGER NOT NULL REFERENCES wallets(id),
            to_wallet_id INTEGER NOT NULL REFERENCES wallets(id),
            amount INTEGER NOT NULL CHECK (amount >= 0),
            order_id INTEGER REFERENCES orders(id),
            file_id INTEGER REFERENCES files(id),
            user_id TEXT REFERENCES users(id),
            metadata TEXT,
            created_at INTEGER NOT NULL,
            CHECK (from_wallet_id <> to_wallet_id),
            CHECK (order_id IS NOT NULL
                   OR NOT (type = 'hold' OR type = 'capture' OR type = 'release'))
        ) STRICT;

        CREATE TABLE transaction_fees (
            id INTEGER PRIMARY KEY,
            transaction_id INTEGER NOT NULL REFERENCES transactions(id),
            fee_transaction_id INTEGER NOT NULL UNIQUE REFERENCES transactions(id),
            fee_amount INTEGER NOT NULL CHECK (fee_amount > 0),
            fee_type TEXT NOT NULL CHECK (fee_type IN ('deposit', 'withdrawal'))
        ) STRICT;

        """

    static let telling = """
        -- What a user has not been told yet.
        CREATE TABLE changes (
            user_id TEXT NOT NULL REFERENCES users(id),
            kind TEXT NOT NULL CHECK (kind = 'order' OR kind = 'refill' OR kind = 'cancel'
                                      OR kind = 'deposit' OR kind = 'withdrawal'),
            subject INTEGER NOT NULL,
            PRIMARY KEY (user_id, kind, subject)
        ) STRICT, WITHOUT ROWID;

        -- The status files a user was given; content is kept until the file is known to be on disk.
        CREATE TABLE status_files (
            user_id TEXT NOT NULL REFERENCES users(id),
            sequence INTEGER NOT NULL CHECK (sequence > 0),
            at INTEGER NOT NULL,
            content TEXT,
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
    /// only along the arrows of docs/design.md §6.
    static let guards = """
        -- One trigger, because each costs every row a call. Ids leave no gap, so the last one says which
        -- there are. NEW.id is -1 where none is given: SQLite then takes the next.
        CREATE TRIGGER transactions_are_added BEFORE INSERT ON transactions
        BEGIN
            SELECT CASE WHEN NEW.id > last + 1 THEN RAISE(ABORT, 'transaction ids leave no gap')
                        WHEN NEW.id > 0 AND NEW.id <= last
                        THEN RAISE(ABORT, 'a transaction is never replaced') END
            FROM (SELECT coalesce(max(id), 0) AS last FROM transactions);
            SELECT RAISE(ABORT, 'a transaction is never replaced')
            FROM transactions WHERE reference = NEW.reference;
            SELECT RAISE(ABORT, 'a transaction never crosses currencies')
            WHERE (SELECT currency FROM wallets WHERE id = NEW.from_wallet_id)
                <> (SELECT currency FROM wallets WHERE id = NEW.to_wallet_id);
        END;

        CREATE TRIGGER transactions_never_updated BEFORE UPDATE ON transactions
        BEGIN SELECT RAISE(ABORT, 'a transaction is never updated'); END;

        CREATE TRIGGER transactions_never_deleted BEFORE DELETE ON transactions
        BEGIN SELECT RAISE(ABORT, 'a transaction is never deleted'); END;

        CREATE TRIGGER wallets_never_deleted BEFORE DELETE ON wallets
        BEGIN SELECT RAISE(ABORT, 'a wallet is never deleted'); END;

        CREATE TRIGGER wallets_never_replaced BEFORE INSERT ON wallets
        WHEN EXISTS (SELECT 1 FROM wallets WHERE id = NEW.id
            OR (coalesce(user_id, '') = coalesce(NEW.user_id, '')
                AND coalesce(provider_id, 0) = coalesce(NEW.provider_id, 0)
                AND name = NEW.name AND currency = NEW.currency))
        BEGIN SELECT RAISE(ABORT, 'a wallet is never replaced'); END;

        CREATE TRIGGER wallets_keep_their_identity
        BEFORE UPDATE OF id, user_id, provider_id, name, currency ON wallets
        WHEN (NEW.id, NEW.user_id, NEW.provider_id, NEW.name, NEW.currency)
            IS NOT (OLD.id, OLD.user_id, OLD.provider_id, OLD.name, OLD.currency)
        BEGIN SELECT RAISE(ABORT, 'a wallet keeps its owner, its name and its currency'); END;

        CREATE TRIGGER orders_never_deleted BEFORE DELETE ON orders
        BEGIN SELECT RAISE(ABORT, 'an order is never deleted'); END;

        CREATE TRIGGER orders_keep_their_identity
        BEFORE UPDATE OF id, user_id, file_id, ref, charge ON orders
        WHEN (NEW.id, NEW.user_id, NEW.file_id, NEW.ref, NEW.charge)
            IS NOT (OLD.id, OLD.user_id, OLD.file_id, OLD.ref, OLD.charge)
        BEGIN SELECT RAISE(ABORT, 'an order keeps its owner, its ref and its charge'); END;

        CREATE TRIGGER orders_move_forward BEFORE UPDATE OF state ON orders
        WHEN NEW.state <> OLD.state AND NOT CASE OLD.state
            WHEN 'accepted' THEN NEW.state = 'sending' OR NEW.state = 'canceled'
            WHEN 'sending' THEN NEW.state = 'placed' OR NEW.state = 'refused'
                                OR NEW.state = 'in_doubt' OR NEW.state = 'accepted'
            WHEN 'in_doubt' THEN NEW.state = 'placed' OR NEW.state = 'accepted'
                                 OR NEW.state = 'refused'
            WHEN 'placed' THEN NEW.state = 'completed' OR NEW.state = 'partial'
                               OR NEW.state = 'canceled'
            ELSE FALSE END
        BEGIN SELECT RAISE(ABORT, 'an order does not move that way'); END;
        """
}
