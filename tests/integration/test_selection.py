"""Which tables are read: the ignore file, --ignore-table, --table, patterns."""

import contextlib
import sqlite3

import pytest


@pytest.fixture
def four_tables(mirror, tmp_path):
    path = tmp_path / "four.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for name in ("Customer", "Order", "Order-Line", "Invoice"):
            database.execute('CREATE TABLE "%s" (id INTEGER PRIMARY KEY)' % name)
            database.execute('INSERT INTO "%s" VALUES (1)' % name)
    return mirror.sqlite(path)


def test_ignored_tables_are_not_mirrored(four_tables, pg):
    four_tables.run_well("--ignore-table", "Customer", "--ignore-table", "Invoice")
    assert pg.tables() == ["order", "order_line"]


def test_the_ignore_file_is_obeyed_with_comments_and_patterns(four_tables, pg, tmp_path):
    (tmp_path / "ignored_tables.txt").write_text(
        "# nobody needs these\n\nORDER*   # both of them\n  invoice  \n")
    four_tables.run_well()
    assert pg.tables() == ["customer"]


def test_ignore_file_and_flags_add_up(four_tables, pg, tmp_path):
    (tmp_path / "ignored_tables.txt").write_text("Invoice\n")
    four_tables.run_well("--ignore-table", "customer")
    assert pg.tables() == ["order", "order_line"]


def test_an_ignore_file_of_another_name_is_obeyed(four_tables, pg, tmp_path):
    (tmp_path / "not these").write_text("Invoice\n")
    four_tables.settings(ignore_file="not these").run_well()
    assert pg.tables() == ["customer", "order", "order_line"]


def test_a_named_ignore_file_that_is_missing_is_an_error(four_tables, pg):
    result = four_tables.settings(ignore_file="gone.txt").run()
    assert result.status == 2, result.explain()
    assert "gone.txt" in result.stderr
    assert pg.tables() == []


def test_only_the_tables_asked_for_are_mirrored(four_tables, pg):
    four_tables.run_well("--table", "customer", "--table", "ORDER-LINE")
    assert pg.tables() == ["customer", "order_line"]


def test_patterns_select_tables(four_tables, pg):
    four_tables.run_well("--table", "order*")
    assert pg.tables() == ["order", "order_line"]


def test_a_question_mark_stands_for_one_character(four_tables, pg):
    four_tables.run_well("--table", "?rder")
    assert pg.tables() == ["order"]


def test_an_ignored_table_is_not_read_even_if_it_is_asked_for(four_tables, pg):
    four_tables.run("--table", "customer", "--table", "invoice", "--ignore-table", "customer")
    assert pg.tables() == ["invoice"]


@pytest.mark.parametrize("flag", ["--table", "--ignore-table"])
def test_a_name_that_matches_nothing_is_an_error_with_near_misses(four_tables, pg, flag):
    result = four_tables.run(flag, "Custommer")
    assert result.status == 2, result.explain()
    assert "Custommer" in result.stderr
    assert "Customer" in result.stderr.replace("Custommer", "")
    assert pg.tables() == []


def test_a_line_of_the_ignore_file_that_matches_nothing_is_warned_of_with_file_and_line(
        four_tables, pg, tmp_path):
    # No error: the table may have been dropped at the source, and the night's run must go on.
    (tmp_path / "ignored_tables.txt").write_text("# first\nInvoices\nCustomer\n")
    result = four_tables.run_well()
    warnings = result.log_lines("WARNING")
    assert any("ignored_tables.txt, line 2" in line and '"Invoice"' in line for line in warnings)
    assert pg.tables() == ["invoice", "order", "order_line"]


def test_no_error_ever_adds_to_the_ignore_file(four_tables, tmp_path):
    (tmp_path / "ignored_tables.txt").write_text("Invoice\n")
    four_tables.run("--table", "nonsense")
    four_tables.run_well()
    assert (tmp_path / "ignored_tables.txt").read_text() == "Invoice\n"


def test_tables_whose_mirrored_names_collide_are_refused_and_the_others_go_on(
        four_tables, pg, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "four.sqlite")) as database, database:
        database.execute('CREATE TABLE "Order_Line" (id INTEGER)')
    result = four_tables.run()
    assert result.status == 1, result.explain()
    assert "Order-Line" in result.stderr and "Order_Line" in result.stderr
    assert pg.tables() == ["customer", "invoice", "order"]


def test_check_says_once_that_there_is_no_ignore_file(four_tables):
    for _ in range(2):
        lines = [line for line in four_tables.run("check").stdout.splitlines() if "ignore file" in line]
        assert len(lines) == 1 and lines[0].split() == ["ok", "ignore", "file", "none"]
        four_tables.run_well()


def test_a_vanished_ignore_file_is_refused_run_after_run_until_it_is_back(
        four_tables, pg, tmp_path):
    ignored = tmp_path / "ignored_tables.txt"
    ignored.write_text("Invoice\n")
    four_tables.run_well()
    ignored.unlink()
    runs = pg.value("SELECT count(*) FROM oe2pg.run")
    for _ in range(2):
        for arguments in ([], ["verify"], ["plan"], ["--accept-source"]):
            result = four_tables.run(*arguments)
            assert result.status == 2, result.explain()
            assert 'the ignore file of the last run is gone: there is no "%s"' % ignored in result.stderr
    checked = four_tables.run("check")
    assert checked.status == 1, checked.explain()
    lines = [line for line in checked.stdout.splitlines() if "ignore file" in line]
    assert len(lines) == 1, checked.explain()
    assert lines[0].startswith("WRONG") and str(ignored) in lines[0]
    unnamed = four_tables.settings(ignore_file="").run()
    assert unnamed.status == 2 and "none is named now" in unnamed.stderr, unnamed.explain()
    del four_tables.config["mirror_settings"]["ignore_file"]
    assert "invoice" not in pg.tables()
    assert pg.value("SELECT count(*) FROM oe2pg.run") == runs
    ignored.write_text("")
    four_tables.run_well()
    assert "invoice" in pg.tables()
