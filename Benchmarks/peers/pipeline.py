"""The plain pipeline, one order at a time: check, debit, commit, post, commit.

    pipeline.py LEDGER SPOOL URL
"""

import hashlib
import json
import os
import sys

import requests

import ledger

db = ledger.connect(sys.argv[1])
spool, url = sys.argv[2:]
inbox, outbox = (f"{spool}/resellers/{ledger.USER}/{name}" for name in ("inbox", "outbox"))
session = requests.Session()
services = ledger.services(db)
wallets = ledger.wallets(db)


def accept(order, number, file_id):
    """Checks an order, debits its charge, and returns its id."""
    db.execute("BEGIN IMMEDIATE")
    service, now = services[order["service"]], ledger.now()
    charge, quantity = ledger.charge(order, service), order["quantity"]
    [available] = db.execute("SELECT balance FROM wallets WHERE id = ?", [wallets["available"]]).fetchone()
    if charge > available:
        db.execute("ROLLBACK")
        raise ValueError("INSUFFICIENT_FUNDS")
    order_id = db.execute(ledger.INSERT_ORDER, [
        None, ledger.USER, file_id, number, order["ref"], service["id"], order["link"], quantity, quantity, charge,
        service["provider_id"], now, now]).lastrowid
    db.execute(ledger.INSERT_TRANSACTION, [
        f"hold:{order_id}", "hold", wallets["available"], wallets["held"], charge, order_id, file_id, ledger.USER,
        now])
    db.execute(ledger.MOVE, [-charge, wallets["available"]])
    db.execute(ledger.MOVE, [charge, wallets["held"]])
    db.execute(ledger.SENDING, [order_id])
    db.execute(ledger.INSERT_ATTEMPT, [order_id, service["provider_id"], now])
    db.execute("COMMIT")
    return order_id


def send(order_id, order):
    """Posts an order and records the provider's id."""
    service = services[order["service"]]
    reply = session.post(url, {
        "key": "key", "action": "add", "service": service["provider_service"], "link": order["link"],
        "quantity": order["quantity"]})
    cost, now = service["cost_rate"] * order["quantity"] // 1000, ledger.now()
    db.execute("BEGIN IMMEDIATE")
    db.execute(ledger.END_ATTEMPT, [now, order_id])
    db.execute(ledger.PLACED, [str(reply.json()["order"]), cost, now + 300_000, now, order_id])
    db.execute(ledger.INSERT_TRANSACTION, [
        f"provider_charge:{order_id}", "provider_charge", wallets["float"], wallets["spent"], cost, order_id, None,
        ledger.USER, now])
    db.execute(ledger.MOVE, [-cost, wallets["float"]])
    db.execute(ledger.MOVE, [cost, wallets["spent"]])
    db.execute("COMMIT")


for name in sorted(os.listdir(inbox)):
    with open(f"{inbox}/{name}", "rb") as file:
        content = file.read()
    lines, digest = json.loads(content)["orders"], hashlib.sha256(content).hexdigest()
    file_id = db.execute(ledger.INSERT_FILE, [
        ledger.USER, name, digest, digest, len(content), "accepted", len(lines), len(lines), 0, 0, None,
        ledger.now()]).lastrowid
    results = []
    for number, order in enumerate(lines, 1):
        code = ledger.problem(order, services)
        if not code:
            order_id = accept(order, number, file_id)
            send(order_id, order)
        results.append({"line": number, "status": "rejected" if code else "accepted", "code": code})
    ledger.write_receipt(outbox, name.removesuffix(".json"), {"file": name, "sha256": digest, "orders": results})
