"""Every driver must deliver every value exactly.

One suite for all of them: a source is made by the product's own client program (sqlite3, psql,
mariadb), read through source/source.h by tests/support/source_dump, and compared with what the
client program says. A further driver or door needs one more class with the same methods.
"""

import hashlib
import json
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import unicodedata

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

import openedge_ddl  # noqa: E402
from dump_files import Folder  # noqa: E402
from forms import cases  # noqa: E402
from lookalike_dump import Dump  # noqa: E402
from openedge_server import DRIVER_CLASS, PASSWORD, USER, OpenEdgeServer, jars_folder  # noqa: E402
from servers import (  # noqa: E402
    BRIEF_JAVA, JavaServer, MariadbServer, PostgresServer, java_environment, java_jars,
    odbc_driver)
from source_reader import Readers, ask_once, of_its_start  # noqa: E402

MEGABYTE = 1 << 20
READERS = Readers()
LONG = bool(os.environ.get("OE2PG_LONG"))
# What a sanitizer adds to a process would be measured, too.
IS_MEASURED = "ASAN_OPTIONS" not in os.environ


def sql_text(value):
    return "'" + value.replace("'", "''") + "'"


class Source:
    """What the tests need to know of a product; `environment` is what source_dump is told."""

    door = "odbc"
    streams = True
    peak_kb = 30000  # of a streamed table
    schema = ""
    quotes_numbers = True
    rows_an_insert = 10000
    keys_with_nulls = True  # unique constraints on nullable columns are shown
    has_code_page = True
    booleans = ("0", "1")
    is_known = True  # to oe2pg's tables of products
    has_limit = True  # fewer rows can be asked for
    wide_option = ""  # behind CREATE TABLE, for tables of many columns
    fraction_digits = {"time": 6, "timestamp": 6}  # of a second, at most
    unicode_name = "ünïcode €"
    has_own_counts = False  # each in a process of its own
    wide_rows = 8  # of a megabyte, in the short form

    def __init__(self):
        self.environment = {}

    # -- running source_dump

    def run(self, *arguments, environment=None, timeout=120):
        """Standard output of source_dump as decoded JSON lines. What is told to a process when it
        starts, and what is measured, has a process of its own."""
        settings = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS", "ODBCSYSINI"):
            if name in os.environ:
                settings[name] = os.environ[name]
        settings.update(self.environment)
        settings.update(environment or {})
        # libodbcinst keeps what it read of its files, and is unloaded before the leaks are counted;
        # the C library keeps the path of its locales.
        if "ODBCINI" in settings or "LOCPATH" in settings:
            settings["LSAN_OPTIONS"] = settings.get("LSAN_OPTIONS", "") + ":detect_leaks=0"
        settings = {name: value for name, value in settings.items() if value is not None}
        is_measured = arguments[0] == "count" and (IS_MEASURED or self.has_own_counts)
        ask = ask_once if is_measured or of_its_start(environment or ()) else READERS.ask
        return ask(settings, arguments, timeout)

    def catalog(self, **keywords):
        printed = self.run("catalog", **keywords)[0]
        assert "error" not in printed, printed
        return {table["name"]: table for table in printed["tables"]}

    def rows(self, table, *arguments, **keywords):
        """All rows of a table, those after the last repetition."""
        printed = self.run("rows", table, *arguments, **keywords)
        while "repeat" in printed:
            printed = printed[printed.index("repeat") + 1:]
        assert not [row for row in printed if isinstance(row, dict) and "error" in row], printed
        return printed

    def count(self, table, *arguments, **keywords):
        printed = self.run("count", table, *arguments, **keywords)[-1]
        assert "error" not in printed, printed
        return printed

    def error(self, *arguments, **keywords):
        return self.run(*arguments, **keywords)[-1]["error"]

    # -- what a refused connection looks like: environment, a word of the hint

    def bad_environments(self):
        return [({"SOURCE_DRIVER": "/no/such/driver.so"}, "odbcinst"),
                ({"SOURCE_DB": "no_such_database"}, "database name"), ({"SOURCE_PORT": "1"}, "host")]

    # -- SQL

    def name(self, identifier):
        return '"' + identifier.replace('"', '""') + '"'

    def text(self, value):
        return sql_text(value)

    def has_name(self, name):
        """Whether a table can be called so."""
        return True

    def has_character(self, character):
        return True

    def has_value(self, kind, text):
        """Whether a column of this kind keeps all digits."""
        return len(text.partition(".")[2]) <= self.fraction_digits.get(kind, 99)


class Sqlite(Source):
    product = "SQLite"
    types = {
        "integer": "bigint", "decimal": "decimal(18,4)", "float": "double", "float4": "double",
        "boolean": "boolean", "text": "text", "varchar": "varchar(%d)", "date": "date",
        "time": "time", "timestamp": "timestamp", "binary": "blob"}
    # Decimals are doubles there: 15 digits are certain.
    decimals = ["0", "-0.0001", "99999999999.9999", "-99999999999.9999", "0.1", "1234.5"]
    integers = [-2**63, -1, 0, 1, 2**63 - 1]

    def bad_environments(self):
        return [({"SOURCE_DRIVER": "/no/such/driver.so"}, "odbcinst"),
                ({"SOURCE_DB": self.path + ".missing"}, "db_name"),
                ({"SOURCE_DB": "/tmp"}, "file")]

    def __init__(self, folder):
        super().__init__()
        self.path = os.path.join(folder, "source.db")
        self.environment = {"SOURCE_DRIVER": odbc_driver("libsqlite3odbc.so"),
                            "SOURCE_DB": self.path}

    def sql(self, statement):
        statement = "PRAGMA synchronous = off;" + statement
        done = subprocess.run(["sqlite3", "-batch", "-bail", self.path], input=statement.encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def shell(self, statement):
        return "sqlite3 '%s' '%s'" % (self.path, statement)

    def bytes_literal(self, value):
        return "x'" + value.hex() + "'"

    def fill_large(self, rows):
        self.sql("CREATE TABLE t AS WITH RECURSIVE g(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
                 "FROM g WHERE n < %d) SELECT n AS a, printf('%%.200c', 'x') AS b FROM g" % rows)

    def client_rows(self, table, columns, order):
        """columns: (name, kind)."""
        items = []
        for name, kind in columns:
            quoted = self.name(name)
            if kind == "binary":
                item = "CASE WHEN %s IS NULL THEN NULL ELSE json_object('binary', lower(hex(%s))) END"
                items.append("json(" + item % (quoted, quoted) + ")")
            elif kind == "decimal":
                items.append("CASE WHEN %s IS NULL THEN NULL ELSE printf('%%.4f', %s) END" % (
                    quoted, quoted))
            elif kind in ("float", "float4"):
                items.append("printf('%%!.18g', %s)" % quoted)
            elif kind == "boolean":
                items.append("CASE %s WHEN 1 THEN 'true' WHEN 0 THEN 'false' END" % quoted)
            else:
                items.append("CAST(%s AS TEXT)" % quoted)
        output = self.sql("SELECT json_array(%s) FROM %s ORDER BY %s" % (
            ", ".join(items), self.name(table), self.name(order)))
        return [json.loads(line) for line in output.split("\n")[:-1]]


class Postgres(Source):
    product = "PostgreSQL"
    schema = "public"
    types = {
        "integer": "bigint", "decimal": "numeric(50,10)", "float": "double precision",
        "float4": "real", "boolean": "boolean", "text": "text", "varchar": "varchar(%d)",
        "date": "date", "time": "time", "timestamp": "timestamp", "binary": "bytea"}
    decimals = ["0", "-0.0000000001", "9" * 40 + "." + "9" * 10, "-" + "9" * 40 + ".5", "0.1"]
    integers = [-2**63, -1, 0, 1, 2**63 - 1]
    booleans = ("false", "true")
    driver = "psqlodbcw.so"

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.environment = {
            "SOURCE_DRIVER": odbc_driver(self.driver), "SOURCE_HOST": server.host,
            "SOURCE_PORT": str(server.port), "SOURCE_DB": server.dbname,
            "SOURCE_USER": server.user, "SOURCE_SCHEMA": "public"}

    def sql(self, statement):
        return self.server.sql(statement)

    def shell(self, statement):
        return "psql -X -q -h %s -p %d -U %s %s -c '%s'" % (
            self.server.host, self.server.port, self.server.user, self.server.dbname, statement)

    def bytes_literal(self, value):
        return "'\\x" + value.hex() + "'::bytea"

    def fill_large(self, rows):
        self.sql("CREATE TABLE t AS SELECT g AS a, repeat('x', 200) AS b "
                 "FROM generate_series(1, %d) g" % rows)

    def client_rows(self, table, columns, order):
        items = []
        for name, kind in columns:
            quoted = self.name(name)
            if kind == "binary":
                items.append("CASE WHEN %s IS NULL THEN NULL ELSE "
                             "json_build_object('binary', encode(%s, 'hex')) END" % (quoted, quoted))
            elif kind == "char":  # a cast would take the blanks away
                items.append("CASE WHEN %s IS NULL THEN NULL ELSE concat(%s) END" % (quoted, quoted))
            else:
                items.append(quoted + "::text")
        # By COPY, because psql leaves U+10FFFF out of what it formats itself.
        output = self.sql("COPY (SELECT json_build_array(%s)::text FROM %s ORDER BY %s) TO STDOUT" % (
            ", ".join(items), self.name(table), self.name(order)))
        return [json.loads(line.replace("\\\\", "\\")) for line in output.split("\n")[:-1]]


class PostgresAnsi(Postgres):
    """The same server through the driver that is not built for Unicode."""
    driver = "psqlodbca.so"


class Mariadb(Source):
    product = "MariaDB"
    streams = False
    wide_option = "ENGINE=MyISAM"
    types = {
        "integer": "bigint", "decimal": "decimal(50,10)", "float": "double", "float4": "float",
        "boolean": "bit(1)", "text": "longtext", "varchar": "varchar(%d)", "date": "date",
        "time": "time(6)", "timestamp": "datetime(6)", "binary": "longblob"}
    decimals = Postgres.decimals
    integers = Postgres.integers

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.environment = {
            "SOURCE_DRIVER": odbc_driver("libmaodbc.so"), "SOURCE_HOST": server.host,
            "SOURCE_PORT": str(server.port), "SOURCE_DB": server.dbname,
            "SOURCE_USER": server.user, "SOURCE_PASSWORD": server.password}

    def name(self, identifier):
        return "`" + identifier.replace("`", "``") + "`"

    def has_name(self, name):
        return "😀" not in name

    def text(self, value):
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"

    def sql(self, statement):
        return self.server.sql(statement, raw=True)

    def fill_large(self, rows):
        self.sql("CREATE TABLE t AS SELECT seq AS a, repeat('x', 200) AS b FROM seq_1_to_%d" % rows)

    def shell(self, statement):
        return "mariadb --no-defaults --socket=%s -u %s -p%s %s -e '%s'" % (
            self.server.socket, self.server.user, self.server.password, self.server.dbname,
            statement)

    def bytes_literal(self, value):
        return "x'" + value.hex() + "'"

    def client_rows(self, table, columns, order):
        items = []
        for name, kind in columns:
            quoted = self.name(name)
            if kind == "binary":
                items.append("IF(%s IS NULL, NULL, JSON_OBJECT('binary', LOWER(HEX(%s))))" % (
                    quoted, quoted))
            elif kind == "float4":
                items.append("CAST(%s + 0e0 AS CHAR)" % quoted)
            elif kind == "boolean":
                items.append("CASE %s WHEN 1 THEN 'true' WHEN 0 THEN 'false' END" % quoted)
            else:
                items.append("CAST(%s AS CHAR)" % quoted)
        output = self.sql("SELECT JSON_ARRAY(%s) FROM %s ORDER BY %s" % (
            ", ".join(items), self.name(table), self.name(order)))
        return [json.loads(line, strict=False) for line in output.split("\n")[:-1]]


# --- by JDBC


class Jdbc:
    """What is different when a product is read by JDBC."""

    door = "jdbc"
    peak_kb = 180 * 1024  # Java is in it

    def use_jdbc(self, jars, url, **more):
        self.environment = {
            "SOURCE_JARS": ":".join(jars), "SOURCE_URL": url,
            # So small a heap does not hold a whole result.
            "SOURCE_JVM_OPTIONS": ";".join(["-Xcheck:jni", "-Xmx48m", *BRIEF_JAVA]),
            "JAVA_HOME": os.environ.get("JAVA_HOME"), **java_environment()}
        self.environment.update(more)

    def bad_environments(self):
        url = self.environment["SOURCE_URL"]
        port = ":%d/" % self.server.port
        return [({"SOURCE_JARS": "/no/such/driver.jar"}, "jar_file"),
                ({"SOURCE_CLASS": "no.such.Driver"}, "driver_class"),
                ({"SOURCE_JVM_OPTIONS": "-Xnonsense"}, "jvm_options"),
                ({"JAVA_HOME": "/no/such/java"}, "default-jre-headless"),
                ({"SOURCE_URL": url.replace(port, ":1/"), "SOURCE_PORT": "1"}, "host")] + (
                    [({"SOURCE_URL": url.replace(port, port + "no")}, "database name")]
                    if self.product in ("PostgreSQL", "MariaDB") else [])


class PostgresJdbc(Jdbc, Postgres):
    def __init__(self, server):
        super().__init__(server)
        self.use_jdbc(java_jars("postgresql.jar"), "jdbc:postgresql://%s:%d/%s" % (
            server.host, server.port, server.dbname), SOURCE_USER=server.user,
            SOURCE_SCHEMA="public")


class MariadbJdbc(Jdbc, Mariadb):
    streams = True

    def __init__(self, server):
        super().__init__(server)
        self.use_jdbc(java_jars("mariadb-java-client.jar"), "jdbc:mariadb://%s:%d/%s" % (
            server.host, server.port, server.dbname), SOURCE_USER=server.user,
            SOURCE_PASSWORD=server.password)


class SqliteJdbc(Jdbc, Sqlite):
    """A driver that nobody prepared for: nothing of oe2pg knows its name. It lists all columns in one
    compound SELECT, which takes no apostrophe and 500 terms, hidden columns and partial indexes among
    the others."""

    is_known = False
    has_code_page = False

    def __init__(self, folder):
        super().__init__(folder)
        self.use_jdbc(java_jars("sqlite-jdbc.jar"), "jdbc:sqlite:" + self.path)

    def has_name(self, name):
        return "'" not in name

    def bad_environments(self):
        return [({"SOURCE_JARS": "/no/such/driver.jar"}, "jar_file"),
                ({"SOURCE_CLASS": "no.such.Driver"}, "driver_class")]


class JavaSource(Jdbc, Source):
    """A database written in Java. Names that SQL would fold are in upper case there."""

    booleans = ("false", "true")
    has_code_page = False
    integers = Postgres.integers
    decimals = Postgres.decimals
    types = {
        "integer": "bigint", "decimal": "decimal(50,10)", "float": "double",
        "float4": "real", "boolean": "boolean", "text": "clob(4M)", "varchar": "varchar(%d)",
        "date": "date", "time": "time(6)", "timestamp": "timestamp(6)", "binary": "blob(4M)"}
    reset = ()

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.use_jdbc(java_jars(*server.jars[server.product]), server.url, SOURCE_USER="sa",
                      SOURCE_PASSWORD="sa", SOURCE_SCHEMA="PUBLIC")
        for statement in self.reset:
            server.sql(statement)

    @staticmethod
    def folded(name):
        return name.upper() if re.fullmatch("[a-z][a-z0-9_]*", name) else name

    @staticmethod
    def unfolded(name):
        return name.lower() if re.fullmatch("[A-Z][A-Z0-9_]*", name) else name

    def name(self, identifier):
        return super().name(self.folded(identifier))

    def run(self, *arguments, **keywords):
        if arguments[0] in ("rows", "count"):
            arguments = (arguments[0], self.folded(arguments[1])) + arguments[2:]
        return super().run(*arguments, **keywords)

    def catalog(self, **keywords):
        tables = super().catalog(**keywords)
        for table in tables.values():
            for column in table["columns"]:
                column["name"] = self.unfolded(column["name"])
            for key in table["keys"]:
                key["columns"] = [self.unfolded(name) for name in key["columns"]]
        return {self.unfolded(name): table for name, table in tables.items()}

    def sql(self, statement):
        return self.server.sql(statement)

    def shell(self, statement):
        return "%s RUN '%s' '%s'" % (
            shlex.join(self.server.command(self.server.product)), self.server.url, statement)

    def bytes_literal(self, value):
        return "X'" + value.hex() + "'"

    def client_rows(self, table, columns, order):
        return self.sql("SELECT %s FROM %s ORDER BY %s" % (
            ", ".join(self.name(name) for name, _ in columns), self.name(table), self.name(order)))


class H2(JavaSource):
    product = "H2"
    types = dict(JavaSource.types, float="double precision")
    reset = ("DROP ALL OBJECTS",)

    def fill_large(self, rows):
        self.sql("CREATE TABLE t AS SELECT x AS a, repeat('x', 200) AS b FROM SYSTEM_RANGE(1, %d)"
                 % rows)


class Hsqldb(JavaSource):
    product = "HSQL Database Engine"
    wide_rows = 2  # it sends each character of a CLOB by a call to the system
    reset = ("DROP SCHEMA PUBLIC CASCADE",)

    def fill_large(self, rows):
        self.sql("CREATE TABLE t (a int, b varchar(200)); INSERT INTO t SELECT n, repeat('x', 200) "
                 "FROM UNNEST(SEQUENCE_ARRAY(1, %d, 1)) s(n)" % rows)


class Derby(JavaSource):
    product = "Apache Derby"
    quotes_numbers = False
    rows_an_insert = 1  # it compiles every value
    keys_with_nulls = False
    fraction_digits = {"time": 0, "timestamp": 6}
    decimals = ["0", "-0.0000000001", "9" * 21 + "." + "9" * 10, "-" + "9" * 21 + ".5", "0.1"]
    types = dict(JavaSource.types, decimal="decimal(31,10)", time="time", timestamp="timestamp")
    schemas = 0

    def __init__(self, server):
        super().__init__(server)
        Derby.schemas += 1
        self.schema = "S%d" % Derby.schemas
        server.sql("CREATE SCHEMA %s; SET SCHEMA %s" % (self.schema, self.schema))
        self.environment["SOURCE_SCHEMA"] = self.schema

    def shell(self, statement):
        return super().shell(statement.replace("TABLE t", "TABLE %s.t" % self.schema))

    def bytes_literal(self, value):
        return "CAST(X'" + value.hex() + "' AS BLOB)"

    def fill_large(self, rows):
        self.sql("CREATE TABLE t (a int, b varchar(200)); INSERT INTO t VALUES (1, '%s')" % (
            "x" * 200))
        for power in range((rows - 1).bit_length()):
            self.sql("INSERT INTO t SELECT a + %d, b FROM t WHERE a <= %d" % (
                2**power, rows - 2**power))


class OpenEdge(Jdbc, Source):
    """The look-alike of OpenEdge, whose judge is the store behind it, asked in its own SQL. SQL that
    makes tables comes to it as dumps of a schema. What OpenEdge has not is left out by the methods
    has_... here, or where a test skips it:

    - Names have 32 bytes, and are of ASCII: that is what is documented of delimited identifiers.
    - A fraction of a second has three digits.
    - Single and double floats and times without a date are of tables that SQL has made.
    - Characters for private use are taken by the look-alike for bytes of no code page.
    """

    product = "OpenEdge"
    schema = "PUB"
    types = dict(JavaSource.types, text="clob", float="double", time="time", timestamp="timestamp",
                 binary="blob")
    integers = Postgres.integers
    decimals = Postgres.decimals
    fraction_digits = {"time": 3, "timestamp": 3}
    unicode_name = "unicode"

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.use_jdbc([server.jar], None, SOURCE_CLASS=DRIVER_CLASS, SOURCE_HOST=server.host,
                      SOURCE_PORT=str(server.port), SOURCE_DB=server.database, SOURCE_USER=USER,
                      SOURCE_PASSWORD=PASSWORD, SOURCE_SCHEMA="PUB")
        server.reset()
        server.sql("SET SCHEMA PUB")
        # Views come first: tables that one is made of cannot go.
        for (name,) in server.sql('SELECT "_File-Name" FROM "_File" WHERE "_File-Number" > 0 '
                                  'ORDER BY "_Tbl-Type" DESC'):
            server.df("DROP TABLE " + openedge_ddl.quoted(name))

    def has_name(self, name):
        return name.isascii() and len(name) <= 32

    def has_character(self, character):
        return unicodedata.category(character) != "Co"

    def bad_environments(self):
        return [({"SOURCE_JARS": "/no/such/driver.jar"}, "jar_file"),
                ({"SOURCE_CLASS": "no.such.Driver"}, "driver_class"),
                ({"SOURCE_PORT": "1"}, "host"), ({"SOURCE_PASSWORD": "wrong"}, "user")]

    def sql(self, statement):
        return openedge_ddl.run(self.server, statement)

    def shell(self, statement):
        """The server hears this process alone, which waits for the shell to ask for it."""
        folder = tempfile.mkdtemp(dir=self.server.directory)
        asked, done = os.path.join(folder, "asked"), os.path.join(folder, "done")
        os.mkfifo(asked)
        os.mkfifo(done)

        def answer():
            with open(asked, encoding="ascii") as question:
                question.read()  # to its end: a shell that writes for nobody is ended by SIGPIPE
            self.sql(statement)
            with open(done, "w", encoding="ascii"):
                pass
        threading.Thread(target=answer, daemon=True).start()
        return "echo now >'%s'; cat '%s'" % (asked, done)

    def bytes_literal(self, value):
        return "X'" + value.hex() + "'"

    def client_rows(self, table, columns, order):
        rows = self.sql("SELECT %s FROM %s ORDER BY %s" % (
            ", ".join(self.name(name) for name, _ in columns), self.name(table), self.name(order)))
        return [[{"0": "false", "1": "true"}[value] if kind == "boolean" and value else value
                 for value, (_, kind) in zip(row, columns)] for row in rows]

    def fill_large(self, rows):
        self.sql("CREATE TABLE t (a int, b varchar(200))")
        self.sql("INSERT INTO t SELECT x, repeat('x', 200) FROM SYSTEM_RANGE(1, %d)" % rows)


class Recorded:
    """The server, and what it was told of its schema."""

    def __init__(self, server):
        self.server = server
        self.statements = []

    def df(self, text):
        self.server.df(text)
        self.statements.append(text)

    def __getattr__(self, name):
        return getattr(self.server, name)


class OpenEdgeDump(OpenEdge):
    """The same store as the folder that its dictionary dumps: written anew for each read behind a
    change. What a folder cannot do is left out by NOT_OF_FILES."""

    product = "Progress dump"
    door = "dump"
    types = dict(OpenEdge.types, time="varchar(15)")  # a dump has no times without a date
    has_code_page = False  # each file has its own

    def __init__(self, server, path):
        super().__init__(server)
        self.server = Recorded(server)
        self.folder = Folder(path)
        self.environment = {"SOURCE_DUMPS": str(path), "SOURCE_SCHEMA": "PUB"}

    def bad_environments(self):
        return [({"SOURCE_DUMPS": "/no/such/folder"}, "dump_dir")]

    def run(self, *arguments, **keywords):
        for path in self.folder.path.iterdir():
            path.unlink()
        self.folder.df(*self.server.statements)
        Dump(self.server, self.folder).write()
        return super().run(*arguments, **keywords)


# By what a folder of files has not.
NOT_OF_FILES = {
    "rows that can be asked for": (
        "test_the_users_condition", "test_positions_on_keys_of_every_kind", "test_positions_in_a_composite_key",
        "test_keys_with_nulls_are_two_parts", "test_keys_that_are_left_out", "test_a_key_without_case"),
    "a statement that could be cancelled": ("test_cancel_ends_a_running_call",),
    "a version": ("test_the_identity_says_who_it_is",),
    "a type for these": ("test_floats_are_the_same_numbers", "test_single_floats_keep_their_digits"),
    # test_dumps.py changes a file while it is read.
    "a catalogue that changes between two calls": ("test_a_table_that_changed_is_refused",)}


def leave_out(test):
    for lacking, tests in NOT_OF_FILES.items():
        if test in tests:
            pytest.skip("a folder of files has not " + lacking)


JDBC_SOURCES = {
    "postgresql-jdbc": (PostgresJdbc, "source_postgres", ("postgresql.jar",)),
    "mariadb-jdbc": (MariadbJdbc, "source_mariadb", ("mariadb-java-client.jar",)),
    "h2": (H2, "source_h2", JavaServer.jars["H2"]),
    "hsqldb": (Hsqldb, "source_hsqldb", JavaServer.jars["HSQLDB"]),
    "derby": (Derby, "source_derby", JavaServer.jars["Derby"]),
    "openedge": (OpenEdge, "source_openedge", JavaServer.jars["H2"])}


SOURCES = {"sqlite": "libsqlite3odbc.so", "postgresql": "psqlodbcw.so",
           "postgresql-ansi": "psqlodbca.so", "mariadb": "libmaodbc.so"}


@pytest.fixture(scope="session")
def source_postgres():
    # One DROP SCHEMA locks every table in it.
    with PostgresServer({"max_locks_per_transaction": "2000"}) as server:
        yield server


@pytest.fixture(scope="session")
def source_mariadb():
    with MariadbServer() as server:
        yield server


@pytest.fixture(scope="session")
def source_h2():
    with JavaServer("H2") as server:
        yield server


@pytest.fixture(scope="session")
def source_hsqldb():
    with JavaServer("HSQLDB") as server:
        yield server


@pytest.fixture(scope="session")
def source_derby():
    with JavaServer("Derby") as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def readers():
    yield
    READERS.close()


@pytest.fixture(scope="session")
def source_openedge(tmp_path_factory):
    if jars_folder() is None:
        pytest.skip("no look-alike was built")
    with OpenEdgeServer(tmp_path_factory.mktemp("no-dumps")) as server:
        yield server


def make_jdbc_source(request):
    kind, server_name, jars = JDBC_SOURCES[request.param]
    if java_jars(*jars) is None:
        pytest.skip("the driver is not installed")
    server = request.getfixturevalue(server_name)
    if server_name == "source_mariadb":
        server.sql("DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4", dbname="mysql")
    elif server_name == "source_postgres":
        server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return kind(server)


@pytest.fixture(params=list(SOURCES) + ["sqlite-jdbc"] + list(JDBC_SOURCES) + ["openedge-dump"])
def source(request, tmp_path):
    if request.param == "openedge-dump":
        leave_out(request.node.originalname)
        yield OpenEdgeDump(request.getfixturevalue("source_openedge"), tmp_path / "dumps")
        return
    if request.param == "sqlite-jdbc":
        if java_jars("sqlite-jdbc.jar") is None:
            pytest.skip("the driver is not installed")
        made = SqliteJdbc(str(tmp_path))
        made.sql("CREATE TABLE first (a int)")
        yield made
        return
    if request.param in JDBC_SOURCES:
        yield make_jdbc_source(request)
        return
    if odbc_driver(SOURCES[request.param]) is None:
        pytest.skip("the driver is not installed")
    if request.param == "sqlite":
        made = Sqlite(str(tmp_path))
        made.sql("CREATE TABLE first (a int)")
        yield made
    elif request.param == "mariadb":
        server = request.getfixturevalue("source_mariadb")
        server.sql("DROP DATABASE shop; CREATE DATABASE shop CHARACTER SET utf8mb4",
                   dbname="mysql")
        yield Mariadb(server)
    else:
        server = request.getfixturevalue("source_postgres")
        server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        yield (PostgresAnsi if request.param.endswith("ansi") else Postgres)(server)


def create(source, table, columns, rows=()):
    """columns: (name, kind or type); rows: Python values."""
    types = [source.types.get(kind, kind) for _, kind in columns]
    source.sql("CREATE TABLE %s (%s) %s" % (source.name(table), ", ".join(
        source.name(name) + " " + kind for (name, _), kind in zip(columns, types)),
        source.wide_option if len(columns) > 100 else ""))
    for start in range(0, len(rows), source.rows_an_insert):
        source.sql("INSERT INTO %s VALUES %s" % (source.name(table), ", ".join(
            "(" + ", ".join(literal(source, value) for value in row) + ")"
            for row in rows[start:start + source.rows_an_insert])))


def literal(source, value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return source.bytes_literal(value)
    if isinstance(value, bool):
        return source.booleans[value]
    return source.text(value) if isinstance(value, str) else str(value)


def without_zeros(text):
    """Fractions of seconds lose their trailing zeros in canonical text."""
    return text if text is None or "." not in text else text.rstrip("0").rstrip(".")


# --- values


def test_integers_at_their_limits(source):
    columns = [("id", "integer"), ("v", "integer")]
    create(source, "t", columns, list(enumerate(source.integers + [None])))
    assert source.rows("t") == source.client_rows("t", columns, "id")


def test_decimals_are_padded_to_their_scale(source):
    columns = [("id", "integer"), ("v", "decimal")]
    create(source, "t", columns, [])
    source.sql("; ".join("INSERT INTO t VALUES (%d, %s)" % pair
                         for pair in enumerate(source.decimals)))
    found = source.rows("t")
    assert found == source.client_rows("t", columns, "id")
    scale = 4 if source.product == "SQLite" else 10
    assert all(len(row[1].split(".")[1]) == scale for row in found)
    column = source.catalog()["t"]["columns"][1]
    assert column["kind"] == "decimal" and column["scale"] == scale


def test_floats_are_the_same_numbers(source):
    generator = random.Random(7)
    values = [0.1, 1e300, -2.5e-300, 1.7976931348623157e308, 5e-324, 123456789012345.67, 0.1 + 0.2]
    values += [generator.uniform(-1e6, 1e6) for _ in range(50)]
    values += [generator.random() * 10.0 ** generator.randint(-300, 300) for _ in range(200)]
    if source.product == "MariaDB":
        values.remove(5e-324)  # its parser takes denormal numbers for 0
    columns = [("id", "integer"), ("v", "float")]
    create(source, "t", columns, [
        (i, repr(value) if source.quotes_numbers else value) for i, value in enumerate(values)])
    assert [float(row[1]) for row in source.rows("t")] == values


def test_single_floats_keep_their_digits(source):
    values = [0.1, 16777216.0, 3.4e38, 123456.79, 1.5e-30]
    columns = [("id", "integer"), ("v", "float4")]
    create(source, "t", columns, list(enumerate(values)))
    found = source.rows("t")
    expected = source.client_rows("t", columns, "id")
    for one, other in zip(found, expected):
        assert float(one[1]) == pytest.approx(float(other[1]), rel=1e-7)
    assert float(found[1][1]) == 16777216.0


def test_booleans(source):
    columns = [("id", "integer"), ("v", "boolean")]
    create(source, "t", columns, [(1, True), (2, False), (3, None)])
    if source.product == "MariaDB":
        assert source.catalog()["t"]["columns"][1]["kind"] == "boolean"
    assert source.rows("t") == [["1", "true"], ["2", "false"], ["3", None]]


def test_dates_and_times(source):
    stamps = ["2024-02-29 23:59:59", "2024-01-02 03:04:05.678", "1000-01-01 00:00:00",
              "9999-12-31 23:59:59.999999", "9999-12-31 23:59:59.999", "2024-01-02 03:04:05.000001"]
    stamps = [stamp for stamp in stamps if source.has_value("timestamp", stamp)] + [None]
    columns = [("id", "integer"), ("d", "date"), ("h", "time"), ("s", "timestamp")]
    end = 19 if source.types["time"] == "time" and source.product == "Apache Derby" else None
    rows = [(i, s and s[:10], s and s[11:end], s) for i, s in enumerate(stamps)]
    create(source, "t", columns, rows)
    expected = [[row[0], row[1], without_zeros(row[2]), without_zeros(row[3])]
                for row in source.client_rows("t", columns, "id")]
    assert source.rows("t") == expected
    assert [row[3] for row in expected] == stamps


def test_no_time_passes_through_javas_own_zone(source):
    """Hours that the clocks of a zone skip, and a day that Samoa skipped, are times like others."""
    if source.door != "jdbc":
        pytest.skip("Java's zone")
    stamps = ["2024-03-10 02:30:00", "2024-03-31 02:30:00.5", "2011-12-30 12:00:00",
              "1900-01-01 00:00:00", "1583-01-01 00:00:00"]
    if source.product not in ("HSQL Database Engine", "Apache Derby"):  # see docs/drivers.md
        stamps.append("1582-10-10 00:00:00")
    columns = [("s", "timestamp"), ("d", "date"), ("h", "time")]
    source.sql("CREATE TABLE t (s %s NOT NULL PRIMARY KEY, d %s, h %s)" % tuple(
        source.types[kind] for _, kind in columns))
    source.sql("; ".join("INSERT INTO t VALUES ('%s', '%s', '%s')" % (stamp, stamp[:10], stamp[11:19])
                         for stamp in stamps))
    expected = sorted([stamp, stamp[:10], stamp[11:19]] for stamp in stamps)
    options = source.environment["SOURCE_JVM_OPTIONS"]
    for zone in cases(["America/New_York", "Pacific/Apia"], only_long=["Europe/Berlin", "Asia/Kolkata"]):
        source.environment["SOURCE_JVM_OPTIONS"] = options + ";-Duser.timezone=" + zone
        read = ["t", "--part", "not_null", "--key", "0"]
        assert source.rows(*read) == expected, zone
        for i, row in enumerate(expected):
            rest = source.rows(*read, "--after", row[0])
            assert rest == expected[i + 1:], (zone, row)


@pytest.fixture(scope="session")
def locales(tmp_path_factory):
    """What a process may be told of its locale."""
    told = [{"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": None},
            {"LC_ALL": None, "LANG": "nonsense"}]
    if shutil.which("localedef") and os.path.exists("/usr/share/i18n/locales/de_DE"):
        folder = tmp_path_factory.mktemp("locales")
        subprocess.run(["localedef", "-i", "de_DE", "-f", "ISO-8859-1",
                        str(folder / "de_DE.ISO-8859-1")], check=True, stderr=subprocess.DEVNULL)
        told.append({"LC_ALL": "de_DE.ISO-8859-1", "LOCPATH": str(folder)})
    return told


def test_every_unicode_plane_in_every_locale(source, locales):
    texts = ["\x01\x1f\x7f", "\u0080\u00ff", "\u07ff\u0800\ud7ff\ue000\ufffd\ufffe", "Ä€ß"]
    texts += [chr(plane << 16 | 0x1234) + chr(plane << 16 | 0xfffd) for plane in range(1, 17)]
    texts += ["\U0001f600\U0010ffff", "e\u0301\u200d\u202e", "日本語", "עברית"]
    texts = ["".join(filter(source.has_character, text)) for text in texts]
    columns = [("id", "integer"), ("short", "varchar"), ("long", "text")]
    source.types = dict(source.types, varchar=source.types["varchar"] % 20)
    create(source, source.unicode_name, [(n, k) for n, k in columns], [
        (i, text, text * 500) for i, text in enumerate(texts)])
    expected = [[str(i), text, text * 500] for i, text in enumerate(texts)]
    assert source.client_rows(source.unicode_name, columns, "id") == expected
    usual = source.environment
    for told in locales:
        source.environment = {**usual, **told}  # of a process that may have been started before
        assert source.rows(source.unicode_name) == expected, told


def test_null_empty_and_blanks_are_three_things(source):
    source.types = dict(source.types, varchar=source.types["varchar"] % 20)
    columns = [("id", "integer"), ("v", "varchar"), ("t", "text"), ("b", "binary")]
    create(source, "t", columns, [
        (1, None, None, None), (2, "", "", b""), (3, " ", " ", b" "), (4, "a  ", "  a ", b"\0")])
    assert source.rows("t") == [
        ["1", None, None, None], ["2", "", "", {"binary": ""}], ["3", " ", " ", {"binary": "20"}],
        ["4", "a  ", "  a ", {"binary": "00"}]]


def test_lengths_around_every_buffer(source):
    lengths = [0, 1, 62, 63, 64, 65, 126, 127, 128, 129, 249, 250, 251, 255, 256, 257, 499, 500, 501]
    lengths += [998, 999, 1000, 1001, 1002, 1003, 2047, 2048, 2049, 4094, 4095, 4096, 4097, 4098]
    lengths += [8189, 8190, 8191, 8192, 65534, 65535, 65536, 65537, MEGABYTE]
    columns = [("id", "integer"), ("t", "text"), ("u", "text"), ("b", "binary")]
    create(source, "t", columns)
    expected = []
    for start in range(0, len(lengths), 8):
        rows = []
        for length in lengths[start:start + 8]:
            data = random.Random(length).randbytes(length)
            rows.append((length, "x" * length, "€" * (length // 3) + "y" * (length % 3), data))
        source.sql("INSERT INTO t VALUES " + ", ".join(
            "(" + ", ".join(literal(source, value) for value in row) + ")" for row in rows))
        expected += rows
    found = source.rows("t")
    assert [row[0] for row in found] == [str(row[0]) for row in expected]
    for one, other in zip(found, expected):
        assert one[1] == other[1] and one[2] == other[2], other[0]
        assert bytes.fromhex(one[3]["binary"]) == other[3], other[0]


def test_binary_holds_every_byte(source):
    every = bytes(range(256))
    columns = [("id", "integer"), ("b", "binary")]
    create(source, "t", columns, [(1, every), (2, every * 40), (3, b"'\\"), (4, b"X'00'")])
    found = source.rows("t")
    assert found == source.client_rows("t", columns, "id")
    assert [bytes.fromhex(row[1]["binary"]) for row in found] == [
        every, every * 40, b"'\\", b"X'00'"]


def test_two_columns_of_overlong_values_in_one_row(source):
    columns = [("id", "integer"), ("a", "text"), ("n", "integer"), ("b", "text"), ("c", "binary")]
    rows = [(i, "a%d" % i * (i * 700), i, "b%d" % i * (5000 - i * 400), bytes([i]) * (i * 999))
            for i in range(12)]
    create(source, "t", columns, rows)
    assert source.rows("t") == [
        [str(r[0]), r[1], str(r[2]), r[3], {"binary": r[4].hex()}] for r in rows]


def test_values_wider_than_declared(source):
    """Only SQLite lets such values in; elsewhere the declaration is the limit."""
    source.types = dict(source.types, varchar=source.types["varchar"] % 10)
    columns = [("id", "integer"), ("v", "varchar"), ("w", "varchar")]
    create(source, "t", columns, [(1, "short", "")])
    if source.product != "SQLite":
        return
    source.sql("WITH RECURSIVE g(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM g WHERE n < 5000) "
               "INSERT INTO t SELECT n, 'v' || n, 'w' FROM g")
    source.sql("UPDATE t SET v = printf('%.70000c', 'v') WHERE id = 3000;"
               "UPDATE t SET w = printf('%.500c', 'w') WHERE id = 4500;")
    found = source.rows("t")
    assert len(found) == 5000 and found[2999][1] == "v" * 70000 and found[4499][2] == "w" * 500
    assert source.count("t")["repeats"] == (2 if source.door == "odbc" else 0)


def test_a_value_beyond_the_limit_is_told_by_its_size(source):
    columns = [("id", "integer"), ("the text", "text"), ("other", "text")]
    create(source, "t", columns, [(1, "x" * 900, "a"), (2, "y" * 100000, "b"), (3, None, "c")])
    found = source.rows("t", "--value-bytes", "1000")
    assert found[0] == ["1", "x" * 900, "a"] and found[2] == ["3", None, "c"]
    assert found[1][0] == "2" and found[1][1]["too_long"] > 1000 and found[1][2] == "b"
    if source.door == "jdbc":
        assert found[1][1]["too_long"] == 100000
    assert source.rows("t", "--value-bytes", "100000")[1][1] == "y" * 100000
    if source.product == "SQLite":  # beside such a value, too, a text is never cut in silence
        source.sql("UPDATE t SET other = 'b' || char(0) || 'b' WHERE id = 2")
        assert source.rows("t", "--value-bytes", "1000")[1][2] == {"bytes": "620062"}


def test_odd_values_in_sqlite_columns(source):
    if source.product != "SQLite":
        pytest.skip("only SQLite lets any type into any column")
    source.sql("CREATE TABLE t (id integer primary key, i int, s text, n numeric(8,2), u);"
               "INSERT INTO t VALUES (1, 'no number', x'4142', 'n/a', 0.1), "
               "(2, 1.5, 'a' || char(0) || 'b', 12, x'ff00'), "
               "(3, 1e300, 'X''00''', 0.5, 'u'), (4, 7, 'plain', NULL, 12)")
    assert source.rows("t") == [
        ["1", "no number", "AB", "n/a", "0.1"],
        ["2", "1.5", {"bytes": "610062"}, "12.00", {"bytes": "ff00"}],
        ["3", "1e+300", "X'00'", "0.50", "u"],
        ["4", "7", "plain", None, "12"]]


def test_a_nul_in_a_mariadb_text(source):
    if source.product != "MariaDB":
        pytest.skip("PostgreSQL has none; SQLite has its own test")
    source.sql("CREATE TABLE t (a varchar(10), b longtext); INSERT INTO t VALUES "
               "(concat('a', char(0), 'b'), concat('c', char(0)))")
    assert source.rows("t") == [[{"bytes": "610062"}, {"bytes": "6300"}]]


def test_postgres_types_keep_the_servers_text(source):
    if source.product != "PostgreSQL":
        pytest.skip("PostgreSQL's types")
    source.sql("CREATE TYPE mood AS ENUM ('sad', 'very sad'); CREATE DOMAIN posint AS int;")
    values = [
        ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), ("json", '{"a": [1,  2]}'),
        ("jsonb", '{"b":null}'), ("xml", "<a>ü</a>"), ("inet", "10.0.0.1/8"), ("int[]", "{1,NULL}"),
        ("mood", "very sad"), ("posint", "5"), ("money", "12.50"), ("interval", "1 mon -3 days"),
        ("timestamptz", "2024-07-01 12:00:00.5+05:30"), ("timetz", "12:34:56+02"),
        ("date", "infinity"), ("date", "0044-03-15 BC"), ("timestamp", "-infinity"),
        ("timestamp", "12024-03-15 12:00:00.000001"), ("timestamptz", "0044-03-15 12:00:00+00 BC"),
        ("numeric", "NaN"), ("numeric", "1" * 300 + ".0" + "1" * 100), ("numeric(4,-2)", "1234"),
        ("float8", "-Infinity"), ("float8", "-0"), ("float4", "1e-45"), ("bit(5)", "10101"),
        ("varbit", "1"), ("oid", "4294967295"), ("name", "nämé"), ('"char"', "c"),
        ("char(5)", "a "), ("tsrange", "[2024-01-01,2024-01-02)"), ("point", "(1,2)"),
        ("macaddr", "08:00:2b:01:02:03"), ("bytea", "\\x00ff"), ("text[]", '{"a b","\\"",NULL}')]
    columns = [("id", "integer")] + [("c%d" % i, v[0]) for i, v in enumerate(values)]
    create(source, "t", columns, [[1] + [v[1] for v in values]])
    kinds = [("id", "integer")] + [
        ("c%d" % i, "binary" if v[0] == "bytea" else "char" if v[0] == "char(5)" else "text")
        for i, v in enumerate(values)]
    for zone in ("UTC", "Asia/Kolkata", "America/St_Johns"):
        source.sql("ALTER DATABASE postgres SET TimeZone TO '%s'" % zone)
        source.sql("ALTER DATABASE postgres SET DateStyle TO 'German'")
        source.sql("ALTER DATABASE postgres SET IntervalStyle TO 'sql_standard'")
        source.sql("ALTER DATABASE postgres SET bytea_output TO 'escape'")
        try:
            expected = source.server.sql(
                "SET DateStyle TO ISO; SET IntervalStyle TO postgres; SET TimeZone TO UTC;" +
                "SELECT json_build_array(%s)::text FROM t" % ", ".join(
                    "json_build_object('binary', encode(%s, 'hex'))" % n if k == "binary" else
                    "concat(%s)" % n if k == "char" else n + "::text" for n, k in kinds))
            assert source.rows("t") == [json.loads(expected)]
        finally:
            source.sql("ALTER DATABASE postgres RESET ALL")


def test_mariadb_types(source):
    if source.product != "MariaDB":
        pytest.skip("MariaDB's types")
    source.sql(
        "SET sql_mode=''; CREATE TABLE t (a tinyint(1), b bit(9), c bigint unsigned, y year, "
        "e enum('a','ö'), s set('x','y'), j json, u uuid, z int(6) zerofill, d date, dt datetime, "
        "tm time, vb varbinary(20), bn binary(3), i inet6);"
        "INSERT INTO t VALUES (7, 257, 18446744073709551615, 2024, 'ö', 'x,y', '{\"a\":1}', "
        "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 42, '0000-00-00', '0000-00-00 00:00:00', "
        "'-838:59:59', x'00ff', x'41', '::1')")
    assert source.rows("t") == [[
        "7", "257", "18446744073709551615", "2024", "ö", "x,y", '{"a":1}',
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "42", "0000-00-00", "0000-00-00 00:00:00",
        "-838:59:59", {"binary": "00ff"}, {"binary": "410000"}, "::1"]]


# --- names and shapes


NAMES = ["with blank", "Mixed Case", "hyphen-ated", "quote\"d", "back`tick", "apo'strophe", "ümläut",
         "日本語", "select", "order", "a.b", "back\\slash", "{brace}", "[bracket]", "ques?tion",
         "per%cent", "under_score", "semi;colon", "com--ment", "😀"]


def test_names_of_all_sorts(source):
    names = list(filter(source.has_name, NAMES))
    source.sql("; ".join("CREATE TABLE %s (%s int primary key, %s varchar(10))" % (
        source.name(name), source.name(name + "1"), source.name("x" + name)) for name in names))
    source.sql("; ".join("INSERT INTO %s VALUES (%d, 'v')" % (source.name(name), i)
                         for i, name in enumerate(names)))
    catalog = source.catalog()
    for i, name in enumerate(names):
        assert [c["name"] for c in catalog[name]["columns"]] == [name + "1", "x" + name]
        assert catalog[name]["keys"][0]["columns"] == [name + "1"]
        asked = ["--part", "not_null", "--key", "0", "--after", "-1"] if source.door != "dump" else []
        assert source.rows(name, *asked) == [[str(i), "v"]]


def test_a_name_without_a_character_is_a_name(source):
    if source.product != "SQLite" or not source.is_known:
        pytest.skip("only SQLite takes such names, and its JDBC driver does not")
    source.sql('CREATE TABLE "" ("" integer primary key, v text, "g" as (v)); '
               "INSERT INTO \"\" VALUES (1, 'one'), (2, 'two')")
    table = source.catalog()[""]
    assert [column["name"] for column in table["columns"]] == ["", "v", "g"]
    assert table["keys"][0]["columns"] == [""]
    assert source.rows("", "--part", "not_null", "--key", "0", "--after", "1") == [
        ["2", "two", "two"]]


def test_an_empty_table(source):
    create(source, "t", [("id", "integer"), ("v", "text")])
    assert source.rows("t") == []
    assert source.count("t")["rows"] == 0


def test_two_hundred_wide_columns_with_short_values(source):
    width = 60 if source.product == "MariaDB" else 255  # its rows may hold 65,535 bytes
    kind = source.types["varchar"] % width
    columns = [("c%d" % i, kind) for i in range(200)]
    create(source, "t", columns, [["r%dc%d" % (r, c) for c in range(200)] for r in range(60)])
    found = source.rows("t")
    assert len(found) == 60 and found[59][199] == "r59c199"
    assert source.count("t")["peak_kb"] < 30000 + source.peak_kb or not IS_MEASURED
    long_value = "€" * width
    source.sql("UPDATE t SET c150 = %s" % source.text(long_value))
    assert [row[150] for row in source.rows("t")] == [long_value] * 60


def test_a_thousand_columns_of_numbers(source):
    count = 1000 if source.is_known else 400
    columns = [("c%d" % i, "integer") for i in range(count)]
    create(source, "t", columns, [list(range(count))])
    assert source.rows("t") == [[str(i) for i in range(count)]]


def test_batches_are_bounded_by_rows_and_bytes(source):
    columns = [("id", "integer"), ("v", "text")]
    create(source, "t", columns, [(i, "x" * 10000) for i in range(50)])
    tally = source.count("t", "--batch-rows", "7")
    assert tally["rows"] == 50 and tally["batches"] >= 8
    tally = source.count("t", "--batch-bytes", "50000")
    assert tally["rows"] == 50 and tally["widest_batch"] < 50000 + 10010
    assert [row[0] for row in source.rows("t", "--batch-bytes", "50000")] == [
        str(i) for i in range(50)]


def test_the_users_condition(source):
    columns = [("id", "integer"), ("v", "text")]
    create(source, "t", columns, [(i, "v%d" % i) for i in range(10)])
    assert [row[0] for row in source.rows("t", "--where", "id < 3 OR id = 7 -- few")] == [
        "0", "1", "2", "7"]


# --- keys


def test_keys_are_primary_keys_and_whole_unique_indexes(source):
    n = source.name
    source.sql("CREATE TABLE t (a int not null, b varchar(20) not null, c int, d varchar(20), "
               "e int, PRIMARY KEY (b, a))")
    source.sql("CREATE UNIQUE INDEX u1 ON t (c, d); CREATE UNIQUE INDEX u2 ON t (e);"
               "CREATE INDEX plain_one ON t (d)")
    if source.product in ("SQLite", "PostgreSQL"):
        source.sql("CREATE UNIQUE INDEX partial ON t (c) WHERE c > 0;"
                   "CREATE UNIQUE INDEX expression ON t (lower(d))")
    elif source.product == "MariaDB":
        source.sql("CREATE UNIQUE INDEX prefix ON t (d(3))")
    if source.product == "PostgreSQL":
        source.sql("CREATE UNIQUE INDEX including ON t (d) INCLUDE (e);"
                   "ALTER TABLE t ADD CONSTRAINT deferred UNIQUE (a) DEFERRABLE")
    keys = source.catalog()["t"]["keys"]
    assert keys[0]["primary"] and keys[0]["columns"] == ["b", "a"]
    expected = [["c", "d"], ["e"]] + ([["d"]] if source.product == "PostgreSQL" else [])
    assert all(key["repeats"] is not source.is_known for key in keys[1:])
    assert sorted(key["columns"] for key in keys[1:]) == sorted(expected)
    assert not any(key["primary"] for key in keys[1:])
    create(source, "keyless", [("a", "integer")])
    source.sql("CREATE TABLE %s (a integer primary key, b int unique)" % n("one"))
    catalog = source.catalog()
    assert catalog["keyless"]["keys"] == []
    assert [key["columns"] for key in catalog["one"]["keys"]] == [["a"], ["b"]][
        :2 if source.keys_with_nulls else 1]


KEYS = {
    "integer": ["-9223372036854775808", "-5", "0", "3", "9007199254740993", "9223372036854775807"],
    "decimal": ["-1234.5000", "-0.2500", "0.0000", "0.1000", "99999.9999"],
    "varchar": ["", " b", "100% _x", "a", "back\\slash", "it's", "?q", "{b}", "Z😀", "ümlaut", "€"],
    "date": ["1000-01-01", "2023-12-31", "2024-02-29", "9999-12-31"],
    "timestamp": ["2024-01-01 00:00:00", "2024-01-01 00:00:00.123456", "2024-01-01 00:00:00.123457",
                  "2024-01-01 00:00:00.5", "9999-12-31 23:59:59.999999"],
    "time": ["00:00:00", "12:34:56.000001", "12:34:56.5", "23:59:59"],
}


@pytest.mark.parametrize("kind", list(KEYS))
def test_positions_on_keys_of_every_kind(source, kind):
    source.types = dict(source.types, varchar=source.types["varchar"] % 30, decimal="decimal(20,4)")
    source.sql("CREATE TABLE t (k %s NOT NULL PRIMARY KEY, v int)" % source.types[kind])
    values = [value for value in KEYS[kind] if source.has_value(kind, value)]
    shuffled = list(values)
    random.Random(1).shuffle(shuffled)
    source.sql("; ".join("INSERT INTO t VALUES (%s, 1)" % (
        value if kind in ("integer", "decimal") else source.text(value)) for value in shuffled))
    rows = source.rows("t", "--part", "not_null", "--key", "0")
    assert sorted(row[0] for row in rows) == sorted(values)
    for i, row in enumerate(rows):
        after = source.rows("t", "--part", "not_null", "--key", "0", "--after", row[0])
        assert after == rows[i + 1:], row
        equal = source.rows("t", "--part", "equal", "--key", "0", "--after", row[0])
        assert equal == [row]
        assert source.rows("t", "--part", "not_null", "--key", "0", "--except", row[0]) == (
            rows[:i] + rows[i + 1:])
    assert source.rows("t", "--part", "with_null", "--key", "0") == []
    limited = source.rows("t", "--part", "not_null", "--key", "0", "--limit", "2")
    assert limited == (rows[:2] if source.has_limit else rows)


def test_positions_in_a_composite_key(source):
    source.sql("CREATE TABLE t (v int, c date not null, b varchar(10) not null, a int not null, "
               "PRIMARY KEY (a, b, c))")
    source.sql("INSERT INTO t VALUES " + ", ".join(
        "(%d, '2024-01-0%d', 'b%d', %d)" % (a * 100 + b * 10 + c, c, b, a)
        for a in (1, 2, 3) for b in (1, 2) for c in (1, 2, 3)))
    read = ["--part", "not_null", "--key", "0"]
    every = [row[0] for row in source.rows("t", *read)]
    assert every == sorted(every) and len(every) == 18
    assert [row[0] for row in source.rows("t", *read, "--after", "2")] == every[12:]
    assert [row[0] for row in source.rows("t", *read, "--after", "1", "--after", "b1")] == every[3:6]
    after = ["--after", "3", "--after", "b2", "--after", "2024-01-02"]
    assert [row[0] for row in source.rows("t", *read, *after)] == ["323"]
    where = ["--where", "v <> 311 OR v = 1"]
    assert len(source.rows("t", *read, *where, "--after", "2")) == 5


def test_keys_with_nulls_are_two_parts(source):
    if not source.keys_with_nulls:
        pytest.skip("the driver does not show such keys")
    source.sql("CREATE TABLE t (a int, b varchar(10), UNIQUE (a, b))")
    source.sql("INSERT INTO t VALUES (1, 'a'), (1, NULL), (NULL, 'a'), (NULL, NULL), (2, 'b'), "
               "(NULL, 'a')")
    whole = source.rows("t", "--part", "not_null", "--key", "0")
    assert whole == [["1", "a"], ["2", "b"]]
    rest = source.rows("t", "--part", "with_null", "--key", "0")
    assert sorted(map(repr, rest + whole)) == sorted(map(repr, source.rows("t")))
    assert source.rows("t", "--part", "not_null", "--key", "0", "--after", "1") == [["2", "b"]]
    assert source.rows("t", "--part", "not_null", "--key", "0", "--after", "2") == []
    null = ["--part", "equal", "--key", "0", "--after", "NULL", "--after", "a"]
    assert source.rows("t", *null) == [[None, "a"], [None, "a"]]
    only = source.rows("t", "--part", "with_null", "--key", "0", "--where", "a = 1 OR 1 = 0")
    assert only == [["1", None]]


def test_keys_that_are_left_out(source):
    if not source.keys_with_nulls:
        pytest.skip("the driver does not show such keys")
    source.sql("CREATE TABLE t (a int, b varchar(10), UNIQUE (a, b))")
    source.sql("INSERT INTO t VALUES (1, 'a'), (1, 'b'), (1, NULL), (NULL, 'a'), (2, 'a'), (2, 'b')")
    two = ["--except", "1", "--except", "b", "--except", "2", "--except", "a"]
    assert sorted(map(repr, source.rows("t", "--part", "all", "--key", "0", *two))) == sorted(map(
        repr, [["1", "a"], ["1", None], [None, "a"], ["2", "b"]]))
    ordered = ["--part", "not_null", "--key", "0", *two]
    assert source.rows("t", *ordered) == [["1", "a"], ["2", "b"]]
    assert source.rows("t", *ordered, "--after", "1") == [["2", "b"]]


def test_a_key_without_case(source):
    collation = {"SQLite": "COLLATE NOCASE", "MariaDB": "COLLATE utf8mb4_general_ci",
                 "H2": ""}.get(source.product, "")
    source.sql("CREATE TABLE t (k varchar(10) %s NOT NULL PRIMARY KEY)" % collation)
    source.sql("INSERT INTO t VALUES ('b'), ('A'), ('C'), ('d')")
    rows = source.rows("t", "--part", "not_null", "--key", "0")
    for i, row in enumerate(rows):
        assert source.rows("t", "--part", "not_null", "--key", "0", "--after", row[0]) == rows[i + 1:]


# --- the catalogue


def test_the_identity_says_who_it_is(source):
    identity = source.run("identity")[0]
    assert identity["product"] == source.product and identity["version"][0].isdigit()
    assert identity["driver"] != " " and identity["db_name"]
    if source.has_code_page:
        assert identity["code_page"].lower().replace("-", "") in ("utf8", "utf8mb4")
    assert identity["buffers_results"] is not source.streams
    if source.product == "PostgreSQL":
        assert identity["guid"] == source.sql(
            "SELECT system_identifier || '/' || oid FROM pg_control_system(), pg_database "
            "WHERE datname = current_database()").strip()


def test_views_and_system_tables_are_not_tables(source):
    create(source, "t", [("a", "integer")], [(1,)])
    source.sql("CREATE VIEW v AS SELECT a FROM t")
    expected = {"t", "first"} if source.product == "SQLite" else {"t"}
    assert {name for name, table in source.catalog().items() if not table["left_out"]} == expected


def test_generated_columns_are_columns_like_others(source):
    """Where they stand, whatever their type, kept or computed anew."""
    forms = {"SQLite": ("AS (%s)", "GENERATED ALWAYS AS (%s) STORED", "AS (%s) VIRTUAL"),
             "PostgreSQL": ("GENERATED ALWAYS AS (%s) STORED",),
             "MariaDB": ("AS (%s) STORED", "AS (%s) VIRTUAL")}
    if source.product not in forms:
        pytest.skip("how they are made is not known here")
    types = [(kind, source.types[kind] % 20 if kind == "varchar" else source.types[kind])
             for kind in source.types]
    plain = [("p%d" % i, kind) for i, (kind, _) in enumerate(types)]
    for form in forms[source.product]:
        source.sql("DROP TABLE IF EXISTS t")
        source.sql("CREATE TABLE t (id int primary key, net %s, %s, gross %s %s, last int)" % (
            source.types["float"], ", ".join(
                "p%d %s, g%d %s %s" % (i, declared, i, declared, form % ("p%d" % i))
                for i, (_, declared) in enumerate(types)),
            source.types["float"], form % "net * 1.19"))
        values = {"binary": b"\0\xff", "boolean": True, "date": "2024-02-29", "time": "23:59:59",
                  "timestamp": "2024-02-29 23:59:59", "text": "é" * 2000, "varchar": "v" * 20,
                  "integer": source.integers[0], "decimal": source.decimals[-1]}
        source.sql("INSERT INTO t (id, net, last, %s) VALUES (1, 0.1, 7, %s)" % (
            ", ".join(name for name, _ in plain),
            ", ".join(literal(source, values.get(kind, 0.25)) for kind, _ in types)))
        columns = source.catalog()["t"]["columns"]
        made = [pair for i, (kind, _) in enumerate(types) for pair in (
            ("p%d" % i, kind), ("g%d" % i, kind))]
        made = [("id", "integer"), ("net", "float")] + made + [("gross", "float"),
                                                               ("last", "integer")]
        assert [column["name"] for column in columns] == [name for name, _ in made]
        by_name = {column["name"]: column for column in columns}
        for i in range(len(types)):
            for fact in ("kind", "scale", "long"):
                assert by_name["g%d" % i][fact] == by_name["p%d" % i][fact], by_name["g%d" % i]
        found, said = source.rows("t"), source.client_rows("t", made, "id")
        judge = {"float": float, "float4": float, "time": without_zeros,
                 "timestamp": without_zeros}
        for row in found + said:
            row[:] = [judge.get(kind, str)(value) for value, (_, kind) in zip(row, made)]
        assert found == said, form


def test_hidden_columns_of_virtual_tables_are_no_columns(source):
    if source.product != "SQLite" or not source.is_known:
        pytest.skip("only SQLite has virtual tables, whose hidden columns its JDBC driver lists")
    source.sql("CREATE VIRTUAL TABLE papers USING fts5(body); "
               "INSERT INTO papers VALUES ('hello')")
    assert [column["name"] for column in source.catalog()["papers"]["columns"]] == ["body"]
    assert source.rows("papers") == [["hello"]]


def test_only_the_schema_asked_for(source):
    if source.product != "PostgreSQL":
        pytest.skip("no schemas")
    source.sql("CREATE TABLE t (a int); CREATE SCHEMA \"O_ther\"; "
               "CREATE TABLE \"O_ther\".t (b int primary key, c int); "
               "CREATE TABLE \"O_ther\".u (d int); CREATE SCHEMA \"Oxther\"; "
               "CREATE TABLE \"Oxther\".w (e int)")
    try:
        assert set(source.catalog()) == {"t"}
        other = source.catalog(environment={"SOURCE_SCHEMA": "O_ther"})
        assert set(other) == {"t", "u"} and other["t"]["keys"][0]["columns"] == ["b"]
        assert set(source.catalog(environment={"SOURCE_SCHEMA": "o_THER"})) == {"t", "u"}
        everything = source.run("catalog", environment={"SOURCE_SCHEMA": ""})[0]["tables"]
        assert len(everything) == 4
        error = source.error("catalog", environment={"SOURCE_SCHEMA": "PUB"})
        assert error["kind"] == "source" and '"O_ther"' in error["hint"]
    finally:
        source.sql('DROP SCHEMA "O_ther" CASCADE; DROP SCHEMA "Oxther" CASCADE')


def test_only_the_connected_database(source):
    if source.product != "MariaDB":
        pytest.skip("one database is one connection there")
    source.sql("CREATE TABLE mine (a int); CREATE DATABASE other; CREATE TABLE other.mine (b int); "
               "CREATE TABLE other.theirs (c int)")
    try:
        catalog = source.catalog()
        assert set(catalog) == {"mine"}
        assert [column["name"] for column in catalog["mine"]["columns"]] == ["a"]
    finally:
        source.sql("DROP DATABASE other")


def test_a_source_without_tables_is_an_error(source):
    if source.product == "SQLite":
        source.sql("DROP TABLE first")
    error = source.error("catalog")
    assert error["kind"] == "source" and not error["transient"] and error["hint"]


def test_estimates(source):
    columns = [("id", "integer"), ("v", "text")]
    create(source, "t", columns, [(i, "v") for i in range(1000)])
    gather = {"SQLite": "CREATE INDEX i ON t (id); ANALYZE", "PostgreSQL": "ANALYZE t",
              "MariaDB": "ANALYZE TABLE t", "H2": "ANALYZE"}
    if source.product not in gather or not source.is_known:
        pytest.skip("keeps no estimates that a driver shows")
    source.sql(gather[source.product])
    assert 900 <= source.catalog()["t"]["rows"] <= 1100


def test_many_tables_keep_their_columns_and_keys(source):
    count = 2000 if LONG else 200
    if isinstance(source, OpenEdge):
        pytest.skip("test_openedge.py counts its queries for as many tables")
    if not source.is_known:
        pytest.skip("its driver lists 500 columns")
    source.sql("".join(
        "CREATE TABLE table_number_%d (id int primary key, a varchar(30) unique, b decimal(10,2), "
        "c date, d %s, e int, f int, g varchar(200), h varchar(10));" % (i, source.types["text"])
        for i in range(count)))
    tables = [table for table in source.run("catalog")[0]["tables"]
              if table["name"].lower().startswith("table_number_")]
    assert len(tables) == count
    assert all(len(t["columns"]) == 9 and len(t["keys"]) == (
        2 if source.keys_with_nulls else 1) for t in tables)


# --- when things go wrong


def test_a_table_that_changed_is_refused(source):
    create(source, "t", [("id", "integer"), ("v", "text"), ("w", "text")], [(1, "a", "b")])
    error = source.error("rows", "t", "--between", source.shell("ALTER TABLE t DROP COLUMN v"))
    assert error["kind"] == "table" and not error["transient"]
    error = source.error("rows", "t", "--between", source.shell("DROP TABLE t"))
    assert error["kind"] == "table"


def test_cancel_ends_a_running_call(source):
    """Which would last for hours: longer than anybody waits for the end of a program."""
    columns = [("id", "integer")]
    if source.product == "Apache Derby":
        # Its client locks the connection while it waits for the server, and not even a cancel gets
        # past that: a read ends between two answers.
        source.fill_large(100_000)
        printed = source.run("count", "t", "--batch-rows", "1", "--cancel-every", "100")
        assert "error" in printed[-1]
        return
    create(source, "t", columns, [(1,)])
    slow = {
        "SQLite": "id IN (WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r "
                  "WHERE n < 4000000000000) SELECT count(*) FROM r)",
        "PostgreSQL": "pg_sleep(9999) IS NOT NULL", "MariaDB": "sleep(9999) = 0",
        "H2": "id IN (SELECT count(*) FROM SYSTEM_RANGE(1, 1000000000000) WHERE sin(x) > 2)",
        "HSQL Database Engine": "id IN (SELECT count(*) FROM UNNEST(SEQUENCE_ARRAY(1, 30000, 1)) a, "
                                "UNNEST(SEQUENCE_ARRAY(1, 30000, 1)) b, "
                                "UNNEST(SEQUENCE_ARRAY(1, 30000, 1)) c)",
        "OpenEdge": "1 = 1"}[source.product]
    if source.product == "OpenEdge":
        source.server.mishap("slow", "read", milliseconds=9_999_000)
    printed = source.run("rows", "t", "--where", slow, "--cancel-every", "100")
    if source.product != "MariaDB":  # its sleep() ends early, without an error
        assert "error" in printed[-1]


def test_nothing_stays_open_in_the_source(source):
    """After a read, and after one that was left in the middle, no transaction holds anything."""
    if source.product != "PostgreSQL":
        pytest.skip("PostgreSQL shows its sessions' transactions")
    source.sql("CREATE TABLE t AS SELECT g AS a, repeat('x', 200) AS b "
               "FROM generate_series(1, 50000) g")
    look = ("psql -X -q -A -t -h %s -p %d -U postgres postgres -c \"SELECT count(*) FROM "
            "pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
            "AND xact_start IS NOT NULL\" | grep -q '^0$'" % (
                source.server.host, source.server.port))
    tally = source.count("t", "--stop", "100", "--between", look, "--behind", look)
    assert 100 <= tally["rows"] < 50000
    assert source.count("t", "--behind", look)["rows"] == 50000


def test_a_cursor_is_left_though_the_source_does_not_answer(source):
    """Rows that nobody asked for yet may be on their way already: they are not waited for."""
    if source.product != "PostgreSQL":
        pytest.skip("PostgreSQL's rows can take their time")
    create(source, "t", [("id", "integer")], [(i,) for i in range(1000)])
    tally = source.count("t", "--batch-rows", "500", "--stop", "500", "--where",
                         "id < 800 OR pg_sleep(9999) IS NOT NULL",
                         environment={"SOURCE_FETCH_SIZE": "100"})
    assert tally["rows"] == 500


def test_all_rows_before_a_failure_come_before_it(source):
    if source.product != "PostgreSQL" or source.door != "jdbc":
        pytest.skip("the other drivers give up a trip's rows, or cannot be made to fail")
    create(source, "t", [("id", "integer")], [(i,) for i in range(1000)])
    printed = source.run("rows", "t", "--batch-rows", "500", "--where", "1 / (id - 800) IS NOT NULL",
                         environment={"SOURCE_FETCH_SIZE": "100"})
    assert [row[0] for row in printed[:-1]] == [str(i) for i in range(800)]
    assert printed[-1]["error"]["sqlstate"] == "22012"


def test_a_query_timeout(source):
    if source.product != "PostgreSQL":
        pytest.skip("the other drivers know no query time-out")
    create(source, "t", [("id", "integer")], [(1,)])
    error = source.error("rows", "t", "--where", "pg_sleep(9999) IS NOT NULL",
                         environment={"SOURCE_QUERY_TIMEOUT": "1"})
    assert error["transient"]


def test_streams_large_tables(source):
    rows = 300_000 if LONG or IS_MEASURED else 30_000  # test_source_memory.py measures what they take
    source.fill_large(rows)
    tally = source.count("t")
    assert tally["rows"] == rows and tally["bytes"] > 200 * rows
    if IS_MEASURED:
        # The data are 60 MB; a driver that buffers is known to.
        assert (tally["peak_kb"] < source.peak_kb) == source.streams, tally


def test_memory_is_bounded_by_wide_rows_too(source):
    columns = [("id", "integer"), ("v", "text")]
    create(source, "t", columns)
    count = 60 if LONG or IS_MEASURED else source.wide_rows
    for i in range(0, count, 20):
        source.sql("INSERT INTO t VALUES " + ", ".join(
            "(%d, %s)" % (n, source.text(chr(97 + n % 26) * MEGABYTE))
            for n in range(i, min(i + 20, count))))
    found = source.rows("t")
    assert [hashlib.md5(row[1].encode()).digest() for row in found] == [
        hashlib.md5((chr(97 + n % 26) * MEGABYTE).encode()).digest() for n in range(count)]
    tally = source.count("t", "--batch-bytes", str(MEGABYTE))
    assert tally["widest_batch"] < 2.1 * MEGABYTE
    if source.streams and IS_MEASURED:
        assert tally["peak_kb"] < 50 * 1024 + source.peak_kb


def test_refused_connections(source):
    for environment, hint in source.bad_environments():
        error = source.error("identity", environment=environment)
        assert error["kind"] == "source" and error["hint"], error
        assert hint in error["hint"], error
        assert "SOURCE_PORT" in environment or not error["transient"] or (
            source.product == "SQLite"), error
    if source.product == "SQLite":
        assert not os.path.exists(source.path + ".missing")


def test_a_file_that_is_no_database(source, tmp_path):
    if source.product != "SQLite" or not source.is_known:
        pytest.skip("only SQLite reads files, and what its JDBC driver says of them is its own")
    path = tmp_path / "text.db"
    path.write_text("this is no database, however long the text may be\n" * 100)
    error = source.error("catalog", environment={"SOURCE_DB": str(path)})
    assert error["kind"] == "source" and str(path) in error["message"] and error["hint"]


def test_a_wrong_password_is_tried_once_and_not_told(source):
    if source.product not in ("MariaDB", "OpenEdge"):
        pytest.skip("no passwords in that source")
    error = source.error("identity", environment={"SOURCE_PASSWORD": "wr;ng}{ password"})
    assert error["kind"] == "source" and not error["transient"]
    assert "wr;ng" not in error["message"]


def test_odd_credentials(source):
    if source.product != "MariaDB" or source.door != "odbc":
        pytest.skip("the other sources take anybody")
    source.sql("CREATE OR REPLACE USER 'u;s=}e'@'%' IDENTIFIED BY 'p;w}{=d é';"
               "GRANT ALL ON *.* TO 'u;s=}e'@'%'; CREATE DATABASE `d;b={}x`; "
               "CREATE TABLE `d;b={}x`.t (a int)")
    try:
        assert set(source.catalog(environment={
            "SOURCE_USER": "u;s=}e", "SOURCE_PASSWORD": "p;w}{=d é", "SOURCE_DB": "d;b={}x"})) == {
                "t"}
    finally:
        source.sql("DROP DATABASE `d;b={}x`; DROP USER 'u;s=}e'@'%'")


def test_a_connection_string_and_a_data_source(source, tmp_path):
    if source.door != "odbc":
        pytest.skip("both are ODBC's")
    keys = {"SQLite": ["", "", "Database", "", ""],
            "PostgreSQL": ["Servername", "Port", "Database", "UID", "PWD"],
            "MariaDB": ["SERVER", "PORT", "DATABASE", "UID", "PWD"]}[source.product]
    names = ["SOURCE_HOST", "SOURCE_PORT", "SOURCE_DB", "SOURCE_USER", "SOURCE_PASSWORD"]
    parts = ["%s=%s" % (key, source.environment[name]) for key, name in zip(keys, names)
             if key and source.environment.get(name)]
    create(source, "t", [("a", "integer")], [(1,)])
    only = {name: None for name in names}
    only["SOURCE_DRIVER"] = None
    string = "Driver=%s;%s" % (source.environment["SOURCE_DRIVER"], ";".join(parts))
    assert "t" in source.catalog(environment=dict(only, SOURCE_CONNECTION=string))
    (tmp_path / "odbcinst.ini").write_text(
        "[Nondescript]\nDriver=%s\n" % source.environment["SOURCE_DRIVER"])
    (tmp_path / "odbc.ini").write_text("[erp]\nDriver=Nondescript\n" + "\n".join(
        parts + ["Username=" + source.environment.get("SOURCE_USER", "")]) + "\n")
    folder = {"ODBCSYSINI": str(tmp_path), "ODBCINI": str(tmp_path / "odbc.ini")}
    assert "t" in source.catalog(environment=dict(only, SOURCE_CONNECTION="DSN=erp", **folder))
    if source.product == "SQLite":  # and it streams, though nothing in those names says SQLite
        source.sql("DROP TABLE t")
        source.fill_large(200_000 if IS_MEASURED else 2000)
        tally = source.count("t", environment=dict(only, SOURCE_CONNECTION="DSN=erp", **folder))
        assert tally["peak_kb"] < 30000 or not IS_MEASURED
