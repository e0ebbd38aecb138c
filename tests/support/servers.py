"""Throw-away database servers for tests, as plain context managers.

    with PostgresServer() as pg:
        pg.sql("CREATE TABLE t (a int)")          # psql, returns its output
        connect(host="127.0.0.1", port=pg.port, user=pg.user, dbname=pg.dbname)

Each server lives in its own temporary directory, listens on 127.0.0.1 and on a Unix socket there,
never syncs to disk, and is gone with its directory when the block ends. Started by root they run
as nobody, because neither PostgreSQL nor MariaDB likes to be root.
"""

import functools
import glob
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

NOBODY = "nobody"

# Where servers keep their files; short, because a Unix socket's path may hold 107 bytes only.
folder = "/tmp"


def use_memory(enough=4 << 30):
    """Servers that are made from now on keep their files in memory, where a machine has plenty. A
    database is 300 files: memory takes 10 ms for them, a disk's file system up to 300."""
    global folder
    memory = "/dev/shm"
    try:
        room = os.statvfs(memory)
        with open("/proc/meminfo", encoding="ascii") as lines:
            left = next(int(line.split()[1]) << 10 for line in lines
                        if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return
    if os.access(memory, os.W_OK | os.X_OK) and left >= 2 * enough \
            and room.f_bavail * room.f_frsize >= enough:
        folder = memory


def free_port():
    """A TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def odbc_driver(name):
    """Full path of a driver library as Debian installs it, e.g. "psqlodbcw.so"; None if absent."""
    for pattern in ("/usr/lib/*/odbc/", "/usr/lib/odbc/", "/usr/local/lib/odbc/"):
        found = sorted(glob.glob(pattern + name))
        if found:
            return found[0]
    return None


def _as_nobody(command):
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid", NOBODY, "--regid", "nogroup", "--clear-groups", "--"] + command


def _own_user():
    return NOBODY if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


class _Server:
    """What both have in common: a directory, a process, an end."""

    def __init__(self, prefix):
        self.directory = tempfile.mkdtemp(prefix=prefix, dir=folder)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(NOBODY)
            os.chown(self.directory, nobody.pw_uid, nobody.pw_gid)
        os.chmod(self.directory, 0o755)
        self.host = "127.0.0.1"
        self.port = free_port()
        self.process = None
        self.log_path = os.path.join(self.directory, "server.log")

    def path(self, name):
        return os.path.join(self.directory, name)

    def _run(self, command, **keywords):
        done = subprocess.run(
            _as_nobody(command), cwd=self.directory, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self._environment(), **keywords)
        if done.returncode != 0:
            raise RuntimeError("%s failed:\n%s" % (command[0], done.stdout.decode(errors="replace")))

    def _environment(self):
        # Servers that are made at the same time do not meet in one folder for temporary files.
        return {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LC_ALL": "C",
                "HOME": self.directory, "TMPDIR": self.directory}

    def _spawn(self, command):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                _as_nobody(command), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=self._environment())

    def _wait_ready(self, is_ready, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if is_ready():
                return
            time.sleep(0.1)
        raise RuntimeError("the server did not start:\n" + self.log())

    def log(self):
        try:
            with open(self.log_path, errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def kill(self):
        """As a power cut would: no word to anybody."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _end(self, polite_signal):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(polite_signal)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __exit__(self, *_):
        self.close()


class PostgresServer(_Server):
    """A PostgreSQL cluster with trust authentication, user postgres, database postgres."""

    user = "postgres"
    dbname = "postgres"

    def __init__(self, settings=None, encoding="UTF8", bindir=None):
        super().__init__("oe2pg-pg-")
        self.settings = dict(settings or {})
        self.encoding = encoding
        self.bindir = bindir or self._find_bindir()

    @staticmethod
    def _find_bindir():
        if "OE2PG_POSTGRES_BIN" in os.environ:
            return os.environ["OE2PG_POSTGRES_BIN"]
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"),
                       key=lambda path: int(path.split("/")[-2]))
        if found:
            return found[-1]
        return os.path.dirname(shutil.which("postgres"))

    def _tool(self, name):
        """A client program may be another version's."""
        path = os.path.join(self.bindir, name)
        return path if os.path.exists(path) else shutil.which(name)

    @property
    def dsn(self):
        """A libpq connection string over TCP."""
        return "host=%s port=%d dbname=%s user=%s" % (self.host, self.port, self.dbname, self.user)

    def __enter__(self):
        try:
            self._run([self._tool("initdb"), "-D", self.path("data"), "-U", self.user, "-A", "trust",
                       "-E", self.encoding, "--locale=C", "--no-sync"])
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def start(self):
        settings = {
            "listen_addresses": self.host, "port": self.port,
            "unix_socket_directories": self.directory, "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB",
            "max_wal_size": "2GB", "wal_init_zero": "off", "log_line_prefix": "%m %a ", "lc_messages": "C",
        }
        settings.update(self.settings)
        command = [self._tool("postgres"), "-D", self.path("data")]
        for name, value in settings.items():
            command += ["-c", "%s=%s" % (name, value)]
        self._spawn(command)
        self._wait_ready(self._is_ready)

    def _is_ready(self):
        return subprocess.run(
            [self._tool("pg_isready"), "-q", "-h", self.host, "-p", str(self.port)]).returncode == 0

    @functools.cached_property
    def by_files(self):
        """For CREATE DATABASE: without it each page goes through the log, since version 15."""
        version = int(self.sql("SHOW server_version_num"))
        return " STRATEGY file_copy" if version >= 150000 else ""

    def stop(self):
        """Fast shutdown: sessions are ended, then the server; start() brings it back."""
        self._end(signal.SIGINT)

    def sql(self, statement, dbname=None, user=None):
        """Runs SQL with psql (stops at the first error); returns unaligned output without header."""
        done = subprocess.run(
            [self._tool("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h",
             self.host, "-p", str(self.port), "-U", user or self.user, "-d", dbname or self.dbname,
             "-f", "-"],
            input=statement.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PGCLIENTENCODING": "UTF8"})
        if done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def close(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class PostgresStandby(PostgresServer):
    """A hot standby, made of a running primary by pg_basebackup: fed by the stream through a slot of
    its own, or from an archive."""

    def __init__(self, primary, slot=None, settings=None):
        super().__init__({**primary.settings, "max_standby_streaming_delay": "-1",
                          "max_standby_archive_delay": "-1", **(settings or {})},
                         bindir=primary.bindir)
        self.primary = primary
        self.slot = slot

    def __enter__(self):
        fed = ["-R", "-C", "-S", self.slot] if self.slot else []
        try:
            self._run([self._tool("pg_basebackup"), "-D", self.path("data"), "-h", self.primary.host,
                       "-p", str(self.primary.port), "-U", self.primary.user, "-c", "fast",
                       "--no-sync", *fed])
            self._run(["touch", self.path("data/standby.signal")])
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def catch_up(self, seconds=60):
        """Returns when everything is replayed that the primary has done."""
        # A mark of its own: what stands at the start of a segment may never be replayed.
        position = self.primary.sql("SELECT pg_logical_emit_message(false, '', '')").strip()
        self.primary.sql("SELECT pg_switch_wal();")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.sql("SELECT pg_last_wal_replay_lsn() >= '%s'" % position).strip() == "t":
                return
            time.sleep(0.05)
        raise RuntimeError("the standby did not catch up:\n" + self.log())


class MariadbServer(_Server):
    """A MariaDB server with user tester/secret (all rights) and an empty database shop."""

    user = "tester"
    password = "secret"
    dbname = "shop"

    def __init__(self, options=(), zone=None):
        super().__init__("oe2pg-my-")
        self.options = list(options)
        self.zone = zone  # of the machine, as the server sees it
        self.socket = self.path("s.sock")

    @staticmethod
    def is_installed():
        return MariadbServer._server_path() is not None and shutil.which("mariadb") is not None

    @staticmethod
    def _server_path():
        return shutil.which("mariadbd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

    def __enter__(self):
        try:
            # --user makes it chown and change user by itself, which only root may ask for.
            self._run(["mariadb-install-db", "--no-defaults", "--datadir=" + self.path("data"),
                       "--auth-root-authentication-method=normal", "--skip-test-db",
                       "--skip-name-resolve"])
            self.start()
            self._root_sql(
                "CREATE USER '%s'@'%%' IDENTIFIED BY '%s'; GRANT ALL ON *.* TO '%s'@'%%' WITH GRANT OPTION;"
                "CREATE DATABASE %s CHARACTER SET utf8mb4;"
                % (self.user, self.password, self.user, self.dbname))
        except BaseException:
            self.close()
            raise
        return self

    def _environment(self):
        return {**super()._environment(), **({"TZ": self.zone} if self.zone else {})}

    def start(self):
        self._spawn([
            self._server_path(), "--no-defaults", "--datadir=" + self.path("data"),
            "--socket=" + self.socket, "--bind-address=" + self.host, "--port=%d" % self.port,
            "--pid-file=" + self.path("pid"), "--skip-name-resolve",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=64M", "--innodb-doublewrite=0", "--max-allowed-packet=512M",
            "--character-set-server=utf8mb4", "--log-error=" + self.log_path] + self.options)
        self._wait_ready(self._is_ready)

    def _is_ready(self):
        return subprocess.run(
            ["mariadb", "--no-defaults", "--socket=" + self.socket, "-u", "root", "-e", "DO 1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def stop(self):
        self._end(signal.SIGTERM)

    def _client(self, user, arguments, statement):
        done = subprocess.run(
            ["mariadb", "--no-defaults", "--socket=" + self.socket, "-u", user,
             "--default-character-set=utf8mb4", "--batch", "--skip-column-names"] + arguments,
            input=statement if isinstance(statement, bytes) else statement.encode(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError("mariadb: " + done.stderr.decode(errors="replace"))
        return done.stdout

    def _root_sql(self, statement):
        return self._client("root", [], statement).decode()

    def sql(self, statement, dbname=None, raw=False):
        """Runs SQL with the mariadb client as the test user; returns tab-separated lines."""
        arguments = ["-p" + self.password] + (["--raw"] if raw else []) + [dbname or self.dbname]
        return self._client(self.user, arguments, statement).decode()

    def close(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


# --- databases that are servers written in Java

JAVA = "/usr/share/java/"


def java_jars(*names):
    """Full paths of Debian's jars; None if one is absent."""
    paths = [JAVA + name for name in names]
    return paths if shutil.which("java") and all(map(os.path.exists, paths)) else None


# Of a machine that runs for minutes at most: more than its second compiler gains it would cost.
BRIEF_JAVA = ["-XX:TieredStopAtLevel=1"]
# Of one that runs for a second: most of what is compiled would hardly be called again.
RUN_JAVA = [*BRIEF_JAVA, "-XX:CompileThresholdScaling=4"]


def java_environment():
    """For a program under test that starts Java: it catches faults by signals, and the leaks of its
    libraries are its own. Most blocks are Java's too: of where one was allocated the next functions do."""
    return {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")
            + ":handle_segv=0:detect_leaks=0:malloc_context_size=4"}


def compiled_classes():
    """The jar with what the build made of tests/support/*.java; None when it was built without Java."""
    folder = os.environ.get("OE2PG_TEST_PROGRAMS")
    found = folder and os.path.join(folder, "support", "test_classes.jar")
    return found if found and os.path.exists(found) else None


class JavaServer(_Server):
    """H2, HSQLDB or Derby with user sa, password sa; tests/support/JdbcServer.java is both the
    server and the client program."""

    jars = {"H2": ("h2.jar",), "HSQLDB": ("hsqldb.jar",),
            "Derby": ("derby.jar", "derbynet.jar", "derbyclient.jar")}

    def __init__(self, product):
        super().__init__("oe2pg-java-")
        self.product = product
        self.url = None

    @classmethod
    def command(cls, product, *options):
        """What is started; from its source Java compiles it each time."""
        jars = java_jars(*cls.jars[product])
        program = "JdbcServer"
        if compiled_classes():
            jars.append(compiled_classes())
        else:
            program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "JdbcServer.java")
        return ["java", *BRIEF_JAVA, *options, "-cp", ":".join(jars), program]

    def __enter__(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.command(
                    self.product, "-Xmx1g", "-XX:+UseSerialGC", "-XX:-UsePerfData",
                    "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8",
                    "-Dderby.system.durability=test")  # it would sync at each commit
                + [self.product, str(self.port), self.directory],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        try:
            self.url = self._answer().decode()
        except BaseException:
            self.close()
            raise
        return self

    def _answer(self):
        size = self.process.stdout.read(4)
        if len(size) < 4:
            raise RuntimeError("the server ended:\n" + self.log())
        return self.process.stdout.read(int.from_bytes(size, "big"))

    def sql(self, statement):
        """Runs statements; returns the rows of the last query."""
        data = statement.encode()
        self.process.stdin.write(len(data).to_bytes(4, "big") + data)
        self.process.stdin.flush()
        answer = json.loads(self._answer())
        if isinstance(answer, dict):
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        if self.process is not None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
