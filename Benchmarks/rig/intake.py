"""The rows of `ingest`."""

import sqlite3
import sys

from .measuring import Result, Run, compare, in_turn, run
from .workplace import BUILD, expect_same_books


def dropping(seed, files, orders, scale):
    """A place with that many files of that many orders in its inbox, and the sum of orders."""
    count = max(1, round(files * scale)) if files > 1 else 1
    each = orders if files > 1 else max(1, round(orders * scale))
    place = seed.copy("dropped")
    place.drop(count, each)
    return place, count * each


def taking(dropped, work):
    """One side: `ingest` takes all files from a copy of the place."""

    def side():
        place = dropped.copy("ours")
        measured = place.run("ingest")
        place.expect(work, "accepted")
        return measured

    return side


def expect_lean(place, work):
    """Makes sure that the script on a lean schema did its work."""
    db = sqlite3.connect(place.ledger.parent / "lean.sqlite")
    [[orders, charge, held]] = db.execute(
        "SELECT count(*), sum(charge), (SELECT balance FROM wallets WHERE name = 'held') FROM orders")
    db.close()
    if orders != work or held != charge:
        sys.exit(f"{place.folder}: lean.py took {orders} orders, expected {work}; the row does not count")


def intake(name, files, orders, floor_goal, peer_goal, rounds=5, lean_goal=None):
    """`ingest` of that many files and orders, against the floor and against the plain scripts."""

    def row(seed, scale):
        dropped, work = dropping(seed, files, orders, scale)
        ours = taking(dropped, work)

        def floor():
            place = seed.copy("floor")
            measured = run([BUILD / "insert", BUILD / "work/ours/var/ledger.sqlite", place.ledger])
            return Run(float(measured.output), measured.peak_mib, "")

        def peer():
            place = dropped.copy("peer")
            return place.peer("ingest", place.spool)

        def lean():
            place = dropped.copy("lean")
            measured = place.peer("lean", place.spool)
            expect_lean(place, work)
            return measured

        sides = [ours, floor, peer] + ([lean] if lean_goal else [])
        our_runs, floor_runs, peer_runs, *lean_runs = in_turn(rounds, sides)
        expect_same_books("ours", "floor", "peer")
        return [
            compare(f"{name}-floor", work, "orders/s", floor_goal, our_runs, floor_runs, note=(
                "theirs only inserts: no file is read, checked or synced, no receipt written")),
            compare(f"{name}-peer", work, "orders/s", peer_goal, our_runs, peer_runs, note=(
                "theirs takes the file where it lies, and syncs its receipt but no directory and no copy")),
        ] + [
            compare(f"{name}-lean", work, "orders/s", lean_goal, our_runs, runs, note=(
                "theirs has four tables of its own and no guards"))
            for runs in lean_runs
        ]

    return row


def memory(seed, scale):
    """Peak memory of `ingest`: on one large file, and whether it grows with the number of files."""
    peaks = []
    for files, orders in ((1, round(100_000 * scale)), (round(2_000 * scale), 1), (round(20_000 * scale), 1)):
        place = seed.copy("memory")
        place.drop(files, orders)
        peaks.append(place.run("ingest").peak_mib)
        place.expect(files * orders, "accepted")
    large, few, many = peaks
    return [
        Result("ingest-memory", large, 64, "MiB", 1, "lower", peak_mib=large, note=(
            "theirs is the limit; one file of 100,000 orders")),
        Result("ingest-memory-flat", many, few, "MiB", 1.2, "lower", peak_mib=many, note=(
            "20,000 files against 2,000; flat means no more than 1.2 times")),
    ]
