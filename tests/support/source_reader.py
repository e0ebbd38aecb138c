"""source_dump, the program that reads a source and prints what it got.

    ask_once(environment, ["rows", "t"])            # a process for one question
    Readers().ask(environment, ["rows", "t"])       # a process that was started for an earlier one
"""

import collections
import contextlib
import json
import os
import select
import subprocess
import tempfile
import time

import pytest


def dump_program():
    folder = os.environ.get("OE2PG_TEST_PROGRAMS")
    if not folder:
        pytest.exit("OE2PG_TEST_PROGRAMS does not name the folder of the test programs",
                    returncode=3)
    return os.path.join(folder, "source_dump")


def decoded(printed):
    return json.loads("[" + ",".join(printed.decode().split("\n")[:-1]) + "]")


def of_its_start(names):
    """Of these names of the environment, those that a process is told when it starts: the others
    describe the source, and are told with each question."""
    return [name for name in names
            if not name.startswith("SOURCE_") or name == "SOURCE_JVM_OPTIONS"]


def ask_once(environment, arguments, timeout):
    """Standard output as decoded JSON lines."""
    done = subprocess.run([dump_program()] + list(arguments), env=environment, timeout=timeout,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.stderr == b"", done.stderr.decode(errors="replace")
    return decoded(done.stdout)


class Reader:
    """One process that answers questions, each with a connection of its own. What it says on its
    standard error, at its end too, fails the test."""

    def __init__(self, environment):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [dump_program(), "serve"], env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors, bufsize=0)

    def ask(self, settings, arguments, timeout):
        words = ["%s=%s" % setting for setting in settings.items()] + [""] + list(arguments)
        question = b"".join(word.encode() + b"\0" for word in words)
        self.process.stdin.write(len(question).to_bytes(4, "big") + question)
        answer = self._answer(time.monotonic() + timeout)
        self._check_errors()
        return decoded(answer)

    def _answer(self, deadline):
        found = bytearray()
        while found != b".\n" and not found.endswith(b"\n.\n"):
            seconds = max(0, deadline - time.monotonic())
            assert select.select([self.process.stdout], [], [], seconds)[0], "no answer in time"
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            if not piece:
                self._check_errors()
                raise AssertionError("the reader ended with %d" % self.process.wait())
            found += piece
        return bytes(found[:-2])

    def _check_errors(self):
        self.errors.seek(0)
        errors = self.errors.read()
        assert errors == b"", errors.decode(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self._release()

    def close(self):
        """Ends it as it would end by itself: leaks are looked for."""
        try:
            self.process.stdin.close()
            assert self.process.stdout.read() == b""
            assert self.process.wait(60) == 0
            self._check_errors()
        finally:
            self.kill()

    def _release(self):
        for file in (self.process.stdin, self.process.stdout, self.errors):
            file.close()


class Readers:
    """A reader for each environment that a process has from its start; what describes the source is
    told with each question. The one not asked for longest makes room for a new one."""

    most = 12

    def __init__(self):
        self.running = collections.OrderedDict()

    def ask(self, environment, arguments, timeout):
        own = {name: environment[name] for name in of_its_start(environment)}
        reader = self._reader(own)
        settings = {name: value for name, value in environment.items() if name not in own}
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(reader.kill)
            answer = reader.ask(settings, arguments, timeout)
            on_failure.pop_all()
        self.running[reader.key] = reader
        return answer

    def _reader(self, environment):
        """It is not among those running while it is asked: one that failed is asked no more."""
        key = tuple(sorted(environment.items()))
        reader = self.running.pop(key, None)
        if reader is None:
            if len(self.running) == self.most:
                self.running.popitem(last=False)[1].close()
            reader = Reader(environment)
            reader.key = key
        return reader

    def close(self):
        while self.running:
            self.running.popitem()[1].close()
