"""A driver whose results are of other types than its catalogue says, where its product's are read by
type: it is gone by what comes, and told of once. A table that really was altered while it was read
is told from it: it fails, and the next run is right."""

import os
import subprocess

import pytest

from mirroring import errors
from servers import JavaServer, java_environment, java_jars

ENVIRONMENT = java_environment()
H2 = java_jars("h2.jar")

pytestmark = pytest.mark.skipif(H2 is None, reason="left out: there is no H2")

# Each kind of type that H2 has, with a value that reading by another type would change.
KINDS = {"N": ("INT", "-7"), "BIG": ("BIGINT", "9007199254740993"), "F": ("BOOLEAN", "TRUE"),
         "D": ("DECIMAL(20, 4)", "1234567890123.5"), "R": ("DOUBLE PRECISION", "0.1"),
         "S": ("REAL", "0.1"), "T": ("VARCHAR(20)", "'007 '"), "C": ("CHAR(4)", "'ab'"),
         "L": ("CLOB", "'12'"), "B": ("VARBINARY(9)", "X'3132'"), "BORN": ("DATE", "DATE '1582-10-10'"),
         "AT": ("TIMESTAMP(6)", "TIMESTAMP '2024-02-29 01:02:03.000100'"),
         "CLOCK": ("TIME(3)", "TIME '23:59:59.120'"),
         "Z": ("TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE '2024-02-29 01:02:03+05:30'"),
         "U": ("UUID", "UUID '6c6f6f6b-616c-696b-6520-000000000001'")}


@pytest.fixture(scope="module")
def drivers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fickle")
    support = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
    subprocess.run(["javac", "-d", str(folder / "classes")] + [
        os.path.join(support, name) for name in (
            "BareDriver.java", "OddDriver.java", "FickleDriver.java")], check=True)
    jar = str(folder / "fickle.jar")
    subprocess.run(["jar", "--create", "--file", jar, "-C", str(folder / "classes"), "."], check=True)
    return [jar] + H2


@pytest.fixture
def server():
    with JavaServer("H2") as server:
        yield server


def behind(mirror, drivers, url, schema="mirror"):
    mirror.source(jar_file=drivers, schema="PUBLIC", jdbc_url=url, user="sa", password="sa",
                  driver_class="FickleDriver" if ":fickle:" in url else "org.h2.Driver")
    mirror.config["postgres_db"]["schema"] = schema
    return mirror


def rows(pg, schema):
    return pg.query("SELECT * FROM %s.odd ORDER BY id" % schema)


def test_a_known_product_that_disagrees_with_itself_is_read_as_what_comes(
        pg, mirror, server, drivers):
    server.sql("CREATE TABLE odd (id INT PRIMARY KEY, %s)" % ", ".join(
        "%s %s" % (name, kind[0]) for name, kind in KINDS.items()))
    server.sql("INSERT INTO odd VALUES (1, %s), (2%s)" % (
        ", ".join(kind[1] for kind in KINDS.values()), ", NULL" * len(KINDS)))
    behind(mirror, drivers, "jdbc:fickle:lying:" + server.url)
    result = mirror.run_well(environment=ENVIRONMENT)
    told = [line for line in result.log_lines() if "types that its catalogue says" in line]
    assert len(told) == 1 and "changed while" not in result.log, result.explain()
    lying = rows(pg, "mirror")
    result = mirror.run_well("--full-sync", environment=ENVIRONMENT)
    assert "0 inserted, 0 updated, 0 deleted" in result.log, result.explain()
    behind(mirror, drivers, server.url, schema="honest")
    mirror.run_well(environment=ENVIRONMENT)
    assert lying == rows(pg, "honest")


def test_a_table_whose_type_changed_while_it_was_read_fails_and_the_next_run_is_right(
        pg, mirror, server, drivers):
    server.sql("CREATE TABLE moving (id INT PRIMARY KEY, v INT)")
    server.sql("INSERT INTO moving VALUES (1, 7)")
    behind(mirror, drivers, "jdbc:fickle:moving:" + server.url)
    result = mirror.run("--jobs", "1", environment=ENVIRONMENT)
    assert result.status == 1, result.explain()
    assert "the table changed while it was being read" in errors(result)
    assert "The next run reads the catalogue again." in errors(result)
    assert "types that its catalogue says" not in result.log
    server.sql("INSERT INTO moving VALUES (2, 'x')")
    mirror.run_well(environment=ENVIRONMENT)
    assert pg.query("SELECT id, v FROM mirror.moving ORDER BY id") == [("1", "7"), ("2", "x")]
