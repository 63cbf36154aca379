/// The needs of the trade beyond one provider per service: fail-over, a catalogue whose changes are
/// guarded and reported, the health of providers over the runs, and decisions that wait for proof.
package enum Schema3 {
    package static let sql = """
        -- Consecutive failures and doubts, over all runs (design.md §6: circuit breaker).
        ALTER TABLE providers ADD COLUMN failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0);
        ALTER TABLE providers ADD COLUMN doubts INTEGER NOT NULL DEFAULT 0 CHECK (doubts >= 0);
        -- He asked to be left alone until then (Retry-After).
        ALTER TABLE providers ADD COLUMN throttled_until INTEGER;
        -- When he is to be asked next, also after a question that failed.
        ALTER TABLE providers ADD COLUMN catalogue_due INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE providers ADD COLUMN balance_due INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE providers ADD COLUMN inquiry_due INTEGER NOT NULL DEFAULT 0;
        -- Since when his balance is further from our transactions than max_drift; NULL while it is not.
        ALTER TABLE providers ADD COLUMN drift_since INTEGER;

        -- Why a service is not sold although the rules would sell it: his provider refused it as
        -- unknown, or it is gone from his list.
        ALTER TABLE services ADD COLUMN withheld TEXT CHECK (withheld IN ('refused', 'dropped'));
        -- A rate that changed by more than the limit, in the provider's and in the house currency: it
        -- guards the margin, and becomes the rate once the desk releases it.
        ALTER TABLE services ADD COLUMN offered_rate INTEGER CHECK (offered_rate >= 0);
        ALTER TABLE services ADD COLUMN offered_cost_rate INTEGER
            CHECK (offered_cost_rate >= 0
                   AND (offered_cost_rate IS NULL) = (offered_rate IS NULL));
        ALTER TABLE services ADD COLUMN offered_sale_rate INTEGER
            CHECK (offered_sale_rate >= 0
                   AND (offered_sale_rate IS NULL) = (offered_rate IS NULL));
        -- What makes no sense in how its provider lists it: nobody can order it, whatever the rules say.
        ALTER TABLE services ADD COLUMN fault TEXT CHECK (fault IS NULL OR enabled = 0);
        -- What waits for the desk's release.
        CREATE INDEX services_waiting ON services (id)
            WHERE offered_rate IS NOT NULL OR withheld = 'refused';

        -- Where else a service can be bought, in the order to try.
        CREATE TABLE service_backups (
            service_id INTEGER NOT NULL REFERENCES services(id),
            rank INTEGER NOT NULL CHECK (rank > 0),
            provider TEXT NOT NULL,
            provider_service TEXT NOT NULL,
            PRIMARY KEY (service_id, rank)
        ) STRICT, WITHOUT ROWID;

        -- What catalogue syncs and refusals changed, for the operator.
        CREATE TABLE catalogue_changes (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            service_id INTEGER REFERENCES services(id),
            kind TEXT NOT NULL,
            field TEXT,
            before TEXT,
            after TEXT
        ) STRICT;
        CREATE INDEX catalogue_changes_by_time ON catalogue_changes (at);

        -- The service that an order is bought as, once that is not its own: one of its backups.
        -- provider_id of the order is always the provider of the service it is bought as.
        ALTER TABLE orders ADD COLUMN bought_service_id INTEGER REFERENCES services(id);
        -- An ended order that is looked at once more: does its provider still say the same?
        CREATE INDEX orders_to_look_back ON orders (provider_id, due_at)
            WHERE due_at IS NOT NULL
                AND (state = 'completed' OR state = 'partial' OR state = 'canceled');

        -- Refused for good by this provider, so never offered to him again.
        ALTER TABLE attempts ADD COLUMN is_final INTEGER NOT NULL DEFAULT 0
            CHECK (is_final IN (0, 1) AND (is_final = 0 OR outcome = 'refused'));
        -- Of an attempt that may have been made between started_at and ended_at, in a ledger that is lost:
        -- the number of the one that was gone on with.
        ALTER TABLE attempts ADD COLUMN lost_in INTEGER CHECK (lost_in > 0);

        -- What the desk decided of an order in doubt, until the provider has been asked. A later
        -- decision replaces one that is pending; due_at is when to ask.
        CREATE TABLE decisions (
            id INTEGER PRIMARY KEY,
            order_id INTEGER NOT NULL REFERENCES orders(id),
            outcome TEXT NOT NULL
                CHECK (outcome = 'placed' OR outcome = 'not_placed' OR outcome = 'refund'),
            provider_order TEXT,
            person TEXT NOT NULL,
            file_id INTEGER NOT NULL REFERENCES files(id),
            state TEXT NOT NULL CHECK (state = 'pending' OR state = 'believed'
                                       OR state = 'contradicted' OR state = 'replaced'),
            note TEXT,
            due_at INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            ended_at INTEGER,
            CHECK ((outcome = 'placed') = (provider_order IS NOT NULL)),
            CHECK ((state = 'pending') = (ended_at IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX decisions_pending ON decisions (order_id) WHERE state = 'pending';
        CREATE INDEX decisions_by_order ON decisions (order_id);

        -- Once each: of an order once per kind, whatever words the provider finds the next time.
        DROP INDEX exceptions_once;
        DELETE FROM exceptions WHERE order_id IS NOT NULL AND id NOT IN
            (SELECT min(id) FROM exceptions WHERE order_id IS NOT NULL GROUP BY kind, order_id);
        CREATE UNIQUE INDEX exceptions_once_per_order ON exceptions (kind, order_id)
            WHERE order_id IS NOT NULL;
        CREATE UNIQUE INDEX exceptions_once ON exceptions (kind, coalesce(provider_id, 0), detail)
            WHERE order_id IS NULL;
        """
}
