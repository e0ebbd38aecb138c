"""A folder of OpenEdge dumps as the source: reading files alone, in three code pages, and mirroring them.

How fast files are read is told in MB for each CPU second: that is what one core does, whatever else the
machine is at.
"""

import os

from harness import NAMES, TEXT_SCHEMA, Group, Timer, order_lines, package_version, write_rows

KINDS = dict.fromkeys("order_num line_num item_num qty discount warehouse flag".split(), "integer")
KINDS |= dict.fromkeys("price extended tax".split(), "decimal")
KINDS |= {"ship_date": "date", "promise_date": "date", "created": "datetime"}
# What a row's texts are in: two code pages of one byte a character, one of which is most often met.
PAGES = {"utf8": ("UTF-8", "utf-8"), "1252": ("1252", "cp1252"), "ibm850": ("ibm850", "cp850")}
GOALS = {"utf8": ">= 250", "1252": ">= 120", "ibm850": ">= 120"}
TRAILER = """.
PSC
filename={table}
records={rows:013d}
ldbname=bench
timestamp=2026/11/30-12:00:00
numformat=44,46
dateformat=ymd-1950
map=NO-MAP
cpstream={page}
.
{offset:010d}
"""


def word(name, value):
    if value is None:
        return "?"
    kind = KINDS.get(name, "character")
    if kind == "character":
        return '"%s"' % value
    if kind == "date":
        return value.replace("-", "/")
    return value.replace(" ", "T") + ".000" if kind == "datetime" else str(value)


def schema(table, has_key=True):
    lines = ['ADD TABLE "%s"' % table]
    for number, name in enumerate(NAMES, 1):
        lines += ['ADD FIELD "%s" OF "%s" AS %s' % (name, table, KINDS.get(name, "character")),
                  "  ORDER %d" % (10 * number)]
        if KINDS.get(name) == "decimal":
            lines.append("  DECIMALS %d" % (4 if name == "tax" else 2))
    if has_key:
        lines += ['ADD INDEX "pk" ON "%s"' % table, "  UNIQUE", "  PRIMARY",
                  '  INDEX-FIELD "order_num"', '  INDEX-FIELD "line_num"']
    return "\n".join(lines) + "\n\n"


class DumpGroup(Group):
    title = "A folder of OpenEdge dumps"
    contestants = (
        ("read_utf8", "reading alone, UTF-8"), ("read_1252", "reading alone, 1252"),
        ("read_ibm850", "reading alone, ibm850"), ("read_gzip", "reading alone, UTF-8 in gzip"),
        ("copy", "COPY of the same rows from a file (psql), all TEXT"),
        ("load_keyless", "oe2pg, first load without a key, one job"),
        ("load", "oe2pg, first load, one job"),
        ("load_tenth", "oe2pg, first load of a tenth of the rows"),
        ("again", "oe2pg, second run, nothing changed"), ("full", "oe2pg --full-sync, nothing changed"),
        ("one_job", "oe2pg, first load of two files of half of the rows each, one job"),
        ("two_jobs", "oe2pg, the same, two jobs"),
        ("one_core", "oe2pg, the same, one job, it and PostgreSQL on one processor"),
        ("small", "oe2pg, first load of the small files, one job"),
        ("small_again", "oe2pg, small files unchanged"),
        ("small_full", "oe2pg --full-sync, small files unchanged"))

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        self.reader = os.path.join(os.path.dirname(self.program), "tests", "source_dump")
        self.sizes = {}

    def prepare(self):
        if not os.path.exists(self.reader):
            raise SystemExit(f"{self.reader} is missing: build with -Dtests=enabled")
        self.rows_file = self.path("rows.txt")
        write_rows(self.rows_file, self.args.rows)
        for page in PAGES:
            self.sizes[page] = self.write(page, page, {"order_line": self.args.rows})
        os.makedirs(self.path("keyless"))
        os.symlink(self.path("utf8/order_line.d"), self.path("keyless/order_line.d"))
        with open(self.path("keyless/all.df"), "w", encoding="utf-8") as out:
            out.write(schema("order_line", has_key=False) + ".\n")
        self.write("gzip", "utf8", {"order_line": self.args.rows})
        Timer(["gzip", "-q", "-3", self.path("gzip/order_line.d")])
        self.sizes["gzip"] = self.sizes["utf8"]
        self.write("tenth", "utf8", {"order_line": self.args.rows // 10})
        self.write("halves", "utf8", {f"half_{name}": self.args.rows // 2 for name in "ab"})
        self.write("small", "utf8", {f"small{number}": 20 for number in range(self.args.small)})

    def write(self, folder, page, tables):
        """Returns the bytes of the last table's records."""
        name, encoding = PAGES[page]
        os.makedirs(self.path(folder))
        with open(self.path(f"{folder}/all.df"), "w", encoding="utf-8") as out:
            out.write("".join(map(schema, tables)) + ".\n")
        for table, rows in tables.items():
            with open(self.path(f"{folder}/{table}.d"), "w", encoding=encoding, newline="\n") as out:
                for row in order_lines(rows):
                    out.write(" ".join(map(word, NAMES, row)) + "\n")
                size = out.tell()
                out.write(TRAILER.format(table=table, rows=rows, page=name, offset=size + 2))
        return size

    def versions(self):
        return [package_version("zlib1g"), f"{self.args.small} small files"]

    # ---- contestants

    def read(self, folder):
        return Timer([self.reader, "count", "order_line"],
                     env={**os.environ, "SOURCE_DUMPS": self.path(folder)})

    def oe2pg(self, folder, *flags):
        config = self.config(f"d_{folder}", {"interface": "dump", "dump_dir": self.path(folder),
                                             "db_name": "bench"})
        return Timer([self.program, "--config", config, "--progress", "none", *flags])

    def first(self, folder, *flags):
        self.fresh(f"d_{folder}")
        return self.oe2pg(folder, *flags)

    def __getattr__(self, name):
        if name.startswith("read_"):
            return lambda: self.read(name.removeprefix("read_"))
        raise AttributeError(name)

    def copy(self):
        self.fresh("d_copy")
        self.psql(TEXT_SCHEMA, "d_copy")
        return Timer(["psql", "-qX", "-d", self.dsn("d_copy"), "-c",
                      f"\\copy order_line from '{self.rows_file}'"])

    def load(self):
        timer = self.first("utf8", "--jobs", "1")
        mirrored = int(self.psql("select count(*) from mirror.order_line", "d_utf8"))
        if mirrored != self.args.rows:
            raise RuntimeError(f"{mirrored} of {self.args.rows} rows are in the mirror")
        return timer

    def load_keyless(self):
        return self.first("keyless", "--jobs", "1")

    def load_tenth(self):
        return self.first("tenth", "--jobs", "1")

    def again(self):
        return self.oe2pg("utf8", "--jobs", "1")

    def full(self):
        return self.oe2pg("utf8", "--jobs", "1", "--full-sync")

    def one_job(self):
        return self.first("halves", "--jobs", "1")

    def one_core(self):
        """On two processors one job keeps both busy, its own side and PostgreSQL's: what a second job does
        for a processor more is seen against one job that has one."""
        usual = os.sched_getaffinity(0)
        for pid in (0, self.pg.process.pid):
            os.sched_setaffinity(pid, {min(usual)})
        try:
            return self.one_job()
        finally:
            for pid in (0, self.pg.process.pid):
                os.sched_setaffinity(pid, usual)

    def two_jobs(self):
        return self.first("halves", "--jobs", "2")

    def small(self):
        return self.first("small", "--jobs", "1")

    def small_again(self):
        return self.oe2pg("small", "--jobs", "1")

    def small_full(self):
        return self.oe2pg("small", "--jobs", "1", "--full-sync")

    # ---- figures

    def speed(self, page):
        if f"read_{page}" not in self.times:
            return []
        speed = self.sizes[page] / 1e6 / self.median(f"read_{page}", "cpu")
        return [f"| MB a CPU second, reading alone, {page} | {speed:.0f} | {GOALS.get(page, '')} |"]

    def per_file(self, name, words):
        if name not in self.times:
            return []
        return [f"| ms a small file, {words} | {1000 * self.median(name) / self.args.small:.1f} | |"]

    def ratios(self):
        lines = [line for page in self.sizes for line in self.speed(page)]
        slower = max(("read_utf8", "copy"), key=lambda name: self.median(name) if name in self.times else 0)
        lines += self.ratio("first load without a key / the slower of reading and COPY", "load_keyless", slower,
                            goal="<= 1.15")
        lines += self.ratio("first load, with its key / the same", "load", slower)
        lines += self.ratio("one job / two jobs", "one_job", "two_jobs", goal=">= 1.6")
        lines += self.bound("- at best: the same / CPU seconds of oe2pg and PostgreSQL with two jobs, on all cores",
                            [("two_jobs", "cpu"), ("two_jobs", "server_cpu")], "one_job", goes_over=True)
        lines += self.ratio("one job on one processor / two jobs on all", "one_core", "two_jobs", goal=">= 1.6")
        if "load" in self.times:
            lines.append(f"| peak MB of the first load | {self.median('load', 'peak_kb') / 1024:.0f} | <= 32 |")
        lines += self.ratio("peak memory, all rows / a tenth of them", "load", "load_tenth", "peak_kb", "1")
        return lines + self.per_file("small", "first load") + self.per_file("small_again", "not read") + (
            self.per_file("small_full", "compared"))
