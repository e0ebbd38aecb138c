"""A name that oe2pg prints is a name that it takes: as the source spells it and as the mirror does."""

import re
import shlex

import pytest

from mirroring import sqlite_file

NAMES = ("Order", "Order-Line", "Order Total", "Customer")


@pytest.fixture
def shop(mirror, tmp_path):
    path = sqlite_file(tmp_path / "shop.sqlite", *[
        statement for name in NAMES for statement in (
            'CREATE TABLE "%s" (id INTEGER PRIMARY KEY, "Sales-Rep" TEXT)' % name,
            'INSERT INTO "%s" VALUES (1, \'a\')' % name)])
    return mirror.sqlite(path)


def test_the_ignore_file_takes_the_mirrors_spelling_and_names_what_it_covers(shop, pg, tmp_path):
    (tmp_path / "ignored_tables.txt").write_text("mirror.order_line\norder_t*\n")
    result = shop.run_well()
    assert pg.tables() == ["customer", "order"]
    assert 'line 2: "order_t*" is no name in the source; as a name in the mirror it means Order Total' \
        in result.log
    planned = shop.run("plan").stdout
    assert 'line 1: "mirror.order_line" is no name in the source' in planned


def test_a_table_that_is_not_read_any_more_for_such_a_word_is_warned_of_once(shop, pg, tmp_path):
    shop.run_well()
    (tmp_path / "ignored_tables.txt").write_text("order_line\n")
    warned = [len([line for line in shop.run_well().stderr.splitlines()
                   if "mirrored until now" in line and " - WARNING - " in line]) for _ in range(2)]
    assert warned == [1, 0]
    assert "order_line" in pg.tables()


def test_every_name_that_is_printed_can_be_given_back(shop, pg, tmp_path):
    printed = shop.run_well().log
    names = set(re.findall(r"Synced \d+ rows for (.+?) \(total", printed))
    names |= set(re.findall(r"^(\S+): equal", shop.run("verify").stdout, re.MULTILINE))
    names |= {line.split()[0] for line in shop.run("plan", "--all").stdout.split("TABLE ")[1].splitlines()[1:]
              if " full " in line}
    assert {"order_line", "order_total"} <= names
    for name in names:
        assert shop.run("--table", name).status == 0, name
    words = [word for name in names for word in ("--table", name)]
    assert shop.run("status", *words).status == 0
    assert shop.run("verify", *words).status == 0
    assert shop.run("--allow-delete", "order_line", "--ignore-table", "order_total").status == 0


def test_a_longer_name_is_printed_whole(shop):
    name = "a_table_with_a_name_of_more_than_forty_but_not_of_64_letters"
    sqlite_file(shop.directory / "shop.sqlite", 'CREATE TABLE "%s" (id INTEGER)' % name)
    assert name in shop.run("plan").stdout
    shop.run_well()
    assert name in shop.run("status").stdout


def test_the_brakes_hint_works_as_it_is_printed(shop, pg):
    shop.run_well()
    sqlite_file(shop.directory / "shop.sqlite", 'DELETE FROM "Order Total"')
    held = shop.run()
    assert held.status == 1
    hint = re.search(r"oe2pg (--allow-delete .*)", held.log).group(1)
    assert shop.run("--allow-delete", "order_*").status == 2
    assert pg.value("SELECT count(*) FROM mirror.order_total") == 1
    shop.run_well(*shlex.split(hint))
    assert pg.value("SELECT count(*) FROM mirror.order_total") == 0


def test_lists_of_the_configuration_take_the_mirrors_spelling(shop, pg):
    shop.settings(tables={"order_line": {"exclude_columns": ["sales_rep"], "key": ["id"]}}).run_well()
    assert pg.value("SELECT count(*) FROM information_schema.columns WHERE table_schema = 'mirror'"
                    " AND column_name = 'sales_rep'") == 3
    assert pg.value("SELECT reason FROM oe2pg.tracking WHERE source_table = 'Order-Line'")
