"""Servers for the rows of `upload`: the product, its floor and its peers, and the load on them."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .measuring import BUILD, Run, run
from .workplace import PEERS, PYTHON

#: Seconds that a server may take to start, and to end.
PATIENCE = 60
#: Debian's place for the programs of PostgreSQL.
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
SYNCS = "fsync,fdatasync,syncfs,sync_file_range,msync"


def demand_postgres():
    """Ends the benchmarks if PostgreSQL is missing."""
    if not POSTGRES:
        sys.exit("PostgreSQL is missing, which a row of `upload` is measured against; nothing was measured; "
                 "get it by: apt-get install postgresql-15")


class Server:
    """A server, for as long as a `with` lasts.

    Its log goes to a file, in which it tells the port. With `strace`, its syncs are counted.
    """

    told = re.compile(r"^(\d+)$", re.MULTILINE)
    ending = signal.SIGTERM

    def __init__(self, name, command, environment=None, user=None, strace=False):
        self.name, self.user = name, user
        self.log = BUILD / "work" / f"{name}.log"
        self.syncs_log = BUILD / "work" / f"{name}.syncs" if strace else None
        tracing = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", f"trace={SYNCS}", "-o", self.syncs_log]
        self.command = [str(part) for part in [*(tracing if strace else []), *command]]
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})}

    def __enter__(self):
        if self.syncs_log:
            # The server's user writes it.
            self.syncs_log.write_text("")
            self.syncs_log.chmod(0o666)
        with self.log.open("w") as log:
            # A group of its own, because strace would not pass a signal on.
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, cwd=BUILD / "work",
                **({"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}))
        try:
            found = wait_until(lambda: self.told.search(self.log.read_text()) or self.process.poll() is not None)
            if not isinstance(found, re.Match):
                sys.exit(f"{self.name} does not start; its log:\n{self.log.read_text()}")
        except BaseException:
            self.stop()
            raise
        self.port = int(found.group(1)) if found.groups() else None
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the server and its children."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, self.ending)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    @property
    def peak_mib(self):
        """The peak of its memory so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    @property
    def syncs(self):
        """How many syncs it has done so far."""
        with self.syncs_log.open() as lines:
            return sum(" = 0" in line for line in lines)


def wait_until(condition):
    """Waits for a condition, and returns its value; a false one if it does not come."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return value


class Uvicorn(Server):
    """A peer under uvicorn."""

    told = re.compile(r"running on http://127.0.0.1:(\d+)")

    def __init__(self, module, environment, workers):
        super().__init__(
            module, [PYTHON, "-m", "uvicorn", f"{module}:app", "--app-dir", PEERS, "--port", 0,
                     "--workers", workers, "--no-access-log"], environment)

    def __enter__(self):
        super().__enter__()
        # The port is told before the workers are there.
        started = "Application startup complete."
        workers = int(self.command[self.command.index("--workers") + 1])
        if not wait_until(lambda: self.log.read_text().count(started) == workers):
            self.stop()
            sys.exit(f"{self.name} does not start; its log:\n{self.log.read_text()}")
        return self


class Postgres(Server):
    """Debian's PostgreSQL with its own defaults, on a Unix socket, by a user that is not root."""

    told = re.compile(r"ready to accept connections")
    ending = signal.SIGINT

    def __init__(self, strace=False):
        programs = POSTGRES[-1].parent
        user = "postgres" if os.geteuid() == 0 else None
        self.folder = BUILD / "work/postgres"
        # The path of a socket is short.
        self.socket = tempfile.mkdtemp(prefix="bench-")
        super().__init__("postgres-server", [
            programs / "postgres", "-D", self.folder, "-k", self.socket, "-c", "listen_addresses="],
            {"LC_ALL": "C"}, user, strace)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        if user:
            for place in (self.folder, self.socket):
                shutil.chown(place, user, user)
        made = subprocess.run(
            [programs / "initdb", "-D", self.folder, "-U", "bench", "--auth=trust", "--encoding=UTF8", "--no-locale"],
            capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, cwd="/",
            **({"user": user, "group": user, "extra_groups": []} if user else {}))
        if made.returncode != 0:
            sys.exit(f"PostgreSQL makes no database in {self.folder}; its user must be allowed to go there:\n"
                     f"{made.stderr}")
        self.database = f"host={self.socket} user=bench dbname=postgres"

    def fill(self, users, orders):
        """Makes the tables of the peer, with that many users and old orders."""
        run([PYTHON, PEERS / "panel.py"], {"DATABASE": self.database, "USERS": str(users), "ORDERS": str(orders)})

    def stop(self):
        super().stop()
        shutil.rmtree(self.socket, ignore_errors=True)


class Load:
    """Calls to one server, which go on counting from round to round: each has a name or link of its own."""

    def __init__(self, kind, server, keys, connections, count, size=0):
        self.kind, self.server, self.connections, self.count, self.size = kind, server, connections, count, size
        self.keys = BUILD / "work" / f"{server.name}.keys"
        self.keys.write_text("".join(f"{key}\n" for key in keys))
        self.first = 1
        #: The 99th percentile of each round, in milliseconds.
        self.late = []

    def run(self):
        """One round; its seconds are those of one call, as the load itself counts them."""
        with self.keys.open() as keys:
            measured = run([
                BUILD / "load", self.kind, self.server.port, self.connections, self.count, self.first, self.size],
                stdin=keys)
        self.first += self.count
        seconds, _, late = map(float, measured.output.split())
        self.late.append(late)
        return Run(seconds / self.count, self.server.peak_mib, measured.output)
