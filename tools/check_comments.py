#!/usr/bin/env python3
"""Comments in .c files: where an algorithm stands they say why it is right, and nowhere do they
crowd out the code. Of the lines that are not empty, 8 to 20 % have a comment in the files listed
here; no other file of some length has more than 20 %.

    check_comments.py [SOURCE_ROOT]
"""

import pathlib
import re
import sys

LEAST, MOST = 8, 20
SHORT = 60  # lines: below it one long comment is a large share
ALGORITHMS = """
    base/digest_set base/hash
    model/canonical_float model/canonical_number model/name_map
    source/real_text source/odbc/odbc_row source/jdbc/jdbc_cursor
    target/compare target/pair target/apply_swapped target/readers
    target/apply_rows read/steps read/page method/compare method/load method/memory_share
""".split()


def share(path):
    lines = [line.strip() for line in path.read_text().split("\n") if line.strip()]
    return 100 * sum(1 for line in lines if re.search(r"(^|\s)//", line)) / len(lines), len(lines)


def complaint(name, percent, count):
    if name in ALGORITHMS and percent < LEAST:
        return "%.1f %% of the lines have a comment, fewer than %d" % (percent, LEAST)
    if (name in ALGORITHMS or count > SHORT) and percent > MOST:
        return "%.1f %% of the lines have a comment, more than %d" % (percent, MOST)
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "src"
    files = {str(path.relative_to(root))[:-2]: path for path in sorted(root.rglob("*.c"))}
    faults = ["%s: is listed in tools/check_comments.py, and not there" % name
              for name in ALGORITHMS if name not in files]
    for name, path in files.items():
        fault = complaint(name, *share(path))
        if fault:
            faults.append("src/%s.c: %s" % (name, fault))
    for fault in faults:
        print(fault)
    print("%d files, %d faults" % (len(files), len(faults)))
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
