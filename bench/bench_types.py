"""A mirror of native types against one of text, from PostgreSQL by JDBC, whose columns have types; and the
two forms in which rows may be sent to native columns, without any source."""

import os
import subprocess

from harness import NAMES, SCHEMA, TEXT_SCHEMA, Group, Timer, package_version, write_rows
from bench_jdbc import JAR

SOURCE = "b_types_source"
# Numbers of enum mirror_base, one a column of the wide table.
TEXT, INTEGER, DATE, TIMESTAMP = "0", "2", "8", "10"
NATIVE = [INTEGER, INTEGER, INTEGER, TEXT, "4:17:2", INTEGER, INTEGER, "4:17:2", TEXT, TEXT, DATE, DATE,
          TIMESTAMP, INTEGER, TEXT, INTEGER, TEXT, "4:9:4"]


class TypesGroup(Group):
    title = "Native types against text, PostgreSQL by JDBC"
    contestants = (
        ("text", "first load, text, one job"),
        ("native", "first load, native, one job"),
        ("text_again", "second run, nothing changed, text"),
        ("native_again", "second run, nothing changed, native"),
        ("text_two", "first load, text, two jobs"),
        ("native_two", "first load, native, two jobs"),
        ("form_of_texts", "rows made COPY BINARY of texts, no source, no server"),
        ("form_text", "the same made COPY text of native values"),
        ("form_binary", "the same made COPY BINARY of native values"),
        ("copy_of_texts", "psql: COPY BINARY into text columns"),
        ("copy_text", "psql: COPY text into native columns"),
        ("copy_binary", "psql: COPY BINARY into native columns"))

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        self.former = os.path.join(os.path.dirname(self.program), "tests", "copy_forms")
        self.rows_file = self.path("canonical_rows.txt")
        self.sizes = {}

    def prepare(self):
        if not os.path.exists(self.former):
            raise SystemExit(f"{self.former} is missing: build with -Dtests=enabled")
        write_rows(self.rows_file, self.args.rows)
        self.fresh(SOURCE)
        self.psql(SCHEMA, SOURCE)
        self.copy_file(SOURCE, f"\\copy order_line from '{self.rows_file}'")
        self.psql("vacuum (freeze, analyze) order_line", SOURCE)
        # As PostgreSQL prints them: with all decimals.
        self.copy_file(SOURCE, f"\\copy order_line to '{self.rows_file}'")

    def copy_file(self, database, command):
        return Timer(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(database), "-c", command])

    def versions(self):
        return [package_version("libpostgresql-jdbc-java"), "without keys and indexes"]

    # ---- mirrors

    def run(self, types, jobs=1):
        source = {"jar_file": JAR, "jdbc_url": f"jdbc:postgresql://{self.pg.host}:{self.pg.port}/{SOURCE}",
                  "user": self.pg.user, "schema": "public"}
        config = self.config("b_types_" + types, source)
        environment = dict(os.environ, OE2PG_MIRROR_SETTINGS_COLUMN_TYPES=types)
        return Timer([self.program, "--config", config, "--progress", "none", "--jobs", str(jobs)],
                     env=environment)

    def load(self, types, jobs=1):
        self.fresh("b_types_" + types)
        timer = self.run(types, jobs)
        found, self.sizes[types] = map(int, self.psql(
            "select count(*), pg_table_size('mirror.order_line') from mirror.order_line",
            "b_types_" + types).split("|"))
        if found != self.args.rows:
            raise RuntimeError(f"{found} of {self.args.rows} rows are in the mirror")
        return timer

    def text(self):
        return self.load("text")

    def native(self):
        return self.load("native")

    def text_again(self):
        return self.run("text")

    def native_again(self):
        return self.run("native")

    def text_two(self):
        return self.load("text", 2)

    def native_two(self):
        return self.load("native", 2)

    # ---- forms

    def form(self, name, form, types):
        with open(self.path(name), "wb") as out, open(self.rows_file, "rb") as rows:
            subprocess.run([self.former, form, *types], stdin=rows, stdout=out, check=True)
        return Timer(["sh", "-c", f'exec "$0" "$@" <{self.rows_file} >/dev/null', self.former, form, *types])

    def form_of_texts(self):
        return self.form("of_texts", "binary", [TEXT] * len(NAMES))

    def form_text(self):
        return self.form("text", "text", NATIVE)

    def form_binary(self):
        return self.form("binary", "binary", NATIVE)

    def copy(self, name, schema, options):
        self.fresh("b_types_copy")
        self.psql(schema, "b_types_copy")
        return self.copy_file("b_types_copy", f"\\copy order_line from '{self.path(name)}' {options}")

    def copy_of_texts(self):
        return self.copy("of_texts", TEXT_SCHEMA, "(format binary)")

    def copy_text(self):
        return self.copy("text", SCHEMA.replace(", primary key(order_num, line_num)", ""), "")

    def copy_binary(self):
        return self.copy("binary", SCHEMA.replace(", primary key(order_num, line_num)", ""), "(format binary)")

    # ---- ratios

    def ratios(self):
        lines = self.ratio("first load, one job: native / text", "native", "text", goal="<= 1.05")
        lines += self.ratio("first load, two jobs: native / text", "native_two", "text_two", goal="<= 1.15")
        lines += self.ratio("unchanged: native / text", "native_again", "text_again", goal="<= 1.15")
        lines += self.ratio("CPU of oe2pg, first load: native / text", "native", "text", "cpu", "<= 1.1")
        lines += self.ratio("PostgreSQL's CPU, first load: native / text", "native", "text", "server_cpu")
        if {"text", "native"} <= set(self.sizes):
            lines.append(f"| size on disk: native / text | {self.sizes['native'] / self.sizes['text']:.2f} |"
                         " <= 0.82 |")
        lines += self.ratio("CPU of making rows: binary / text, native values", "form_binary", "form_text",
                            "cpu", "<= 1.1")
        lines += self.ratio("CPU of making rows: native values / texts, binary", "form_binary",
                            "form_of_texts", "cpu")
        lines += self.ratio("PostgreSQL's CPU of COPY: binary / text, native columns", "copy_binary",
                            "copy_text", "server_cpu", "< 1")
        lines += self.ratio("PostgreSQL's CPU of COPY BINARY: native columns / text columns", "copy_binary",
                            "copy_of_texts", "server_cpu")
        return lines
