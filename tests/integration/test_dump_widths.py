"""Values that a dump has whole and SQL would not deliver: counted in the files, and before a mirror goes on by
SQL."""

import pytest

from dump_files import Folder, table
from mirroring import quarantined
from openedge_server import jars_folder
from servers import java_environment
from wide_table import Wide

FIELDS = [("Id", "integer", "MANDATORY"), ("Text", "character", "MAX-WIDTH 10"),
          ("Number", "decimal", "MAX-WIDTH 6", "DECIMALS 2"), ("Raw", "raw", "MAX-WIDTH 4"),
          ("Parts", "character", "EXTENT 2", "MAX-WIDTH 8"), ("Free", "character")]
WIDE = [  # of a width: just as much, one more
    ('"zehn zehnö"', '"elf Zeichen"'), ("-9999.99", "12345.00"), ('"AAAAAA=="', '"AAAAAAA="'),
    ('"abc" "de;"', '"abcd" "efgh"')]
FITS = '%d {} {} {} {} "free of any width"'.format(*(fits for fits, _ in WIDE))


@pytest.fixture
def folder(mirror, tmp_path):
    made = Folder(tmp_path / "dumps")
    mirror.source(interface="dump", dump_dir=str(made.path), db_name="shop")
    return made


def test_a_census_of_a_folder_tells_what_sql_would_not_deliver(mirror, folder):
    folder.df(table("Wide", FIELDS, ["Id"]), table("Other", FIELDS[:2], ["Id"]))
    wide = [FITS.replace(fits, wide) for fits, wide in WIDE]
    folder.d("Wide", *(line % number for number, line in enumerate([FITS, FITS] + wide + wide[:1])))
    folder.d("Other", '1 "short"')
    result = mirror.run("check")
    assert result.status == 0, result.explain()
    assert ("SQL would not deliver 5 values of 4 columns in 1 of 2 tables  -> They are mirrored whole"
            in result.stdout), result.explain()
    script = mirror.run("check", "--widths")
    assert script.status == 0, script.explain()
    lines = [line.split()[1:] for line in script.stdout.splitlines() if line.startswith("--   PUB.")]
    assert [line[:5] for line in lines] == [
        ["PUB.Wide", "Text", "10", "11", "2"], ["PUB.Wide", "Number", "6", "7", "1"],
        ["PUB.Wide", "Raw", "4", "5", "1"], ["PUB.Wide", "Parts", "8", "9", "1"]], script.stdout
    assert "whole, as long as it comes from the dump" in script.stdout
    assert 'ALTER TABLE "PUB"."Wide" ALTER COLUMN "Text" SET PRO_SQL_WIDTH 20;' in script.stdout
    (folder.path / "other.d").write_text("1 2 3\n")
    result = mirror.run("check", "--widths")
    assert result.status != 0 and "other.d" in result.stderr and "PUB.Wide" in result.stdout
    folder.d("Wide", FITS % 1)
    folder.d("Other", '1 "short"')
    assert "no value in 2 tables is wider" in mirror.run("check").stdout
    assert "there is nowhere a value wider" in mirror.run("check", "--widths").stdout


@pytest.mark.skipif(jars_folder() is None, reason="left out: this build has no Java, or H2 is not installed")
def test_plan_counts_what_becomes_null_when_a_mirror_of_dumps_goes_on_by_sql(openedge, mirror, pg, tmp_path):
    wide = Wide(openedge, mirror, pg)
    try:
        wide.make(rows=20).spoil(7, 8)
        wide.spoil(9, assignment='"Number" = 12345.5')
        by_sql = dict(mirror.config["progress_db"])
        made = Folder(tmp_path / "dumps").df(table("Wide", [
            ("Id", "integer", "MANDATORY"), ("Text", "character", "MAX-WIDTH 10"),
            ("Number", "decimal", "MAX-WIDTH 6", "DECIMALS 2"), ("Day", "date")], ["Id"]))
        made.d("Wide", *('%s "%s" %s 01/01/20' % (number, text, decimal) for number, text, decimal in
                         openedge.sql('SELECT "Id", "Text", "Number" FROM PUB."Wide"')))
        mirror.config["progress_db"] = {}
        mirror.source(interface="dump", dump_dir=str(made.path), db_name="sports2020")
        wide.run_well()
        assert pg.query("SELECT text, number FROM mirror.wide WHERE id IN ('7', '9') ORDER BY id") == [
            ("elf Zeichen", "1.50"), ("text 9", "12345.50")]
        mirror.config["progress_db"] = by_sql
        plan = mirror.run("plan", "--accept-source", environment=java_environment())
        assert ("3 values that the mirror has whole from dumps are wider than SQL delivers" in plan.stdout
                and "Wide.Text (2), Wide.Number (1)" in plan.stdout), plan.explain()
        result = wide.run("--accept-source")
        assert result.status == 1, result.explain()
        assert len(quarantined(pg)) == 3
        plan = mirror.run("plan", environment=java_environment())
        assert "whole from dumps" not in plan.stdout
    finally:
        openedge.df('DROP TABLE "Wide"')
