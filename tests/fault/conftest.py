"""What the tests of faults stand on: the same servers and mirrors as the integration tests.

The program (OE2PG_BIN) is a build with -Dfault_points=true. OE2PG_LONG=1 asks for the long form:
every fault point instead of a sample, 500 random rounds instead of 5. OE2PG_SEED repeats a run.
"""

import importlib.util
import os
import pathlib
import random
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
_spec = importlib.util.spec_from_file_location(
    "mirrors", HERE.parent / "integration" / "conftest.py")
mirrors = importlib.util.module_from_spec(_spec)
sys.modules["mirrors"] = mirrors
_spec.loader.exec_module(mirrors)

from mirrors import (  # noqa: E402,F401
    mariadb_server, mirror, new_database, pg, pg_server, second_pg)

LONG = os.environ.get("OE2PG_LONG") == "1"
SEED = int(os.environ.get("OE2PG_SEED") or random.SystemRandom().randrange(1_000_000))
os.environ["OE2PG_SEED"] = str(SEED)  # processes that share the tests out have the same one


def pytest_report_header():
    return "seed: OE2PG_SEED=%d%s" % (SEED, ", long form" if LONG else "")


@pytest.fixture
def chance(request):
    """Random numbers of this test alone: the same for the same seed, whatever else runs."""
    return random.Random("%d %s" % (SEED, request.node.name))


@pytest.fixture(scope="session", autouse=True)
def fault_build():
    """A build without fault points would pass everything here for nothing."""
    done = os.popen("nm --defined-only %s 2>/dev/null" % mirrors.program()[-1]).read()
    if "fault_point" not in done:
        pytest.exit("OE2PG_BIN is not a build with -Dfault_points=true", returncode=3)
