"""A folder of OpenEdge dumps as the source of a mirror, over several runs."""

import os

import pytest

from dump_files import Folder, table
from mirroring import errors, last_run, quarantined

ITEM = table("Item", [("Num", "integer", "MANDATORY"), ("Name", "character"),
                      ("Price", "decimal", "DECIMALS 2"), ("Since", "date")], ["Num"])
NOTE = table("Note", [("Text", "character")])
ITEMS = ['%d "item %d" %d.5 01/%02d/26' % (number, number, number, number)
         for number in range(1, 10)]


@pytest.fixture
def folder(mirror, tmp_path):
    made = Folder(tmp_path / "dumps").df(ITEM, NOTE)
    mirror.source(interface="dump", dump_dir=str(made.path), db_name="shop")
    return made


def items(pg, columns="num, name, price, since"):
    return pg.query("SELECT %s FROM pub.item ORDER BY num::int" % columns)


def test_a_later_dump_is_compared_with_what_the_first_one_left(mirror, pg, folder):
    folder.d("Item", *ITEMS)
    folder.d("Note", '"a"', '"a"', '"b"')
    mirror.run_well()
    assert items(pg)[0] == ("1", "item 1", "1.50", "2026-01-01") and len(items(pg)) == 9
    mirror.run_well()
    assert last_run(pg) == (0, 0, 0)
    folder.d("Item", *ITEMS[1:8], '9 "item ""nine""" 9,5 ?', '10 ? ? ?', numformat="46,44")
    folder.d("Note", '"a"', '"c"')
    result = mirror.run("--full-sync")
    assert result.status == 1, result.explain()  # the decimal points of the others are none here
    folder.d("Item", *ITEMS[1:8], '9 "item ""nine""" 9.5 ?', '10 ? ? ?')
    mirror.run_well()
    assert items(pg, "num, name, since")[-2:] == [("9", 'item "nine"', None), ("10", None, None)]
    assert items(pg, "num")[0] == ("2",)
    assert sorted(pg.query("SELECT text FROM pub.note")) == [("a",), ("c",)]
    assert quarantined(pg) == []
    assert mirror.run("verify").status == 0


def test_a_table_that_was_not_dumped_keeps_its_mirror(mirror, pg, folder):
    folder.d("Item", *ITEMS)
    note = folder.d("Note", '"a"')
    mirror.run_well()
    note.unlink()
    mirror.settings(dropped_tables="drop")
    result = mirror.run_well()
    assert pg.query("SELECT text FROM pub.note") == [("a",)], result.explain()
    assert "1 of 2 tables have no data file" in result.log
    assert mirror.run("--table", "Note").status == 1
    assert "it was not dumped" in errors(mirror.run("--table", "Note"))


def test_the_brake_holds_a_dump_that_is_empty(mirror, pg, folder):
    folder.d("Item", *ITEMS)
    mirror.run_well()
    folder.d("Item")
    assert mirror.run().status == 1 and len(items(pg)) == 9
    assert mirror.run("--allow-delete", "Item").status == 0 and items(pg) == []


def test_half_a_dump_fails_or_adds_without_removing(mirror, pg, folder):
    folder.d("Item", *ITEMS)
    folder.d("Note", '"a"', '"b"')
    mirror.run_well()
    (folder.path / "item.d").write_text('3 "three" 1 ?\n77 "new" 1 ?\n4 "fo')
    (folder.path / "note.d").write_text('"b"\n"c"\n')
    result = mirror.run()
    assert result.status == 1 and "item.d is half a dump" in errors(result)
    assert len(items(pg)) == 9
    mirror.source(dump_incomplete="accept")
    result = mirror.run_well()
    assert items(pg, "num, name")[2] == ("3", "three") and len(items(pg)) == 10
    assert sorted(pg.query("SELECT text FROM pub.note")) == [("a",), ("b",), ("c",)]
    assert "item.d is half a dump: 2 records of it are taken" in result.log


def test_what_fits_nothing_is_in_quarantine_with_its_place(mirror, pg, folder):
    folder.d("Item", *ITEMS[:3], "4", '5 "five" five 01/01/26', '6 "\xfc" 1 01/01/26',
             encoding="latin-1")
    result = mirror.run()
    assert result.status == 1, result.explain()
    assert items(pg)[-2:] == [("5", "five", None, "2026-01-01"), ("6", None, "1.00", "2026-01-01")]
    found = quarantined(pg, "column_name", "reason", "detail", "value", "key_values")
    assert [(row[0], row[1], row[2].split(": ")[0], bytes(row[3]), row[4]) for row in found] == [
        (None, "misfit", "item.d, line 4, byte 72", b"4", None),
        ("Price", "misfit", "item.d, line 5, byte 74", b"five", ["5"]),
        ("Name", "misfit", "item.d, line 6, byte 97", b"\xfc", ["6"])]
    # Known ones are no news, and a mended dump resolves them.
    assert mirror.run("--full-sync").status == 0 and last_run(pg) == (0, 0, 0)
    assert len(quarantined(pg)) == 3
    folder.d("Item", *ITEMS[:6])
    mirror.run_well()
    assert quarantined(pg) == [] and items(pg, "name")[-1] == ("item 6",)


def test_a_small_table_notices_a_record_that_is_no_row(mirror, pg, folder):
    folder.d("Item", *ITEMS)
    mirror.run_well()
    folder.d("Item", *ITEMS, '10 "too short"')
    assert mirror.run().status == 1
    assert [row[0] for row in quarantined(pg, "reason")] == ["misfit"] and len(items(pg)) == 9


def test_an_unchanged_file_is_not_read_and_an_older_one_not_taken(mirror, pg, folder):
    def read():
        return pg.value("SELECT rows_read FROM oe2pg.run ORDER BY id DESC LIMIT 1")

    path = folder.d("Item", *ITEMS)
    mirror.run_well()
    assert read() == 9
    pg.query("UPDATE pub.item SET name = 'by hand' WHERE num = '1'")
    mirror.run_well()
    assert read() == 0 and items(pg, "name")[0] == ("by hand",)
    assert mirror.run("verify").status == 1
    mirror.run_well("--full-sync")
    assert read() == 9 and items(pg, "name")[0] == ("item 1",)
    os.utime(path, (1, 1))
    mirror.run_well()
    assert read() == 9 and last_run(pg) == (0, 0, 0)
    mirror.source(dump_code_page="1252")
    mirror.run_well()
    assert read() == 9
    folder.d("Item", *ITEMS[:8], timestamp="2026/11/29-12:00:00")
    result = mirror.run()
    assert result.status == 1 and "nothing older is taken" in errors(result) and len(items(pg)) == 9
    mirror.run_well("--full-sync")
    assert len(items(pg)) == 8
    mirror.run_well()
    assert read() == 0


def test_fields_that_a_dump_has_not_are_named_or_explained(mirror, pg, folder):
    folder.d("Item", *[row.rsplit(" ", 1)[0] for row in ITEMS])
    result = mirror.run()
    assert result.status == 1
    assert "every record has 3 values, and the schema 4" in errors(result)
    mirror.source(dump_fields={"Item": "Num Name Price"})
    mirror.run_well()
    assert items(pg)[8] == ("9", "item 9", "9.50", None)


def test_a_delta_changes_the_mirror(mirror, pg, folder):
    folder.d("Item", *ITEMS)
    mirror.run_well()
    folder.df('RENAME FIELD "Name" OF "Item" TO "Title"',
              'ADD FIELD "More" OF "Item" AS logical \n  ORDER 15', name="delta.df")
    assert "nothing says in which order" in errors(mirror.run())
    mirror.source(dump_files=[str(folder.path / "shop.df"), str(folder.path / "delta.df")])
    folder.d("Item", '1 yes "one" 1.5 ?')
    result = mirror.run("--allow-delete", "Item")
    assert result.status == 0, result.explain()
    assert items(pg, "num, title, more, price") == [("1", "one", "true", "1.50")]


def test_a_condition_in_sql_is_refused_by_name(mirror, folder):
    folder.d("Item", *ITEMS)
    mirror.settings(tables={"Item": {"where": "Num > 3"}})
    result = mirror.run()
    assert result.status == 1 and "cannot be asked for some of its rows" in errors(result)


def test_check_and_plan_know_a_folder(mirror, folder):
    folder.d("Item", *ITEMS)
    (folder.path / "stray.d").write_text("1\n.\n")
    result = mirror.run("check")
    assert result.status == 0, result.explain()
    assert 'Progress dump, database "shop"' in result.stdout
    assert "2 tables and 0 sequences in 1 schema file" in result.stdout
    assert "dumped from 2026/11/30-12:00:00 (item.d)" in result.stdout
    result = mirror.run("plan")
    assert result.status == 0 and "item" in result.stdout, result.explain()
    result = mirror.run_well()
    assert "stray.d is a data file of no table of the schema" in result.log


def test_what_cannot_be_opened_is_said(mirror, folder):
    mirror.source(dump_dir=str(folder.path / "none"))
    result = mirror.run()
    assert result.status == 3 and "could not open the folder of dumps" in errors(result)
    del mirror.config["progress_db"]["dump_dir"]
    assert mirror.run().status == 2
    mirror.source(dump_dir=str(folder.path))
    os.rename(folder.path / "shop.df", folder.path / "shop.txt")
    assert "there is no schema (.df)" in errors(mirror.run())
