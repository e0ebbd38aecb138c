"""The dump that the dictionary of an OpenEdge would write, of the look-alike's store."""

import base64
import datetime
import re

from openedge_truth import Truth

NOT_MIRRORED = {"Hidden-One", "CDC_Customer"}


def quoted(text):
    return '"%s"' % text.replace('"', '""')


def elements(joined):
    """Of an array as SQL shows it: None for a bare question mark."""
    found = [""]
    for piece in re.findall(r"~.|.", joined, re.S):
        if piece == ";":
            found.append("")
        else:
            found[-1] += piece
    return [None if one == "?" else re.sub(r"~(.)", r"\1", one, flags=re.S) for one in found]


class Dump:
    """Writes the data files of all tables, numbers and dates as a German session does."""

    def __init__(self, openedge, folder):
        self.truth = Truth(openedge)
        self.folder = folder
        self.large = 0

    def write(self):
        for table in self.truth.tables():
            if table not in NOT_MIRRORED:
                records = [" ".join(record) for record in self.records(table)]
                self.folder.d(table, *records, name="t%d.d" % len(list(self.folder.path.iterdir())),
                              numformat="46,44", dateformat="dmy-1950", database="sports2020")
        return self

    def records(self, table):
        fields = self.truth.fields[table]
        for row in self.truth.openedge.sql("SELECT %s FROM PUB.%s" % (
                ", ".join(self.truth._expression(*field[:3]) for field in fields), quoted(table))):
            yield [word for value, field in zip(row, fields) for word in self.words(value, *field)]

    def words(self, value, name, kind, extent, decimals):
        if int(extent or 0) == 0:
            return [self.word(value, kind)]
        if value is None:
            return ["?"] * int(extent)
        found = [self.word(element, kind, True) for element in elements(value)]
        assert len(found) == int(extent), (name, value)
        return found

    def word(self, value, kind, is_element=False):
        if value is None:
            return "?"
        if kind == "logical":
            return "yes" if value in ("1", "TRUE") else "no"
        if kind == "date":
            day = (datetime.datetime.strptime(value, "%m/%d/%Y").date() if is_element
                   else datetime.date.fromisoformat(value))
            return "%02d/%02d/%04d" % (day.day, day.month, day.year)
        if kind == "decimal":
            return value.replace(".", ",")
        if kind.startswith("datetime"):
            return stamp(value)
        if kind == "raw":
            content = bytes.fromhex(value["binary"])
            return quoted("02%04X" % len(content) + base64.b64encode(content).decode())
        if kind in ("blob", "clob"):
            return self.lob(value, kind)
        return quoted(value) if kind == "character" else value

    def lob(self, value, kind):
        self.large += 1
        name = "x!UTF-8!%d.blb" % self.large
        content = bytes.fromhex(value["binary"]) if kind == "blob" else value.encode()
        (self.folder.path / name).write_bytes(content)
        return quoted(name)


def stamp(text):
    """'2025-04-26 10:34:17.12+02' as a dump has it: milliseconds, and minutes of the zone."""
    day, clock = text.split(" ")
    found = re.fullmatch(r"([\d:]{8})(?:\.(\d+))?([+-]\d\d)?(:\d\d)?", clock)
    zone = found[3] + (found[4] or ":00") if found[3] else ""
    return "%sT%s.%s%s" % (day, found[1], (found[2] or "")[:3].ljust(3, "0"), zone)
