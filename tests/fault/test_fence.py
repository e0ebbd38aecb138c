"""One run at a time, whatever dies: nothing of an earlier run is written once another has begun."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

import compare
import servers
from conftest import LONG
from mirrors import Database, Mirror, new_database
from scenes import (QUICK, FirstLoad, FullSync, Proxy, assert_equal, count_points, drop, end_sessions,
                    fill_source, go_on, is_old_or_new, picture, spread, start_and_stop, wait_until)

MOMENTS = 40 if LONG else 5
ALL_SESSIONS = "oe2pg%"
LOCK_SESSION = "oe2pg % housekeeping"


@pytest.fixture(params=[FirstLoad, FullSync], ids=["first load", "full sync"])
def scene(request, pg_server, tmp_path):
    return request.param(pg_server, tmp_path)


@pytest.fixture
def changed(pg_server, tmp_path):
    return FullSync(pg_server, tmp_path)


def second(scene, database):
    """The same mirror, started by somebody else: a configuration and a log of its own."""
    folder = scene.folder / "second"
    folder.mkdir(exist_ok=True)
    made = Mirror(folder, database).sqlite(scene.path).settings(batch_size=500, jobs=1)
    made.log_path.unlink(missing_ok=True)
    return made


def has_claimed(database):
    with contextlib.suppress(Exception):
        return bool(database.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database ="
                                   " (SELECT oid FROM pg_database WHERE datname = current_database())"))
    return False


def test_a_second_run_at_any_moment_is_told_who_holds_the_mirror(scene, chance):
    template = scene.prepare()
    count = count_points(scene, template)
    for point in spread(count, chance, MOMENTS):
        database = scene.database(template)
        mirror = scene.mirror(database)
        first = start_and_stop(mirror, point)
        if first is None:
            drop(database)
            continue
        claimed = has_claimed(database)
        if claimed:
            result = second(scene, database).run(environment=QUICK, timeout=60)
            assert result.status == 5, "point %d\n%s" % (point, result.explain())
            # Before the record of the run there is nobody to name yet, nor a table for it.
            if not database.value("SELECT to_regclass('oe2pg.run') IS NOT NULL"):
                continue_first(first, mirror, scene, database, point)
                continue
            for run, host, pid, since in database.query(
                    "SELECT run.id, host, pid, to_char(started_at AT TIME ZONE 'UTC',"
                    " 'YYYY-MM-DD HH24:MI:SS') FROM oe2pg.run JOIN oe2pg.mirror ON run_id = run.id"
                    " WHERE run.state = 'running'"):
                for word in ("run %d" % run, str(pid), host, since, "Wait until it has ended"):
                    assert word in result.stderr, "%s\n%s" % (word, result.explain())
                assert (host, pid) == (socket.gethostname(), first.pid)
        continue_first(first, mirror, scene, database, point)


def continue_first(first, mirror, scene, database, point):
    go_on(first)
    ended = mirror.finish(first)
    assert ended.status == 0, "point %d\n%s" % (point, ended.explain())
    assert_equal(scene, database)
    drop(database)


def test_a_run_whose_sessions_were_ended_writes_nothing_once_another_took_over(scene, chance):
    template = scene.prepare()
    count = count_points(scene, template)
    for point in spread(count, chance, MOMENTS):
        database = scene.database(template)
        mirror = scene.mirror(database)
        first = start_and_stop(mirror, point)
        if first is None:
            drop(database)
            continue
        at_work = bool(database.query("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE"
                                      " 'oe2pg % job%' AND datname = current_database()"))
        claimed = has_claimed(database)
        end_sessions(database, ALL_SESSIONS)
        after = second(scene, database).run(environment=QUICK)
        assert after.status == 0, "point %d\n%s" % (point, after.explain())
        assert_equal(scene, database)
        before = picture(database)
        go_on(first)
        ended = mirror.finish(first, timeout=60)
        # Before there were workers there is nothing to fence; after the last COMMIT nothing either.
        done = "5 of 5 tables mirrored" in ended.stderr
        assert ended.status == 5 if at_work and not done else ended.status in (0, 4, 5), \
            "point %d\n%s" % (point, ended.explain())
        if ended.status == 5:
            assert "another run took the mirror over" in ended.stderr, ended.explain()
        # A run that had not claimed the mirror yet is simply the next one.
        assert picture(database) == before or not claimed and ended.status == 0, \
            "point %d\n%s" % (point, ended.explain())
        drop(database)


@pytest.mark.parametrize("point, name", [
    (1, "could not update rows"), (2, "send rows"), (2, "could not commit"), (1, "after COMMIT")])
def test_a_stopped_run_that_lost_only_its_lock_is_taken_over_in_time(changed, point, name):
    """Its transaction stays open, on a connection that looks alive: it has to be ended."""
    template = changed.prepare()
    database = changed.database(template)
    mirror = changed.mirror(database)
    first = start_and_stop(mirror, point, name)
    assert first is not None
    assert end_sessions(database, LOCK_SESSION) == 1
    after = second(changed, database).run(environment=QUICK)
    assert after.status == 0, after.explain()
    assert_equal(changed, database)
    before = picture(database)
    go_on(first)
    ended = mirror.finish(first, timeout=60)
    assert ended.status == 5, ended.explain()
    assert picture(database) == before
    drop(database)


def test_a_run_that_only_lost_its_lock_takes_it_again_and_ends_well(changed):
    template = changed.prepare()
    database = changed.database(template)
    mirror = changed.mirror(database)
    first = start_and_stop(mirror, 1, "could not update rows")
    assert end_sessions(database, LOCK_SESSION) == 1
    go_on(first)
    ended = mirror.finish(first)
    assert ended.status == 0, ended.explain()
    assert_equal(changed, database)
    assert database.query("SELECT state FROM oe2pg.run ORDER BY id DESC LIMIT 1") == [("done",)]
    drop(database)


def test_a_run_that_lost_the_way_to_all_its_sessions_does_not_take_itself_for_another(changed):
    """The server still believes in them, with their locks and their open transaction."""
    template = changed.prepare()
    for point, name in ((1, "could not update rows"), (3, "fetch rows"), (3, "after COMMIT")):
        database = changed.database(template)
        mirror = changed.mirror(database)
        with Proxy(database.server.port) as proxy:
            text = mirror.config["postgres_db"]["conn_string"]
            mirror.config["postgres_db"]["conn_string"] = re.sub(
                r"port=\d+", "port=%d" % proxy.port, text)
            first = start_and_stop(mirror, point, name)
            assert first is not None, name
            proxy.cut()
            go_on(first)
            ended = mirror.finish(first, timeout=90)
        assert ended.status == 0, "%s\n%s" % (name, ended.explain())
        assert_equal(changed, database)
        assert database.query("SELECT state FROM oe2pg.run ORDER BY id DESC LIMIT 1") == [("done",)]
        drop(database)


def hold_up(database, table, run):
    """An UPDATE of the mirrored table by this run would not end for hours, inside PostgreSQL."""
    database.query(
        "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF current_setting('application_name') LIKE 'oe2pg %% run %d job%%' THEN"
        " PERFORM pg_sleep(9999); END IF; RETURN NULL; END $$;"
        "CREATE TRIGGER dawdle AFTER UPDATE ON mirror.%s EXECUTE FUNCTION public.dawdle()"
        % (run, table))


def test_a_run_killed_while_postgres_applies_leaves_no_writer_behind(changed):
    template = changed.prepare()
    database = changed.database(template)
    hold_up(database, "big", run=2)
    mirror = changed.mirror(database)
    first = mirror.start(environment=QUICK)
    wait_until(lambda: database.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                                      " AND datname = current_database()"), first)
    first.kill()
    mirror.finish(first)
    # The statement still runs in PostgreSQL, and holds the mirror's row.
    after = second(changed, database).start(environment=QUICK)
    wait_until(lambda: not database.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'oe2pg % run 2 job%'"
        " AND datname = current_database()"))
    assert is_old_or_new(changed, database) is None
    result = second(changed, database).finish(after, timeout=120)
    assert result.status == 0, result.explain()
    assert_equal(changed, database)
    drop(database)


# --- a host that vanishes -------------------------------------------------------------------------

NETWORK = "oe2pg-test"
SERVER_ADDRESS, CLIENT_ADDRESS = "10.213.77.1", "10.213.77.2"


def ip(*arguments):
    subprocess.run(["ip"] + list(arguments), check=True, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT)


@pytest.fixture
def far_host():
    """A network namespace joined to this one by a cable that can be cut."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("left out: a vanishing host needs root and ip(8)")
    try:
        ip("netns", "add", NETWORK)
    except (subprocess.CalledProcessError, OSError):
        pytest.skip("left out: this machine does not allow network namespaces")
    try:
        try:
            ip("link", "add", "oe2pg-a", "type", "veth", "peer", "name", "oe2pg-b", "netns", NETWORK)
        except subprocess.CalledProcessError:
            pytest.skip("left out: this machine does not allow virtual cables")
        ip("addr", "add", SERVER_ADDRESS + "/24", "dev", "oe2pg-a")
        ip("link", "set", "oe2pg-a", "up")
        ip("-n", NETWORK, "addr", "add", CLIENT_ADDRESS + "/24", "dev", "oe2pg-b")
        ip("-n", NETWORK, "link", "set", "oe2pg-b", "up")
        ip("-n", NETWORK, "link", "set", "lo", "up")
        yield NETWORK
    finally:
        subprocess.run(["ip", "netns", "del", NETWORK], stderr=subprocess.DEVNULL)
        subprocess.run(["ip", "link", "del", "oe2pg-a"], stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("point, name", [(1, "could not update rows"), (1, "fetch rows")])
def test_the_mirror_is_free_a_minute_after_the_host_of_a_run_vanished(
        far_host, tmp_path, point, name):
    with servers.PostgresServer({"listen_addresses": "127.0.0.1," + SERVER_ADDRESS}) as server:
        with open(server.path("data") + "/pg_hba.conf", "a") as rules:
            rules.write("host all all 10.213.77.0/24 trust\n")
        server.sql("CREATE ROLE mirror LOGIN; SELECT pg_reload_conf();")
        scene = FullSync(server, tmp_path)
        database = scene.database(scene.prepare())
        near = second(scene, database)
        far = scene.mirror(database)
        far.config["postgres_db"]["conn_string"] = database.dsn.replace("127.0.0.1", SERVER_ADDRESS)
        far.write()
        first = far.start(
            command=["ip", "netns", "exec", far_host] + far.command(),
            environment={**QUICK, "OE2PG_FAULT": "%d:stop" % point, "OE2PG_FAULT_NAME": name})
        wait_until(lambda: database.query(
            "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'oe2pg % job%'"), first)
        time.sleep(1)
        ip("link", "set", "oe2pg-a", "down")
        first.kill()
        far.finish(first)
        vanished = time.monotonic()
        while True:
            result = near.run(environment=QUICK)
            if result.status != 5:
                break
            assert time.monotonic() - vanished < 60, result.explain()
            time.sleep(1)
        assert result.status == 0, result.explain()
        assert time.monotonic() - vanished < 75
        assert_equal(scene, database)
