"""The rows of `dispatch` and `poll`, and of both ways from a file to the provider."""

from urllib.parse import urlencode

from .intake import dropping
from .measuring import Run, compare, in_turn, run
from .workplace import BUILD, Provider, expect_same_books, order

ORDERS = 20_000
#: Orders sent to a provider that needs 200 ms.
SLOW_ORDERS = 3_200
#: Orders that `poll` asks about.
OPEN = 100_000
AT_ONCE = 64
#: Seconds that the slow provider needs.
DELAY = 0.2


def accepted(seed, count):
    """A place where that many orders wait to be sent."""
    place = seed.copy("accepted")
    place.drop(1, count)
    place.run("ingest")
    place.expect(count, "accepted")
    return place


def bodies(count):
    """The requests that `dispatch` sends for these orders, one a line."""
    for number in range(1, count + 1):
        wanted = order(number)
        yield urlencode({
            "key": "key", "action": "add", "service": 101, "link": wanted["link"], "quantity": wanted["quantity"]})


def dispatching(place, provider, count):
    """One side: `dispatch` sends all orders of a copy of `place`."""

    def side():
        ours = place.copy("ours")
        ours.configure(provider.url, AT_ONCE)
        measured = ours.run("dispatch")
        ours.expect(count, "placed")
        return measured

    return side


def against_floor(seed, scale):
    """`dispatch` against libcurl alone, to a provider that answers at once."""
    count = round(ORDERS * scale)
    place = accepted(seed, count)
    requests = BUILD / "work/bodies"
    requests.write_text("".join(f"{body}\n" for body in bodies(count)))
    with Provider() as provider:

        def floor():
            with requests.open() as stdin:
                measured = run([BUILD / "send", provider.url, AT_ONCE], stdin=stdin)
            return Run(float(measured.output), measured.peak_mib, "")

        ours, theirs = in_turn(5, [dispatching(place, provider, count), floor])
    return [compare("dispatch-floor", count, "orders/s", 0.3, ours, theirs, note=(
        "theirs records nothing; the provider has one of the cores on either side"))]


def against_peer(seed, scale):
    """`dispatch` against a script that sends one order at a time."""
    count = round(ORDERS * scale)
    place = accepted(seed, count)
    with Provider() as provider:

        def peer():
            return place.copy("peer").peer("send", provider.url)

        ours, theirs = in_turn(3, [dispatching(place, provider, count), peer], warm_up=False)
    expect_same_books("ours", "peer")
    return [compare("dispatch-peer", count, "orders/s", 8, ours, theirs, note=(
        f"3 rounds, no warm-up; ours {AT_ONCE} at once, theirs one"))]


def slow_provider(seed, scale):
    """A slow provider: it matters that `AT_ONCE` orders are always on their way."""
    count = max(AT_ONCE, round(SLOW_ORDERS * scale))
    place = accepted(seed, count)
    with Provider("--delay", round(DELAY * 1000)) as provider:
        [ours] = in_turn(3, [dispatching(place, provider, count)])
    limit = Run(count * DELAY / AT_ONCE, 0, "")
    return [compare("dispatch-200ms", count, "orders/s", 0.9, ours, [limit] * len(ours), note=(
        f"3 rounds of {count} orders; theirs is {AT_ONCE} / {DELAY} s; ours includes starting and ending"))]


def pipeline(name, goal, note, peer, rounds=5, warm_up=True):
    """Both programs, from a file of orders to all of them placed, against scripts."""

    def row(seed, scale):
        count = round(ORDERS * scale)
        dropped, _ = dropping(seed, 1, count, 1)
        with Provider() as provider:

            def theirs():
                place = dropped.copy("peer")
                return together(peer(place, provider.url))

            ours, peers = in_turn(rounds, [from_file_to_end(dropped, provider, count), theirs], warm_up)
        expect_same_books("ours", "peer")
        return [compare(name, count, "orders/s", goal, ours, peers, note=note)]

    return row


def from_file_to_end(dropped, provider, count):
    """One side: `ingest` and `dispatch`, from a file of orders to all of them placed."""

    def side():
        place = dropped.copy("ours")
        place.configure(provider.url, AT_ONCE)
        runs = [place.run("ingest"), place.run("dispatch")]
        place.expect(count, "placed")
        return together(runs)

    return side


def together(runs):
    """Programs that ran one after the other, as one run."""
    return Run(sum(run.seconds for run in runs), max(run.peak_mib for run in runs), "")


both_plain = pipeline(
    "both-plain", 20, "3 rounds, no warm-up; theirs an order at a time",
    lambda place, url: [place.peer("pipeline", place.spool, url)], rounds=3, warm_up=False)
both_best = pipeline(
    "both-best", 4, "theirs one transaction a file, then 64 at once, outcomes committed a hundred at a time",
    lambda place, url: [place.peer("ingest", place.spool), place.peer("best", url)])


def placed(seed, count):
    """A place with that many open orders whose status is due."""
    place = seed.copy("placed")
    place.fill(count, "placed")
    return place


def asking(place, provider, count):
    """One side: `poll` asks about all orders of a copy of `place`; a tenth is completed."""

    def side():
        ours = place.copy("ours")
        ours.configure(provider.url)
        measured = ours.run("poll", "statuses")
        ours.expect(count // 10, "completed")
        return measured

    return side


def polling(seed, scale):
    """`poll` on open orders that are all due, against calls of a hundred by a script."""
    count = round(OPEN * scale)
    place = placed(seed, count)
    with Provider("--completed", 10) as provider:

        def peer():
            return place.copy("peer").peer("poll", provider.url)

        our_runs, peer_runs = in_turn(5, [asking(place, provider, count), peer])
    expect_same_books("ours", "peer")
    return [compare("poll-peer", count, "orders/s", 5, our_runs, peer_runs, note=(
        "a tenth completes; ours also writes the reseller's status file"))]
