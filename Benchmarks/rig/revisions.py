"""The rows that compare this build with an earlier one.

Each build works in a place of its own, with its own programs on a ledger of its own schema, and
both run in turn. A row is worse if it lost more than its spread and more than `NOISE`.
"""

import statistics
from contextlib import nullcontext

from .intake import dropping, taking
from .measuring import Result, compare, in_turn, spread
from .sending import AT_ONCE, OPEN, ORDERS, SLOW_ORDERS, DELAY, accepted, asking, dispatching, from_file_to_end, placed
from .standing import GROWTH_ORDERS, REPORTED, Growing, grown, reported
from .workplace import Provider

#: A smaller loss does not count: peaks of memory hardly spread, but the kernel's choices move them.
NOISE = 0.02


def compared(work, provider=None, rounds=5):
    """A row: runs `work(seed, provider, scale)` of each build in turn; it returns orders and a side.

    `provider` holds the arguments of the loopback provider, if one is needed.
    """

    def row(name, seeds, scale):
        with nullcontext() if provider is None else Provider(*provider) as server:
            (count, ours), (_, base) = [work(seed, server, scale) for seed in seeds]
            our_runs, base_runs = in_turn(rounds, [ours, base])
        result = compare(name, count, "orders/s", 0, our_runs, base_runs)
        result.goal = max(0, 1 - max(result.spread, NOISE))
        return [result, peaks(name, our_runs, base_runs)]

    return row


def peaks(name, ours, base):
    """The memory of the same runs."""
    ratios = [our.peak_mib / their.peak_mib for our, their in zip(ours, base)]
    medians = [statistics.median(run.peak_mib for run in runs) for runs in (ours, base)]
    return Result(
        f"{name}-memory", *medians, "MiB", 1 + max(spread(ratios), NOISE), "lower", spread(ratios), medians[0])


def intake(files, orders):
    def work(seed, _, scale):
        dropped, count = dropping(seed, files, orders, scale)
        return count, taking(dropped, count)

    return work


def dispatch(orders):
    def work(seed, provider, scale):
        count = max(AT_ONCE, round(orders * scale))
        return count, dispatching(accepted(seed, count), provider, count)

    return work


def both(seed, provider, scale):
    dropped, count = dropping(seed, 1, ORDERS, scale)
    return count, from_file_to_end(dropped, provider, count)


def poll(seed, provider, scale):
    count = round(OPEN * scale)
    return count, asking(placed(seed, count), provider, count)


def report(seed, _, scale):
    count = round(REPORTED * scale)
    place = reported(seed, count)
    return count, lambda: place.run("report", "summaries")


def growth(size):
    def work(seed, provider, scale):
        count = round(GROWTH_ORDERS * scale)
        return count, Growing(grown(seed, round(size * scale)), provider, count).run

    return work


def idle(program):
    """Runs of `program` with nothing to do."""

    def row(name, seeds, scale):
        places = [seed.copy("idle") for seed in seeds]
        with Provider() as provider:
            for place in places:
                place.configure(provider.url)
            ours, base = in_turn(20, [lambda place=place: place.run(program) for place in places])
        ratios = [our.seconds / their.seconds for our, their in zip(ours, base)]
        medians = [statistics.median(run.seconds * 1000 for run in runs) for runs in (ours, base)]
        return [
            Result(name, *medians, "ms", 1 + max(spread(ratios), NOISE), "lower", spread(ratios),
                   max(run.peak_mib for run in ours)),
            peaks(name, ours, base)]

    return row


REVISION_ROWS = {
    "base:ingest-1x100000": compared(intake(1, 100_000)),
    "base:ingest-1000x100": compared(intake(1_000, 100)),
    "base:ingest-10000x10": compared(intake(10_000, 10)),
    "base:ingest-20000x1": compared(intake(20_000, 1)),
    "base:dispatch": compared(dispatch(ORDERS), ()),
    "base:dispatch-200ms": compared(dispatch(SLOW_ORDERS), ("--delay", round(DELAY * 1000))),
    "base:both": compared(both, ()),
    "base:poll": compared(poll, ("--completed", 10)),
    "base:report": compared(report),
    "base:growth-1m": compared(growth(1_000_000), ("--completed", 100)),
    "base:growth-5m": compared(growth(5_000_000), ("--completed", 100)),
    **{f"base:idle-{program}": idle(program) for program in ("ingest", "dispatch", "poll", "report")},
}
