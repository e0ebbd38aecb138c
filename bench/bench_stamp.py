"""A table of which one row in a thousand was written since the last run, read by an indexed stamp: PostgreSQL by
ODBC, against the bare query of these rows by psql. Run it with --rows 3000000."""

import json
import os

from harness import Group, Timer, output_of, package_version

SOURCE = "b_stamp_source"
MIRROR = "b_stamp"


class StampGroup(Group):
    title = "Read by stamp: one row in a thousand changed, PostgreSQL by ODBC"
    contestants = (("bare", "psql: the rows stamped since"), ("by_stamp", "oe2pg: the same rows, by their stamp"))
    columns = 4

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        self.since = ""

    def prepare(self):
        self.fresh(SOURCE)
        self.fresh(MIRROR)
        self.psql("create schema erp; create table erp.orders (id int primary key, customer text, amount numeric(12,2),"
                  " changed timestamptz); insert into erp.orders select n, 'customer ' || n % 9973, n * 0.07,"
                  f" now() - interval '1 day' - n * interval '1 ms' from generate_series(1, {self.rows}) n;"
                  " create index on erp.orders (changed); analyze erp.orders", SOURCE)
        path = self.config(MIRROR, {
            "odbc_driver": "PostgreSQL Unicode", "host": self.pg.host, "port": self.pg.port, "db_name": SOURCE,
            "user": self.pg.user, "schema": "erp"})
        with open(path, encoding="utf-8") as written:
            config = json.load(written)
        config["mirror_settings"] = {"overlap_seconds": 0, "trust": "now",
                                     "tables": {"orders": {"witness": "stamp:changed"}}}
        with open(path, "w", encoding="utf-8") as out:
            json.dump(config, out)
        self.mirror_config = path
        self.sync()

    def versions(self):
        return [output_of("psql", "--version"), package_version("odbc-postgresql")]

    def sync(self):
        return Timer([self.program, "--config", self.mirror_config, "--progress", "none", "--jobs", "1"],
                     env=dict(os.environ))

    def bare(self):
        """What changes for this round, and the bare read of it."""
        self.since = self.psql("select clock_timestamp()", SOURCE).strip()
        self.psql("update erp.orders set amount = amount + 1, changed = clock_timestamp() where id % 1000 = 7", SOURCE)
        return Timer(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-d", self.dsn(SOURCE), "-c",
                      f"select * from erp.orders where changed >= '{self.since}'"])

    def by_stamp(self):
        timer = self.sync()
        how = self.psql("select method from oe2pg.tracking", MIRROR).strip()
        if how != "timestamp":
            raise RuntimeError(f"read by {how}")
        return timer

    def ratios(self):
        if not {"bare", "by_stamp"} <= set(self.times):
            return []
        limit = 3 * self.median("bare") + 0.5
        return [f"| seconds of oe2pg / (3 x the bare query + 0.5 s) | {self.median('by_stamp') / limit:.2f} | <= 1 |"]
