"""A place to run the programs in: a spool, a configuration and a ledger, in a folder of its own."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from .builds import OURS
from .measuring import BUILD, ROOT, run

PYTHON = BUILD / "venv/bin/python"
PEERS = ROOT / "Benchmarks/peers"
USER = "acme"

PIPELINE = """\
currency: USD
spool: spool
ledger: var/ledger.sqlite
reports: reports
intake: {settle_seconds: 0}
dispatch: {deadline_seconds: 3600}
poll: {deadline_seconds: 3600}
providers:
  - name: bench
    url: URL
    api_key: {env: BENCH_KEY}
    currency: USD
    in_flight: IN_FLIGHT
    requests_per_second: 1000000
    allow_http: true
catalogue: {sync_every: 86400}
"""


class Provider:
    """The loopback provider, for as long as a `with` lasts."""

    def __init__(self, *options):
        self.command = [BUILD / "provider", *map(str, options)]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/api/v2"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Workplace:
    """A folder with everything that the programs of a build need."""

    def __init__(self, folder, build=OURS):
        self.folder = Path(folder)
        self.build = build
        self.spool = self.folder / "spool"
        self.ledger = self.folder / "var/ledger.sqlite"
        self.inbox = self.spool / "resellers" / USER / "inbox"

    def configure(self, url, in_flight=64):
        text = PIPELINE.replace("URL", url).replace("IN_FLIGHT", str(in_flight))
        (self.folder / "pipeline.yaml").write_text(text)

    def run(self, program, *arguments):
        """Runs one of the build's programs here."""
        return run(
            [self.build.programs / program, *arguments, "--quiet", "--config", self.folder / "pipeline.yaml"],
            {"BENCH_KEY": "key"})

    def peer(self, script, *arguments):
        """Runs one of the plain scripts on this ledger."""
        return run([PYTHON, PEERS / f"{script}.py", self.ledger, *arguments])

    def drop(self, files, orders, first=1):
        """Drops files with that many orders each into the inbox."""
        for number in range(files):
            start = first + number * orders
            batch = {"orders": [order(start + offset) for offset in range(orders)]}
            (self.inbox / f"orders-{first + number:06}.json").write_text(json.dumps(batch))

    def desk(self, name, content):
        """Drops a desk file."""
        (self.spool / "desk/inbox" / f"{name}.json").write_text(json.dumps(content))

    def ask(self, sql):
        """The rows of a query."""
        db = sqlite3.connect(self.ledger)
        try:
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def change(self, sql):
        """Changes the ledger behind the programs' backs."""
        db = sqlite3.connect(self.ledger, isolation_level=None)
        db.execute(sql)
        db.close()

    def expect(self, count, state):
        """Makes sure that a side did its work: that many orders are in `state`."""
        [[found]] = self.ask(f"SELECT count(*) FROM orders WHERE state = '{state}'")
        if found != count:
            sys.exit(f"{self.folder}: {found} orders are {state}, expected {count}; the row does not count")

    def books(self):
        """Figures that must be equal on both sides: the orders, the money, and the rows written."""
        return [
            self.ask("SELECT state, count(*), sum(charge), sum(cost), sum(refunded) FROM orders GROUP BY state"),
            self.ask("SELECT name, balance FROM wallets ORDER BY id"),
            self.ask("SELECT count(*) FROM transactions UNION ALL SELECT count(*) FROM attempts"),
            self.ask("SELECT count(*) FROM files")]

    def copy(self, name):
        """A fresh copy of this place, which replaces an earlier one of that name."""
        folder = BUILD / "work" / f"{self.build.prefix}{name}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return Workplace(folder, self.build)

    def fill(self, count, state):
        """Adds old orders, all `placed` and due, or all `completed`."""
        self.build.fill(self, count, state)


def expect_same_books(*names):
    """Makes sure that the sides that last ran in these copies did the same work."""
    books = [Workplace(BUILD / "work" / name).books() for name in names]
    if any(other != books[0] for other in books):
        sys.exit(f"{BUILD}/work: the books of {', '.join(names)} differ; the row does not count")


def order(number):
    """The order with this number: 1,000 units of the one service, for a link of its own.

    Links come in no order, as in life: the index over them is written all over.
    """
    link = f"https://social.example/acme/posts/{number * 48_271 % 99_999_989:08}"
    return {"ref": f"R-{number:08}", "service": 101, "link": link, "quantity": 1000}


def seed(build=OURS):
    """A place with a catalogue, and with unlimited money for the reseller and at the provider."""
    folder = BUILD / "work" / f"{build.prefix}seed"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    place = Workplace(folder, build)
    with Provider() as provider:
        place.configure(provider.url)
        place.run("ingest")
        place.run("poll", "catalogue")
        place.run("poll", "balances")
    place.desk("opening", {
        "batch": "opening", "by": "bench", "why": "opening",
        "users": [{"user": USER, "email": "ops@acme.example", "name": "Acme", "role": "reseller"}],
        "deposits": [{
            "user": USER, "method": "bank", "reference": "opening", "amount": "100000000.00", "currency": "USD"}],
        "topups": [{"provider": "bench", "amount": "100000000.00", "reference": "opening"}]})
    place.run("ingest")
    [[balance]] = place.ask("SELECT balance FROM wallets WHERE name = 'available'")
    if balance <= 0:
        sys.exit(f"the opening deposit was not taken; see {place.spool}/desk/outbox")
    # The first order sent would open the wallet; the scripts expect it to be there.
    place.change("INSERT INTO wallets (provider_id, name, currency) VALUES (1, 'spent', 'USD')")
    return place
