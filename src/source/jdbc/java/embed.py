#!/usr/bin/env python3
"""Compiles the Java helper and writes its classes as a C array.

    embed.py JAVAC OUTPUT.c SOURCE.java...

The sources are given in the order in which their classes are to be defined.
"""

import pathlib
import subprocess
import sys
import tempfile


def bytes_of(code):
    lines = [", ".join("0x%02x" % byte for byte in code[i:i + 16]) for i in range(0, len(code), 16)]
    return "    " + ",\n    ".join(lines) + ",\n"


def main():
    javac, output, sources = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        # Concatenation by invokedynamic would cost a tenth of a second at the start.
        # Warnings are no errors: later compilers warn of more.
        subprocess.run([javac, "--release", "17", "-XDstringConcat=inline", "-g:source,lines",
                        "-encoding", "UTF-8", "-Xlint:all", "-d", folder] + sources, check=True)
        names = [pathlib.Path(source).stem for source in sources]
        made = {path.stem for path in pathlib.Path(folder).rglob("*.class")}
        if made != set(names):
            sys.exit("classes that have no file of their own: %s" % (made - set(names)))
        text = '// Made by embed.py from the files in java/.\n#include "source/jdbc/jvm_classes.h"\n\n'
        for name in names:
            code = (pathlib.Path(folder) / "oe2pg" / (name + ".class")).read_bytes()
            text += "static const unsigned char class_%s[] = {\n%s};\n\n" % (name, bytes_of(code))
        text += "const struct jvm_class jvm_classes[] = {\n"
        for name in names:
            text += '    { "oe2pg/%s", class_%s, sizeof class_%s },\n' % (name, name, name)
        text += "};\nconst size_t jvm_class_count = sizeof jvm_classes / sizeof jvm_classes[0];\n"
    pathlib.Path(output).write_text(text)


if __name__ == "__main__":
    main()
