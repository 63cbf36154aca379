"""The plain sender, one order at a time: commits the intent, sends the order, commits the outcome.

    send.py LEDGER URL
"""

import sys

import requests

import ledger

db = ledger.connect(sys.argv[1])
session = requests.Session()
services = ledger.services(db)
wallets = ledger.wallets(db)

due = db.execute("SELECT id, service_id, link, quantity FROM orders WHERE state = 'accepted' ORDER BY id").fetchall()
for order, service_id, link, quantity in due:
    service = services[service_id]
    now = ledger.now()
    db.execute("BEGIN IMMEDIATE")
    db.execute(ledger.SENDING, [order])
    db.execute(ledger.INSERT_ATTEMPT, [order, service["provider_id"], now])
    db.execute("COMMIT")

    reply = session.post(sys.argv[2], {
        "key": "key", "action": "add", "service": service["provider_service"], "link": link, "quantity": quantity})
    placed = str(reply.json()["order"])

    cost = service["cost_rate"] * quantity // 1000
    now = ledger.now()
    db.execute("BEGIN IMMEDIATE")
    db.execute(ledger.END_ATTEMPT, [now, order])
    db.execute(ledger.PLACED, [placed, cost, now + 300_000, now, order])
    db.execute(ledger.INSERT_TRANSACTION, [
        f"provider_charge:{order}", "provider_charge", wallets["float"], wallets["spent"], cost, order, None,
        ledger.USER, now])
    db.execute(ledger.MOVE, [-cost, wallets["float"]])
    db.execute(ledger.MOVE, [cost, wallets["spent"]])
    db.execute("COMMIT")
