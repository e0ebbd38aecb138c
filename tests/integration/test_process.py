"""oe2pg as a process among others: signals that its parent ignores, files and pipes that take nothing
more, passwords where nobody looks for them."""

import json
import os
import signal
import subprocess

import pytest

from conftest import program
from mirroring import go_on, mirrored, need_fault_build, sqlite_file, wait_until_stopped
from servers import compiled_classes, java_environment
from test_jdbc import small_table, through_jdbc

SECRET = "correct-horse-battery"


@pytest.fixture
def small(mirror, tmp_path):
    return mirror.sqlite(sqlite_file(
        tmp_path / "small.sqlite", "CREATE TABLE customer (id INTEGER PRIMARY KEY)",
        "INSERT INTO customer VALUES (1)"))


# --- signals ---------------------------------------------------------------------------------------

def stop_early(mirror, *before, verb=()):
    """The program, started by a parent's words, standing still while it reads the catalogue."""
    need_fault_build(program())
    mirror.write()
    process = mirror.start(command=[*before, *mirror.command(*verb)], environment={
        "OE2PG_FAULT": "1:stop", "OE2PG_FAULT_NAME": "read the source's catalogue",
        **java_environment()})
    assert wait_until_stopped(process), mirror.finish(process).explain()
    return process


def signalled(mirror, process, *signals):
    for number in signals:
        os.kill(process.pid, number)
    go_on(process)
    return mirror.finish(process)


IGNORING = ["sh", "-c", 'trap "" INT TERM HUP; exec "$@"', "sh"]


def test_nohup_outlives_its_terminal(small, pg):
    result = signalled(small, stop_early(small, "nohup"), signal.SIGHUP)
    assert result.status == 0, result.explain()
    assert mirrored(pg, "customer") == [("1",)]


def test_nohup_does_not_keep_from_being_interrupted(small):
    result = signalled(small, stop_early(small, "nohup"), signal.SIGINT)
    assert result.status == 130, result.explain()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_the_parent_ignores_stays_ignored(small, pg, number):
    result = signalled(small, stop_early(small, *IGNORING), number)
    assert result.status == 0, result.explain()
    assert mirrored(pg, "customer") == [("1",)]


@pytest.mark.parametrize("verb", ["plan", "check"])
def test_what_only_looks_keeps_ignored_signals_too(small, verb):
    result = signalled(small, stop_early(small, *IGNORING, verb=[verb]),
                       signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    assert result.status == 0, result.explain()


def test_ignored_signals_stay_ignored_with_java_in_the_process(pg, second_pg, mirror):
    small_table(second_pg)
    process = stop_early(through_jdbc(mirror, second_pg), *IGNORING)
    result = signalled(mirror, process, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    assert result.status == 0, result.explain()


def test_javas_tools_that_attach_do_not_end_a_run(pg, second_pg, mirror):
    small_table(second_pg)
    process = stop_early(through_jdbc(mirror, second_pg))
    result = signalled(mirror, process, signal.SIGQUIT)
    assert result.status == 0, result.explain()


def test_a_crash_in_java_leaves_no_report_with_secrets(pg, second_pg, mirror):
    small_table(second_pg)
    through_jdbc(mirror, second_pg).source(
        jvm_options=["-Djavax.net.ssl.trustStorePassword=" + SECRET])
    before = set(mirror.directory.iterdir())
    result = signalled(mirror, stop_early(mirror), signal.SIGSEGV)
    assert result.status == 70, result.explain()
    assert errors(result) == [result.log.splitlines()[-1]] and "it crashed" in result.log
    left = set(mirror.directory.iterdir()) - before - {mirror.path, mirror.log_path}
    assert left == set(), left
    assert SECRET not in result.stdout + result.stderr + result.log


# --- Java that cannot start, or that ends the process -----------------------------------------------

def errors(result):
    return [line for line in result.log.splitlines() if " - ERROR - " in line]


@pytest.mark.parametrize("options, cause, remedy", [
    (["--add-modules=no.such.module"], "standard error says why", "progress_db.jvm_options"),
    (["-Xmx1k"], "Too small maximum heap", "Set the heap in progress_db.jvm_options"),
    (["-Xmx100000g"], "Could not reserve enough space", "Set the heap"),
    (["-XX:NoSuchFlag"], "Unrecognized VM option 'NoSuchFlag'", "progress_db.jvm_options"),
    (["-agentlib:no_such"], "Could not find agent library", "progress_db.jvm_options"),
    (["-javaagent:/no/such.jar"], "agent library failed", "progress_db.jvm_options"),
    (["-Djava.system.class.loader=no.Such"], "ClassNotFoundException", "progress_db.jvm_options"),
    (["-XX:+UseZGC"], "Multiple garbage collectors", "progress_db.jvm_options"),
])
def test_java_that_cannot_start_is_an_error_with_its_cause(
        pg, second_pg, mirror, options, cause, remedy):
    result = through_jdbc(mirror, second_pg).source(jvm_options=options).run(
        environment=java_environment())
    assert result.status == 3, result.explain()
    line, = errors(result)
    assert "could not start Java" in line and cause in line and remedy in line


def test_check_goes_on_where_java_cannot_start(pg, second_pg, mirror):
    through_jdbc(mirror, second_pg).source(jvm_options=["-Xmx100000g"])
    result = mirror.run("check", environment=java_environment())
    assert result.status == 3, result.explain()
    assert "could not start Java" in result.stdout and "PostgreSQL" in result.stdout


def test_what_java_quotes_while_it_fails_is_masked(pg, second_pg, mirror):
    through_jdbc(mirror, second_pg).source(
        jvm_options=["-Djava.system.class.loader=" + SECRET], jdbc_properties={"wakeToken": SECRET})
    result = mirror.run(environment={
        **java_environment(), "JAVA_TOOL_OPTIONS": "-Dpassword=from-outside-9"})
    line, = errors(result)
    assert result.status == 3 and "***" in line, result.explain()
    assert SECRET not in result.log and "from-outside-9" not in result.log


@pytest.mark.parametrize("library, cause", [
    (None, "file too short"), ("thin_odbc.so", "JNI_CreateJavaVM")])
def test_a_java_home_that_holds_no_java_is_named(
        pg, second_pg, mirror, tmp_path, library, cause):
    (tmp_path / "lib" / "server").mkdir(parents=True)
    place = tmp_path / "lib" / "server" / "libjvm.so"
    if library is None:
        place.touch()
    else:
        place.symlink_to(os.path.join(os.environ["OE2PG_TEST_PROGRAMS"], library))
    through_jdbc(mirror, second_pg)
    result = mirror.run(environment={**java_environment(), "JAVA_HOME": str(tmp_path)})
    line, = errors(result)
    assert result.status == 3 and cause in line and "JAVA_HOME" in line, result.explain()


def test_a_driver_that_ends_the_process_has_a_last_line(pg, mirror):
    mirror.source(jar_file=compiled_classes(), driver_class="OddDriver", schema="erp",
                  jdbc_url="jdbc:odd:exit")
    result = mirror.run(environment=java_environment())
    assert result.status == 70, result.explain()
    line, = errors(result)
    assert "a driver asked it to exit with 7" in line and "Report this" in line


# --- files and pipes -------------------------------------------------------------------------------

def lost(result):
    return [line for line in result.stderr.splitlines() if "could not write to log file" in line]


def test_a_log_file_on_a_full_disk_is_told_once_and_does_not_stop_the_run(small, pg):
    result = small.settings(log_file="/dev/full").run_well()
    line, = lost(result)
    assert " - WARNING - " in line and '"/dev/full": No space left on device' in line
    assert mirrored(pg, "customer") == [("1",)]


def test_a_full_disk_is_told_in_the_stream_of_json_too(small):
    result = small.settings(log_file="/dev/full").run_well("--progress", "json")
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert len([line for line in lines if "could not write to log file" in str(line)]) == 1


def test_a_fifo_that_nobody_reads_is_refused_and_does_not_hang(small):
    os.mkfifo(small.directory / "pipe")
    result = small.settings(log_file="pipe").run()
    assert result.status == 2, result.explain()
    assert "a FIFO that nobody reads" in result.stderr and "Start the reader first" in result.stderr


def test_check_tells_of_a_fifo_and_does_not_hang(small):
    """It is not opened: a reader would take the end of the check for that of the log."""
    path = small.directory / "pipe"
    os.mkfifo(path)
    result = small.settings(log_file="pipe").run_well("check")
    assert "pipe is a FIFO: a run does not start while nobody reads it" in result.stdout
    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as reader:
        small.run_well("check")
        assert reader.poll() is None
        result = small.run_well()
        assert b"Summary: 1 of 1" in reader.communicate()[0], result.explain()


def test_a_reader_that_stops_reading_loses_lines_and_holds_nothing(small, pg):
    path = small.directory / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    filler = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(BlockingIOError):
            while True:
                os.write(filler, b"x" * 4096)
        result = small.settings(log_file="pipe").run_well()
    finally:
        os.close(filler)
        os.close(reader)
    line, = lost(result)
    assert "does not keep up" in line
    assert mirrored(pg, "customer") == [("1",)]


def test_a_reader_that_goes_away_is_told_once(small):
    path = small.directory / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    small.settings(log_file="pipe")
    process = stop_early(small)
    os.close(reader)
    go_on(process)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err.decode()
    assert err.decode().count("could not write to log file") == 1 and "Broken pipe" in err.decode()


@pytest.mark.parametrize("log_file", [".", "no/such/folder/sync.log"])
def test_what_is_no_log_file_is_status_2(small, log_file):
    result = small.settings(log_file=log_file).run()
    assert result.status == 2 and log_file in result.stderr, result.explain()


@pytest.mark.parametrize("verb", ["status", "plan", "check"])
def test_results_that_cannot_be_written_are_status_1(small, verb):
    small.run_well()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(small.command(verb), cwd=small.directory, stdout=full,
                              stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 1, done.stderr
    assert b"could not write to standard output" in done.stderr


def test_a_closed_standard_error_does_not_stop_a_run(small, pg):
    small.write()
    done = subprocess.run(["sh", "-c", 'exec "$@" 2>&-', "sh"] + small.command(),
                          cwd=small.directory, stdout=subprocess.PIPE, timeout=120)
    assert done.returncode == 0
    assert mirrored(pg, "customer") == [("1",)]


# --- passwords -------------------------------------------------------------------------------------

@pytest.mark.parametrize("conn_string", [
    "dbname=postgresql://mirror:%s@127.0.0.1/db", "dbname='host=h password=%s'",
    "host=postgresql://mirror:%s@127.0.0.1 dbname=x", "user=postgres://u:%s@h dbname=x"])
def test_a_connection_url_in_place_of_a_name_is_refused_unseen(small, conn_string):
    small.config["postgres_db"]["conn_string"] = conn_string % SECRET
    for verb in ("sync", "check", "plan"):
        result = small.run(verb)
        assert result.status == 2, result.explain()
        assert "connection string" in result.stderr
        assert SECRET not in result.stdout + result.stderr + result.log


@pytest.mark.parametrize("key", ["host", "db_name", "user"])
def test_a_url_as_a_name_of_the_source_is_refused_unseen(mirror, key):
    mirror.source(**{"host": "h", "port": 1, "db_name": "d", "odbc_driver": "x",
                     key: "https://u:%s@h/d" % SECRET})
    result = mirror.run()
    assert result.status == 2 and "progress_db." + key in result.stderr, result.explain()
    assert SECRET not in result.stdout + result.stderr
