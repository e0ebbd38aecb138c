"""Dumps of OpenEdge: written for a test, and read by rules of its own, in the mirror's texts."""

import base64
import datetime
import decimal
import pathlib
import re

WORDS = re.compile(rb'"((?:[^"]|"")*)"|([^\s"]+)|(\n)')
STATEMENT = re.compile(
    r'^\s*ADD (TABLE|FIELD) "((?:[^"]|"")+)"(?: OF "([^"]+)" AS (\S+))?', re.M)

TRAILER = """.
PSC
filename={table}
records={records:013d}
ldbname={database}
timestamp={timestamp}
numformat={numformat}
dateformat={dateformat}
map=NO-MAP
cpstream={code_page}
.
{offset:010d}
"""


def trailer(table, records, offset=0, database="shop", numformat="44,46", dateformat="mdy-1950",
            code_page="UTF-8", timestamp="2026/11/30-12:00:00"):
    return TRAILER.format(timestamp=timestamp, table=table, records=records, offset=offset, database=database,
                          numformat=numformat, dateformat=dateformat, code_page=code_page)


def schema(*statements, code_page="UTF-8"):
    return "\n\n".join(statements) + "\n\n.\nPSC\ncpstream=%s\n.\n0000000000\n" % code_page


def table(name, fields, key=(), dump_name=None):
    """fields: (name, type, option lines...)"""
    lines = ['ADD TABLE "%s"' % name, '  DUMP-NAME "%s"' % (dump_name or name.lower()), ""]
    for number, (field, kind, *options) in enumerate(fields, 1):
        lines += ['ADD FIELD "%s" OF "%s" AS %s ' % (field, name, kind),
                  "  ORDER %d" % (10 * number)] + ["  " + option for option in options] + [""]
    if key:
        lines += ['ADD INDEX "pk" ON "%s" ' % name, "  UNIQUE", "  PRIMARY"]
        lines += ['  INDEX-FIELD "%s" ASCENDING ' % field for field in key]
    return "\n".join(lines)


class Folder:
    """A folder of dumps that a test fills."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir()

    def df(self, *statements, name="shop.df"):
        (self.path / name).write_text(schema(*statements))
        return self

    def d(self, table, *records, name=None, encoding="UTF-8", **said):
        text = "".join(record + "\n" for record in records)
        content = text.encode(encoding)
        content += trailer(table, len(records), len(content) + 2, **said).encode()
        path = self.path / (name or table.lower() + ".d")
        path.write_bytes(content)
        return path


# --- an independent reading -----------------------------------------------------------------------

def _fields(df):
    """{table: [(order, name, type, extent, decimals)]}, of the full schemas among the tests' data."""
    found, starts = {}, list(STATEMENT.finditer(df))
    ends = [match.start() for match in re.finditer(r"^\s*(?:ADD|UPDATE) |^\.", df, re.M)]
    for match in starts:
        kind, name, owner, data_type = match.groups()
        if kind == "TABLE":
            found[name.lower()] = (name, [])
            continue
        end = min([at for at in ends if at > match.start(1)] or [len(df)])
        options = df[match.end():end]
        number = lambda word, otherwise: int(  # noqa: E731
            (re.search(r"^\s*%s (\d+)" % word, options, re.M) or [0, otherwise])[1])
        found[owner.lower()][1].append((number("ORDER", 0), name, data_type.lower(),
                                        number("EXTENT", 0), number("DECIMALS", -1)))
    return {name: sorted(fields) for name, fields in found.values()}


def _trailer(content):
    start = content.rfind(b"\nPSC")
    said = dict(line.split("=", 1) for line in content[start:].decode().split() if "=" in line)
    return said, content[:start]


def _records(content):
    record = []
    for quoted, bare, end in WORDS.findall(content.replace(b"\r\n", b"\n")):
        if end:
            yield record
            record = []
        elif bare:
            record.append(None if bare == b"?" else bare)
        else:
            record.append(quoted.replace(b'""', b'"'))


def _date(text, dateformat):
    order, century = dateformat.split("-")
    parts = dict(zip(order, text.split("/")))
    year = int(parts["y"])
    if len(parts["y"]) <= 2:
        year += 100 * ((int(century) - year + 99) // 100)
    return datetime.date(year, int(parts["m"]), int(parts["d"]))


def _stamp(text):
    day, clock = text.split("T")
    clock, zone = clock[:12].rstrip("0").rstrip("."), clock[12:]
    return "%s %s%s" % (day, clock, zone[:3] if zone.endswith(":00") else zone)


def _value(raw, kind, decimals, said, folder):
    if raw is None:
        return None
    text = raw.decode(said["cpstream"].replace("1252", "cp1252"))
    if kind == "logical":
        return {"yes": "true", "no": "false"}[text]
    if kind == "date":
        return _date(text, said["dateformat"]).isoformat()
    if kind == "decimal":
        exact = decimal.Decimal(text.replace(chr(int(said["numformat"].split(",")[1])), "."))
        return format(exact.quantize(decimal.Decimal(1).scaleb(-max(decimals, 0)))
                      if decimals >= 0 else exact, "f")
    if kind.startswith("datetime"):
        return _stamp(text)
    if kind == "raw":
        # "02" and the size as four hexadecimal digits may stand in front.
        return "\\x" + base64.b64decode(text[6:] if len(text) % 4 else text).hex()
    if kind == "blob":
        return "\\x" + (folder / text).read_bytes().hex()
    return text


def _schema_fields(df):
    return _fields(pathlib.Path(df).read_bytes().decode("latin-1").replace("\r\n", "\n"))


def fields(df, name):
    """(name, type, extent, decimals) of a table's fields, in their order."""
    return [field[1:] for field in _schema_fields(df)[name]]


def read(df, folder, name):
    """Rows of one table as the mirror has them, in any order."""
    content = pathlib.Path(folder).glob("*.d")
    fields = _schema_fields(df)[name]
    for path in content:
        said, data = _trailer(path.read_bytes())
        if said.get("filename", "").lower() == name.lower():
            break
    else:
        return None
    rows = []
    for record in _records(data):
        if record == [b"."]:
            continue
        values = iter(record)
        row = []
        for _, _, kind, extent, decimals in fields:
            own = [_value(next(values), kind, -1 if extent else decimals, said, path.parent)
                   for _ in range(extent or 1)]
            row.append(";".join("?" if one is None else one for one in own) if extent else own[0])
        rows.append(tuple(row))
    return rows


def tables(df):
    return sorted(_schema_fields(df))


# --- of odd files ---------------------------------------------------------------------------------


def said(content):
    """What its trailer says; nothing where it has none."""
    start = content.rfind(b"\nPSC")
    return dict(line.split("=", 1) for line in content[start:].decode().split() if "=" in line) if start >= 0 else {}


def records(path):
    """Those in front of the line with the full stop, as lists of what stands in them."""
    content = pathlib.Path(path).read_bytes().replace(b"\r\n", b"\n")
    return list(_records(content[:(b"\n" + content).index(b"\n.\n")]))


def value_or_none(raw, kind, trailer, folder):
    """None, too, for what is no value of its type."""
    if kind == "integer":
        return raw.decode() if raw is not None and re.fullmatch(rb"-?\d+", raw) else None
    return _value(raw, kind, -1, {"cpstream": "utf-8", **trailer}, folder)
