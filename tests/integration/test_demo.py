"""script/demo does what it says, and leaves no process and no file behind."""

import collections
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

import compare
from conftest import PROJECT
from openedge_server import jars_folder
from servers import java_environment

TABLE_LINE = re.compile(r"^(\S+) +(\d+) +(\d+) *$", re.M)
WRITTEN_LINE = re.compile(r"^ (\S+) +\| +\d+ \| +(\d+) \| +(\d+) \| +(\d+)$", re.M)


def build_folder():
    """Where the build with the tests is; the demo is not to build one of its own here."""
    programs = os.environ.get("OE2PG_TEST_PROGRAMS")
    folder = programs and pathlib.Path(programs).parent
    return folder if folder and (folder / "oe2pg").exists() else None


pytestmark = pytest.mark.skipif(
    build_folder() is None, reason="left out: OE2PG_TEST_PROGRAMS is not in a build's folder")


@pytest.fixture
def demo(tmp_path):
    """demo(option...): the running script, which finds nothing to install with and a folder of its
    own for what it does not keep. In the end nothing is in there, and nobody works in there."""
    # Near the root, as names of sockets are short; PostgreSQL's user has to get there.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="oe2pg-of-demo-"))
    folder.chmod(0o755)
    installer = tmp_path / "apt-get"
    installer.write_text("#!/bin/sh\ntouch '%s'\nexit 1\n" % (tmp_path / "installed"))
    installer.chmod(0o755)
    environment = {**os.environ, **java_environment(), "TMPDIR": str(folder),
                   "PATH": "%s:%s" % (tmp_path, os.environ["PATH"])}

    def start(*options):
        return subprocess.Popen(
            [str(PROJECT / "script" / "demo"), "--build", str(build_folder()), *options],
            cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, start_new_session=True,
            # What was started in the background of a script ignores it, and a shell keeps to that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    try:
        yield start
        assert processes_in(folder) == []
        assert list(folder.iterdir()) == []
        assert not (tmp_path / "installed").exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def processes_in(folder):
    """Command lines of those that were started with this folder for what is temporary."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            about = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
            if str(folder).encode() in about:
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it has ended, or is somebody else's
    return found


def shown(process):
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    return printed


def counted(printed):
    """Rows of each table, in source and mirror, as the demo shows them."""
    return {table: (int(source), int(mirror))
            for table, source, mirror in TABLE_LINE.findall(printed)}


def written(printed):
    """Rows inserted, updated and deleted in the second run, by table."""
    return {table: (int(inserted), int(updated), int(deleted))
            for table, inserted, updated, deleted in WRITTEN_LINE.findall(printed)}


@pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")
def test_it_shows_openedge(demo, openedge):
    printed = shown(demo())
    tables = counted(printed)
    assert len(tables) == 25
    assert tables == {table: (openedge.row_count(table),) * 2 for table in tables}
    assert written(printed) == {"Customer": (0, 3, 0), "Order": (0, 40, 0),
                                "OrderLine": (0, 0, 3), "State": (1, 0, 0)}
    assert 'Mirror "pub" of OpenEdge database "sports2020"' in printed
    assert "25 up, 0 failed" in printed


def test_it_shows_a_source_by_odbc(demo, make_sample):
    printed = shown(demo("--odbc", "--rows", "3000"))
    path = make_sample(3000)
    rows = {table: sum(compare.sqlite_rows(path, table).values())
            for table in compare.sqlite_tables(path)}
    assert counted(printed) == {table: (count, count) for table, count in rows.items()}
    assert collections.Counter(map(sum, written(printed).values())) == {1: 1, 4: 1, 40: 1}
    assert "%d up, 0 failed" % len(rows) in printed


def test_it_leaves_nothing_when_it_is_interrupted(demo):
    process = demo("--odbc", "--rows", "3000")
    for line in process.stdout:
        if line.startswith("Mirroring"):
            os.killpg(process.pid, signal.SIGINT)
            break
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.stdout.close()
    assert process.returncode == 130


def test_it_says_how_it_is_used(demo):
    process = demo("--help")
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert printed.startswith("Shows oe2pg at work") and "script/demo --odbc [--rows N]" in printed


@pytest.mark.parametrize("options, words", [
    (["--rows", "10"], "--rows goes with --odbc"), (["--odbc", "--rows", "many"], "--rows needs a number"),
    (["--odbc", "--rows"], "--rows needs a number"), (["--kep"], "there is no option --kep")])
def test_what_it_does_not_understand_it_says_before_it_does_anything(demo, options, words):
    process = demo(*options)
    told = process.communicate(timeout=60)[0]
    assert process.returncode == 2, told
    assert told.startswith("script/demo: " + words) and "script/demo --odbc" in told
