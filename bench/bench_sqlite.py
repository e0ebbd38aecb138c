"""SQLite as a source, by ODBC: oe2pg against its limits, pgloader and the usual Python script."""

import glob
import os
import random
import sqlite3
import subprocess
import sys

from harness import (
    HERE, SCHEMA, TEXT_SCHEMA, Group, Timer, order_lines, package_version, write_rows)

TABLES = 2000  # of a catalogue


class SqliteGroup(Group):
    title = "SQLite by ODBC"
    contestants = (
        ("scan", "bare ODBC scan (C, arrays of 500, nothing done with the rows)"),
        ("copy", "COPY of the same rows from a file (psql), all TEXT"),
        ("load", "oe2pg, first load, one job"),
        ("load_tenth", "oe2pg, first load of a tenth of the rows"),
        ("customers", "oe2pg, first load of the customers (texts, a third as many rows)"),
        ("again", "oe2pg, second run, nothing changed"),
        ("changed", "oe2pg, 0.1 % of the rows changed"),
        ("verify", "oe2pg verify"),
        ("scan_quarters", "bare ODBC scan of two tables of a quarter of the rows each"),
        ("one_job", "oe2pg, first load of these two, one job"),
        ("two_jobs", "oe2pg, the same, two jobs"),
        ("again_two_jobs", "oe2pg, the same, nothing changed, two jobs"),
        ("small", "oe2pg, first load of the small tables, one job"),
        ("small_again", "oe2pg, small tables unchanged"),
        ("catalogue_sqlite", "oe2pg plan, 2,000 tables of SQLite"),
        ("catalogue_postgres", "oe2pg plan, 2,000 tables of PostgreSQL by ODBC"),
        ("pgloader_wide", "pgloader, the wide table"),
        ("pgloader_small", "pgloader, the small tables"),
        ("python_copy", "Python: pyodbc fetchmany, COPY"),
        ("python_values", "Python: pyodbc fetchmany, execute_values"))
    peers = {"pgloader_wide": "pgloader", "pgloader_small": "pgloader",
             "python_copy": "python3-pyodbc", "python_values": "python3-pyodbc"}

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        self.source = self.path("source.sqlite")
        self.rows_file = self.path("rows.txt")
        self.driver = glob.glob("/usr/lib/*/odbc/libsqlite3odbc.so")[0]
        self.scanner = self.path("odbc_scan")

    def prepare(self):
        subprocess.run(["gcc", "-O2", "-o", self.scanner, os.path.join(HERE, "odbc_scan.c"),
                        "-lodbc"], check=True)
        self.make_source()
        write_rows(self.rows_file, self.args.rows)

    def make_source(self):
        db = sqlite3.connect(self.source)
        db.execute("pragma journal_mode=off")
        db.execute("pragma synchronous=off")
        db.execute(SCHEMA)
        db.executemany("insert into order_line values(" + ",".join("?" * 18) + ")",
                       order_lines(self.args.rows))
        for name, part in (("quarter_a", "% 4 = 0"), ("quarter_b", "% 4 = 1"), ("tenth", "% 10 = 7")):
            db.execute(SCHEMA.replace("order_line", name, 1))
            db.execute(f"insert into {name} select * from order_line where order_num {part}")
        db.execute("create table customer(cust_num integer primary key, name varchar(60),"
                   " address varchar(70), city varchar(50), country varchar(40), comments text)")
        db.executemany("insert into customer values(?,?,?,?,?,?)", (
            (n, f"Customer {n} & Söhne", f"{n} Long Street", f"City {n % 977}", "Österreich",
             f"Remark {n} " * (n % 20)) for n in range(self.args.rows // 3)))
        for n in range(self.args.small):
            db.execute(f"create table small{n:04}(id integer primary key, a varchar(30), b date)")
            db.executemany(f"insert into small{n:04} values(?,?,?)",
                           [(i, f"value {i}", "2024-01-01") for i in range(100)])
        db.commit()
        db.close()
        self.make_catalogues()

    def make_catalogues(self):
        columns = "id int primary key, a varchar(30), b date, c decimal(10,2), d varchar(60)"
        db = sqlite3.connect(self.path("catalogue.sqlite"))
        db.executescript("".join(f"create table t{n:04}({columns});" for n in range(TABLES)))
        db.close()
        self.fresh("b_catalogue")
        self.psql(f"""create schema erp; do $$ begin for n in 0..{TABLES - 1} loop
            execute format('create table erp.t%s({columns})', n); end loop; end $$""", "b_catalogue")

    def versions(self):
        return [f"{self.args.small} small tables", f"SQLite {sqlite3.sqlite_version}",
                package_version("libsqliteodbc"), package_version("pgloader"),
                package_version("python3-pyodbc")]

    # ---- contestants: each prepares, then returns a Timer

    @property
    def connection(self):
        return f"Driver={self.driver};Database={self.source}"

    def oe2pg(self, name, *flags):
        config = self.config(name, {"odbc_connection": self.connection, "schema": ""})
        return Timer([self.program, "--config", config, "--progress", "none", *flags])

    def scan(self, *tables):
        return Timer([self.scanner, self.connection + ";StepAPI=1", *(tables or ["order_line"])])

    def scan_quarters(self):
        return self.scan("quarter_a", "quarter_b")

    def copy(self):
        self.fresh("b_copy")
        self.psql(TEXT_SCHEMA, "b_copy")
        return Timer(["psql", "-qX", "-d", self.dsn("b_copy"), "-c",
                      f"\\copy order_line from '{self.rows_file}'"])

    def load(self):
        self.fresh("b_load")
        timer = self.again()
        mirrored = int(self.psql("select count(*) from mirror.order_line", "b_load"))
        if mirrored != self.args.rows:
            raise RuntimeError(f"{mirrored} of {self.args.rows} rows are in the mirror")
        return timer

    def load_table(self, table):
        self.fresh("b_table")
        return self.oe2pg("b_table", "--jobs", "1", "--table", table)

    def load_tenth(self):
        return self.load_table("tenth")

    def customers(self):
        return self.load_table("customer")

    def again(self):
        before = self.psql("select pg_current_wal_lsn()").strip()
        timer = self.oe2pg("b_load", "--jobs", "1", "--table", "order_line")
        timer.wal_kb = int(self.psql(
            f"select pg_wal_lsn_diff(pg_current_wal_lsn(), '{before}')::bigint")) / 1024
        return timer

    def verify(self):
        config = self.config("b_load", {"odbc_connection": self.connection, "schema": ""})
        return Timer([self.program, "verify", "--config", config, "--progress", "none", "--jobs",
                      "1", "--table", "order_line"])

    def changed(self):
        db = sqlite3.connect(self.source)
        db.execute("update order_line set qty = qty + 1 where order_num % 1000 = ?",
                   (random.randrange(1000),))
        db.commit()
        db.close()
        return self.again()

    def quarters(self, jobs):
        return self.oe2pg("b_quarters", "--jobs", str(jobs), "--table", "quarter_*")

    def one_job(self):
        self.fresh("b_quarters")
        return self.quarters(1)

    def two_jobs(self):
        self.fresh("b_quarters")
        return self.quarters(2)

    def again_two_jobs(self):
        return self.quarters(2)

    def plan(self, name, source):
        self.fresh(name)
        return Timer([self.program, "plan", "--config", self.config(name, source)])

    def catalogue_sqlite(self):
        return self.plan("b_plan", {"schema": "", "odbc_connection":
                                    f"Driver={self.driver};Database={self.path('catalogue.sqlite')}"})

    def catalogue_postgres(self):
        return self.plan("b_plan", {"schema": "erp", "odbc_driver": "PostgreSQL Unicode",
                                    "host": self.pg.host, "port": self.pg.port,
                                    "db_name": "b_catalogue", "user": self.pg.user})

    def small(self):
        self.fresh("b_small")
        return self.small_again()

    def small_again(self):
        return self.oe2pg("b_small", "--jobs", "1", "--table", "small*")

    def pgloader(self, pattern, database):
        self.fresh(database)
        script = self.path(f"{database}.load")
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
                      self.connection + ";StepAPI=1", "order_line", self.dsn("b_py")])

    def python_copy(self):
        return self.python("copy")

    def python_values(self):
        return self.python("values")

    # ---- ratios

    def ratios(self):
        lines = []
        if {"scan", "copy"} <= set(self.times):
            slower = max("scan", "copy", key=self.median)
            lines += self.ratio("first load / the slower of scan and COPY", "load", slower,
                                goal="<= 1.2")
        lines += self.ratio("second run, unchanged / scan", "again", "scan", goal="<= 1.5")
        lines += self.ratio("0.1 % changed / unchanged", "changed", "again", goal="<= 1.1")
        lines += self.ratio("verify / scan", "verify", "scan", goal="<= 1.5")
        lines += self.ratio("one job / two jobs", "one_job", "two_jobs", goal=">= 1.15")
        lines += self.ratio("two jobs, unchanged / scans of both tables (half of it at best)",
                            "again_two_jobs", "scan_quarters", goal="<= 0.6")
        lines += self.bound("- at best: CPU seconds of the scans and of PostgreSQL's digests, on all cores",
                            [("scan_quarters", "cpu"), ("again_two_jobs", "server_cpu")],
                            "scan_quarters")
        lines += self.ratio("peak memory, all rows / a tenth of them", "load", "load_tenth",
                            field="peak_kb", goal="1")
        for name, words in (("again", "unchanged"), ("changed", "0.1 % changed")):
            if name in self.times:
                lines.append(f"| KB of WAL, {words} | {self.median(name, 'wal_kb'):.0f} | |")
        for name, words, goal in (("catalogue_sqlite", "SQLite", 5),
                                  ("catalogue_postgres", "PostgreSQL", 10)):
            if name in self.times:
                lines.append(f"| s, plan of {TABLES} tables, {words} | {self.median(name):.2f} |"
                             f" <= {goal} |")
        for name, words in (("small", "first load"), ("small_again", "unchanged")):
            if name in self.times and self.args.small > 0:
                a_table = self.median(name) * 1000 / self.args.small
                lines.append(f"| ms a small table, {words} | {a_table:.1f} | <= 8 |")
        for peer, ours, goal in (("pgloader_wide", "load", ">= 3"),
                                 ("pgloader_small", "small", ">= 10"),
                                 ("python_copy", "load", ""), ("python_values", "load", ">= 10")):
            lines += self.ratio(f"{peer.replace('_', ', ')} / oe2pg", peer, ours, goal=goal)
            if ours == "load":
                lines += self.ratio("- at best: the same / bare scan", peer, "scan")
        return lines
