"""Views and synonyms of OpenEdge: mirrored where include_views names them, whichever catalogue may be
read."""

import pytest

from openedge_server import jars_folder
from servers import java_environment

pytestmark = pytest.mark.skipif(
    jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")

CATALOGUES = {
    "metaschema": {"metaschema": "yes", "sysprogress": "yes"},
    "SYSPROGRESS": {"metaschema": "no", "sysprogress": "yes"},
    "the driver": {"metaschema": "no", "sysprogress": "no"},
}


@pytest.fixture
def land(openedge, mirror):
    """A view TopLedger, a synonym Land of State, and a user for each catalogue."""
    openedge.synonym("Land", "State")
    for number, rights in enumerate(CATALOGUES.values()):
        openedge.add_user("seer%d" % number, "pass", tables="*", dba="no", **rights)
    yield openedge
    openedge.reset()


TABLES = ["--table", "State", "--table", "Land", "--table", "TopLedger"]


def mirror_as(openedge, mirror, catalogue, **settings):
    user = "seer%d" % list(CATALOGUES).index(catalogue)
    mirror.source(**openedge.source_keys(user=user, password="pass")).settings(**settings)
    return mirror


@pytest.mark.parametrize("catalogue,rows", [(name, "apart") for name in CATALOGUES] + [
    ("SYSPROGRESS", "in_systables")])
def test_a_view_and_a_synonym_are_mirrored_where_they_are_named(land, mirror, pg, catalogue, rows):
    land.switch(synonym_rows=rows)
    mirror_as(land, mirror, catalogue, include_views=["land", "top*"]).run_well(*TABLES, environment=java_environment())
    assert pg.value("SELECT count(*) FROM pub.land") == 51
    assert pg.query("SELECT * FROM pub.land EXCEPT ALL SELECT * FROM pub.state") == []
    assert pg.value("SELECT count(*) FROM pub.topledger") == land.row_count("TopLedger") > 0
    result = mirror.run_well(*TABLES, environment=java_environment())
    assert "0 inserted, 0 updated, 0 deleted" in result.stderr, result.explain()


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_neither_is_mirrored_without_being_named(land, mirror, catalogue):
    result = mirror_as(land, mirror, catalogue).run_well(
        "plan", "--all", *TABLES, environment=java_environment())
    for kind, name in (("synonym", "Land"), ("view", "TopLedger")):
        assert "%s: by a %s that mirror_settings.include_views does not name" % (
            name, kind) in result.stdout, result.explain()


def test_what_a_mirror_has_stays_in_it(land, mirror, pg):
    mirror_as(land, mirror, "metaschema", include_views=["Land"]).run_well(*TABLES[:4], environment=java_environment())
    mirror.config["mirror_settings"].pop("include_views")
    result = mirror.run_well(*TABLES[:4], environment=java_environment())
    assert pg.value("SELECT count(*) FROM pub.land") == 51
    assert "2 of 2 tables mirrored" in result.stderr, result.explain()


def test_lists_of_them_that_may_not_be_read_are_told_of_where_one_is_named(land, mirror):
    land.add_user("half", "pass", tables="*", dba="no", metaschema="yes", sysprogress="no")
    mirror.source(**land.source_keys(user="half", password="pass"))
    result = mirror.run("plan", environment=java_environment())
    assert "SYSVIEWS" not in result.explain(), result.explain()
    mirror.settings(include_views=["Land"])
    result = mirror.run("plan", environment=java_environment())
    assert "SYSPROGRESS.SYSVIEWS may not be read: no view is known" in result.explain()
    assert "SYSPROGRESS.SYSSYNONYMS may not be read: no synonym is known" in result.explain()
