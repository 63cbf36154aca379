"""The best plain sender: asyncio and aiohttp send the orders that `ingest.py` took, 64 at once.

All intents are one commit before; outcomes are committed a hundred at a time.

    best.py LEDGER URL
"""

import asyncio
import sys

import aiohttp

import ledger

AT_ONCE = 64
OUTCOMES_A_COMMIT = 100

db = ledger.connect(sys.argv[1])
services = ledger.services(db)
wallets = ledger.wallets(db)
outcomes = []


def commit_outcomes():
    """Records the orders placed since the last call."""
    now = ledger.now()
    db.execute("BEGIN IMMEDIATE")
    db.executemany(ledger.END_ATTEMPT, [(now, order) for order, _, _ in outcomes])
    db.executemany(ledger.PLACED, [(placed, cost, now + 300_000, now, order) for order, placed, cost in outcomes])
    db.executemany(ledger.INSERT_TRANSACTION, [
        (f"provider_charge:{order}", "provider_charge", wallets["float"], wallets["spent"], cost, order, None,
         ledger.USER, now) for order, _, cost in outcomes])
    total = sum(cost for _, _, cost in outcomes)
    db.execute(ledger.MOVE, [-total, wallets["float"]])
    db.execute(ledger.MOVE, [total, wallets["spent"]])
    db.execute("COMMIT")
    outcomes.clear()


async def send(session, due):
    """One of the senders: takes the next order until there are none."""
    for order, service_id, link, quantity in due:
        service = services[service_id]
        form = {"key": "key", "action": "add", "service": service["provider_service"], "link": link,
                "quantity": str(quantity)}
        async with session.post(sys.argv[2], data=form) as reply:
            placed = str((await reply.json())["order"])
        outcomes.append((order, placed, service["cost_rate"] * quantity // 1000))
        if len(outcomes) >= OUTCOMES_A_COMMIT:
            commit_outcomes()


async def main():
    due = db.execute(
        "SELECT id, service_id, link, quantity FROM orders WHERE state = 'accepted' ORDER BY id").fetchall()
    now = ledger.now()
    db.execute("BEGIN IMMEDIATE")
    db.executemany(ledger.SENDING, [(row[0],) for row in due])
    db.executemany(ledger.INSERT_ATTEMPT, [(row[0], services[row[1]]["provider_id"], now) for row in due])
    db.execute("COMMIT")
    rest = iter(due)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        await asyncio.gather(*(send(session, rest) for _ in range(AT_ONCE)))
    if outcomes:
        commit_outcomes()


asyncio.run(main())
