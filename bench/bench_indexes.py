"""Keys and indexes of every Sports2020 table of OpenEdge's look-alike, made by the first load of a native
mirror, against the same statements by psql on a mirror without them. What the load does besides is what
one takes that makes none."""

import os

from harness import Group, Timer, output_of, package_version

BARE = "b_indexes_bare"
# What a mirror has, as statements that make it of the same tables without; a primary key is an index first.
STATEMENTS = """
select format('alter table %s alter column %I set not null;', a.attrelid::regclass, a.attname)
 from pg_attribute a join pg_class c on c.oid = a.attrelid
 where c.relnamespace = 'mirror'::regnamespace and c.relkind = 'r' and a.attnotnull and a.attnum > 0
union all select pg_get_indexdef(i.indexrelid) || ';' from pg_index i join pg_class c on c.oid = i.indexrelid
 where c.relnamespace = 'mirror'::regnamespace
union all select format('alter table %s add constraint %I primary key using index %I;', conrelid::regclass,
 conname, conname) from pg_constraint where connamespace = 'mirror'::regnamespace and contype = 'p'"""


class IndexesGroup(Group):
    title = "Indexes of Sports2020, OpenEdge's look-alike by JDBC"
    contestants = (("bare", "first load without keys and indexes"),
                   ("made", "first load with all of them"),
                   ("by_psql", "psql: the same statements"))

    def __init__(self, args, work, pg):
        super().__init__(args, work, pg)
        os.environ["OE2PG_TEST_PROGRAMS"] = os.path.join(os.path.dirname(self.program), "tests")
        # The module looks for the jars' folder in the environment.
        from openedge_server import OpenEdgeServer
        self.server = OpenEdgeServer("sports2020")
        self.statements = self.path("indexes.sql")
        self.expected = 0

    def prepare(self):
        self.server.__enter__()
        self.load(BARE, "none")
        self.rows, self.columns = map(int, self.psql(
            "select sum((xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %s', oid::regclass),"
            " false, true, '')))[1]::text::bigint), sum(relnatts) from pg_class"
            " where relnamespace = 'mirror'::regnamespace and relkind = 'r'", BARE).split("|"))
        database = "b_indexes_made"
        self.load(database, "all")
        with open(self.statements, "w", encoding="utf-8") as out:
            out.write(self.psql(STATEMENTS, database))
        self.expected = self.count_indexes(database)

    def close(self):
        self.server.close()

    def versions(self):
        return [output_of("java", "-version"), package_version("libh2-java"), f"{self.expected} indexes"]

    # ---- runs

    def load(self, database, indexes):
        self.fresh(database)
        environment = dict(os.environ, OE2PG_MIRROR_SETTINGS_COLUMN_TYPES="native",
                           OE2PG_MIRROR_SETTINGS_INDEXES=indexes)
        return Timer([self.program, "--config", self.config(database, self.server.source_keys()),
                      "--progress", "none", "--jobs", "1"], env=environment)

    def count_indexes(self, database):
        return int(self.psql("select count(*) from pg_indexes where schemaname = 'mirror'", database))

    def check(self, database):
        found = self.count_indexes(database)
        if found != self.expected:
            raise RuntimeError(f"{database}: {found} of {self.expected} indexes")

    def bare(self):
        return self.load(BARE, "none")

    def made(self):
        timer = self.load("b_indexes_made", "all")
        self.check("b_indexes_made")
        return timer

    def by_psql(self):
        database = "b_indexes_by_psql"
        self.psql(f"drop database if exists {database}")
        self.psql(f"create database {database} template {BARE}")
        self.psql("checkpoint")
        timer = Timer(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", self.dsn(database), "-f", self.statements])
        self.check(database)
        return timer

    # ---- ratios

    def ratios(self):
        lines = []
        for field, words, goal in (("wall", "seconds", "<= 1.3"), ("server_cpu", "PostgreSQL's CPU", "")):
            if {"bare", "made", "by_psql"} <= set(self.times):
                ratio = (self.median("made", field) - self.median("bare", field)) / max(
                    self.median("by_psql", field), 0.01)
                lines.append(f"| {words} of making: (a load with them - one without) / psql |"
                             f" {ratio:.2f} | {goal} |")
        return lines
