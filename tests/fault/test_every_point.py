"""Every call that can fail fails, once and for good, and the program dies at every one of them.

A run is first counted: how many fault points does it pass. Then the same run is started with a fault
at each of them (in the short form at a sample spread over them), from the same state. Whatever
happens, a reader finds each table absent, as it was before, or as the source has it; the status is
one of those promised; and the next run ends with the mirror equal to the source.
"""

import re

import pytest

import compare
from conftest import LONG
from scenes import (QUICK, FirstLoad, FirstLoadInParts, FullSync, FullSyncByKey, FullSyncInParts, Verify,
                    VerifyAndRepair, assert_equal, count_points, drop, is_old_or_new, spread)

MODES = ("kill", "once", "always")


SCENES = {"first load": FirstLoad, "first load in parts": FirstLoadInParts, "full sync": FullSync,
          "full sync in parts": FullSyncInParts, "full sync by key": FullSyncByKey, "verify": Verify,
          "verify and repair": VerifyAndRepair}


@pytest.fixture(params=list(SCENES.values()), ids=list(SCENES))
def scene(request, pg_server, tmp_path):
    return request.param(pg_server, tmp_path)


def strike(scene, template, point, mode):
    database = scene.database(template)
    mirror = scene.mirror(database)
    mirror.log_path.unlink(missing_ok=True)
    result = mirror.run(*scene.arguments, timeout=60, environment={
        **scene.environment, "OE2PG_FAULT": "%d:%s" % (point, mode)})
    struck = re.search(r"^fault point \d+: (.*)$", result.stderr, re.M)
    where = "point %d (%s), %s\n%s" % (
        point, struck.group(1) if struck else "not reached", mode, result.explain())
    if mode == "kill" and struck:
        assert result.status == -9, where
    else:
        assert result.status in (0, 1, 3, 4), where
    if mode == "always" and struck and result.status == 0:
        # Only the last word, which nobody needs, may be lost without a status.
        assert "could not record the end" in result.stderr or "housekeeping" in result.stderr, where
    if result.status not in (0, -9):
        assert " - ERROR - " in result.log, where
    wrong = is_old_or_new(scene, database)
    assert wrong is None, "%s\n%s" % (wrong, where)
    if scene.arguments == ("verify",):
        assert wrong is None and equals_before(scene, database), where
    second = mirror.run(environment=QUICK)
    assert second.status == 0, "after %s\n%s" % (where, second.explain())
    assert_equal(scene, database, "after " + where)
    drop(database)


def equals_before(scene, database):
    return all(compare.postgres_rows(database.admin_dsn, "mirror", name) == rows
               for name, rows in scene.before.items())


@pytest.mark.parametrize("mode", MODES)
def test_a_fault_at_any_point_leaves_old_or_new_and_the_next_run_ends_right(scene, mode, chance):
    template = scene.prepare()
    count = count_points(scene, template)
    points = spread(count, chance, None if LONG else scene.sample)
    print("%d fault points, tried: %s" % (count, "all" if LONG else list(points)))
    for point in points:
        strike(scene, template, point, mode)
