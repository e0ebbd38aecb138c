"""Two first runs into one new database at the same moment: both wait for each other and work."""

import pytest

from conftest import Mirror
from mirroring import go_on, need_fault_build, run_to, sqlite_file

ROUNDS = 20


def make(pg, tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    path = sqlite_file(folder / "source.sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
                       "INSERT INTO t VALUES (1, '%s')" % name)
    mirror = Mirror(folder, pg)
    mirror.config["postgres_db"]["schema"] = name
    return mirror.sqlite(path)


def forget_everything(pg):
    pg.query("DROP SCHEMA IF EXISTS oe2pg, oe2pg_staging, first, second CASCADE")


def assert_both_are_mirrored(pg):
    assert pg.query("SELECT v FROM first.t UNION ALL SELECT v FROM second.t") == [("first",), ("second",)]
    assert pg.query("SELECT target_schema FROM oe2pg.mirror ORDER BY 1") == [("first",), ("second",)]


@pytest.fixture
def both(pg, tmp_path):
    return [make(pg, tmp_path, "first"), make(pg, tmp_path, "second")]


def test_started_in_the_same_instant_both_mirror(both, pg):
    for _ in range(ROUNDS):
        forget_everything(pg)
        processes = [mirror.start() for mirror in both]
        results = [mirror.finish(process) for mirror, process in zip(both, processes)]
        assert [result.status for result in results] == [0, 0], "\n".join(r.explain() for r in results)
        assert_both_are_mirrored(pg)


@pytest.mark.parametrize("place", [
    "could not make the tracking tables", "could not create schema oe2pg",
    "could not create the tracking tables", "could not register the mirror",
    "could not create the target schema"])
def test_one_that_stands_still_anywhere_in_making_them_is_waited_for_or_passed(both, pg, place):
    need_fault_build(both[0].command()[:1])
    slow = run_to(both[0], place)
    quick = both[1].start()
    # Either it gets through, or it waits for the lock that the other holds.
    while quick.poll() is None and not pg.query(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"):
        pass
    go_on(slow)
    results = [both[0].finish(slow), both[1].finish(quick)]
    assert [result.status for result in results] == [0, 0], "\n".join(r.explain() for r in results)
    assert_both_are_mirrored(pg)
