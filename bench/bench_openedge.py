"""The look-alike of OpenEdge as a source: what ten values that it does not deliver cost.

Of tables that are equal but for these, the one without is the measure for the one with them. The
tables without a key have a tenth of the rows: what is read by ROWID is read in many statements.
"""

import os

from harness import Group, Timer, output_of, package_version

COLUMNS = (("Id", "integer"), ("Item", "integer"), ("Descr", "character"), ("Price", "decimal"),
           ("Qty", "integer"), ("Status", "character"), ("Ship", "date"), ("Made", "datetime"),
           ("Note", "character"), ("Flag", "logical"))
WIDTHS = {"character": "  MAX-WIDTH 60\n", "decimal": "  MAX-WIDTH 17\n  DECIMALS 2\n"}
BAD = 10
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
         f"no key, a tenth of the rows: {AGAIN}, ten values known to be too wide"))

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

    def close(self):
        self.server.close()

    def versions(self):
        return [output_of("java", "-version"), package_version("libh2-java")]

    # ---- tables

    def make(self, name, has_key, rows):
        definition = f'ADD TABLE "{name}"\n' + "".join(
            f'ADD FIELD "{column}" OF "{name}" AS {kind}\n' + WIDTHS.get(kind, "")
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
        is_news = is_new and name.endswith("bad")
        timer = Timer([self.program, "--config", self.config(database, self.server.source_keys()),
                       "--table", name, "--progress", "none", "--jobs", "1"],
                      accepted=(1,) if is_news else (0,))
        self.check(database, name)
        return timer

    def check(self, database, name):
        rows = self.args.rows if name.startswith("keyed") else self.args.rows // 10
        bad = BAD if name.endswith("bad") else 0
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
        return lines
