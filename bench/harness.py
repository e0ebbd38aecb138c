"""What the groups of bench.py share: the rows, the clock, a private PostgreSQL to load into."""

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(REPO, "tests", "support"))

NAMES = ("order_num line_num item_num descr price qty discount extended status carrier ship_date "
         "promise_date created warehouse note flag unit tax").split()
SCHEMA = """create table order_line(order_num integer not null, line_num integer not null,
 item_num integer, descr varchar(60), price decimal(17,2), qty integer, discount integer,
 extended decimal(17,2), status varchar(20), carrier varchar(30), ship_date date,
 promise_date date, created timestamp, warehouse integer, note varchar(80), flag integer,
 unit varchar(10), tax decimal(9,4), primary key(order_num, line_num))"""
TEXT_SCHEMA = "create table order_line(%s)" % ", ".join(name + " text" for name in NAMES)


def order_lines(rows):
    """The wide table's rows; the same ones each time."""
    rng = random.Random(1)
    for i in range(rows):
        day, month = i % 28 + 1, i % 12 + 1
        yield (i // 5, i % 5, rng.randrange(10000), f"Item description {i % 9999} with words",
               round(rng.random() * 1000, 2), rng.randrange(100), rng.randrange(20),
               round(rng.random() * 9000, 2), "Shipped", f"Federal Express {i % 7}",
               f"2024-{month:02}-{day:02}", f"2024-{month:02}-{day:02}",
               f"2024-01-{day:02} 10:{i % 60:02}:{i % 59:02}", rng.randrange(20),
               None if i % 3 else f"Please deliver at the back door, Größe {i}", i & 1, "pcs",
               round(rng.random(), 4))


def write_rows(path, rows):
    """In COPY's text form: what psql sends for the limit on the writing side."""
    with open(path, "w", encoding="utf-8") as out:
        for row in order_lines(rows):
            out.write("\t".join("\\N" if v is None else str(v) for v in row) + "\n")


def cpu_seconds(pid, with_children):
    """Of a process, from proc(5); with those of its children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15 if with_children else 13])) / os.sysconf("SC_CLK_TCK")


def server_seconds(pid):
    """CPU seconds of a PostgreSQL so far: its sessions, those that live and those that ended."""
    seconds = cpu_seconds(pid, True)
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        for child in children.read().split():
            with contextlib.suppress(OSError):  # it has just ended
                seconds += cpu_seconds(child, False)
    return seconds


class Timer:
    """Wall, CPU seconds and peak memory of a process and its children; `figures` is the JSON object
    that it may have printed last; `server_cpu` are CPU seconds of PostgreSQL meanwhile."""

    server_pid = None  # of the PostgreSQL, for all timers

    def __init__(self, command, env=None, cwd=None, accepted=(0,)):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
            server_before = server_seconds(self.server_pid)
            start = time.monotonic()
            process = subprocess.Popen(command, stdout=out, stderr=errors, env=env, cwd=cwd)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.wall = time.monotonic() - start
            self.cpu = usage.ru_utime + usage.ru_stime
            self.server_cpu = server_seconds(self.server_pid) - server_before
            self.peak_kb = usage.ru_maxrss
            self.wal_kb = 0  # what PostgreSQL logged meanwhile, where somebody looked
            said = self._content(out)
            if process.returncode not in accepted:
                raise RuntimeError(f"{command[0]} failed: {said[-800:]} "
                                   f"{self._content(errors)[-800:]}")
        last = said.rstrip().split("\n")[-1]
        self.figures = json.loads(last) if last.startswith("{") else {}

    @staticmethod
    def _content(file):
        file.seek(0)
        return file.read().decode(errors="replace")

    @property
    def read_s(self):
        """Seconds of reading alone, where the program measures that; else of all it does."""
        if "ms" in self.figures:
            return self.figures["ms"] / 1000
        return self.figures.get("s", self.wall)


class Group:
    """Contestants that are run in turn: `contestants` are (method, words), `report` the ratios."""

    contestants = ()
    peers = {}  # contestants that need more than oe2pg does: name -> Debian package
    title = ""
    columns = len(NAMES)

    def __init__(self, args, work, pg):
        self.args, self.work, self.pg = args, work, pg
        self.program = args.program
        Timer.server_pid = pg.process.pid
        self.rows = args.rows
        self.times = {}
        self.missing = sorted({package for name, package in self.peers.items()
                               if name not in args.skip and not is_installed(package)})
        for package in self.missing:
            print(f"{package} is not installed: left out", flush=True)

    def path(self, name):
        return os.path.join(self.work, name)

    # ---- PostgreSQL

    def dsn(self, database="postgres"):
        return f"host={self.pg.host} port={self.pg.port} dbname={database} user={self.pg.user}"

    def psql(self, sql, database="postgres"):
        return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(database),
                               "-c", sql], check=True, capture_output=True, text=True).stdout

    def fresh(self, name):
        self.psql(f"drop database if exists {name}")
        self.psql(f"create database {name} template template0 encoding 'UTF8'")
        self.psql("checkpoint")

    # ---- oe2pg

    def config(self, name, source, schema="mirror"):
        """A configuration that mirrors `source`, a progress_db, into the database `name`."""
        path = self.path(f"{name}.json")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump({"progress_db": source, "postgres_db": {
                "conn_string": self.dsn(name), "schema": schema}}, out)
        return path

    # ---- rounds

    def run_round(self, number):
        for name, words in self.contestants:
            if name in self.args.skip or self.peers.get(name) in self.missing:
                continue
            timer = getattr(self, name)()
            self.times.setdefault(name, []).append(timer)
            print(f"round {number}: {words}: {timer.wall:.2f} s, CPU {timer.cpu:.2f} s, "
                  f"{timer.peak_kb // 1024} MB", flush=True)

    def median(self, name, field="wall"):
        return statistics.median(getattr(timer, field) for timer in self.times[name])

    def ratio(self, words, one, other, field="wall", goal=""):
        """A line of a table; none when one of the two was skipped."""
        if one not in self.times or other not in self.times:
            return []
        return [f"| {words} | {self.median(one, field) / self.median(other, field):.2f} | {goal} |"]

    def bound(self, words, processes, other, goes_over=False):
        """A line that says what a ratio could be at best: the CPU seconds of `processes`, pairs of
        contestant and field, evenly spread over all cores / the seconds of another contestant;
        or the other way round."""
        if not {name for name, _ in processes} | {other} <= set(self.times):
            return []
        least = sum(self.median(name, field) for name, field in processes) / os.cpu_count()
        ratio = least / self.median(other)
        return [f"| {words} | {1 / ratio if goes_over else ratio:.2f} | |"]

    def prepare(self):
        raise NotImplementedError

    def close(self):
        """Ends what prepare has started."""

    def versions(self):
        raise NotImplementedError

    def ratios(self):
        raise NotImplementedError

    def table(self):
        lines = ["| what | wall s | CPU s | PostgreSQL's CPU s | peak MB |", "|---|---|---|---|---|"]
        for name, words in self.contestants:
            if name in self.times:
                wall, cpu, server, peak = (self.median(name, field) for field in (
                    "wall", "cpu", "server_cpu", "peak_kb"))
                lines.append(f"| {words} | {wall:.2f} | {cpu:.2f} | {server:.2f} |"
                             f" {peak / 1024:.0f} |")
        return lines

    def report(self):
        return "\n".join(self.table() + ["", "| ratio | | goal |", "|---|---|---|"] + self.ratios())


def is_installed(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", package],
                          capture_output=True, text=True)
    return done.stdout.startswith("ii")


def package_version(name):
    if not is_installed(name):
        return f"no {name}"
    return name + " " + subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name],
                                       capture_output=True, text=True, check=True).stdout


def output_of(*command):
    """The first line of what a program says of itself."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout.strip().split("\n")[0]
