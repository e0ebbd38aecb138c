#!/usr/bin/env python3
"""Compiles the look-alike: openedge.jar holds the driver, lookalike.jar the server and the driver.

    build_jars.py JAVAC JAR DRIVER_JAR SERVER_JAR SOURCE_OR_SCHEMA...
"""

import os
import shutil
import subprocess
import sys
import tempfile


def main(javac, jar, driver_jar, server_jar, *inputs):
    sources = [name for name in inputs if name.endswith(".java")]
    with tempfile.TemporaryDirectory() as classes:
        subprocess.run([javac, "--release", "17", "-encoding", "UTF-8", "-Xlint:all", "-Werror",
                        "-d", classes] + sources, check=True)
        for schema in set(inputs) - set(sources):
            shutil.copy(schema, os.path.join(classes, "oe"))
        services = os.path.join(classes, "META-INF", "services")
        os.makedirs(services)
        with open(os.path.join(services, "java.sql.Driver"), "w", encoding="ascii") as file:
            file.write("com.ddtek.jdbc.openedge.OpenEdgeDriver\n")
        subprocess.run([jar, "cf", driver_jar, "-C", classes, "com", "-C", classes, "META-INF"],
                       check=True)
        subprocess.run([jar, "cf", server_jar, "-C", classes, "."], check=True)


main(*sys.argv[1:])
