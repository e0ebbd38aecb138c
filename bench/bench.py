#!/usr/bin/python3
"""Measures oe2pg against its limits and its peers, in one interleaved run.

    bench/bench.py [--group sqlite|jdbc|openedge|dump|types|indexes|stamp]... [--rows 1000000] [--rounds 3]
                   [--small 300] [--skip NAME]... [--write]

Builds the sources, starts a private PostgreSQL, and runs each contestant of each group in turn,
`rounds` times. Prints medians and ratios; --write puts them into bench/RESULTS.md, a section a
group. Needs, beside what oe2pg and its tests need: gcc, pgloader and python3-pyodbc for SQLite,
pgcopydb for JDBC, H2 for the
look-alike of OpenEdge.
"""

import argparse
import datetime
import os
import platform
import re
import shutil
import subprocess
import tempfile

from bench_dump import DumpGroup
from bench_indexes import IndexesGroup
from bench_jdbc import JdbcGroup
from bench_openedge import OpenEdgeGroup
from bench_sqlite import SqliteGroup
from bench_stamp import StampGroup
from bench_types import TypesGroup
from harness import HERE, REPO, output_of

import servers  # harness knows where it is

GROUPS = {"sqlite": SqliteGroup, "jdbc": JdbcGroup, "openedge": OpenEdgeGroup, "dump": DumpGroup,
          "types": TypesGroup, "indexes": IndexesGroup, "stamp": StampGroup}
RESULTS = os.path.join(HERE, "RESULTS.md")
INTRODUCTION = """# Results of the last runs of bench/bench.py

Medians of interleaved rounds; figures of one run are compared as ratios only.
"""


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", action="append", choices=list(GROUPS), default=[])
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", type=int, default=300)
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--program", default=os.path.join(REPO, "build-bench", "oe2pg"))
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def build(program):
    """The default program is made anew from what is in the tree; another one is taken as it is."""
    folder = os.path.dirname(program)
    if folder != os.path.join(REPO, "build-bench"):
        return
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        subprocess.run(["meson", "setup", folder, REPO], check=True)
    subprocess.run(["meson", "configure", folder, "-Dbuildtype=release", "-Dtests=enabled",
                    "-Djdbc=enabled"], check=True)
    subprocess.run(["ninja", "-C", folder, "oe2pg", "tests/source_dump",
                    "tests/copy_forms", "tests/lookalike.jar"], check=True)


def section(group, args):
    words = [str(datetime.date.today()), f"{group.rows} rows x {group.columns} columns", f"{args.rounds} rounds",
             f"{os.cpu_count()} cores", platform.system(), output_of("psql", "--version"),
             output_of("gcc", "--version")] + group.versions()
    return f"## {group.title}, {group.rows} rows\n\n{'; '.join(words)}.\n\n{group.report()}\n"


def write_results(sections):
    """Sections of groups that did not run this time stay as they are."""
    kept = {}
    if os.path.exists(RESULTS):
        with open(RESULTS, encoding="utf-8") as file:
            for part in re.split(r"^(?=## )", file.read(), flags=re.MULTILINE)[1:]:
                kept[part.split("\n")[0]] = part.rstrip() + "\n"
    for text in sections:
        kept[text.split("\n")[0]] = text
    with open(RESULTS, "w", encoding="utf-8") as out:
        out.write("\n".join([INTRODUCTION] + list(kept.values())))


def run(args, work):
    with servers.PostgresServer(settings={"max_wal_size": "8GB", "shared_buffers": "256MB"}) as pg:
        groups = [GROUPS[name](args, work, pg) for name in args.group or GROUPS]
        try:
            for group in groups:
                group.prepare()
            for number in range(args.rounds):
                for group in groups:
                    group.run_round(number + 1)
        finally:
            for group in groups:
                group.close()
        sections = [section(group, args) for group in groups]
    print("\n".join(sections))
    if args.write:
        write_results(sections)


def main():
    args = read_arguments()
    build(args.program)
    work = tempfile.mkdtemp(prefix="oe2pg-bench-")
    os.chmod(work, 0o755)
    try:
        run(args, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
