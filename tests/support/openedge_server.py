"""An OpenEdge look-alike for tests: a server process, and the jar of a driver for it.

    with OpenEdgeServer() as openedge:
        openedge.sql('INSERT INTO PUB."Bin" ("BinNum") VALUES (1)')    # behind OpenEdge's back
        openedge.switch(rows_before_bad="delivered")
        openedge.source_keys()                                         # for progress_db

tests/openedge/README.md says what it can do.
"""

import json
import os
import shutil
import subprocess
import tempfile

from servers import BRIEF_JAVA, java_jars

DRIVER_CLASS = "com.ddtek.jdbc.openedge.OpenEdgeDriver"
USER = PASSWORD = "reader"


def jars_folder():
    """Where the build has put both jars; None when it was built without Java."""
    folder = os.environ.get("OE2PG_TEST_PROGRAMS")
    found = folder and os.path.exists(os.path.join(folder, "lookalike.jar"))
    return folder if found and java_jars("h2.jar") else None


class Refused(Exception):
    """What the driver threw: its text, SQLSTATE and native code, and the rows that came before."""

    def __init__(self, error, rows=()):
        super().__init__(error["message"])
        self.message = error["message"]
        self.state = error["state"]
        self.code = error["code"]
        self.rows = list(rows)


class OpenEdgeServer:
    """Started with schemas: sports2020, pathology, or folders with dumps."""

    user = USER
    password = PASSWORD
    driver_class = DRIVER_CLASS

    def __init__(self, *schemas, database="sports2020", memory="1g"):
        self.schemas = [str(schema) for schema in schemas or ("sports2020",)]
        self.database = database
        self.memory = memory
        self.host = "127.0.0.1"
        self.port = 0
        self.jar = os.path.join(jars_folder(), "openedge.jar")
        self.directory = tempfile.mkdtemp(prefix="oe2pg-oe-")
        self.log_path = os.path.join(self.directory, "server.log")
        self.process = None

    @property
    def url(self):
        return "jdbc:datadirect:openedge://%s:%d;databaseName=%s" % (
            self.host, self.port, self.database)

    def source_keys(self, **keys):
        """What belongs into progress_db."""
        found = {"host": self.host, "port": self.port, "db_name": self.database, "user": USER,
                 "password": PASSWORD, "schema": "PUB", "jar_file": self.jar,
                 "driver_class": DRIVER_CLASS}
        found.update(keys)
        return found

    def __enter__(self):
        jars = java_jars("h2.jar") + [os.path.join(jars_folder(), "lookalike.jar")]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx" + self.memory, "-XX:+UseSerialGC", "-XX:-UsePerfData", *BRIEF_JAVA,
                 "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8", "-cp", ":".join(jars),
                 "oe.Server", "0", self.database] + self.schemas,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        try:
            self.port = int(self._answer())
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def messages(self):
        """What the server said on its standard error: undecodable values, broken lines."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    # --- commands

    def _answer(self):
        size = self.process.stdout.read(4)
        if len(size) < 4:
            raise RuntimeError("the server ended:\n" + self.messages())
        return self.process.stdout.read(int.from_bytes(size, "big")).decode()

    def control(self, *words, body=""):
        """Any command of tests/openedge/server/oe/Admin.java."""
        data = (" ".join(map(str, words)) + "\n" + body).encode()
        self.process.stdin.write(len(data).to_bytes(4, "big") + data)
        self.process.stdin.flush()
        answer = json.loads(self._answer())
        if isinstance(answer, dict) and "failure" in answer:
            raise RuntimeError(answer["failure"])
        return answer

    def sql(self, statement):
        """The store's own SQL, which nothing is refused: for making and judging data."""
        return self.control("sql", body=statement)

    def uncounted(self, statement):
        """Behind the back of the server's counters."""
        return self.control("uncounted", body=statement)

    def begin(self, transaction):
        self.control("begin", str(transaction))

    def end(self, transaction):
        self.control("end", str(transaction))

    def rollback(self, transaction):
        """Nothing of what it wrote is left."""
        self.control("rollback", str(transaction))

    def write(self, transaction, statement):
        """What is not committed before `end`, and seen by those who read without locks."""
        self.control("write", str(transaction), body=statement)

    def policy(self, table, level, **properties):
        """Change data capture. properties: fields="Id:1,Text", owner, name, state, instance."""
        self.control("cdc_policy", table, str(level), body=_lines(properties))

    def drop_policy(self, table):
        """With all that was captured."""
        self.control("cdc_drop", table)

    def track(self, table, operation):
        """What was done to the table as a whole: operations 5 to 12."""
        self.control("cdc_note", table, str(operation))

    def purge(self, table, last):
        """What another consumer does when it has read the changes up to this sequence."""
        self.sql('DELETE FROM PUB."_Cdc-Change-Tracking" WHERE "_Change-Sequence" <= %d AND '
                 '"_Source-Table-Number" = (SELECT "_File-Number" FROM PUB."_File" '
                 'WHERE "_File-Name" = \'%s\')' % (last, table))

    def reset(self):
        """Switches, users, locks, mishaps and the log as at the start; tables stay."""
        self.control("reset")

    def switch(self, **answers):
        self.control("switch", body=_lines(answers))

    def df(self, text, owner="PUB"):
        """A change of the schema, in the language of schema dumps."""
        self.control("df", owner, body=text)

    def view(self, name, query, owner="PUB"):
        self.control("view", owner, name, body=query)

    def synonym(self, name, table, owner="PUB"):
        """Another name of a table, until the next reset."""
        self.control("synonym", owner, name, table)

    def primary_key(self, table, *columns):
        """As SQL would have declared it."""
        self.control("primary_key", table, *columns)

    def add_tables(self, count):
        self.control("tables", count)

    def add_user(self, name, password, **rights):
        """dba, metaschema, sysprogress: "yes" or "no"; tables: "*" or names with commas."""
        self.control("user", name, body=_lines(dict(rights, password=password)))

    def drop_user(self, name):
        self.control("drop_user", name)

    def lock(self, table, where, times=-1):
        """Locks records, by the store's own condition, for so many readings; -1 is for ever."""
        self._doom("locked", table, where, times)

    def move(self, fate, table, where, times=1):
        """Records move while somebody reads without locks, who finds them "missed" or "twice"."""
        self._doom(fate, table, where, times)

    def _doom(self, fate, table, where, times):
        rowids = self.sql('SELECT _ROWID_ FROM PUB."%s" WHERE %s' % (table, where))
        self.control(fate, table, times, *[row[0] for row in rowids])

    def unlock(self):
        self.control("unlock")

    def mishap(self, what, where="fetch", number=1, times=1, milliseconds=0):
        """drop, stall, half, half_stall, deaf or slow, at the number-th login, execute, fetch, or
        read: a fetch from a user's table."""
        self.control("mishap", what, where, number, times, milliseconds)

    def no_mishap(self):
        self.control("no_mishap")

    def schema_holders(self):
        """Connections whose transactions keep the schema from being altered."""
        return self.control("holders")

    def row_count(self, table):
        return self.control("rows", table)

    def log(self):
        """Every statement so far, oldest first, as dictionaries."""
        return self.control("log")

    def counts(self):
        return self.control("counts")

    def clear_log(self):
        self.control("clear_log")

    def connect(self, name="test", **properties):
        """A connection through the driver, held by the server's own process."""
        return DrivenConnection(self, name, properties)


def _lines(values):
    return "\n".join("%s=%s" % item for item in values.items())


class DrivenConnection:
    """The driver's side of a conversation; errors of the driver are raised as Refused."""

    def __init__(self, server, name, properties):
        self.server = server
        self.name = name
        login = {"user": USER, "password": PASSWORD, "database": server.database}
        login.update(properties)
        self._do("open", name, body=_lines(login))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._do("close", self.name)

    def _do(self, *words, body=""):
        answer = self.server.control(*words, body=body)
        if isinstance(answer, dict) and "error" in answer:
            raise Refused(answer["error"], answer.get("rows", ()))
        return answer

    @staticmethod
    def _with_parameters(sql, parameters):
        return "\0".join([sql] + [_parameter(value) for value in parameters])

    def query(self, sql, *parameters, cancel_after_ms=0, timeout=0):
        """All rows."""
        return self.answer(sql, *parameters, cancel_after_ms=cancel_after_ms,
                           timeout=timeout)["rows"]

    def value(self, sql, *parameters):
        return self.query(sql, *parameters)[0][0]

    def answer(self, sql, *parameters, cancel_after_ms=0, timeout=0):
        """Rows, and columns as [name, type, type's name, precision, scale]."""
        return self._do("query", self.name, cancel_after_ms, timeout,
                        body=self._with_parameters(sql, parameters))

    def execute(self, sql):
        self._do("query", self.name, 0, 0, body=sql)

    def start(self, result, sql, *parameters, fetch_size=0):
        self._do("start", self.name, result, fetch_size,
                 body=self._with_parameters(sql, parameters))

    def next(self, result, count=1):
        return self._do("next", result, count)["rows"]

    def stop(self, result):
        self._do("stop", result)

    def ask(self, what, *arguments):
        """java.sql.DatabaseMetaData: tables, columns, primary_keys, indexes."""
        return self._do("ask", self.name, what, body="\n".join(arguments))["rows"]

    def fact(self, method):
        """What a method of java.sql.DatabaseMetaData without arguments says."""
        return self._do("fact", self.name, method)["value"]

    def set(self, what, value=""):
        """autocommit, isolation, readonly with a number; commit, rollback."""
        self._do("set", self.name, what, value if value != "" else "-")


def _parameter(value):
    """With a letter for its type; dates and decimals are given as ("D", "2020-01-31")."""
    if isinstance(value, tuple):
        return "".join(value)
    return ("I%d" if isinstance(value, int) else "S%s") % value
