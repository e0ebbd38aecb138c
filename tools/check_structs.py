#!/usr/bin/env python3
"""No struct with more than FIELDS_MAX fields is known to more than FILES_MAX files: what everybody knows is cut
by meaning. A file knows a struct that it names.

    check_structs.py [SOURCE_ROOT]
"""

import collections
import pathlib
import re
import sys

FIELDS_MAX = 20
FILES_MAX = 5
EXEMPT = {  # struct: why everybody may know it
    "mirror_settings": "an option is a field",
    "source_settings": "an option is a field",
}
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
DEFINITION = re.compile(r"\bstruct (\w+)\s*\{")
NAMED = re.compile(r"\bstruct (\w+)\b")
INNERMOST = re.compile(r"\([^()]*\)|\[[^][]*\]")


def body_at(text, start):
    """What stands between the brace before `start` and the one that closes it."""
    depth = 1
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[start:at]
    return text[start:]


def field_count(body):
    """Fields of the struct; those of a struct without a name inside it are its own."""
    while INNERMOST.search(body):  # parameters and bounds have commas too
        body = INNERMOST.sub("", body)
    lines = re.sub(r"^\s*#.*$", "", body, flags=re.MULTILINE)
    return sum(1 + one.count(",") for one in re.split(r"[;{}]", lines)
               if one.strip() and not re.fullmatch(r"\s*(struct|union)\s*", one))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "src"
    texts = {path.relative_to(root): COMMENT.sub("", path.read_text())
             for path in sorted(root.rglob("*.[ch]"))}
    knowing = collections.Counter(name for text in texts.values() for name in set(NAMED.findall(text)))
    faults = structs = 0
    for path, text in texts.items():
        for found in DEFINITION.finditer(text):
            name, fields = found.group(1), field_count(body_at(text, found.end()))
            structs += 1
            if fields > FIELDS_MAX and knowing[name] > FILES_MAX and name not in EXEMPT:
                print("src/%s: struct %s has %d fields (at most %d) and %d files know it (at most %d)"
                      % (path, name, fields, FIELDS_MAX, knowing[name], FILES_MAX))
                faults += 1
    print("%d structs, %d faults" % (structs, faults))
    return 1 if faults or not structs else 0


if __name__ == "__main__":
    sys.exit(main())
