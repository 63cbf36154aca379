"""The rows of `upload`: files and orders over HTTP, with `ingest --linger` beside it."""

import contextlib
import http.client
import re
import shutil
import statistics
import subprocess
import sys

from .measuring import BUILD, Result, compare, in_turn, spread
from .serving import POSTGRES, Load, Postgres, Server, Uvicorn
from .workplace import USER

AT_ONCE = 64
USERS = 64
#: Bytes of the files of the rows, and of those that test the memory.
FILE_BYTES = 4096
LARGE_BYTES = 32 * 1024
#: Connections that only wait.
IDLE = 1_000
#: Orders that `status` asks about.
OPEN = 100_000
#: Processes of a peer: as many as the machine of the rows has cores.
WORKERS = 2

# Limits that a load from one address would meet.
SETTINGS = """\
accounts: var/accounts.sqlite
upload:
  max_connections: 4096
  max_connections_per_address: 4096
  calls_per_second_per_key: 1000000
  idle_seconds: 600
  start_ingest: false
"""


class Upload(Server):
    """`upload`, on a free port."""

    told = re.compile(r"listening on http://127.0.0.1:(\d+)")

    def __init__(self, place, name="upload", strace=False):
        configuration = place.folder / "pipeline.yaml"
        super().__init__(
            name, [place.build.programs / "upload", "--port", 0, "--quiet", "--config", configuration], strace=strace)


class Ingest(Server):
    """`ingest`, which waits for drops. It starts no `dispatch`: the peer sends no orders either."""

    #: It tells nothing.
    told = re.compile("")

    def __init__(self, place, name="ingest", strace=False):
        configuration = place.folder / "pipeline.yaml"
        super().__init__(
            name, [place.build.programs / "ingest", "--linger", 600, "--no-dispatch", "--quiet",
                   "--config", configuration], {"BENCH_KEY": "key"}, strace=strace)


def opened(seed, users=1, name="door"):
    """A place with that many users who have money and a key, and their keys."""
    place = seed.copy(name)
    with (place.folder / "pipeline.yaml").open("a") as file:
        file.write(SETTINGS)
    names = [USER] + [f"user-{number}" for number in range(2, users + 1)]
    place.desk("users", {
        "batch": "users", "by": "bench", "why": "opening",
        "users": [
            {"user": user, "email": f"{user}@acme.example", "name": user, "role": "reseller"} for user in names[1:]],
        "deposits": [
            {"user": user, "method": "bank", "reference": user, "amount": "1000000.00", "currency": "USD"}
            for user in names[1:]]})
    place.run("ingest")
    return place, [place.run("admin", "key", "issue", user).output.strip() for user in names]


def expect_files(folder, count):
    """Makes sure that a side did its work: that many whole files are in its folder."""
    found = [entry.stat().st_size for entry in folder.iterdir()]
    if len(found) != count or set(found) != {FILE_BYTES}:
        sys.exit(f"{folder}: {len(found)} files of {set(found)} bytes, expected {count} of {FILE_BYTES}; "
                 "the row does not count")


def putting(seed, scale):
    """`PUT` of small files, against the floor and against FastAPI."""
    count = max(AT_ONCE, round(10_000 * scale))
    place, keys = opened(seed)
    folders = [BUILD / "work" / name for name in ("floor-files", "peer-files")]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("tmp", "files"):
            (folder / name).mkdir(parents=True)
    floor_folder, peer_folder = folders
    with contextlib.ExitStack() as servers:
        sides = [servers.enter_context(server) for server in (
            Upload(place), Server("put", [BUILD / "put", floor_folder]),
            Uvicorn("files", {"FOLDER": str(peer_folder)}, WORKERS))]
        loads = [Load("put", side, keys, AT_ONCE, count, FILE_BYTES) for side in sides]
        ours, floor, peer = in_turn(5, [load.run for load in loads])
    for folder in (place.spool / "doors" / USER, floor_folder / "files", peer_folder / "files"):
        expect_files(folder, loads[0].first - 1)
    return [
        compare("upload-put-floor", 1, "files/s", 0.5, ours, floor, note=(
            f"{AT_ONCE} connections; theirs knows no key, digest or earlier file")),
        compare("upload-put-peer", 1, "files/s", 6, ours, peer, note=(
            f"{AT_ONCE} connections; theirs knows no key or earlier file; {WORKERS} processes")),
    ]


def adding(name, goal, users, connections, counts):
    """API v2's `add`, against FastAPI with PostgreSQL. `counts` are the orders a round on either side."""

    def row(seed, scale):
        our_count, their_count = (max(connections, round(count * scale)) for count in counts)
        place, keys = opened(seed, users)
        their_keys = [f"key-{number}" for number in range(1, users + 1)]
        with contextlib.ExitStack() as servers:
            servers.enter_context(Ingest(place))
            database = servers.enter_context(Postgres())
            database.fill(users, 0)
            sides = [servers.enter_context(server) for server in (
                Upload(place), Uvicorn("panel", {"DATABASE": database.database}, WORKERS))]
            loads = [
                Load("add", side, side_keys, connections, count) for side, side_keys, count in
                zip(sides, (keys, their_keys), (our_count, their_count))]
            ours, theirs = in_turn(5, [load.run for load in loads])
            expect_orders(place, loads[0], database, loads[1])
        late = [load.late[1:] for load in loads]
        note = f"{connections} connections of {users} users; theirs {WORKERS} processes, a transaction an order"
        if connections == 1:
            counted = syncs(seed, min(200, our_count))
            note = f"{note}; {counted}"
        results = [compare(name, 1, "orders/s", goal, ours, theirs, note=note)]
        if connections > 1:
            results.append(Result(
                f"{name}-p99", *map(statistics.median, late), "ms", 1, "lower",
                spread([our / their for our, their in zip(*late)]), results[0].peak_mib,
                "99th percentile of the answers; from the same runs"))
        return results

    return row


def expect_orders(place, our_load, database, their_load):
    """Makes sure that both sides took the orders that they answered, and charged for them."""
    place.expect(our_load.first - 1, "accepted")
    [[charged]] = place.ask("SELECT sum(charge) / 1000000 FROM orders")
    [found] = ask(database, "SELECT count(*) || ' ' || trunc(sum(charge)) || ' ' || trunc(sum(-amount)) "
                            "FROM orders o JOIN transactions t ON t.order_id = o.id")
    their_count = their_load.first - 1
    expected = f"{their_count} {charged * their_count // (our_load.first - 1)}"
    if found != f"{expected} {expected.split()[1]}":
        sys.exit(f"PostgreSQL has {found}, expected {expected}; the row does not count")


def ask(database, sql):
    """The lines of a query's result, from PostgreSQL."""
    return subprocess.run(
        [POSTGRES[-1].parent / "psql", "-At", "-d", database.database, "-c", sql],
        check=True, capture_output=True, text=True).stdout.splitlines()


def syncs(seed, count):
    """What strace counts of the syncs of both sides, one connection, an order after the other."""
    if not shutil.which("strace"):
        return "syncs were not counted: strace is missing"
    place, keys = opened(seed)
    with Ingest(place, strace=True) as ingest, Upload(place, strace=True) as upload, \
            Postgres(strace=True) as database:
        database.fill(1, 0)
        told = []
        with Uvicorn("panel", {"DATABASE": database.database}, WORKERS) as panel:
            for load, counted in (
                (Load("add", upload, keys, 1, count), (upload, ingest)),
                (Load("add", panel, ["key-1"], 1, count), (database,)),
            ):
                load.run()
                before = [server.syncs for server in counted]
                load.run()
                told.append([(server.syncs - earlier) / count for server, earlier in zip(counted, before)])
    [ours, taken], [theirs] = told
    return f"syncs an order: ours {ours:.1f} in upload and {taken:.1f} in ingest, theirs {theirs:.1f}"


def asking(seed, scale):
    """API v2's `status` of a hundred orders, against FastAPI with PostgreSQL."""
    count, orders = max(AT_ONCE, round(5_000 * scale)), max(1_000, round(OPEN * scale))
    place, keys = opened(seed)
    place.fill(orders, "placed")
    with contextlib.ExitStack() as servers:
        database = servers.enter_context(Postgres())
        database.fill(1, orders)
        sides = [servers.enter_context(server) for server in (
            Upload(place), Uvicorn("panel", {"DATABASE": database.database}, WORKERS))]
        loads = [
            Load("status", side, side_keys, AT_ONCE, count, orders)
            for side, side_keys in zip(sides, (keys, ["key-1"]))]
        ours, theirs = in_turn(5, [load.run for load in loads])
    return [compare("upload-status", 1, "calls/s", 4, ours, theirs, note=(
        f"{AT_ONCE} connections, 100 ids a call, of {orders} orders; theirs {WORKERS} processes"))]


def door_memory(seed, scale):
    """Peak memory of `upload`: many idle connections, and then many files."""
    place, keys = opened(seed)
    with Upload(place) as upload, contextlib.ExitStack() as idle:
        for _ in range(IDLE):
            waiting = http.client.HTTPConnection("127.0.0.1", upload.port)
            idle.callback(waiting.close)
            waiting.request("GET", "/healthz")
            waiting.getresponse().read()
        alone = upload.peak_mib
        Load("put", upload, keys, AT_ONCE, max(AT_ONCE, round(10_000 * scale)), LARGE_BYTES).run()
        peak = upload.peak_mib
    return [Result("upload-memory", peak, 96, "MiB", 1, "lower", peak_mib=peak, note=(
        f"theirs is the limit; {IDLE} idle connections ({alone:.0f} MiB), "
        f"then {AT_ONCE} that send 10,000 files of 32 KiB"))]


def crowded(seed, scale):
    """The time of an `add` in a ledger of a million orders, against an empty one."""
    count = max(AT_ONCE, round(10_000 * scale))
    places = [opened(seed, name=name) for name in ("large", "small")]
    places[0][0].fill(round(1_000_000 * scale), "completed")
    with contextlib.ExitStack() as servers:
        loads = []
        for (place, keys), name in zip(places, ("large", "small")):
            servers.enter_context(Ingest(place, f"ingest-{name}"))
            upload = servers.enter_context(Upload(place, f"upload-{name}"))
            loads.append(Load("add", upload, keys, AT_ONCE, count))
        ours, theirs = in_turn(5, [load.run for load in loads])
    for place, _ in places:
        place.expect(loads[0].first - 1, "accepted")
    full, small = (statistics.median(run.seconds for run in runs) * 1e6 for runs in (ours, theirs))
    ratios = [our.seconds / their.seconds for our, their in zip(ours, theirs)]
    return [Result(
        "upload-add-1m", full, small, "µs/order", 1.2, "lower", spread(ratios), max(run.peak_mib for run in ours),
        f"{AT_ONCE} connections of one user; theirs is ours on an empty ledger")]


UPLOAD_ROWS = {
    "upload-put": putting,
    "upload-add-64-1": adding("upload-add-64-1", 10, 1, AT_ONCE, (10_000, 2_000)),
    "upload-add-64-64": adding("upload-add-64-64", 4, USERS, AT_ONCE, (10_000, 3_000)),
    "upload-add-1": adding("upload-add-1", 0.5, 1, 1, (1_000, 1_000)),
    "upload-status": asking,
    "upload-memory": door_memory,
    "upload-add-1m": crowded,
}
