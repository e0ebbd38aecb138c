"""The manual page as man shows it, and what bash offers after oe2pg."""

import re
import shutil
import subprocess

import pytest

from conftest import PROJECT

PAGE = PROJECT / "docs" / "oe2pg.1"
COMPLETION = PROJECT / "completion" / "oe2pg.bash"
HEADINGS = ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "CONFIGURATION",
            "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]


def need(tool):
    if shutil.which(tool) is None:
        pytest.skip("left out: %s is not installed" % tool)


def test_the_page_is_set_without_a_warning():
    need("groff")
    result = subprocess.run(["groff", "-ww", "-man", "-Tutf8", "-P-c", str(PAGE)],
                            capture_output=True, timeout=60)
    assert result.returncode == 0 and result.stderr == b"", result.stderr.decode()
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", result.stdout.decode())
    assert [line for line in text.splitlines() if re.match(r"[A-Z][A-Z ]+$", line)] == HEADINGS
    # Flags must be found when they are copied from the page: true hyphens only.
    assert "--full-sync" in text and "\u2010\u2010" not in text


def test_man_finds_nothing_to_complain_about():
    need("man")
    result = subprocess.run(["man", "--warnings", "-l", str(PAGE)], capture_output=True, timeout=60,
                            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANPAGER": "cat",
                                 "MANWIDTH": "80"})
    assert result.returncode == 0 and result.stderr == b"", result.stderr.decode()


def offered(folder, *words):
    """What bash offers for the last of these words."""
    script = '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _oe2pg\n' \
             'printf "%s\\n" "${COMPREPLY[@]}"'
    result = subprocess.run(["bash", "-uc", script, "bash", str(COMPLETION), "oe2pg"] + list(words),
                            capture_output=True, timeout=60, cwd=folder)
    assert result.returncode == 0 and result.stderr == b"", result.stderr.decode()
    return result.stdout.decode().split()


@pytest.mark.parametrize("words,expected", [
    (["ch"], ["check"]), (["--full"], ["--full-sync"]), (["check", "--config-o"], ["--config-only"]),
    (["check", "--full"], []), (["--log-level", "w"], ["warning"]),
    (["--log-level", "=", "de"], ["debug"]), (["--table", "x"], []),
    (["--config", "conf"], ["config.json"]), (["--config", "=", "conf"], ["config.json"])])
def test_bash_offers_what_fits(tmp_path, words, expected):
    (tmp_path / "config.json").touch()
    assert offered(tmp_path, *words) == expected


def test_bash_offers_commands_first(tmp_path):
    assert {"sync", "check"} <= set(offered(tmp_path, ""))
    assert "debug" in offered(tmp_path, "--log-level", "=")
