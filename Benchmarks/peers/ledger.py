"""Shared by the plain scripts: the product's own ledger, and facts that they read at their start.

Both sides write the same rows under the same constraints.
"""

import json
import os
import sqlite3
import time

USER = "acme"


def connect(path):
    """Opens the ledger, as durable as in the product."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def now():
    """Milliseconds since 1970, as the ledger keeps time."""
    return time.time_ns() // 1_000_000


def wallets(db):
    """The ids of the wallets, by name."""
    return dict(db.execute("SELECT name, id FROM wallets WHERE user_id = ? OR provider_id IS NOT NULL", [USER]))


def services(db):
    """The services on sale, by id."""
    columns = "id, provider_id, provider_service, sale_rate, cost_rate, min, max"
    rows = db.execute(f"SELECT {columns} FROM services WHERE enabled = 1")
    names = columns.split(", ")
    return {row[0]: dict(zip(names, row)) for row in rows}


def problem(order, services):
    """Why an order is rejected, or None."""
    if not isinstance(order, dict) or not {"ref", "service", "link", "quantity"} <= order.keys():
        return "MISSING_FIELD"
    service = services.get(order["service"])
    if service is None:
        return "UNKNOWN_SERVICE"
    if not isinstance(order["quantity"], int) or not order["link"].startswith(("http://", "https://")):
        return "BAD_VALUE"
    if not service["min"] <= order["quantity"] <= service["max"]:
        return "BAD_VALUE"
    return None


def charge(order, service):
    """The price in millionths, rounded up."""
    return -(-service["sale_rate"] * order["quantity"] // 1000)


INSERT_FILE = """INSERT INTO files (user_id, name, sha256, batch, bytes, status, lines, accepted, rejected, charged,
    balance, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_ORDER = """INSERT INTO orders (id, user_id, file_id, line, ref, service_id, link, quantity, billed_units, charge,
    state, provider_id, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'accepted', ?, ?, ?)"""
INSERT_TRANSACTION = """INSERT INTO transactions (reference, type, from_wallet_id, to_wallet_id, amount, order_id,
    file_id, user_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
INSERT_ATTEMPT = "INSERT INTO attempts (order_id, number, provider_id, started_at) VALUES (?, 1, ?, ?)"
END_ATTEMPT = "UPDATE attempts SET outcome = 'placed', ended_at = ? WHERE order_id = ? AND outcome IS NULL"
SENDING = "UPDATE orders SET state = 'sending' WHERE id = ?"
PLACED = """UPDATE orders SET state = 'placed', provider_order = ?, cost = ?, due_at = ?, placed_at = ?,
    changed_at = ?4 WHERE id = ?5"""
MOVE = "UPDATE wallets SET balance = balance + ? WHERE id = ?"


def write_receipt(outbox, name, receipt):
    """Puts a receipt into the outbox, whole or not at all, and synced as in the product."""
    temporary = os.path.join(outbox, f".{name}.tmp")
    with open(temporary, "w") as file:
        json.dump(receipt, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, os.path.join(outbox, f"{name}.receipt.json"))
