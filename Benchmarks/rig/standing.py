"""The rows about growth, reports and runs with nothing to do."""

import statistics

from .measuring import Result, Run, compare, in_turn, run, spread
from .workplace import ROOT, Provider

#: Orders of each round in a ledger that grows.
GROWTH_ORDERS = 20_000
#: Orders that `report` reports on.
REPORTED = 1_000_000


def growth(name, size):
    """The time of an order from file to end in a ledger of `size` orders, against an empty one."""

    def row(seed, scale):
        large = grown(seed, round(size * scale))
        count = round(GROWTH_ORDERS * scale)
        with Provider("--completed", 100) as provider:
            sides = [Growing(place, provider, count).run for place in (large, seed.copy("small"))]
            ours, theirs = in_turn(5, sides)
        small, full = (statistics.median([run.seconds for run in runs]) / count * 1e6 for runs in (theirs, ours))
        ratios = [our.seconds / their.seconds for our, their in zip(ours, theirs)]
        return [Result(
            name, full, small, "µs/order", 1.5, "lower", spread(ratios), max(run.peak_mib for run in ours),
            f"ingest, dispatch and poll of {count} orders; theirs is ours on an empty ledger")]

    return row


def grown(seed, size):
    """A place whose ledger holds that many ended orders."""
    place = seed.copy("large")
    place.fill(size, "completed")
    return place


class Growing:
    """A ledger that grows in each round, because copying millions of orders would disturb more."""

    def __init__(self, place, provider, count):
        self.place, self.count, self.next = place, count, 1
        place.configure(provider.url)

    def run(self):
        self.place.drop(1, self.count, self.next)
        self.next += self.count
        runs = [self.place.run("ingest"), self.place.run("dispatch")]
        # Due at once, instead of in five minutes.
        self.place.change("UPDATE orders SET due_at = 1 WHERE state = 'placed'")
        runs.append(self.place.run("poll", "statuses"))
        self.place.expect(0, "placed")
        return Run(sum(run.seconds for run in runs), max(run.peak_mib for run in runs), "")


def reported(seed, count):
    """A place to report on."""
    place = seed.copy("reported")
    place.fill(count, "completed")
    return place


def report(seed, scale):
    """All summaries of a million orders, against the sqlite3 shell."""
    count = round(REPORTED * scale)
    place = reported(seed, count)
    output = place.folder / "floor"
    output.mkdir()

    def floor():
        script = ROOT / "Benchmarks/floor/report.sql"
        # The shell writes into the current directory.
        there = 'cd "$1" && exec sqlite3 -csv -header "$2" < "$3"'
        return run(["/bin/sh", "-c", there, "sh", output, place.ledger, script])

    our_runs, floor_runs = in_turn(5, [lambda: place.run("report", "summaries"), floor])
    return [compare("report-sqlite", count, "orders/s", 0.7, our_runs, floor_runs, note=(
        "theirs leaves amounts and times the integers they are, syncs nothing, and omits the tables of a few rows"))]


def idle(program):
    """A run of `program` with nothing to do."""

    def row(seed, scale):
        place = seed.copy("idle")
        with Provider() as provider:
            place.configure(provider.url)
            [runs] = in_turn(20, [lambda: place.run(program)])
        milliseconds = [run.seconds * 1000 for run in runs]
        peak = max(run.peak_mib for run in runs)
        return [
            Result(f"idle-{program}", statistics.median(milliseconds), 50, "ms", 1, "lower",
                   spread(milliseconds), peak, "20 rounds; theirs is the limit"),
            Result(f"idle-{program}-memory", peak, 30, "MiB", 1, "lower", peak_mib=peak,
                   note="theirs is the limit"),
        ]

    return row
