"""CONTRIBUTING.md says what is to be written where for a new command, option, product or method. Here
that is done, in a copy and in the files that it names and no others, and what was added works there."""

import re
import shutil
import subprocess

import pytest

from conftest import PROJECT
from mirroring import sqlite_file
from servers import odbc_driver

WEIGHT = 20  # see conftest.py

COPIED = ["src", "tests", "tools", "docs", "completion", "meson.build", "meson_options.txt"]
EVERYWHERE = ["src/meson.build"]  # the paragraph above the list
PRINTED = {"docs/options.md": "--help-options", "docs/oe2pg.1": "--help-man",
           "completion/oe2pg.bash": "--help-completion"}
TARGETS = ["oe2pg", "tests/thin_odbc.so", "tests/test_cli_help", "tests/test_config_option",
           "tests/test_source_product"]
TESTS = ["cli/help", "config/option", "unit source/product"]
STRUCTURE = ["layers.py", "banned.sh", "text.sh"]

# --- ways to change a file ------------------------------------------------------------------------


def new(text):
    return lambda old: text


def behind(pattern, text):
    """Behind the last line that the pattern matches."""
    def change(old):
        places = list(re.finditer(pattern + r".*\n", old, re.M))
        assert places, "nothing looks like " + pattern
        return old[:places[-1].end()] + text + old[places[-1].end():]
    return change


def instead(pattern, text):
    def change(old):
        changed, count = re.subn(pattern, text, old)
        assert count == 1, "%d places look like %s" % (count, pattern)
        return changed
    return change


def both(first, second):
    return lambda old: second(first(old))


def listed(room, *names):
    return behind(r"^  '%s/" % room, "".join("  '%s/%s.c',\n" % (room, name) for name in names))


# --- what is added: for each paragraph, what is done to each file that it names -------------------

COMMAND = {
    "src/meson.build": listed("cli", "cmd_dummy"),
    "src/cli/cmd_NAME.c": new('''// dummy: says what it was told.
#include "cli/command_table.h"
#include "config/load.h"

#include <stdio.h>

int
cmd_dummy(const struct config *config)
{
    (void)printf("the dummy was told %d\\n", config->settings.mirror.dummy);
    return 0;
}
'''),
    "src/cli/command_table.h": behind(r"^int cmd_", "int cmd_dummy(const struct config *config);\n"),
    "src/cli/command_table.c": instead(
        r"(static const struct command commands\[\] = \{\n(?:.*\n)*?)\};",
        r'\1    { "dummy", "say what it was told", OPTION_FOR_DUMMY, NULL, false, cmd_dummy },\n};'),
    "src/config/option.h": both(
        instead(r"(    OPTION_FOR_ALL = )(\d+)",
                lambda found: found[1] + str(int(found[2]) * 2 + 1)),
        instead(r"(    OPTION_FOR_FORGET = )(\d+),\n",
                lambda found: found[0] + "    OPTION_FOR_DUMMY = %d,\n" % (int(found[2]) * 2))),
}
OPTION = {
    "src/config/option.h": behind(r"^    OPTION_MIRROR_STANDBY_READERS,", "    OPTION_MIRROR_DUMMY,\n"),
    "src/config/option.c": instead(
        r"\n    \[OPTION_MIRROR_IGNORE_FILE\]",
        r'''
    [OPTION_MIRROR_DUMMY] = { MIRROR_SETTINGS("dummy", "DUMMY"), INTEGER(1, 9),
        .default_text = "4", .help = "what the dummy is told" },\g<0>'''),
    "src/model/settings.h": behind(r"^    .* standby_readers;", "    int dummy;\n"),
    "src/config/settings.c": behind(
        r"^    mirror->history_days =", "    mirror->dummy = integer_of(config, OPTION_MIRROR_DUMMY);\n"),
}
PRODUCT = {
    "src/meson.build": listed("source/product", "dummy"),
    "src/source/product/NAME.c": new('''// A product that nobody sells.
#include "source/product/products.h"

const struct product product_dummy = {
    .patterns = { "Thinbase" },
    .order.kinds = PRODUCT_NUMBERS,
    .probes.letters = "SELECT '" PRODUCT_LETTERS "'",
    .odbc.driver = "*",
};
'''),
    "src/source/product/products.h": behind(
        r"^extern const struct product ", "extern const struct product product_dummy;\n"),
    "src/source/product/product.c": behind(r"^    &product_\w+,", "    &product_dummy,\n"),
    "src/source/odbc/odbc_connect.c": instead(
        r"static const struct odbc_dialect dialects\[\] = \{\n",
        r'''\g<0>    { .patterns = { "*thin_odbc*" }, .database = "Database" },
'''),
}


def method_line(old):
    return instead(
        r"(static const struct method \{(?:.*\n)*?\} methods\[\] = \{\n(?:.*\n)*?)\};",
        r"\1    [METHOD_DUMMY] = { .run = dummy_job },\n};")(
        instead(r'#include "method/load.h"\n', r'#include "method/dummy.h"\n\g<0>')(old))


def method_files():
    """Its function has the parameters that the table of methods says now."""
    table = (PROJECT / "src/method/method.c").read_text()
    parameters = re.search(r"\bbool \(\*run\)\(([^;]*)\);", table).group(1)
    names = re.findall(r"(\w+)(?:,|$)", parameters)
    prototype = "dummy_job(%s)" % " ".join(parameters.split())
    return {
        "src/method/NAME.h": new('''// Does nothing, and says so.
#ifndef OE2PG_METHOD_DUMMY_H
#define OE2PG_METHOD_DUMMY_H

#include "method/outcome.h"
#include "method/task.h"

bool %s;

#endif
''' % prototype),
        "src/method/NAME.c": new('''#include "method/dummy.h"

#include "base/log.h"

bool
%s
{
%s    log_info("The dummy was here");
    return true;
}
''' % (prototype, "".join("    (void)%s;\n" % name for name in names))),
    }


METHOD = {
    "src/meson.build": listed("method", "dummy"),
    "src/model/method_kind.h": instead(r"    METHOD_COUNT,", r"    METHOD_DUMMY,\n\g<0>"),
    "src/model/method_kind.c": behind(r"^    \[METHOD_\w+\] =", '    [METHOD_DUMMY] = "dummy",\n'),
    "src/method/method.c": method_line,
    "src/plan/plan.c": instead(
        r'        job->reason = "mirrored already: read whole and compared";\n    \}\n',
        r'''\g<0>    if (job->method == METHOD_COMPARE && strcmp(job->table->name, "doll") == 0)
        job->method = METHOD_DUMMY;
'''),
    **method_files(),
}
PARAGRAPHS = {"a command": COMMAND, "an option": OPTION, "a product": PRODUCT, "a method": METHOD}
PRINTING = ("a command", "an option")


# --- the section ----------------------------------------------------------------------------------

def paragraphs():
    text = (PROJECT / "CONTRIBUTING.md").read_text()
    section = re.search(r"^## To add\n(.*?)^## ", text, re.M | re.S).group(1)
    return dict(re.findall(r"^- \*\*(.+?)\*\*: (.*?)(?=^- |\Z)", section, re.M | re.S))


def files_named_in(paragraph):
    """`a/b.[hc]` are two, `NAME` stands for any."""
    found = set()
    for path in re.findall(r"`((?:src|docs)/[^`]+)`", paragraph):
        found.update([path[:-4] + "h", path[:-4] + "c"] if path.endswith("[hc]") else [path])
    return found


def test_every_file_that_the_section_to_add_names_is_there():
    named = {path for paragraph in paragraphs().values() for path in files_named_in(paragraph)}
    assert len(named) > 20
    assert [path for path in named if not list(PROJECT.glob(path.replace("NAME", "*")))] == []


@pytest.mark.parametrize("what", PARAGRAPHS)
def test_a_paragraph_of_the_section_names_the_files_that_have_to_change(what):
    paragraph = paragraphs()[what]
    assert files_named_in(paragraph) == set(PARAGRAPHS[what]) - set(EVERYWHERE)
    assert ("print the three documents again" in " ".join(paragraph.split())) == (what in PRINTING)


# --- the copy -------------------------------------------------------------------------------------

class Copy:
    def __init__(self, root):
        self.root = root
        for name in COPIED:
            place = PROJECT / name
            if place.is_dir():
                shutil.copytree(place, root / name,
                                ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            else:
                shutil.copy(place, root / name)

    def add(self, what, leave_out=()):
        for name, change in PARAGRAPHS[what].items():
            if name not in leave_out:
                self.change(name, change)

    def change(self, name, change):
        path = self.root / name.replace("NAME", "dummy")
        path.write_text(change(path.read_text() if path.exists() else ""))

    def run(self, *command, **keywords):
        return subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, **keywords)

    def run_well(self, *command):
        done = self.run(*command)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def build(self):
        self.run_well("ninja", "-C", "build", *TARGETS)

    def print_documents(self):
        for name, flag in PRINTED.items():
            (self.root / name).write_text(self.run_well("build/oe2pg", flag))


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy with one of each. Neither sanitizers nor Java: it is built from nothing."""
    if shutil.which("meson") is None or shutil.which("ninja") is None:
        pytest.skip("needs meson and ninja")
    copy = Copy(tmp_path_factory.mktemp("house"))
    for what in PARAGRAPHS:
        copy.add(what, leave_out=["src/method/method.c"])
    copy.run_well("meson", "setup", "build", "-Dbuildtype=plain", "-Djdbc=disabled",
                  "-Dtests=enabled")
    # The paragraph promises that this line cannot be forgotten.
    forgotten = copy.run("ninja", "-C", "build", "../src/method/method.c^")
    assert forgotten.returncode != 0 and "a method without its functions" in forgotten.stdout
    copy.change("src/method/method.c", method_line)
    copy.build()
    return copy


@pytest.fixture
def its_program(extended, monkeypatch):
    monkeypatch.setenv("OE2PG_BIN", str(extended.root / "build" / "oe2pg"))
    return str(extended.root / "build" / "oe2pg")


def test_the_house_stands_with_what_was_added(extended):
    extended.print_documents()
    for name in PRINTED:
        assert "dummy" in (extended.root / name).read_text()
    for tool in STRUCTURE:
        extended.run_well("tools/check_" + tool, ".")
    extended.run_well("meson", "test", "-C", "build", "--no-rebuild", *TESTS)


def test_a_command_that_was_added_is_listed_and_runs_with_an_option_that_was_added(
        its_program, mirror, tmp_path):
    listed_commands = subprocess.run([its_program, "--help"], check=True, capture_output=True, text=True)
    assert re.search(r"^ +dummy +say what it was told$", listed_commands.stdout, re.M)
    mirror.sqlite(sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE doll (id INTEGER PRIMARY KEY)"))
    assert mirror.run("dummy").stdout == "the dummy was told 4\n"
    assert mirror.settings(dummy=7).run("dummy").stdout == "the dummy was told 7\n"
    refused = mirror.settings(dummy=10).run("dummy")
    assert refused.status == 2 and "1 to 9" in refused.stderr


def test_a_method_that_was_added_is_planned_and_run_where_it_applies(its_program, mirror, tmp_path):
    mirror.sqlite(sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE doll (id INTEGER PRIMARY KEY)",
                              "CREATE TABLE other (id INTEGER PRIMARY KEY)"))
    assert "The dummy was here" not in mirror.settings(full_below_rows=0).run_well().log
    assert re.findall(r"^(\w+) +(dummy|full) ", mirror.run("plan", "--all").stdout, re.M) == [
        ("doll", "dummy"), ("other", "full")]
    assert mirror.run_well().log.count("The dummy was here") == 1


def test_a_product_that_was_added_is_known_by_its_name_and_by_its_drivers(
        its_program, extended, mirror, tmp_path):
    path = sqlite_file(tmp_path / "source.sqlite", "CREATE TABLE doll (id INTEGER PRIMARY KEY)")
    mirror.source(odbc_driver=str(extended.root / "build" / "tests" / "thin_odbc.so"),
                  db_name=str(path), schema="")
    checked = mirror.run("check", environment={"OE2PG_THIN_DRIVER": odbc_driver("libsqlite3odbc.so")})
    assert re.search(r"^ok +letters .* went to the source and came back", checked.stdout, re.M), \
        checked.explain()
    mirror.run_well(environment={"OE2PG_THIN_DRIVER": odbc_driver("libsqlite3odbc.so")})
