"""The builds to measure: this tree's, and that of an earlier revision."""

import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .measuring import ROOT

#: Where earlier revisions are built, each in a clone of its own.
BASES = ROOT / ".build-base"


@dataclass(frozen=True)
class Build:
    """A revision: its programs, its schema, and its way of putting old orders into a ledger."""

    #: The beginning of the names of its folders.
    prefix: str
    tree: Path
    programs: Path

    def fill(self, place, count, state, first=1):
        """Puts old orders into a ledger, by this revision's `rig/fill.py`: it knows the columns."""
        file = self.tree / "Benchmarks/rig/fill.py"
        spec = importlib.util.spec_from_file_location(f"{self.prefix}fill", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.fill(place, count, state, first)

    def demand(self, *programs):
        """Ends the benchmarks if a program is missing."""
        for program in programs:
            if not (self.programs / program).exists():
                sys.exit(f"there is no {self.programs / program}; nothing was measured; run it through `make bench`")


OURS = Build("", ROOT, Path(os.environ.get("BENCH_PROGRAMS", ROOT / ".build/release")))


def commit(revision):
    """The full name of a revision of this repository."""
    found = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"],
        capture_output=True, text=True)
    if found.returncode != 0:
        sys.exit(f"BASE={revision} names no commit of this repository; nothing was measured; git log has them")
    return found.stdout.strip()


def base(sha):
    """An earlier revision, built as by `make release`, unless it was built before."""
    tree = BASES / sha[:12]
    build = Build("base-", tree, tree / ".build/release")
    done = tree / ".build/built"
    if done.exists():
        return build
    if not tree.exists():
        half = tree.with_suffix(".part")
        shutil.rmtree(half, ignore_errors=True)
        BASES.mkdir(exist_ok=True)
        subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, half], check=True)
        subprocess.run(["git", "-C", half, "checkout", "--quiet", "--detach", sha], check=True)
        # Build both with the same libraries, to compare only our own changes.
        if not (half / "Package.resolved").exists():
            shutil.copy(ROOT / "Package.resolved", half)
        half.rename(tree)
    what = f"building {sha[:12]}, optimized"
    print(f"{what}: about 15 minutes on 2 cores, and 1 GB in {tree.relative_to(ROOT)}", flush=True)
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib"]
    if subprocess.run([ROOT / "scripts/patiently", what, *command], cwd=tree).returncode != 0:
        sys.exit(f"{sha[:12]} does not build in {tree}; nothing was measured")
    done.touch()
    return build
