"""The plain panel: API v2 by FastAPI and psycopg on PostgreSQL, a transaction an order.

It looks the key and the service up, takes the price from the wallet, and inserts the order and the
transaction. It knows no duplicates, limits, receipts or archive.

    uvicorn panel:app           with DATABASE in the environment: libpq's words for the connection

`python panel.py` makes the tables and fills them, from USERS and ORDERS in the environment: the users
have the keys key-1, key-2 and so on, and all orders belong to the first.
"""

import hashlib
import os
from contextlib import asynccontextmanager
from decimal import ROUND_UP, Decimal

import psycopg
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from psycopg_pool import AsyncConnectionPool

DATABASE = os.environ["DATABASE"]
SCHEMA = """
    CREATE TABLE users (id serial PRIMARY KEY, key_hash bytea NOT NULL UNIQUE, banned boolean NOT NULL);
    CREATE TABLE services (id integer PRIMARY KEY, rate numeric(18, 6) NOT NULL, min integer NOT NULL,
        max integer NOT NULL, enabled boolean NOT NULL);
    CREATE TABLE wallets (user_id integer PRIMARY KEY REFERENCES users,
        balance numeric(18, 6) NOT NULL CHECK (balance >= 0));
    CREATE TABLE orders (id bigserial PRIMARY KEY, user_id integer NOT NULL REFERENCES users,
        service_id integer NOT NULL REFERENCES services, link text NOT NULL, quantity integer NOT NULL,
        charge numeric(18, 6) NOT NULL, status text NOT NULL, start_count integer, remains integer,
        created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ON orders (user_id, id);
    CREATE INDEX ON orders (service_id, link);
    CREATE TABLE transactions (id bigserial PRIMARY KEY, user_id integer NOT NULL REFERENCES users,
        order_id bigint NOT NULL REFERENCES orders, amount numeric(18, 6) NOT NULL,
        balance numeric(18, 6) NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ON transactions (user_id, id);
"""


@asynccontextmanager
async def lifespan(app):
    async with AsyncConnectionPool(DATABASE, min_size=20, max_size=20) as app.state.pool:
        yield


app = FastAPI(lifespan=lifespan)


class Refusal(Exception):
    """A business error: HTTP 200, and the trade's words."""


@app.exception_handler(Refusal)
async def refuse(request, refusal):
    return JSONResponse({"error": str(refusal)})


def digest(key):
    return hashlib.sha256(key.encode()).digest()


async def holder(connection, key):
    """The user with this key."""
    found = await (await connection.execute(
        "SELECT id FROM users WHERE key_hash = %s AND NOT banned", [digest(key)])).fetchone()
    if not found:
        raise Refusal("Invalid API key")
    return found[0]


async def add(connection, form):
    user = await holder(connection, form["key"])
    quantity, link = int(form["quantity"]), form["link"]
    if not link.startswith(("http://", "https://")):
        raise Refusal("Incorrect link")
    service = await (await connection.execute(
        "SELECT id, rate, min, max FROM services WHERE id = %s AND enabled", [int(form["service"])])).fetchone()
    if not service:
        raise Refusal("Incorrect service ID")
    if not service[2] <= quantity <= service[3]:
        raise Refusal("Incorrect quantity")
    charge = (service[1] * quantity / 1000).quantize(Decimal("0.000001"), ROUND_UP)
    balance = await (await connection.execute(
        "UPDATE wallets SET balance = balance - %s WHERE user_id = %s AND balance >= %s RETURNING balance",
        [charge, user, charge])).fetchone()
    if not balance:
        raise Refusal("Not enough funds on balance")
    [order] = await (await connection.execute(
        "INSERT INTO orders (user_id, service_id, link, quantity, charge, status)"
        " VALUES (%s, %s, %s, %s, %s, 'Pending') RETURNING id",
        [user, service[0], link, quantity, charge])).fetchone()
    await connection.execute(
        "INSERT INTO transactions (user_id, order_id, amount, balance) VALUES (%s, %s, %s, %s)",
        [user, order, -charge, balance[0]])
    return {"order": order}


async def status(connection, form):
    user = await holder(connection, form["key"])
    ids = [int(text) for text in form["orders"].split(",")]
    rows = await (await connection.execute(
        "SELECT id, charge, start_count, status, remains FROM orders WHERE user_id = %s AND id = ANY(%s)",
        [user, ids])).fetchall()
    found = {row[0]: {
        "charge": str(row[1]), "start_count": str(row[2]), "status": row[3], "remains": str(row[4]),
        "currency": "USD"} for row in rows}
    return {str(number): found.get(number, {"error": "Incorrect order ID"}) for number in ids}


ACTIONS = {"add": add, "status": status}


@app.post("/api/v2")
async def call(request: Request):
    form = await request.form()
    action = ACTIONS.get(form.get("action"))
    if not action:
        raise Refusal("Incorrect request")
    # The block of a connection is one transaction, committed at its end.
    async with request.app.state.pool.connection() as connection:
        return await action(connection, form)


def fill(users, orders):
    """Makes the tables, with that many users and old orders."""
    with psycopg.connect(DATABASE) as db:
        db.execute(SCHEMA)
        db.execute("INSERT INTO services VALUES (101, 1.2, 10, 100000, true)")
        for number in range(1, users + 1):
            db.execute("INSERT INTO users (key_hash, banned) VALUES (%s, false)", [digest(f"key-{number}")])
        db.execute("INSERT INTO wallets SELECT id, 100000000 FROM users")
        db.execute(
            "INSERT INTO orders (user_id, service_id, link, quantity, charge, status, start_count, remains)"
            " SELECT 1, 101, 'https://social.example/acme/posts/' || n, 1000, 1.2, 'In progress', 3572, 500"
            " FROM generate_series(1, %s) AS n", [orders])
    with psycopg.connect(DATABASE, autocommit=True) as db:
        db.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    fill(int(os.environ["USERS"]), int(os.environ["ORDERS"]))
