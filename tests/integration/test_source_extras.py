"""What a source has beside its tables is written down: sequences (oe2pg.sequence) and what its views
are made of (oe2pg.source_view)."""

import pytest

from doors import from_mariadb, from_postgres, jars
from dump_files import Folder, table
from mirroring import sqlite_file
from openedge_server import jars_folder
from servers import java_environment

LONG = "SELECT id, '%s' AS text FROM t" % ("\u00e4" * 1300)


def sequences(pg):
    """name: (current value, increment, least, greatest, whether it goes round)"""
    return {row[0]: row[1:] for row in pg.query(
        "SELECT name, current_value::text, increment::text, min_value::text, max_value::text, is_cycling"
        " FROM oe2pg.sequence")}


def views(pg):
    return dict(pg.query("SELECT name, definition FROM oe2pg.source_view"))


def versions(pg):
    return pg.query("SELECT 's', name, xmin::text, read_at::text FROM oe2pg.sequence UNION ALL"
                    " SELECT 'v', name, xmin::text, read_at::text FROM oe2pg.source_view ORDER BY 1, 2")


@pytest.fixture
def from_pg(second_pg, mirror):
    second_pg.query("CREATE SCHEMA shop; CREATE SCHEMA other; CREATE TABLE shop.t (id int PRIMARY KEY);"
                    "CREATE SEQUENCE shop.drawn INCREMENT 5 MINVALUE 10 MAXVALUE 9000 CYCLE;"
                    "CREATE SEQUENCE shop.fresh; CREATE SEQUENCE other.elsewhere;"
                    "SELECT nextval('shop.drawn'), nextval('shop.drawn');"
                    "CREATE VIEW shop.plain AS SELECT id FROM shop.t WHERE id > 7;"
                    "CREATE MATERIALIZED VIEW shop.kept AS SELECT 1 AS one; CREATE VIEW other.v AS SELECT 2;"
                    "CREATE VIEW shop.long AS " + LONG.replace("FROM t", "FROM shop.t"))
    return from_postgres(mirror, second_pg, "odbc", "shop")


def test_sequences_and_views_of_postgresql_are_recorded_and_followed(from_pg, second_pg, pg):
    from_pg.run_well()
    drawn = ("15", "5", "10", "9000", True)
    assert sequences(pg) == {"drawn": drawn, "fresh": (None, "1", "1", str(2 ** 63 - 1), False)}
    assert set(views(pg)) == {"plain", "kept", "long"}
    assert "id > 7)" in views(pg)["plain"]
    assert "\u00e4" * 1300 in views(pg)["long"]
    before = versions(pg)
    from_pg.run_well()
    assert versions(pg) == before
    second_pg.query("SELECT nextval('shop.fresh'); DROP SEQUENCE shop.drawn; DROP VIEW shop.long;"
                    "CREATE OR REPLACE VIEW shop.plain AS SELECT id FROM shop.t WHERE id > 8")
    from_pg.run_well()
    assert sequences(pg) == {"fresh": ("1", "1", "1", str(2 ** 63 - 1), False)}
    assert set(views(pg)) == {"plain", "kept"} and "id > 8)" in views(pg)["plain"]
    kept = [row for row in before if row[1] == "kept"]
    assert [row for row in versions(pg) if row[1] == "kept"] == kept
    from_pg.run_well("forget", "mirror", "--yes")
    assert pg.value("SELECT count(*) FROM oe2pg.sequence") + pg.value("SELECT count(*) FROM oe2pg.source_view") == 0


def test_a_source_that_does_not_tell_fails_nothing_and_what_was_known_stays(from_pg, second_pg, pg):
    from_pg.run_well()
    known = sequences(pg)
    second_pg.query("CREATE ROLE clerk LOGIN; GRANT USAGE ON SCHEMA shop TO clerk;"
                    "GRANT SELECT ON shop.t TO clerk; REVOKE SELECT ON pg_catalog.pg_sequences FROM PUBLIC")
    try:
        from_pg.source(user="clerk")
        result = from_pg.run_well()
    finally:
        second_pg.query("GRANT SELECT ON pg_catalog.pg_sequences TO PUBLIC; DROP OWNED BY clerk; DROP ROLE clerk")
    assert "the source's sequences can't be read" in "\n".join(result.log_lines("WARNING")), result.explain()
    assert sequences(pg) == known


def test_sequences_and_views_of_mariadb_are_recorded(mariadb_server, pg, mirror):
    server = mariadb_server
    server.sql("CREATE DATABASE beside")
    try:
        server.sql("CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t;"
                   "CREATE SEQUENCE `od``d` START WITH 40 INCREMENT BY 2 MAXVALUE 99 NOCACHE;"
                   "DO NEXT VALUE FOR `od``d`", dbname="beside")
        from_mariadb(mirror, server, "odbc", "beside").run_well()
    finally:
        server.sql("DROP DATABASE beside")
    assert sequences(pg) == {"od`d": ("42", "2", "1", "99", False)}
    assert "`id`" in views(pg)["v"]


def test_views_of_sqlite_are_recorded(mirror, pg, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY)",
                       "CREATE VIEW v AS SELECT id FROM t", "CREATE VIEW l AS " + LONG)
    mirror.sqlite(path).run_well()
    assert views(pg) == {"v": "CREATE VIEW v AS SELECT id FROM t", "l": "CREATE VIEW l AS " + LONG}
    assert sequences(pg) == {}


def test_sequences_and_views_of_h2_are_recorded(mirror, pg, tmp_path):
    start = ("CREATE TABLE IF NOT EXISTS T (ID INT PRIMARY KEY)", "CREATE VIEW IF NOT EXISTS V AS SELECT ID FROM T",
             "CREATE SEQUENCE IF NOT EXISTS S START WITH 3 INCREMENT BY 4 MAXVALUE 50 CYCLE")
    mirror.config["postgres_db"]["schema"] = "mirror"
    mirror.source(jar_file=jars("h2.jar"), user="sa", password="sa", schema="PUBLIC",
                  jdbc_url="jdbc:h2:mem:extras;INIT=" + "\\;".join(start))
    mirror.run_well(environment=java_environment())
    assert sequences(pg) == {"S": ("3", "4", "1", "50", True)}
    assert '"PUBLIC"."T"' in views(pg)["V"]


@pytest.mark.skipif(jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")
@pytest.mark.parametrize("currval", ["granted", "denied"])
def test_sequences_and_views_of_openedge_are_recorded(openedge, mirror, pg, currval):
    openedge.switch(currval=currval)
    mirror.source(**openedge.source_keys())
    result = mirror.run_well("--table", "State", environment=java_environment())
    value = "1000" if currval == "granted" else None
    assert sequences(pg)["NextCustNum"] == (value, "5", "1000", None, False)
    assert sequences(pg)["NextBinNum"] == (value, "1", "1000", "1000000", False)
    assert len(sequences(pg)) == 12
    assert views(pg)["TopLedger"].strip()
    warned = "12 of 12 sequences did not tell their values" in "\n".join(result.log_lines("WARNING"))
    assert warned == (currval == "denied"), result.explain()


def test_the_sequences_of_a_folder_of_dumps_are_recorded_as_its_schema_has_them(mirror, pg, tmp_path):
    folder = Folder(tmp_path / "dumps")
    mirror.source(interface="dump", dump_dir=str(folder.path), db_name="shop")
    folder.df(table("T", [("Num", "integer")], ["Num"]),
              'ADD SEQUENCE "Next-Num"\n  INITIAL 10\n  INCREMENT 5\n  CYCLE-ON-LIMIT yes\n  MIN-VAL 1\n  MAX-VAL ?\n')
    folder.d("T", "1")
    mirror.run_well()
    assert sequences(pg) == {"Next-Num": (None, "5", "1", None, True)}
    assert pg.value("SELECT source_schema FROM oe2pg.sequence").upper() == "PUB"
    before = versions(pg)
    mirror.run_well()
    assert versions(pg) == before
