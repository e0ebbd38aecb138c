#!/usr/bin/python3
"""Measures oe2pg against its limits and its peers, in one interleaved run.

    bench/bench.py [--rows 1000000] [--rounds 3] [--small 300] [--skip NAME]... [--write]

Builds a SQLite source (wide order lines, customers, small tables), starts a private PostgreSQL,
and runs each contestant in turn, `rounds` times. Prints medians and ratios; --write puts them into
bench/RESULTS.md. Needs, beside what oe2pg needs: gcc, pgloader, python3-psycopg2, python3-pyodbc.
"""
import argparse
import datetime
import glob
import os
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(REPO, "tests", "support"))
import servers  # noqa: E402

SCHEMA = """create table order_line(order_num integer not null, line_num integer not null,
 item_num integer, descr varchar(60), price decimal(17,2), qty integer, discount integer,
 extended decimal(17,2), status varchar(20), carrier varchar(30), ship_date date,
 promise_date date, created timestamp, warehouse integer, note varchar(80), flag integer,
 unit varchar(10), tax decimal(9,4), primary key(order_num, line_num))"""


def make_source(path, rows, small):
    rng = random.Random(1)
    db = sqlite3.connect(path)
    db.execute("pragma journal_mode=off")
    db.execute("pragma synchronous=off")
    db.execute(SCHEMA)

    def lines():
        for i in range(rows):
            day, month = i % 28 + 1, i % 12 + 1
            yield (i // 5, i % 5, rng.randrange(10000), f"Item description {i % 9999} with words",
                   round(rng.random() * 1000, 2), rng.randrange(100), rng.randrange(20),
                   round(rng.random() * 9000, 2), "Shipped", f"Federal Express {i % 7}",
                   f"2024-{month:02}-{day:02}", f"2024-{month:02}-{day:02}",
                   f"2024-01-{day:02} 10:{i % 60:02}:{i % 59:02}", rng.randrange(20),
                   None if i % 3 else f"Please deliver at the back door, Größe {i}", i & 1, "pcs",
                   round(rng.random(), 4))

    db.executemany("insert into order_line values(" + ",".join("?" * 18) + ")", lines())
    for half in "ab":
        db.execute(f"create table half_{half} as select * from order_line"
                   f" where order_num % 4 = {'ab'.index(half)}")
    for n in range(small):
        db.execute(f"create table small{n:04}(id integer primary key, a varchar(30), b date)")
        db.executemany(f"insert into small{n:04} values(?,?,?)",
                       [(i, f"value {i}", "2024-01-01") for i in range(100)])
    db.commit()
    db.close()


def make_text(path, target):
    """The same rows in COPY's text form: what psql sends for the limit on the writing side."""
    def form(value):
        return "\\N" if value is None else str(value)
    db = sqlite3.connect(path)
    with open(target, "w", encoding="utf-8") as out:
        for row in db.execute("select * from order_line"):
            out.write("\t".join(map(form, row)) + "\n")


class Timer:
    """Wall, CPU seconds and peak memory of child processes."""

    def __init__(self, command, env=None, cwd=None):
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   env=env, cwd=cwd)
        errors = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.wall = time.monotonic() - start
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_kb = usage.ru_maxrss
        if status != 0:
            raise RuntimeError(f"{command[0]} failed: {errors.decode(errors='replace')[-800:]}")


class Bench:
    def __init__(self, args, work, pg):
        self.args, self.work, self.pg = args, work, pg
        self.source = os.path.join(work, "source.sqlite")
        self.rows_file = os.path.join(work, "rows.txt")
        self.driver = glob.glob("/usr/lib/*/odbc/libsqlite3odbc.so")[0]
        self.scanner = os.path.join(work, "odbc_scan")
        self.program = args.program
        self.times = {}

    def dsn(self, database="postgres"):
        return f"host={self.pg.host} port={self.pg.port} dbname={database} user={self.pg.user}"

    def psql(self, sql, database="postgres"):
        return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(database),
                               "-c", sql], check=True, capture_output=True, text=True).stdout

    def fresh(self, name):
        self.psql(f"drop database if exists {name}")
        self.psql(f"create database {name} template template0 encoding 'UTF8'")
        self.psql("checkpoint")

    def config(self, name, schema="mirror"):
        path = os.path.join(self.work, f"{name}.json")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write('{"progress_db": {"odbc_connection": "Driver=%s;Database=%s", "schema": ""},'
                      ' "postgres_db": {"conn_string": "%s", "schema": "%s"}}'
                      % (self.driver, self.source, self.dsn(name), schema))
        return path

    def oe2pg(self, name, *flags):
        return Timer([self.program, "--config", self.config(name), "--progress", "none", *flags])

    # ---- contestants: each prepares, then returns a Timer

    def scan(self):
        return Timer([self.scanner, f"Driver={self.driver};Database={self.source};StepAPI=1",
                      "order_line"])

    def copy(self):
        self.fresh("b_copy")
        columns = ", ".join(part.split()[0] + " text" for part in
                            SCHEMA[SCHEMA.index("(") + 1:SCHEMA.index(", primary key")]
                            .replace("\n", " ").replace("(17,2)", "").replace("(9,4)", "").split(","))
        self.psql(f"create table order_line({columns})", "b_copy")
        return Timer(["psql", "-qX", "-d", self.dsn("b_copy"), "-c",
                      f"\\copy order_line from '{self.rows_file}'"])

    def load(self):
        self.fresh("b_load")
        return self.oe2pg("b_load", "--jobs", "1", "--table", "order_line")

    def again(self):
        return self.oe2pg("b_load", "--jobs", "1", "--table", "order_line")

    def verify(self):
        return Timer([self.program, "verify", "--config", self.config("b_load"), "--progress",
                      "none", "--jobs", "1", "--table", "order_line"])

    def changed(self):
        db = sqlite3.connect(self.source)
        db.execute("update order_line set qty = qty + 1 where order_num % 1000 = ?",
                   (random.randrange(1000),))
        db.commit()
        db.close()
        return self.oe2pg("b_load", "--jobs", "1", "--table", "order_line")

    def halves(self, jobs):
        self.fresh("b_halves")
        return self.oe2pg("b_halves", "--jobs", str(jobs), "--table", "half_*")

    def one_job(self):
        return self.halves(1)

    def two_jobs(self):
        return self.halves(2)

    def small(self):
        self.fresh("b_small")
        return self.oe2pg("b_small", "--jobs", "1", "--table", "small*")

    def small_again(self):
        return self.oe2pg("b_small", "--jobs", "1", "--table", "small*")

    def pgloader(self, pattern, database):
        self.fresh(database)
        script = os.path.join(self.work, f"{database}.load")
        with open(script, "w") as out:
            out.write(f"""load database from sqlite://{self.source}
into postgresql://{self.pg.user}@{self.pg.host}:{self.pg.port}/{database}
with include drop, create tables, no foreign keys, create no indexes, workers = 2, concurrency = 1,
 batch rows = 5000, prefetch rows = 5000
including only table names like '{pattern}';
""")
        return Timer(["pgloader", "--dynamic-space-size", "3000", "--quiet", script],
                     cwd=self.work)

    def pgloader_wide(self):
        return self.pgloader("order_line", "b_pgl")

    def pgloader_small(self):
        return self.pgloader("small%", "b_pgl_small")

    def python(self, how):
        self.fresh("b_py")
        return Timer([sys.executable, os.path.join(HERE, "fetchmany.py"), how,
                      f"Driver={self.driver};Database={self.source};StepAPI=1", "order_line",
                      self.dsn("b_py")])

    def python_copy(self):
        return self.python("copy")

    def python_values(self):
        return self.python("values")


CONTESTANTS = [
    ("scan", "bare ODBC scan (C, arrays of 500, nothing done with the rows)"),
    ("copy", "COPY of the same rows from a file (psql), all TEXT"),
    ("load", "oe2pg, first load, one job"),
    ("again", "oe2pg, second run, nothing changed"),
    ("changed", "oe2pg, 0.1 % of the rows changed"),
    ("verify", "oe2pg verify"),
    ("one_job", "oe2pg, two tables of a quarter of the rows each, one job"),
    ("two_jobs", "oe2pg, the same, two jobs"),
    ("small", "oe2pg, first load of the small tables, one job"),
    ("small_again", "oe2pg, small tables unchanged"),
    ("pgloader_wide", "pgloader, the wide table"),
    ("pgloader_small", "pgloader, the small tables"),
    ("python_copy", "Python: pyodbc fetchmany, COPY"),
    ("python_values", "Python: pyodbc fetchmany, execute_values"),
]


def report(bench, args):
    def median(name, field="wall"):
        return statistics.median(getattr(t, field) for t in bench.times[name])

    lines = [f"# Results of the last run of bench/bench.py", "",
             f"{datetime.date.today()}, {args.rows} rows x 18 columns, {args.small} small tables, "
             f"{args.rounds} rounds, {os.cpu_count()} cores, {platform.system()}, "
             + subprocess.run(["psql", "--version"], capture_output=True, text=True).stdout.strip()
             + ". Medians; figures of one run are compared as ratios only.", "",
             "| what | wall s | CPU s | peak MB |", "|---|---|---|---|"]
    for name, words in CONTESTANTS:
        if name in bench.times:
            lines.append(f"| {words} | {median(name):.1f} | {median(name, 'cpu'):.1f} |"
                         f" {median(name, 'peak_kb') / 1024:.0f} |")
    limit = max(median("scan"), median("copy"))
    lines += ["", "| ratio | |", "|---|---|",
              f"| first load / the slower of scan and COPY | {median('load') / limit:.2f} |",
              f"| second run, unchanged / scan | {median('again') / median('scan'):.2f} |",
              f"| 0.1 % changed / scan | {median('changed') / median('scan'):.2f} |",
              f"| verify / scan | {median('verify') / median('scan'):.2f} |",
              f"| one job / two jobs | {median('one_job') / median('two_jobs'):.2f} |",
              f"| ms a small table, first load | {median('small') * 1000 / args.small:.1f} |",
              f"| ms a small table, unchanged | {median('small_again') * 1000 / args.small:.1f} |"]
    for peer, ours in (("pgloader_wide", "load"), ("pgloader_small", "small"),
                       ("python_copy", "load"), ("python_values", "load")):
        if peer in bench.times:
            lines.append(f"| {peer.replace('_', ', ')} / oe2pg | {median(peer) / median(ours):.1f} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", type=int, default=300)
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--program", default=os.path.join(REPO, "build-bench", "oe2pg"))
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    if not os.path.exists(args.program):
        build = os.path.dirname(args.program)
        subprocess.run(["meson", "setup", build, REPO, "-Dbuildtype=release"], check=True)
        subprocess.run(["ninja", "-C", build], check=True)
    work = tempfile.mkdtemp(prefix="oe2pg-bench-")
    os.chmod(work, 0o755)
    try:
        with servers.PostgresServer(settings={"max_wal_size": "8GB",
                                              "shared_buffers": "256MB"}) as pg:
            bench = Bench(args, work, pg)
            subprocess.run(["gcc", "-O2", "-o", bench.scanner,
                            os.path.join(HERE, "odbc_scan.c"), "-lodbc"], check=True)
            make_source(bench.source, args.rows, args.small)
            make_text(bench.source, bench.rows_file)
            for number in range(args.rounds):
                for name, words in CONTESTANTS:
                    if name in args.skip:
                        continue
                    timer = getattr(bench, name)()
                    bench.times.setdefault(name, []).append(timer)
                    print(f"round {number + 1}: {words}: {timer.wall:.1f} s, "
                          f"CPU {timer.cpu:.1f} s, {timer.peak_kb // 1024} MB", flush=True)
            text = report(bench, args)
            print(text)
            if args.write:
                with open(os.path.join(HERE, "RESULTS.md"), "w") as out:
                    out.write(text)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
