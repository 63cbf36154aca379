"""Fills a ledger with orders in the states to which ingest, dispatch and poll would bring them.

It uses SQL, because the programs would need the whole time of a run for five million orders. The
rows are those that the programs write, spread over the last ninety days. The balances agree with
them, which is checked.

A later revision loads this file by its path, to fill a ledger of this one, so it imports nothing of
the rig.
"""

import sqlite3
import sys
import time

CHARGE = 1_200_000
COST = 1_000_000
DAYS = 90


def fill(place, count, state, first=1):
    """Adds `count` orders, numbered from `first`, all `placed` and due, or all `completed`."""
    db = sqlite3.connect(place.ledger, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -262144")
    db.execute("BEGIN")
    # The triggers would check every row for minutes, and these rows are known to be right.
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    wallets = dict(db.execute("SELECT name, min(id) FROM wallets GROUP BY name"))
    done = state == "completed"
    last = first + count - 1
    names = {
        "first": first, "last": last, "state": state, "charge": CHARGE, "cost": COST,
        "word": "Completed" if done else None, "due": None if done else 1,
        "since": round(time.time() * 1000) - DAYS * 86_400_000, "step": DAYS * 86_400_000 // count,
        "hour": 3_600_000 if done else None,
        "file": f"filled-{first}.json", "digest": f"{first:064x}", "count": count, **wallets}
    db.execute("""
        INSERT INTO files (user_id, name, sha256, batch, bytes, status, lines, accepted, rejected, charged,
            first_order, last_order, received_at)
        VALUES ('acme', :file, :digest, :digest, 1, 'accepted', :count, :count, 0, :count * :charge,
            :first, :last, :since)""", names)
    [names["file_id"]] = db.execute("SELECT max(id) FROM files").fetchone()
    [names["next"]] = db.execute("SELECT coalesce(max(id), 0) + 1 FROM transactions").fetchone()
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)"
    at = "(:since + (n - :first) * :step)"
    # Later schemas keep the service as it was when it was sold.
    [carries] = db.execute(
        "SELECT count(*) FROM pragma_table_info('orders') WHERE name = 'sale_id'").fetchone()
    if carries:
        db.execute("""
            INSERT INTO sales (service_id, provider_service, name, type, rate, cost_rate, min, max, dripfeed,
                refill, cancel, min_charge, charge_decimals, exchange_rate)
            SELECT s.id, s.provider_service, s.name, s.type, s.rate, s.cost_rate, s.min, s.max, s.dripfeed,
                s.refill, s.cancel, p.min_charge, p.charge_decimals, p.exchange_rate
            FROM services s JOIN providers p ON p.id = s.provider_id
            WHERE s.id = 101 AND NOT EXISTS (SELECT 1 FROM sales WHERE service_id = 101)""")
    db.execute(f"""
        {numbers} INSERT INTO orders (id, user_id, file_id, line, ref, service_id, link, quantity, billed_units,
            charge, cost, state, status, provider_id, provider_order, due_at, created_at, placed_at, changed_at,
            ended_at{", sale_id" if carries else ""})
        SELECT n, 'acme', :file_id, n - :first + 1, printf('F-%08d', n), 101,
            printf('https://social.example/acme/old/%08d', n), 1000, 1000, :charge, :cost, :state, :word, 1,
            CAST(100000000 + n AS TEXT), :due, {at}, {at} + 60000, {at} + 60000, {at} + :hour
            {", (SELECT max(id) FROM sales WHERE service_id = 101)" if carries else ""} FROM numbers""", names)
    db.execute(f"""
        {numbers} INSERT INTO attempts (order_id, number, provider_id, started_at, ended_at, outcome)
        SELECT n, 1, 1, {at} + 1, {at} + 60000, 'placed' FROM numbers""", names)
    movements = [
        ("hold", "available", "held", CHARGE), ("provider_charge", "float", "spent", COST),
        *([("capture", "held", "revenue", CHARGE)] if done else [])]
    for type, source, target, amount in movements:
        # One kind after the other, to fill each index in order.
        db.execute(f"""
            {numbers} INSERT INTO transactions (id, reference, type, from_wallet_id, to_wallet_id, amount, order_id,
                file_id, user_id, created_at)
            SELECT :next + n - :first, '{type}:' || n, '{type}', {wallets[source]}, {wallets[target]}, {amount}, n,
                {":file_id" if type == "hold" else "NULL"}, 'acme', {at} FROM numbers""", names)
        names["next"] += count
        for wallet, moved in ((source, -amount), (target, amount)):
            db.execute("UPDATE wallets SET balance = balance + ? WHERE id = ?", [moved * count, wallets[wallet]])
    for _, sql in triggers:
        db.execute(sql)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    [wrong] = db.execute("""
        SELECT count(*) FROM wallets w WHERE balance <>
            (SELECT coalesce(sum(amount), 0) FROM transactions WHERE to_wallet_id = w.id) -
            (SELECT coalesce(sum(amount), 0) FROM transactions WHERE from_wallet_id = w.id)""").fetchone()
    db.close()
    if wrong:
        sys.exit(f"{place.ledger}: {wrong} balances do not agree with the transactions; Benchmarks/rig/fill.py is wrong")
