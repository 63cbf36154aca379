-- The floor of `report`: its queries that read every order, for the sqlite3 shell. Amounts and times
-- stay integers, and queries with few rows are left out. The statements are those of
-- Sources/Shared/Ledger/Reports.
.once orders.csv
SELECT o.id, o.user_id, o.ref, o.service_id, s.name, s.type, o.link, coalesce(o.quantity, o.billed_units), o.charge,
    o.refunded, o.cost, o.charge - o.refunded - o.cost, 'USD', p.name, o.provider_order, o.state, o.start_count,
    o.remains, o.created_at, o.placed_at, o.ended_at
FROM orders o LEFT JOIN services s ON s.id = o.service_id LEFT JOIN providers p ON p.id = o.provider_id
ORDER BY o.id;

.once transactions.csv
WITH purses(id, name, currency) AS (
    SELECT w.id, coalesce(w.user_id, p.name, 'house') || ':' || w.name, w.currency
    FROM wallets w LEFT JOIN providers p ON p.id = w.provider_id)
SELECT t.id, t.created_at, t.type, source.name, target.name, t.amount, source.currency, t.user_id, t.order_id,
    t.reference, f.name
FROM transactions t LEFT JOIN purses source ON source.id = t.from_wallet_id
    LEFT JOIN purses target ON target.id = t.to_wallet_id LEFT JOIN files f ON f.id = t.file_id
ORDER BY t.id;

.once users.csv
SELECT user_id, count(*), sum(CASE WHEN ended_at IS NULL THEN 0 ELSE charge - refunded END), sum(refunded)
FROM orders GROUP BY +user_id;

.once services.csv
SELECT service_id, CAST(round(avg(CASE state WHEN 'completed' THEN ended_at - placed_at END) / 60000.0) AS INTEGER)
FROM orders GROUP BY service_id;

.once daily.csv
SELECT created_at / 86400000, count(*), sum(billed_units), sum(charge), sum(refunded), sum(cost) FROM orders GROUP BY 1;

.once by-service.csv
SELECT service_id AS key, count(*), sum(state = 'completed'), sum(state = 'partial'), sum(state = 'canceled'),
    sum(state = 'refused'), sum(state = 'in_doubt'), sum(charge), sum(refunded), sum(cost),
    sum(charge - refunded - cost),
    CAST(round(avg(CASE state WHEN 'completed' THEN ended_at - placed_at END) / 60000.0) AS INTEGER),
    sum(ended_at IS NULL AND state <> 'in_doubt'), sum(CASE WHEN ended_at IS NULL THEN charge ELSE 0 END)
FROM orders GROUP BY +service_id ORDER BY key;

.once by-provider.csv
SELECT provider_id AS key, count(*), sum(state = 'completed'), sum(state = 'partial'), sum(state = 'canceled'),
    sum(state = 'refused'), sum(state = 'in_doubt'), sum(charge), sum(refunded), sum(cost),
    sum(charge - refunded - cost),
    CAST(round(avg(CASE state WHEN 'completed' THEN ended_at - placed_at END) / 60000.0) AS INTEGER),
    sum(ended_at IS NULL AND state <> 'in_doubt'), sum(CASE WHEN ended_at IS NULL THEN charge ELSE 0 END)
FROM orders GROUP BY +provider_id ORDER BY key;

.once by-user.csv
SELECT user_id AS key, count(*), sum(state = 'completed'), sum(state = 'partial'), sum(state = 'canceled'),
    sum(state = 'refused'), sum(state = 'in_doubt'), sum(charge), sum(refunded), sum(cost),
    sum(charge - refunded - cost),
    CAST(round(avg(CASE state WHEN 'completed' THEN ended_at - placed_at END) / 60000.0) AS INTEGER),
    sum(ended_at IS NULL AND state <> 'in_doubt'), sum(CASE WHEN ended_at IS NULL THEN charge ELSE 0 END)
FROM orders GROUP BY +user_id ORDER BY key;
