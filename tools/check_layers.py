#!/usr/bin/env python3
"""Includes point down: never up, never sideways (ARCHITECTURE.md), and in no circle of more than
three units (a .c with its .h is one). Foreign headers stay at home.

    check_layers.py [SOURCE_ROOT]
"""

import pathlib
import re
import sys

FLOORS = {"base": 0, "model": 1, "config": 2, "source": 2, "target": 2, "plan": 3, "report": 3,
          "read": 3, "write": 3, "method": 4, "run": 5, "check": 5, "library": 5, "cli": 6, "main": 7}
FOREIGN = {  # header: the only places that may include it
    r"sql(ext|ucode|types)?\.h": ("source/odbc/",),
    r"odbcinst(ext)?\.h": ("source/odbc/",),
    r"libpq-fe\.h|libpq/.*|pg_config.*\.h": ("target/",),
    r"jni\.h": ("source/jdbc/",),
    r"(iconv|zlib|archive(_entry)?)\.h": ("source/dump/",),
    r"yajl/.*": ("config/",),
    r"openssl/.*": ("model/digest.c",),
}
PRIVATE = {  # headers that belong to fewer files than the room they are in
    "source/driver.h": ("source/",),
    "model/canonical_parts.h": ("model/canonical",),
    "source/product/products.h": ("source/product/",),
}
DOOR_OF = {  # folders of which the files outside include one header alone
    "read/hunt/": "read/hunt/hunt.h",
}
# Below both doors: these connect to nothing and know neither of them.
PRODUCTS = ("source/openedge/", "source/product/")  # above source/ a source is judged by what it can
BELOW_THE_DOORS = ("source/catalog/", "source/openedge/", "source/product/")
DOORS = ("source/odbc/", "source/jdbc/", "source/dump/", "source/driver.h", "source/source.h")
CIRCLE_MAX = 3
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    """The room of src/<room>/..., "library" and "main" for the files beside the rooms."""
    if "/" in path:
        return path.split("/")[0]
    return "main" if path == "main.c" else "library"


def complaint(path, bracket, header, headers):
    if bracket == "<":
        for pattern, homes in FOREIGN.items():
            if re.fullmatch(pattern, header) and not path.startswith(homes):
                return "only %s may include <%s>" % (" and ".join(homes), header)
        return None
    if header.startswith("oe2pg"):
        return None if FLOORS[room_of(path)] >= FLOORS["library"] else "reaches up to " + header
    if header not in headers:
        return '"%s" is no header of src/ (write its path from there)' % header
    homes = PRIVATE.get(header)
    if homes and not path.startswith(homes):
        return '"%s" is private to %s' % (header, " and ".join(homes))
    if header.startswith(PRODUCTS) and not path.startswith(("source/", "check/")):
        return '"%s" is a product\'s' % header
    for folder, door in DOOR_OF.items():
        if header.startswith(folder) and header != door and not path.startswith(folder):
            return '"%s" is behind "%s"' % (header, door)
    if path.startswith(BELOW_THE_DOORS) and header.startswith(DOORS):
        return "%s reaches up to \"%s\"" % (path, header)
    mine, other = room_of(path), room_of(header)
    if mine == other or FLOORS[other] < FLOORS[mine]:
        return None
    return '%s (floor %d) reaches %s to "%s" (floor %d)' % (
        mine, FLOORS[mine], "sideways" if FLOORS[other] == FLOORS[mine] else "up", header,
        FLOORS[other])


def circles(files):
    """Groups of units that include one another in a circle, by Tarjan's algorithm."""
    edges = {}
    for path, file in files.items():
        unit = edges.setdefault(path[:-2], set())
        for line in file.read_text().split("\n"):
            found = INCLUDE.match(line)
            if found and found.group(2) in files:
                unit.add(found.group(2)[:-2])
    index, low, stack, found = {}, {}, [], []

    def visit(unit):
        index[unit] = low[unit] = len(index)
        stack.append(unit)
        for other in edges[unit]:
            if other not in index:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in stack:
                low[unit] = min(low[unit], index[other])
        if low[unit] == index[unit]:
            found.append(sorted(stack[stack.index(unit):]))
            del stack[stack.index(unit):]

    for unit in sorted(edges):
        if unit not in index:
            visit(unit)
    return [units for units in found if len(units) > CIRCLE_MAX]


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".") / "src"
    files = {str(p.relative_to(root)): p for p in sorted(root.rglob("*.[ch]"))}
    faults = 0
    for path, file in files.items():
        if room_of(path) not in FLOORS:
            print("src/%s: no such room is known here" % path)
            faults += 1
            continue
        for number, line in enumerate(file.read_text().split("\n"), 1):
            found = INCLUDE.match(line)
            fault = complaint(path, *found.groups(), files) if found else None
            if fault:
                print("src/%s:%d: %s" % (path, number, fault))
                faults += 1
    for units in circles(files):
        print("a circle of %d units: %s" % (len(units), " ".join(units)))
        faults += 1
    print("%d files, %d faults" % (len(files), faults))
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main())
