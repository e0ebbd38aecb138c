"""PostgreSQL as a source by JDBC: oe2pg against a bare loop in Java, JNI calls for every value, its
own ODBC door, and pgcopydb.

Reading is measured alone: each reader takes the seconds from the query to the last row itself, so
that starting Java counts for none of them. End to end is the whole process.
"""

import glob
import os
import shutil
import subprocess

from harness import (
    HERE, SCHEMA, TEXT_SCHEMA, Group, Timer, output_of, package_version, write_rows)

JAR = "/usr/share/java/postgresql.jar"
JAVA = os.path.join(HERE, "jdbc")
SOURCE = "b_source"
# Tried: larger heaps and other collectors make no reader faster, larger fetches neither.
JVM_OPTIONS = ("-Xmx128m", "-XX:+UseSerialGC")
FETCH_SIZE = "1000"


class JdbcGroup(Group):
    title = "PostgreSQL by JDBC"
    contestants = (
        ("read_java", "reading alone: bare loop in Java, every value as a String"),
        ("read_values", "reading alone: C, JNI calls for every value"),
        ("read_jdbc", "reading alone: oe2pg by JDBC"),
        ("read_odbc", "reading alone: oe2pg by ODBC (psqlODBC)"),
        ("load_jdbc", "end to end, all TEXT: oe2pg by JDBC, one job"),
        ("load_odbc", "end to end, all TEXT: oe2pg by ODBC, one job"),
        ("pgcopydb", "end to end, all TEXT: pgcopydb copy table-data"),
        ("start_jdbc", "oe2pg plan by JDBC"),
        ("start_odbc", "oe2pg plan by ODBC"))
    peers = {"pgcopydb": "pgcopydb"}

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        self.reader = os.path.join(os.path.dirname(self.program), "tests", "source_dump")
        self.odbc_driver = glob.glob("/usr/lib/*/odbc/psqlodbcw.so")[0]
        self.java_home = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("javac"))))
        self.url = f"jdbc:postgresql://{pg.host}:{pg.port}/{SOURCE}"

    def prepare(self):
        if not os.path.exists(self.reader):
            raise SystemExit(f"{self.reader} is missing: build with -Dtests=enabled")
        server = os.path.join(self.java_home, "lib", "server")
        subprocess.run(["javac", "-d", self.work, os.path.join(JAVA, "BareLoop.java")], check=True)
        subprocess.run(["gcc", "-std=c17", "-D_GNU_SOURCE", "-O2", "-o", self.path("per_value"),
                        os.path.join(JAVA, "per_value.c"), f"-I{self.java_home}/include",
                        f"-I{self.java_home}/include/linux", f"-L{server}", "-ljvm",
                        f"-Wl,-rpath,{server}"], check=True)
        rows_file = self.path("postgres_rows.txt")
        write_rows(rows_file, self.args.rows)
        self.fresh(SOURCE)
        self.psql(SCHEMA, SOURCE)
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(SOURCE), "-c",
                        f"\\copy order_line from '{rows_file}'"], check=True)
        self.psql("vacuum (freeze, analyze) order_line", SOURCE)
        os.remove(rows_file)

    def versions(self):
        return [output_of("java", "-version"), package_version("libpostgresql-jdbc-java"),
                package_version("odbc-postgresql"), package_version("pgcopydb"),
                f"bare loop and JNI with {' '.join(JVM_OPTIONS)} and a fetch size of {FETCH_SIZE}, "
                "oe2pg as it is without options"]

    # ---- reading alone

    def checked(self, timer):
        if timer.figures.get("rows") != self.args.rows:
            raise RuntimeError(f"not {self.args.rows} rows: {timer.figures}")
        return timer

    def read_java(self):
        return self.checked(Timer(["java", *JVM_OPTIONS, "-cp", f"{self.work}:{JAR}", "BareLoop",
                                   self.url, self.pg.user, "order_line", FETCH_SIZE]))

    def read_values(self):
        return self.checked(Timer([self.path("per_value"), JAR, self.url, self.pg.user,
                                   "order_line", FETCH_SIZE, *JVM_OPTIONS]))

    def read(self, **source):
        environment = dict(os.environ, SOURCE_USER=self.pg.user, SOURCE_SCHEMA="public", **source)
        return self.checked(Timer([self.reader, "count", "order_line"], env=environment))

    def read_jdbc(self):
        return self.read(SOURCE_JARS=JAR, SOURCE_URL=self.url)

    def read_odbc(self):
        return self.read(SOURCE_DRIVER=self.odbc_driver, SOURCE_HOST=self.pg.host,
                         SOURCE_PORT=str(self.pg.port), SOURCE_DB=SOURCE)

    # ---- end to end

    def jdbc_source(self):
        return {"jar_file": JAR, "jdbc_url": self.url, "user": self.pg.user, "schema": "public"}

    def odbc_source(self):
        return {"odbc_driver": self.odbc_driver, "host": self.pg.host, "port": self.pg.port,
                "db_name": SOURCE, "user": self.pg.user, "schema": "public"}

    def load(self, name, source):
        self.fresh(name)
        timer = Timer([self.program, "--config", self.config(name, source), "--progress", "none",
                       "--jobs", "1"])
        self.check_mirror(name, "mirror.order_line")
        return timer

    def check_mirror(self, database, table):
        found = int(self.psql(f"select count(*) from {table}", database))
        if found != self.args.rows:
            raise RuntimeError(f"{database}: {found} rows instead of {self.args.rows}")

    def load_jdbc(self):
        return self.load("b_jdbc", self.jdbc_source())

    def load_odbc(self):
        return self.load("b_odbc", self.odbc_source())

    def pgcopydb(self):
        self.fresh("b_pgcopydb")
        self.psql(TEXT_SCHEMA, "b_pgcopydb")
        folder = self.path("pgcopydb")
        shutil.rmtree(folder, ignore_errors=True)
        uri = f"postgresql://{self.pg.user}@{self.pg.host}:{self.pg.port}/"
        timer = Timer(["pgcopydb", "copy", "table-data", "--dir", folder, "--not-consistent",
                       "--table-jobs", "1", "--source", uri + SOURCE, "--target",
                       uri + "b_pgcopydb"], cwd=self.work)
        self.check_mirror("b_pgcopydb", "order_line")
        return timer

    # ---- the start

    def start(self, name, source):
        self.fresh(name)
        return Timer([self.program, "plan", "--config", self.config(name, source)])

    def start_jdbc(self):
        return self.start("b_start", self.jdbc_source())

    def start_odbc(self):
        return self.start("b_start", self.odbc_source())

    # ---- ratios

    def table(self):
        lines = super().table()
        lines[0] += " reading alone s |"
        lines[1] += "---|"
        names = [name for name, _ in self.contestants if name in self.times]
        for i, name in enumerate(names):
            alone = f"{self.median(name, 'read_s'):.2f}" if name.startswith("read_") else ""
            lines[i + 2] += f" {alone} |"
        return lines

    def ratios(self):
        lines = self.ratio("reading: bare loop in Java / oe2pg by JDBC", "read_java", "read_jdbc",
                           "read_s", ">= 0.75")
        lines += self.ratio("reading: JNI for every value / oe2pg by JDBC", "read_values",
                            "read_jdbc", "read_s", ">= 1.7")
        lines += self.ratio("reading: oe2pg by ODBC / by JDBC", "read_odbc", "read_jdbc", "read_s")
        lines += self.ratio("end to end: pgcopydb / oe2pg by JDBC", "pgcopydb", "load_jdbc",
                            goal=">= 1")
        lines += self.bound("- at best: pgcopydb / CPU seconds of the bare loop and of PostgreSQL for"
                            " pgcopydb, on all cores",
                            [("read_java", "cpu"), ("pgcopydb", "server_cpu")], "pgcopydb", True)
        lines += self.ratio("end to end: oe2pg by ODBC / by JDBC", "load_odbc", "load_jdbc")
        if "load_jdbc" in self.times:
            peak = max(timer.peak_kb for timer in self.times["load_jdbc"]) / 1024
            lines.append(f"| peak MB by JDBC, the highest of all rounds | {peak:.0f} | <= 256 |")
        if {"start_jdbc", "start_odbc"} <= set(self.times):
            more = self.median("start_jdbc") - self.median("start_odbc")
            lines.append(f"| start: seconds more by JDBC than by ODBC | {more:.2f} | < 0.5 |")
        return lines
