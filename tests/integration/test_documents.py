"""What the documents say of the tests is true."""

import re

from conftest import PROJECT


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
