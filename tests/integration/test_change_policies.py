"""`check` says of which tables OpenEdge captures every change that a mirror would have to know, and of
the others why it does not."""

import pytest

from servers import java_environment

TABLE = """
ADD TABLE "%(name)s"
ADD FIELD "Id" OF "%(name)s" AS integer
  MANDATORY
  ORDER 10
ADD FIELD "Words" OF "%(name)s" AS character
  EXTENT 2
  MAX-WIDTH 60
  ORDER 20
%(more)s
ADD INDEX "Id" ON "%(name)s"
  UNIQUE
  PRIMARY
  INDEX-FIELD "Id" ASCENDING
"""
LARGE = 'ADD FIELD "Large" OF "%s" AS clob\n  ORDER 30'
# Before the tables that come with the look-alike, one of which has a policy too.
TOLD = ("ATold0", "ATold2")
UNTOLD = ("ALarge0", "ALeft1", "AOff0", "APast2", "AYoung1")


class Captured:
    def __init__(self, openedge, mirror):
        self.openedge, self.mirror = openedge, mirror
        mirror.source(**openedge.source_keys())

    def check(self):
        result = self.mirror.run("check", environment=java_environment())
        return [line for line in result.stdout.splitlines() if "captur" in line], result


@pytest.fixture
def captured(openedge, mirror):
    for name in TOLD + UNTOLD:
        openedge.df(TABLE % {"name": name, "more": LARGE % name if name == "ALarge0" else ""})
    openedge.policy("ATold0", 0)
    openedge.policy("ATold2", 2, fields="Id:1,Words", owner="capture", name="Elsewhere")
    openedge.policy("ALarge0", 0)
    openedge.policy("ALeft1", 1, fields="Words")
    openedge.policy("AOff0", 0, state=1)
    openedge.policy("APast2", 2, instance=1)
    openedge.policy("AYoung1", 1)
    openedge.df('ADD FIELD "Young" OF "AYoung1" AS integer\n  ORDER 40')
    yield Captured(openedge, mirror)
    openedge.reset()
    for name in TOLD + UNTOLD:
        openedge.df('DROP TABLE "%s"' % name)


def test_check_says_what_is_captured_of_each_table_that_has_a_policy(captured):
    lines, result = captured.check()
    text = " ".join(result.stdout.split())
    assert "captured of 2 tables, 1 of them with the key: ATold0, ATold2" in text, result.explain()
    for name, reason in zip(UNTOLD, ["does not capture column Large", "does not capture column Id",
                                     "its policy is not active", "its policy is not active",
                                     "does not capture column Young"]):
        assert any("PUB.%s: " % name in line and reason in line for line in lines), result.explain()
    assert any("the same of 1 tables more" in line for line in result.stdout.splitlines())


def test_an_active_policy_counts_and_what_is_not_mirrored_need_not_be_captured(captured):
    for state, instance in ((0, 2), (0, 0), (1, 0)):
        captured.openedge.policy("AOff0", 0, state=state, instance=instance)
    captured.mirror.settings(tables={"ALarge0": {"exclude_columns": ["Large"]}})
    lines, result = captured.check()
    assert any("captured of 4 tables" in line for line in lines), result.explain()


def test_who_may_not_read_policies_is_told_so(captured):
    captured.openedge.add_user("limited", "limited", metaschema="no")
    captured.mirror.source(**captured.openedge.source_keys(user="limited", password="limited"))
    lines, result = captured.check()
    assert len(lines) == 1 and "policies" in lines[0], result.explain()
    assert "grant SELECT" in lines[0], result.explain()
    assert "change tables of CDC, if there are any, are mirrored like other tables" in result.stdout
