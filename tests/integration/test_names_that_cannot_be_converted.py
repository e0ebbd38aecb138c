"""PostgreSQL as a source with names of tables and columns that its server cannot send in UTF-8: their
tables fail alone, by name, and what is ignored does not matter. A name behind the first fetch of the
catalogue would end psqlODBC's process."""

import pytest

from mirroring import errors
from servers import java_environment
from test_bytes_that_cannot_be_converted import as_stored, by_door, database  # noqa: F401

ENVIRONMENT = java_environment()
FILLING = 1_200  # columns before the odd ones: more than a fetch of the driver

SCRIPT = """
    DO $$ DECLARE odd text := quote_ident({odd}); fine text := quote_ident({fine});
        odd_index text := quote_ident({odd} || '_i'); odd_part text := quote_ident({odd} || '_p'); BEGIN
        IF to_regclass('good') IS NOT NULL THEN RETURN; END IF;
        EXECUTE 'CREATE TABLE aa_filling (id int PRIMARY KEY, ' || (SELECT string_agg('c' || n || ' int',
            ',') FROM generate_series(1, {filling}) n) || ')';
        EXECUTE 'CREATE TABLE good (id int, v text, ' || fine || ' int)';
        EXECUTE 'CREATE UNIQUE INDEX ' || odd_index || ' ON good (id)';
        INSERT INTO good SELECT n, 'v', n FROM generate_series(1, 3) n;
        EXECUTE 'CREATE TABLE ' || odd || ' (id int PRIMARY KEY)';
        EXECUTE 'CREATE TABLE with_column (id int PRIMARY KEY, ' || odd || ' int)';
        EXECUTE 'CREATE TABLE ' || fine || ' (id int PRIMARY KEY, ' || odd || ' int)';
        EXECUTE 'CREATE TABLE parts (id int) PARTITION BY LIST (id)';
        EXECUTE 'CREATE TABLE ' || odd_part || ' PARTITION OF parts FOR VALUES IN (1)';
        INSERT INTO parts VALUES (1);
        EXECUTE 'CREATE SCHEMA ' || odd;
        EXECUTE 'CREATE TABLE ' || odd || '.elsewhere (id int)';
    END $$;
""".format(odd=as_stored("7481"), fine=as_stored("75e1"), filling=FILLING)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_a_table_whose_name_cannot_be_converted_fails_alone(mirror, pg, pg_server, database, door):  # noqa: F811
    name = database("WIN1250", SCRIPT)
    result = by_door(mirror, pg_server, door, name).run(environment=ENVIRONMENT)
    assert result.status == 1, result.explain()
    assert pg.query("SELECT count(*), sum(u\u00e1::int) FROM mirror.good") == [(3, 6)]
    assert pg.query("SELECT * FROM mirror.parts") == [("1",)]
    for table, what in (("t\\201", "table"), ("with_column", "column"), ("u\u00e1", "column")):
        assert 'table "%s": ' % table in errors(result)
        assert 'the name of the %s "t\\201"' % what in errors(result), result.explain()
    assert "a character of WIN1250 that has no counterpart in UTF-8" in errors(result)
    assert "3 of 6 tables failed" in errors(result), result.explain()
    assert pg.tables() == ["aa_filling", "good", "parts"]
    # The index is the table's key although its own name cannot be sent.
    pg_server.sql("UPDATE good SET v = 'w' WHERE id = 2", dbname=name)
    result = mirror.run("--table", "good", environment=ENVIRONMENT)
    assert result.status == 0 and pg.value("SELECT v FROM mirror.good WHERE id::int = 2") == "w"
    pg_server.sql("UPDATE good SET v = 'v' WHERE id = 2", dbname=name)


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_ignored_tables_with_such_names_do_not_matter(mirror, pg, pg_server, database, door):  # noqa: F811
    name = database("WIN1250", SCRIPT)
    result = by_door(mirror, pg_server, door, name).run(
        "--ignore-table", "t*", "--ignore-table", "with_column", "--ignore-table", "u\u00e1",
        environment=ENVIRONMENT)
    assert result.status == 0, result.explain()
    assert pg.tables() == ["aa_filling", "good", "parts"]


@pytest.mark.parametrize("door", ["odbc", "jdbc"])
def test_so_it_is_in_a_database_without_an_encoding(mirror, pg, pg_server, database, door):  # noqa: F811
    name = database("SQL_ASCII", """
        DO $$ BEGIN IF to_regclass('good') IS NULL THEN
            CREATE TABLE good (id int);
            EXECUTE 'CREATE TABLE ' || quote_ident(%s) || ' (id int)';
        END IF; END $$;
    """ % as_stored("7481"))
    result = by_door(mirror, pg_server, door, name).run(environment=ENVIRONMENT)
    assert result.status == 1, result.explain()
    assert 'table "t\\201": ' in errors(result) and pg.tables() == ["good"]
