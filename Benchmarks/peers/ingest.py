"""The plain intake: reads, checks, prices and charges each file in one transaction, with `json`.

Then it writes the receipt and puts the file away.

    ingest.py LEDGER SPOOL
"""

import hashlib
import json
import os
import sys

import ledger

db = ledger.connect(sys.argv[1])
spool = sys.argv[2]
inbox, outbox = (f"{spool}/resellers/{ledger.USER}/{name}" for name in ("inbox", "outbox"))
archive = f"{spool}/archive/{ledger.USER}"
os.makedirs(archive, exist_ok=True)
services = ledger.services(db)
wallets = ledger.wallets(db)

for name in sorted(os.listdir(inbox)):
    with open(f"{inbox}/{name}", "rb") as file:
        content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    lines = json.loads(content)["orders"]

    db.execute("BEGIN IMMEDIATE")
    if db.execute("SELECT 1 FROM files WHERE user_id = ? AND sha256 = ?", [ledger.USER, digest]).fetchone():
        db.execute("ROLLBACK")
        os.rename(f"{inbox}/{name}", f"{archive}/{digest}-{name}")
        continue
    now = ledger.now()
    [available] = db.execute("SELECT balance FROM wallets WHERE id = ?", [wallets["available"]]).fetchone()
    [file_id] = db.execute("SELECT coalesce(max(id), 0) + 1 FROM files").fetchone()
    [order_id] = db.execute("SELECT coalesce(max(id), 0) FROM orders").fetchone()
    orders, holds, results, charged = [], [], [], 0
    for number, order in enumerate(lines, 1):
        code = ledger.problem(order, services)
        if not code and db.execute(
            "SELECT 1 FROM orders WHERE user_id = ? AND ref = ?", [ledger.USER, order["ref"]]
        ).fetchone():
            code = "REF_REUSED"
        if not code:
            service = services[order["service"]]
            charge = ledger.charge(order, service)
            code = "INSUFFICIENT_FUNDS" if charged + charge > available else None
        if code:
            results.append({"line": number, "status": "rejected", "code": code})
            continue
        order_id += 1
        charged += charge
        quantity = order["quantity"]
        orders.append((
            order_id, ledger.USER, file_id, number, order["ref"], service["id"], order["link"], quantity,
            quantity, charge, service["provider_id"], now, now))
        holds.append((
            f"hold:{order_id}", "hold", wallets["available"], wallets["held"], charge, order_id, file_id,
            ledger.USER, now))
        results.append({
            "line": number, "ref": order["ref"], "status": "accepted", "order": order_id,
            "charge": f"{charge / 1e6:.6f}"})
    status = "accepted" if len(orders) == len(lines) else "partial" if orders else "rejected"
    db.execute(ledger.INSERT_FILE, [
        ledger.USER, name, digest, digest, len(content), status, len(lines), len(orders),
        len(lines) - len(orders), charged, available - charged, now])
    db.executemany(ledger.INSERT_ORDER, orders)
    db.executemany(ledger.INSERT_TRANSACTION, holds)
    db.execute(ledger.MOVE, [-charged, wallets["available"]])
    db.execute(ledger.MOVE, [charged, wallets["held"]])
    db.execute("COMMIT")

    ledger.write_receipt(outbox, name.removesuffix(".json"), {
        "receipt": 1, "file": name, "sha256": digest, "status": status, "orders": results,
        "charged": f"{charged / 1e6:.6f}", "balance": f"{(available - charged) / 1e6:.6f}"})
    os.rename(f"{inbox}/{name}", f"{archive}/{digest}-{name}")
