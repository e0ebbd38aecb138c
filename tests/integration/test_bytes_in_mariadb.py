"""MariaDB takes no bytes for a text that are none in the column's character set, whatever a session
says of itself; but a table's files may be older than its definition. The server delivers such bytes
as they are, and what a driver makes of them must not be taken for the value."""

import shutil

import pytest

from servers import MariadbServer, java_environment, java_jars

pytestmark = pytest.mark.skipif(not MariadbServer.is_installed(), reason="MariaDB is not installed")


@pytest.fixture
def odd_files(mariadb_server):
    """Of the same width, so that the files of the one fit the definition of the other."""
    server = mariadb_server
    server.sql("CREATE DATABASE odd")
    server.sql("""
        CREATE TABLE old (id INT PRIMARY KEY, v CHAR(20) CHARACTER SET latin1) ENGINE = MyISAM;
        INSERT INTO old VALUES (1, x'636166e9'), (2, 'good'), (3, x'efbfbd');
        CREATE TABLE item (id INT PRIMARY KEY, v CHAR(5) CHARACTER SET utf8mb4) ENGINE = MyISAM;
        FLUSH TABLES;
    """, dbname="odd")
    for ending in ("MYD", "MYI"):
        shutil.copyfile(*("%s/%s.%s" % (server.path("data/odd"), name, ending)
                          for name in ("old", "item")))
    yield server
    server.sql("DROP DATABASE odd")


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_bytes_that_are_none_of_the_character_set_go_to_quarantine(mirror, pg, odd_files, door):
    server = odd_files
    mirror.source(user=server.user, password=server.password, schema="")
    if door == "odbc":
        mirror.source(host=server.host, port=server.port, db_name="odd", odbc_driver="MariaDB Unicode")
    else:
        mirror.source(jdbc_url="jdbc:mariadb://%s:%d/odd" % (server.host, server.port),
                      jar_file=java_jars("mariadb-java-client.jar"))
    result = mirror.run("--table", "item", environment=java_environment())
    assert result.status == 1, result.explain()
    assert pg.query("SELECT * FROM mirror.item ORDER BY id") == [
        ("1", None), ("2", "good"), ("3", "\ufffd")]
    assert bytes(pg.value("SELECT value FROM oe2pg.quarantine")) == b"caf\xe9"
