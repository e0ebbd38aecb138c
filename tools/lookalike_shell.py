#!/usr/bin/env python3
"""A look-alike of OpenEdge for script/demo: prints its port, then answers SQL of the store behind it.

    lookalike_shell.py JARS SCHEMA...

JARS is the folder with openedge.jar and lookalike.jar. Each line of standard input is a statement;
its rows come as lines with bars between the values, and an empty line ends the answer.
"""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "support"))


def main(jars, *schemas):
    os.environ["OE2PG_TEST_PROGRAMS"] = jars
    from openedge_server import OpenEdgeServer

    with OpenEdgeServer(*schemas) as openedge:
        print(openedge.port, flush=True)
        for statement in sys.stdin:
            for row in openedge.sql(statement):
                print("|".join("" if value is None else str(value) for value in row))
            print(flush=True)


main(*sys.argv[1:])
