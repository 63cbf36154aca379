"""The plain follower: asks about a hundred orders a call, and commits a call's answers together.

The charge of a completed order is earned.

    poll.py LEDGER URL
"""

import sys

import requests

import ledger

IDS_A_CALL = 100

db = ledger.connect(sys.argv[1])
session = requests.Session()
held = ledger.wallets(db)["held"]
[revenue] = db.execute("SELECT id FROM wallets WHERE name = 'revenue'").fetchone()

due = db.execute(
    "SELECT id, provider_order, charge FROM orders WHERE state = 'placed' AND due_at <= ? ORDER BY due_at, id",
    [ledger.now()]).fetchall()
for start in range(0, len(due), IDS_A_CALL):
    asked = due[start:start + IDS_A_CALL]
    reply = session.post(sys.argv[2], {
        "key": "key", "action": "status", "orders": ",".join(row[1] for row in asked)}).json()
    now, earned = ledger.now(), 0
    db.execute("BEGIN IMMEDIATE")
    for order, placed, charge in asked:
        report = reply[placed]
        word, start_count, remains = report["status"], int(report["start_count"]), int(report["remains"])
        if word == "Completed":
            db.execute(
                """UPDATE orders SET state = 'completed', status = ?, start_count = ?, remains = ?, due_at = NULL,
                   changed_at = ?4, ended_at = ?4 WHERE id = ?5""", [word, start_count, remains, now, order])
            db.execute(ledger.INSERT_TRANSACTION, [
                f"capture:{order}", "capture", held, revenue, charge, order, None, ledger.USER, now])
            earned += charge
        else:
            db.execute(
                """UPDATE orders SET status = ?, start_count = ?, remains = ?, due_at = ?, changed_at = ?
                   WHERE id = ?""", [word, start_count, remains, now + 300_000, now, order])
        db.execute(
            "INSERT INTO changes (user_id, kind, subject) VALUES (?, 'order', ?) ON CONFLICT DO NOTHING",
            [ledger.USER, order])
    db.execute(ledger.MOVE, [-earned, held])
    db.execute(ledger.MOVE, [earned, revenue])
    db.execute("COMMIT")
