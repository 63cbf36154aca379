"""Runs one side of a comparison, and compares."""

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build-bench"
MEASURE = BUILD / "measure"


@dataclass
class Run:
    """One measured run of a program."""

    seconds: float
    peak_mib: float
    output: str


def run(arguments, environment=None, stdin=subprocess.DEVNULL):
    """Runs a program to its end. If it fails, the benchmarks end.

    It first syncs the disk, so that no run pays for the rows of another.
    """
    os.sync()
    command = [str(part) for part in arguments]
    answer, told = os.pipe()
    ended = subprocess.run(
        [MEASURE, str(told), *command], env={**os.environ, **(environment or {})}, stdin=stdin,
        pass_fds=[told], capture_output=True, text=True)
    os.close(told)
    with open(answer) as file:
        seconds, kibibytes, status = file.read().split() or (0, 0, ended.returncode)
    if int(status) != 0:
        sys.exit(f"{' '.join(command)}: status {status}\n{ended.stderr}{ended.stdout}")
    return Run(float(seconds), int(kibibytes) / 1024, ended.stdout)


@dataclass
class Result:
    """One line of the table: the two sides, and the result."""

    name: str
    ours: float
    theirs: float
    unit: str
    goal: float
    better: str = "higher"
    spread: float = 0
    peak_mib: float = 0
    #: The differences between the sides, or other notes on the row.
    note: str = ""

    @property
    def ratio(self):
        return self.ours / self.theirs

    @property
    def is_reached(self):
        return self.ratio >= self.goal if self.better == "higher" else self.ratio <= self.goal

    def as_json(self):
        """The form on which readers of bench/latest.json rely."""
        numbers = {key: round(getattr(self, key), 4) for key in ("ours", "theirs", "ratio", "spread", "peak_mib")}
        return {
            "name": self.name, "ours": numbers["ours"], "theirs": numbers["theirs"], "unit": self.unit,
            "ratio": numbers["ratio"], "goal": round(self.goal, 4), "better": self.better, "spread": numbers["spread"],
            "peak_mib": numbers["peak_mib"]}


def in_turn(rounds, sides, warm_up=True):
    """Runs the sides in turn, once to warm up and then `rounds` times; returns each side's runs.

    A side that takes a minute needs no warming up.
    """
    runs = [[] for _ in sides]
    for turn in range(0 if warm_up else 1, rounds + 1):
        for side, kept in zip(sides, runs):
            measured = side()
            if turn > 0:
                kept.append(measured)
    return runs


def compare(name, work, unit, goal, ours, theirs, note=""):
    """Makes a result from the runs of both sides.

    `work` is the amount that each run did, so that a rate is work over seconds. The spread is that
    of the ratios of the rounds, as a part of their median: (highest - lowest) / median.
    """
    ratios = [their.seconds / our.seconds for our, their in zip(ours, theirs)]
    our_rate, their_rate = (work / statistics.median(run.seconds for run in runs) for runs in (ours, theirs))
    peak = max(run.peak_mib for run in ours)
    return Result(name, our_rate, their_rate, unit, goal, spread=spread(ratios), peak_mib=peak, note=note)


def spread(values):
    """The distance between the extreme values, as a part of their median."""
    return (max(values) - min(values)) / statistics.median(values)
