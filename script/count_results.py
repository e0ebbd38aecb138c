#!/usr/bin/python3
"""Sums JUnit files into the one line "N passed, N failed[, N skipped]"; exits 1 on any failure.

    count_results.py [--status N]... FILE...

A --status other than 0 (how a test program ended) is a failure even if its file shows none, and so
is a file that is missing or no XML.
"""

import sys
import xml.etree.ElementTree


def count(path):
    """(passed, failed, skipped) of one file."""
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(arguments):
    statuses, paths = [], []
    while arguments:
        word = arguments.pop(0)
        if word == "--status":
            statuses.append(int(arguments.pop(0)))
        else:
            paths.append(word)
    total = [0, 0, 0]
    for path in paths:
        try:
            result = count(path)
        except (OSError, xml.etree.ElementTree.ParseError) as error:
            print("%s: %s" % (path, error))
            result = (0, 1, 0)
        total = [a + b for a, b in zip(total, result)]
    if any(statuses) and total[1] == 0:
        total[1] = 1
    line = "%d passed, %d failed" % (total[0], total[1])
    print(line + (", %d skipped" % total[2] if total[2] else ""))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
