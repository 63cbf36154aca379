/// An order carries its sale: the service as it was when it was sold.
extension Schema4 {
    static let sale = """
        -- How a provider makes a charge of a price: at least min_charge, in its currency, rounded
        -- up to charge_decimals. exchange_rate: the house currency for one unit of its own, in
        -- millionths of a millionth; 0 until a program has read the configuration.
        ALTER TABLE providers ADD COLUMN min_charge INTEGER NOT NULL DEFAULT 0
            CHECK (min_charge >= 0);
        ALTER TABLE providers ADD COLUMN charge_decimals INTEGER NOT NULL DEFAULT 6
            CHECK (charge_decimals BETWEEN 0 AND 6);
        ALTER TABLE providers ADD COLUMN exchange_rate INTEGER NOT NULL DEFAULT 0
            CHECK (exchange_rate >= 0);
        -- The currency that it last named beside its balance, and beside the charge of an order.
        ALTER TABLE providers ADD COLUMN balance_currency TEXT;
        ALTER TABLE providers ADD COLUMN status_currency TEXT;
        -- What our transactions said when it told its balance, and how far that was off; that is
        -- NULL while no top-up is booked, since nobody knows then.
        ALTER TABLE providers ADD COLUMN balance_expected INTEGER;
        ALTER TABLE providers ADD COLUMN balance_drift INTEGER;
        -- The configuration that its services were last priced by.
        ALTER TABLE providers ADD COLUMN priced_by TEXT;

        -- The terms that orders are sold and bought on: what a service was then. Each set once.
        CREATE TABLE sales (
            id INTEGER PRIMARY KEY,
            service_id INTEGER NOT NULL REFERENCES services(id),
            provider_service TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            rate INTEGER NOT NULL CHECK (rate >= 0),
            cost_rate INTEGER NOT NULL CHECK (cost_rate >= 0),
            min INTEGER NOT NULL,
            max INTEGER NOT NULL,
            dripfeed INTEGER NOT NULL CHECK (dripfeed IN (0, 1)),
            refill INTEGER NOT NULL CHECK (refill IN (0, 1)),
            cancel INTEGER NOT NULL CHECK (cancel IN (0, 1)),
            min_charge INTEGER NOT NULL CHECK (min_charge >= 0),
            charge_decimals INTEGER NOT NULL CHECK (charge_decimals BETWEEN 0 AND 6),
            exchange_rate INTEGER NOT NULL CHECK (exchange_rate >= 0),
            UNIQUE (service_id, provider_service, name, type, rate, cost_rate, min, max, dripfeed,
                    refill, cancel, min_charge, charge_decimals, exchange_rate)
        ) STRICT;
        CREATE TRIGGER sales_never_updated BEFORE UPDATE ON sales
        BEGIN SELECT RAISE(ABORT, 'the terms of a sale are never changed'); END;
        CREATE TRIGGER sales_never_replaced BEFORE INSERT ON sales
        WHEN EXISTS (SELECT 1 FROM sales WHERE id = NEW.id
            OR (service_id, provider_service, name, type, rate, cost_rate, min, max, dripfeed, refill,
                cancel, min_charge, charge_decimals, exchange_rate)
                = (NEW.service_id, NEW.provider_service, NEW.name, NEW.type, NEW.rate,
                    NEW.cost_rate, NEW.min, NEW.max, NEW.dripfeed, NEW.refill, NEW.cancel,
                    NEW.min_charge, NEW.charge_decimals, NEW.exchange_rate))
        BEGIN SELECT RAISE(ABORT, 'the terms of a sale are never replaced'); END;
        CREATE TRIGGER sales_never_deleted BEFORE DELETE ON sales
        BEGIN SELECT RAISE(ABORT, 'the terms of a sale are never deleted'); END;

        -- sale_id: what the reseller bought. purchase_id: what we buy it as, where that is a
        -- backup, as it was when the order went there.
        ALTER TABLE orders ADD COLUMN sale_id INTEGER REFERENCES sales(id);
        ALTER TABLE orders ADD COLUMN purchase_id INTEGER REFERENCES sales(id);
        -- Orders that are older than this table have today's terms.
        INSERT INTO sales
            SELECT s.id, s.id, s.provider_service, s.name, s.type, s.rate, s.cost_rate, s.min, s.max,
                s.dripfeed, s.refill, s.cancel, p.min_charge, p.charge_decimals, p.exchange_rate
            FROM services s JOIN providers p ON p.id = s.provider_id
            WHERE s.id IN (SELECT service_id FROM orders
                UNION SELECT bought_service_id FROM orders WHERE bought_service_id IS NOT NULL);
        UPDATE orders SET sale_id = service_id, purchase_id = bought_service_id;
        -- But for the type, by which money moves: what a sync changed it from is known. An open
        -- order has the type from before the first change since it was sold.
        CREATE INDEX changes_of_type ON catalogue_changes (service_id, at, id) WHERE field = 'type';
        CREATE TABLE types_sold AS
            SELECT o.id AS order_id, o.service_id,
                (SELECT before FROM catalogue_changes c WHERE c.service_id = o.service_id
                    AND c.field = 'type' AND c.at > o.created_at ORDER BY c.at, c.id LIMIT 1) AS type
            FROM orders o WHERE o.ended_at IS NULL;
        DELETE FROM types_sold WHERE type IS NULL
            OR type = (SELECT type FROM services WHERE id = service_id);
        INSERT INTO sales (service_id, provider_service, name, type, rate, cost_rate, min, max,
                dripfeed, refill, cancel, min_charge, charge_decimals, exchange_rate)
            SELECT DISTINCT t.service_id, n.provider_service, n.name, t.type, n.rate, n.cost_rate, n.min,
                n.max, n.dripfeed, n.refill, n.cancel, n.min_charge, n.charge_decimals,
                n.exchange_rate
            FROM types_sold t JOIN sales n ON n.id = t.service_id;
        UPDATE orders SET sale_id = (SELECT n.id FROM types_sold t JOIN sales n
                ON n.service_id = t.service_id AND n.type = t.type WHERE t.order_id = orders.id)
            WHERE id IN (SELECT order_id FROM types_sold);
        DROP TABLE types_sold;
        DROP INDEX changes_of_type;

        CREATE TRIGGER orders_keep_their_sale BEFORE UPDATE OF sale_id, service_id ON orders
        WHEN NEW.sale_id IS NOT OLD.sale_id OR NEW.service_id <> OLD.service_id
        BEGIN SELECT RAISE(ABORT, 'an order keeps the terms it was sold on'); END;
        CREATE TRIGGER orders_are_bought_on_terms
        BEFORE UPDATE OF bought_service_id, purchase_id ON orders
        WHEN NEW.bought_service_id IS NOT
            (SELECT service_id FROM sales WHERE id = NEW.purchase_id)
        BEGIN SELECT RAISE(ABORT, 'an order bought elsewhere has the terms of that purchase'); END;

        -- How often the same was met on one day, where it is told once a day.
        ALTER TABLE exceptions ADD COLUMN occurrences INTEGER NOT NULL DEFAULT 1
            CHECK (occurrences > 0);
        CREATE INDEX exceptions_by_day ON exceptions (provider_id, kind, at);
        """
}
