"""How a run shows itself: bars on real terminals (tmux), lines and JSON elsewhere."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import pytest

from conftest import LOG_LINE

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="left out: no tmux")
BAR = re.compile(r"\[[#-]+\]")
PERCENT = re.compile(r"~\d+(\.\d)?%")
ORDER_LINES, SIZES = 30_000, 15_000
# Between two batches: long enough to be watched, with little for a processor to do.
SLOW = {"OE2PG_TEST_FETCH_MS": "100"}


@pytest.fixture(scope="module")
def slow_source(tmp_path_factory):
    """Of many batches, and with statistics, so that estimates are there."""
    path = tmp_path_factory.mktemp("slow") / "slow.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as source:
        source.execute("CREATE TABLE order_line_history (order_num INTEGER, line_num INTEGER,"
                       " item VARCHAR(20), descr VARCHAR(80), PRIMARY KEY (order_num, line_num))")
        source.executemany(
            "INSERT INTO order_line_history VALUES (?, ?, ?, ?)",
            ((i // 10, i % 10, "item %d" % (i % 500), "description number %d" % i)
             for i in range(ORDER_LINES)))
        source.execute('CREATE TABLE "Größen-Übersicht" (id INTEGER PRIMARY KEY, name VARCHAR(60))')
        source.executemany('INSERT INTO "Größen-Übersicht" VALUES (?, ?)',
                           ((i, "Größe %d" % i) for i in range(SIZES)))
        source.execute("ANALYZE")
        source.commit()
    return path


class Terminal:
    """A real terminal of a given size, with a shell in it."""

    def __init__(self, columns, lines, environment=()):
        # Short, because a Unix socket's path may hold 107 bytes only.
        self.folder = tempfile.mkdtemp(prefix="oe2pg-tmux-", dir="/tmp")
        self.socket = os.path.join(self.folder, "socket")
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines),
                  "env -u NO_COLOR PS1='$ ' LC_ALL=C.UTF-8 %s sh" % " ".join(environment))

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-u", "-S", self.socket, *arguments], check=True,
                              stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C.UTF-8"}
                              ).stdout.decode()

    def type(self, text):
        self.tmux("send-keys", "-l", text)
        self.tmux("send-keys", "Enter")

    def lines(self, *arguments):
        return self.tmux("capture-pane", "-p", *arguments).rstrip("\n").split("\n")

    def wait_for(self, is_there, seconds=60):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            lines = self.lines()
            if is_there(lines):
                return lines
            time.sleep(0.2)  # to look starts a process
        pytest.fail("not seen:\n" + "\n".join(self.lines()))

    def leave(self, seconds=20):
        """The shell ends behind what runs in it. A program that is hung up while a sanitizer looks for
        leaks would leave a process behind that never ends."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(subprocess.CalledProcessError):  # the server ends with the shell
            self.type("exit")
            while time.monotonic() < deadline:
                self.tmux("has-session")
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.leave()
        subprocess.run(["tmux", "-S", self.socket, "kill-server"], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def bars(lines):
    return [line for line in lines if BAR.search(line)]


def has_bars(lines):
    return len(bars(lines)) >= 2


def has_estimates(lines):
    """A table is well under way: rows, a percentage and a rate."""
    return has_bars(lines) and all("/s" in bar and "%" in bar for bar in bars(lines))


def has_percentages(lines):
    return len([line for line in lines if PERCENT.search(line)]) >= 2


def command_line(mirror, *arguments, environment=None):
    mirror.write()
    settings = ["%s=%s" % setting for setting in (environment or {}).items()]
    return " ".join(shlex.quote(word) for word in settings + mirror.command(*arguments))


def slowly(mirror, source):
    """The command line of a run that takes some seconds."""
    return command_line(mirror.sqlite(source).settings(batch_size=500), environment=SLOW)


@needs_tmux
@pytest.mark.parametrize("columns,lines", [(80, 24), (200, 50), (40, 10)])
def test_bars_fit_the_terminal(mirror, slow_source, columns, lines):
    with Terminal(columns, lines) as terminal:
        terminal.type("clear; " + slowly(mirror, slow_source))
        seen = terminal.wait_for(has_estimates if columns >= 80 else has_percentages)
        shown = [line for line in seen if PERCENT.search(line)]
        assert shown and all(len(line) < columns for line in shown), shown
        if columns >= 80:
            assert re.search(r"\d ?\wB/s", shown[0]), shown
            assert "tables" in shown[-1]
        terminal.wait_for(lambda lines: any("Summary: 2 of 2" in line.replace("\n", "")
                                            for line in lines) or "$" in lines[-1], 90)
        end = terminal.lines("-S", "-200")
        assert not bars(end), "\n".join(end)
        # Every line of the log is there, whole: nothing was eaten by the bars.
        joined = "".join(line.ljust(columns) if len(line) == columns else line + "\n"
                         for line in end)
        logged = mirror.log_path.read_text(encoding="utf-8").splitlines()
        # The end of each table; a look on the way shows an estimate, at its very end ~100.0%.
        shown = [line for line in logged if "Synced" in line and "(100.0%)" in line]
        assert len(shown) == 2, shown
        if columns == 200:
            for line in shown:
                assert line in joined


@needs_tmux
def test_bars_with_four_hundred_tables(mirror, tmp_path):
    path = tmp_path / "many.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as source:
        for number in range(400):
            source.execute("CREATE TABLE t_%04d (id INTEGER PRIMARY KEY)" % number)
        source.commit()
    with Terminal(80, 24) as terminal:
        terminal.type("clear; " + command_line(mirror.sqlite(path)))
        seen = terminal.wait_for(lambda lines: any("/400 tables" in line for line in lines))
        assert len([line for line in seen if "/400 tables" in line]) == 1
        terminal.wait_for(lambda lines: "$" in lines[-1] and "Summary" in "".join(lines), 120)
        assert not bars(terminal.lines("-S", "-50"))


@needs_tmux
def test_bars_follow_the_size_of_the_terminal(mirror, slow_source):
    with Terminal(150, 30) as terminal:
        terminal.type("clear; " + slowly(mirror, slow_source))
        terminal.wait_for(has_bars)
        for columns in (70, 200, 55, 90):
            terminal.tmux("resize-window", "-x", str(columns), "-y", "30")
            time.sleep(0.6)
            seen = bars(terminal.lines())
            # One for each table in flight and one for the run: no remains of earlier widths.
            assert len(seen) <= 3, "\n".join(terminal.lines())
            assert all(len(line) < columns for line in seen)
            if not seen and mirror.log_path.read_text(encoding="utf-8").find("Summary") >= 0:
                break


@needs_tmux
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_terminal_is_left_as_it_was(mirror, slow_source, how):
    with Terminal(100, 30) as terminal:
        before, after = mirror.directory / "before", mirror.directory / "after"
        terminal.type("stty -a > %s" % before)
        command = slowly(mirror, slow_source)
        terminal.type("clear; %s; echo status $?; stty -a > %s" % (command, after))
        terminal.wait_for(has_bars)
        if how == signal.SIGINT:
            terminal.tmux("send-keys", "C-c")
        else:
            pid = mirror.database.value("SELECT pid FROM oe2pg.run WHERE state = 'running'")
            os.kill(pid, how)
        lines = terminal.wait_for(
            lambda lines: any(line.startswith("status ") for line in lines), 30)
        expected = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: 137}[how]
        # At the beginning of a line of its own, whatever happened.
        assert "status %d" % expected in lines
        if how != signal.SIGKILL:
            assert not bars(lines), "\n".join(lines)
        terminal.wait_for(lambda _: after.exists() and after.stat().st_size > 0)
        assert before.read_text() == after.read_text()
        assert terminal.tmux("display-message", "-p", "#{cursor_flag}").strip() == "1"


@needs_tmux
@pytest.mark.parametrize("environment,coloured", [((), True), (("NO_COLOR=1",), False),
                                                  (("NO_COLOR=",), True)])
def test_colour_can_be_refused(mirror, slow_source, environment, coloured):
    with Terminal(100, 30, environment) as terminal:
        terminal.type("clear; " + slowly(mirror, slow_source))
        terminal.wait_for(lambda lines: any("#" in bar for bar in bars(lines)))
        seen = [line for line in terminal.lines("-e") if "#" in line and "[" in line]
        assert seen and any("\x1b[32m" in line for line in seen) == coloured, seen
        terminal.tmux("send-keys", "C-c")


@needs_tmux
@pytest.mark.parametrize("environment,flags", [(("TERM=dumb",), ()), ((), ("--progress", "log")),
                                               (("TERM=dumb",), ("--progress", "bar"))])
def test_lines_where_bars_cannot_or_shall_not_be(mirror, make_sample, environment, flags):
    with Terminal(150, 40, environment) as terminal:
        terminal.type("clear; " + command_line(mirror.sqlite(make_sample(5_000)), *flags))
        terminal.wait_for(lambda lines: any("Summary" in line for line in lines))
        seen = terminal.lines("-e", "-S", "-200")
        assert not bars(seen)
        assert not any("\x1b" in line for line in seen)


def test_lines_into_a_pipe(mirror, make_sample):
    result = mirror.sqlite(make_sample(5_000)).run_well()
    assert "\x1b" not in result.stderr
    assert all(LOG_LINE.match(line) for line in result.stderr.splitlines())


def test_bars_asked_for_into_a_pipe_are_lines(mirror, make_sample):
    result = mirror.sqlite(make_sample(5_000)).run_well("--progress", "bar")
    assert "\x1b" not in result.stderr
    assert all(LOG_LINE.match(line) for line in result.stderr.splitlines())


def test_json_lines(mirror, slow_source):
    result = mirror.sqlite(slow_source).settings(batch_size=500).run_well(
        "--progress=json", environment=SLOW)
    objects = [json.loads(line) for line in result.stderr.splitlines()]
    progress = [o for o in objects if o["type"] == "progress"]
    assert {o["type"] for o in objects} == {"log", "progress", "end"}
    assert progress and progress[0]["tables_total"] == 2
    assert any(o["in_flight"] for o in progress)
    for o in progress:
        assert o["percent"] is None or 0 <= o["percent"] <= 100
        for table in o["in_flight"]:
            assert table["phase"]
            assert table["percent"] is None or 0 <= table["percent"] <= 100
    rows = [o["rows"] for o in progress]
    assert rows[-1] > 0
    end = objects[[o["type"] for o in objects].index("end")]
    assert end["tables_done"] == 2 and end["rows"] == ORDER_LINES + SIZES and end["in_flight"] == []
    # The file has its lines whatever the console shows.
    assert all(LOG_LINE.match(line) for line in result.log.splitlines())
    messages = [o["message"] for o in objects if o["type"] == "log"]
    assert any(message.startswith("Summary: 2 of 2") for message in messages)


def test_json_lines_of_warnings_and_errors(mirror, make_sample):
    mirror.sqlite(make_sample(5_000)).settings(log_file="no/such/folder/sync.log")
    result = mirror.run("--progress=json")
    assert result.status == 2
    mirror.settings(log_file="sync.log").source(odbc_connection="Driver=SQLite3;Database=/no/such")
    result = mirror.run("--progress=json")
    assert result.status == 3
    objects = [json.loads(line) for line in result.stderr.splitlines()]
    assert objects[-1]["type"] == "log" and objects[-1]["level"] == "ERROR"


def test_none_shows_only_the_log(mirror, slow_source):
    result = mirror.sqlite(slow_source).run_well("--progress", "none")
    assert "(~" not in result.stderr
    assert "Summary" in result.stderr


def test_an_unknown_way_is_refused(mirror, make_sample):
    result = mirror.sqlite(make_sample(5_000)).run("--progress", "bars")
    assert result.status == 2
    assert "Did you mean bar?" in result.stderr
