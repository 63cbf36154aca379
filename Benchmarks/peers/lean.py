"""The plain intake on a lean schema of its own: orders, wallets, transactions with two postings each.

It reads, checks, prices and charges each file in one transaction, and puts it away; it has no table
of files, no guards, and no index but that of references. Services and the balance are the ledger's.

    lean.py LEDGER SPOOL
"""

import hashlib
import json
import os
import sqlite3
import sys

import ledger

spool = sys.argv[2]
inbox, outbox = (f"{spool}/resellers/{ledger.USER}/{name}" for name in ("inbox", "outbox"))
archive = f"{spool}/archive/{ledger.USER}"
os.makedirs(archive, exist_ok=True)
books = ledger.connect(sys.argv[1])
services = ledger.services(books)
[balance] = books.execute(
    "SELECT balance FROM wallets WHERE user_id = ? AND name = 'available'", [ledger.USER]).fetchone()
books.close()

db = sqlite3.connect(f"{os.path.dirname(sys.argv[1])}/lean.sqlite", isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = FULL")
db.execute("PRAGMA foreign_keys = ON")
db.executescript("""
    CREATE TABLE wallets (id INTEGER PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL,
        balance INTEGER NOT NULL CHECK (balance >= 0));
    CREATE TABLE orders (id INTEGER PRIMARY KEY, user TEXT NOT NULL, ref TEXT NOT NULL,
        service INTEGER NOT NULL, link TEXT NOT NULL, quantity INTEGER NOT NULL, charge INTEGER NOT NULL,
        status TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (user, ref));
    CREATE TABLE transactions (id INTEGER PRIMARY KEY, kind TEXT NOT NULL,
        order_id INTEGER NOT NULL REFERENCES orders(id), created_at INTEGER NOT NULL);
    CREATE TABLE postings (transaction_id INTEGER NOT NULL REFERENCES transactions(id),
        wallet_id INTEGER NOT NULL REFERENCES wallets(id), amount INTEGER NOT NULL);
""")
db.execute("INSERT INTO wallets VALUES (1, ?, 'available', ?), (2, ?, 'held', 0)", [ledger.USER, balance, ledger.USER])

for name in sorted(os.listdir(inbox)):
    with open(f"{inbox}/{name}", "rb") as file:
        content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    lines = json.loads(content)["orders"]

    db.execute("BEGIN IMMEDIATE")
    now = ledger.now()
    [available] = db.execute("SELECT balance FROM wallets WHERE id = 1").fetchone()
    [order_id] = db.execute("SELECT coalesce(max(id), 0) FROM orders").fetchone()
    orders, holds, postings, results, charged = [], [], [], [], 0
    for number, order in enumerate(lines, 1):
        code = ledger.problem(order, services)
        if not code and db.execute(
            "SELECT 1 FROM orders WHERE user = ? AND ref = ?", [ledger.USER, order["ref"]]
        ).fetchone():
            code = "REF_REUSED"
        if not code:
            charge = ledger.charge(order, services[order["service"]])
            code = "INSUFFICIENT_FUNDS" if charged + charge > available else None
        if code:
            results.append({"line": number, "status": "rejected", "code": code})
            continue
        order_id += 1
        charged += charge
        orders.append((
            order_id, ledger.USER, order["ref"], order["service"], order["link"], order["quantity"], charge,
            "accepted", now))
        holds.append((order_id, "hold", order_id, now))
        postings.append((order_id, 1, -charge))
        postings.append((order_id, 2, charge))
        results.append({
            "line": number, "ref": order["ref"], "status": "accepted", "order": order_id,
            "charge": f"{charge / 1e6:.6f}"})
    db.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", orders)
    db.executemany("INSERT INTO transactions VALUES (?, ?, ?, ?)", holds)
    db.executemany("INSERT INTO postings VALUES (?, ?, ?)", postings)
    db.executemany(ledger.MOVE, [[-charged, 1], [charged, 2]])
    db.execute("COMMIT")

    ledger.write_receipt(outbox, name.removesuffix(".json"), {
        "receipt": 1, "file": name, "sha256": digest, "orders": results,
        "charged": f"{charged / 1e6:.6f}", "balance": f"{(available - charged) / 1e6:.6f}"})
    os.rename(f"{inbox}/{name}", f"{archive}/{digest}-{name}")
