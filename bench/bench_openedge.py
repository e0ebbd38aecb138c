"""The look-alike of OpenEdge as a source: what values that it does not deliver cost.

Of tables that are equal but for ten of them, the one without is the measure for the one with them. The
tables without a key have a tenth of the rows: what is read by ROWID is read in many statements. Of tables
in which every value of one column is too wide, one with the same values in a wider column is.
"""

import os

from harness import Group, Timer, output_of, package_version

COLUMNS = (("Id", "integer"), ("Item", "integer"), ("Descr", "character"), ("Price", "decimal"),
           ("Qty", "integer"), ("Status", "character"), ("Ship", "date"), ("Made", "datetime"),
           ("Note", "character"), ("Flag", "logical"))
WIDTHS = {"character": "  MAX-WIDTH 60\n", "decimal": "  MAX-WIDTH 17\n  DECIMALS 2\n"}
BAD = 10
# Of a column that is too wide everywhere: what gets past its width, and how wide it is.
EVERYWHERE = {"fits": ("fail", 200), "sliced": ("substring", 60), "cast": ("cast", 60), "unread": ("fail", 60)}
FIRST, AGAIN = "first load", "second run, nothing changed"


class OpenEdgeGroup(Group):
    title = "OpenEdge's look-alike by JDBC"
    columns = len(COLUMNS)
    contestants = (
        ("keyed_clean_load", FIRST),
        ("keyed_bad_load", f"{FIRST}, ten values too wide"),
        ("keyed_clean_again", AGAIN),
        ("keyed_bad_again", f"{AGAIN}, ten values known to be too wide"),
        ("keyless_clean_load", f"no key, a tenth of the rows: {FIRST}"),
        ("keyless_bad_load", f"no key, a tenth of the rows: {FIRST}, ten values too wide"),
        ("keyless_clean_again", f"no key, a tenth of the rows: {AGAIN}"),
        ("keyless_bad_again",
         f"no key, a tenth of the rows: {AGAIN}, ten values known to be too wide"),
        ("keyed_fits_load", f"{FIRST}, one column of long values"),
        ("keyed_sliced_load", f"{FIRST}, all of them too wide, in slices"),
        ("keyed_cast_load", f"{FIRST}, all of them too wide, by a cast"),
        ("keyed_unread_load", f"{FIRST}, all of them too wide, the column left out"),
        ("keyed_fits_again", f"{AGAIN}, one column of long values"),
        ("keyed_sliced_again", f"{AGAIN}, all of them too wide, in slices"),
        ("keyed_cast_again", f"{AGAIN}, all of them too wide, by a cast"),
        ("keyed_unread_again", f"{AGAIN}, all of them too wide, the column left out"))

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        os.environ["OE2PG_TEST_PROGRAMS"] = os.path.join(os.path.dirname(self.program), "tests")
        # The module looks for the jars' folder in the environment.
        from openedge_server import OpenEdgeServer
        self.server = OpenEdgeServer(memory="6g")

    def prepare(self):
        self.server.__enter__()
        for kind, rows in (("keyed", self.args.rows), ("keyless", self.args.rows // 10)):
            for state in ("clean", "bad"):
                self.make(f"{kind}_{state}", kind == "keyed", rows)
            self.spoil(f"{kind}_bad", rows)
        for state, (_, width) in EVERYWHERE.items():
            self.make(f"keyed_{state}", True, self.args.rows, width)
            self.server.sql(f'UPDATE PUB."keyed_{state}" SET "Descr" = '
                            "'Item description that is longer than its field was ever declared ' || \"Id\"")

    def close(self):
        self.server.close()

    def versions(self):
        return [output_of("java", "-version"), package_version("libh2-java")]

    # ---- tables

    def make(self, name, has_key, rows, width=60):
        definition = f'ADD TABLE "{name}"\n' + "".join(
            f'ADD FIELD "{column}" OF "{name}" AS {kind}\n'
            + WIDTHS.get(kind, "").replace("60", str(width))
            for column, kind in COLUMNS)
        if has_key:
            definition += (f'ADD INDEX "Id" ON "{name}"\n  UNIQUE\n  PRIMARY\n'
                           '  INDEX-FIELD "Id" ASCENDING\n')
        self.server.df(definition)
        self.server.sql(
            f'INSERT INTO PUB."{name}" SELECT x, MOD(x, 10000), \'Item description \' || x,'
            " MOD(x, 1000) / 7.0, MOD(x, 100), 'Shipped', DATE '2024-01-01',"
            " TIMESTAMP '2024-01-01 10:00:00', 'Please deliver at the back door',"
            f" MOD(x, 2) = 0 FROM SYSTEM_RANGE(1, {rows})")

    def spoil(self, name, rows):
        ids = ", ".join(str(rows * number // BAD - rows // (2 * BAD)) for number in
                        range(1, BAD + 1))
        self.server.sql(f'UPDATE PUB."{name}" SET "Descr" = REPEAT(\'wide \', 60)'
                        f' WHERE "Id" IN ({ids})')

    # ---- runs

    def mirror(self, name, is_new):
        database = f"b_{name}"
        if is_new:
            self.fresh(database)
        is_news = is_new and name.endswith(("bad", "unread"))
        # A statement that fails at its first row costs that row, and not the making of all others.
        self.server.switch(wide_functions=EVERYWHERE.get(name.removeprefix("keyed_"), ("fail",))[0],
                           session_truncates="ignored", results="streamed")
        timer = Timer([self.program, "--config", self.config(database, self.server.source_keys()),
                       "--table", name, "--progress", "none", "--jobs", "1"],
                      accepted=(1,) if is_news else (0,))
        self.check(database, name)
        return timer

    def check(self, database, name):
        rows = self.args.rows if name.startswith("keyed") else self.args.rows // 10
        bad = BAD if name.endswith("bad") else rows if name.endswith("unread") else 0
        found = self.psql(f"select count(*), count(descr), count(status) from mirror.{name}",
                          database).strip()
        if found != f"{rows}|{rows - bad}|{rows}":
            raise RuntimeError(f"{database}: {found}")

    def __getattr__(self, name):
        """A contestant: keyed_bad_load mirrors keyed_bad anew, keyed_bad_again once more."""
        table, _, run = name.rpartition("_")
        if run not in ("load", "again"):
            raise AttributeError(name)
        return lambda: self.mirror(table, run == "load")

    def ratios(self):
        lines = []
        for kind, words in (("keyed", "with a key"), ("keyless", "no key")):
            for run, run_words in (("load", FIRST), ("again", AGAIN)):
                lines += self.ratio(f"{words}: {run_words}, ten bad rows / none",
                                    f"{kind}_bad_{run}", f"{kind}_clean_{run}",
                                    goal="<= 2" if kind == "keyed" else "")
        for state, words, goal in (("sliced", "in slices", "<= 1.3"), ("cast", "by a cast", "<= 1.3"),
                                   ("unread", "left out", "<= 1.1")):
            for run, run_words in (("load", FIRST), ("again", AGAIN)):
                lines += self.ratio(f"a column too wide everywhere, {words}: {run_words} / one that fits",
                                    f"keyed_{state}_{run}", f"keyed_fits_{run}", goal=goal)
        return lines
