"""What the documents say of the tests is true."""

import re
import subprocess

from conftest import PROJECT, program


def names_of_tests():
    found = set()
    for folder in ("integration", "fault"):
        for path in (PROJECT / "tests" / folder).glob("test_*.py"):
            found.update(re.findall(r"^def test_(\w+)", path.read_text(), re.M))
    return found


def named_in(document):
    """The last column of each table whose heading says `test`."""
    named = []
    is_inside = False
    for line in (PROJECT / "docs" / document).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            is_inside = False
        elif cells[-1] == "test":
            is_inside = True
        elif is_inside and not set(line) <= set("|- "):
            named += re.findall(r"`([^`]+)`", cells[-1])
    return named


def test_every_test_that_the_page_of_failures_names_is_there():
    tests = names_of_tests()
    named = named_in("failures.md")
    assert len(named) > 50
    missing = []
    for name in named:
        stem = re.split(r"[\[…]", name)[0]
        if stem and not any(test.startswith(stem) for test in tests):
            missing.append(name)
    assert missing == []


def test_every_exit_status_is_in_the_documents():
    manual = subprocess.run(
        program() + ["--help-man"], check=True, capture_output=True, text=True).stdout
    section = re.search(r"^\.SH EXIT STATUS\n(.*?)^\.SH", manual, re.M | re.S).group(1)
    known = set(re.findall(r"^\\fB(\d+)\\fR$", section, re.M))
    assert len(known) > 5
    page = (PROJECT / "docs" / "exit-status.md").read_text()
    rows = re.findall(r"^\| ([\d, ]+) \|", page, re.M)
    assert {status for row in rows for status in row.split(", ")} == known
    readme = (PROJECT / "README.md").read_text()
    line = re.search(r"^Exit status: (.*?)\. More in", readme, re.M | re.S).group(1)
    assert set(re.findall(r"\d+", line)) == known
