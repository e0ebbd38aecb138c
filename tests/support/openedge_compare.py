"""Compares a mirror with the look-alike of OpenEdge, table by table and value by value. What the
driver gives is read through the look-alike's own process, by no code of oe2pg."""

import collections
import re

STAMP = re.compile(r"^(\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d)[.:](\d{3})"
                   r"(?: ?([-+]) ?(\d\d):(\d\d))?$")
STAMPS = ("timestamp", "timestamp_timezone")


def _stamp(text):
    """PostgreSQL prints no zeros at the end of a fraction, and no minutes of an offset's full hour."""
    second, fraction, sign, hours, minutes = STAMP.match(text).groups()
    fraction = fraction.rstrip("0")
    offset = sign + hours + ("" if minutes == "00" else ":" + minutes) if sign else ""
    return second + ("." + fraction if fraction else "") + offset


def as_mirrored(value, type_name):
    """A value of the driver as a mirror of texts holds it; type_name is the driver's."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "\\x" + value["binary"]
    return _stamp(value) if type_name in STAMPS else str(value)


def source_rows(session, table, owner="PUB"):
    """All rows of a table, as as_mirrored has their values."""
    answer = session.answer('SELECT * FROM "%s"."%s"' % (owner, table))
    types = [column[2] for column in answer["columns"]]
    return [[as_mirrored(value, kind) for value, kind in zip(row, types)]
            for row in answer["rows"]]


def mirror_rows(pg, table, schema="pub"):
    """The same of the mirrored table; every column is a text there."""
    return [list(row) for row in pg.query('SELECT * FROM "%s"."%s"' % (schema, table))]


def differences(session, pg, tables, mirrored_name=str.lower):
    """For each table whose rows are not the same, how many rows either side has alone."""
    found = {}
    for table in tables:
        source = collections.Counter(map(tuple, source_rows(session, table)))
        mirror = collections.Counter(map(tuple, mirror_rows(pg, mirrored_name(table))))
        if source != mirror:
            found[table] = ((source - mirror).total(), (mirror - source).total())
    return found
