"""Compares a source with its mirror, sharing no code and no driver with oe2pg.

Sources are read by the product's own access: Python's sqlite3 module, psycopg2 for PostgreSQL, the
mariadb client program for MariaDB. The mirror is read by psycopg2. Rows become tuples of canonical
text (None for NULL) and tables are compared as multisets of rows. The rules, in full:

  integers     in decimal
  decimals     plain digits, padded to the declared scale; never 1E+3
  floats       the shortest text that reads back as the same number, as PostgreSQL prints it
  booleans     true, false
  dates        2025-04-26; times 10:34:17.12; stamps 2025-04-26 10:34:17.12, without trailing
               zeros in the fraction
  binary       \\x and hexadecimal digits in lower case
  text         as it is, byte for byte; '' is not NULL; blanks stay
  no fit       a value that is not what its column declares stays as it is
"""

import collections
import contextlib
import datetime
import decimal
import re
import sqlite3

import psycopg2

# --- canonical text -----------------------------------------------------------------------------

def canonical_decimal(text, scale):
    """Plain digits with at least `scale` decimals (None: as many as there are)."""
    try:
        value = decimal.Decimal(text)
    except decimal.InvalidOperation:
        return text
    if not value.is_finite():
        return text
    plain = format(value, "f")
    if scale is None or scale < 0:
        return plain
    whole, _, fraction = plain.partition(".")
    if len(fraction) > scale:  # only zeros may go: a digit is never lost
        fraction = fraction[:scale] + fraction[scale:].rstrip("0")
    fraction = fraction.ljust(scale, "0")
    return whole + "." + fraction if fraction else whole


def canonical_float(value):
    """PostgreSQL's shortest form of a double: 0.1, 1e+20, 1.5e-07, 100000."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if str(value).startswith("-") else "0"
    sign = "-" if value < 0 else ""
    _, digits, exponent = decimal.Decimal(repr(abs(value))).as_tuple()
    digits = "".join(map(str, digits)).lstrip("0")
    stripped = digits.rstrip("0")
    exponent += len(digits) - len(stripped)
    point = len(stripped) + exponent  # digits in front of the decimal point
    if -4 < point <= 15:
        if point <= 0:
            return sign + "0." + "0" * -point + stripped
        if point >= len(stripped):
            return sign + stripped + "0" * (point - len(stripped))
        return sign + stripped[:point] + "." + stripped[point:]
    mantissa = stripped[0] + ("." + stripped[1:] if len(stripped) > 1 else "")
    return "%s%se%s%02d" % (sign, mantissa, "-" if point < 1 else "+", abs(point - 1))


def canonical_fraction(text):
    """Takes trailing zeros of a fraction of a second away, and the point with the last of them."""
    return re.sub(r"(:\d\d)(?:\.(\d*?)0*)$",
                  lambda m: m.group(1) + ("." + m.group(2) if m.group(2) else ""), text)


def canonical_stamp(text):
    """2025-04-26T10:34:17.120 becomes 2025-04-26 10:34:17.12; what is no stamp stays."""
    if not re.fullmatch(r"\d{4,}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?", text):
        return text
    return canonical_fraction(text.replace("T", " "))


def in_utc(text):
    """2025-04-26 10:34:17.12+02 as a timestamptz prints it."""
    parts = re.fullmatch(r"([^.+]*?)(\.\d+)?([-+]\d\d)(?::(\d\d))?", text)
    minutes = 60 * int(parts[3]) + int(parts[3][0] + (parts[4] or "0"))
    moment = datetime.datetime.fromisoformat(parts[1]) - datetime.timedelta(minutes=minutes)
    return "%s%s+00" % (moment, parts[2] or "")


def canonical_binary(value):
    return "\\x" + bytes(value).hex()


# --- names --------------------------------------------------------------------------------------

def plain_name(name):
    """How `naming: plain` spells a name: lower case, _ for anything but letters and digits."""
    return "".join(char if char.isalnum() else "_" for char in name.lower())


# --- SQLite -------------------------------------------------------------------------------------

def sqlite_kind(declared):
    """(kind, scale) of a column from the type it was declared with."""
    match = re.match(r"\s*([A-Za-z ]*?)\s*(?:\(\s*\d+\s*(?:,\s*(\d+)\s*)?\))?\s*$", declared or "")
    word = match.group(1).upper() if match else ""
    scale = int(match.group(2)) if match and match.group(2) else None
    kinds = {
        "INTEGER": "integer", "INT": "integer", "BIGINT": "integer", "SMALLINT": "integer",
        "TINYINT": "integer", "DECIMAL": "decimal", "NUMERIC": "decimal", "DATE": "date",
        "DATETIME": "stamp", "TIMESTAMP": "stamp", "TIME": "time", "BIT": "boolean",
        "BOOLEAN": "boolean", "REAL": "float", "DOUBLE": "float", "FLOAT": "float",
        "BLOB": "binary"}
    return kinds.get(word, "text"), scale


def sqlite_text(value, kind, scale):
    if value is None:
        return None
    if isinstance(value, bytes):
        return canonical_binary(value) if kind == "binary" else value.decode()
    if isinstance(value, float):
        # SQLite has no decimals: it keeps doubles, whose shortest form is what was once written.
        if kind == "decimal":
            return canonical_decimal(repr(value), scale)
        return canonical_float(value)
    if kind == "decimal":
        return canonical_decimal(str(value), scale)
    if kind == "boolean":
        return {0: "false", 1: "true"}.get(value, str(value))
    if kind == "binary" and isinstance(value, str):
        return canonical_binary(value.encode())
    if kind == "stamp":
        return canonical_stamp(str(value))
    if kind == "time":
        return canonical_fraction(str(value))
    return str(value)


def sqlite_tables(path):
    with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as database:
        return [row[0] for row in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            " ORDER BY name")]


def sqlite_rows(path, table):
    """The table as a multiset of canonical rows."""
    quoted = '"%s"' % table.replace('"', '""')
    with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as database:
        kinds = [sqlite_kind(row[2]) for row in database.execute("PRAGMA table_info(%s)" % quoted)]
        return collections.Counter(
            tuple(sqlite_text(value, *kind) for value, kind in zip(row, kinds))
            for row in database.execute("SELECT * FROM " + quoted))


# --- PostgreSQL: as a source, and as the mirror ---------------------------------------------------

SESSION = ("SET search_path = pg_catalog; SET DateStyle = 'ISO, YMD'; SET TimeZone = 'UTC';"
           "SET IntervalStyle = 'postgres'; SET bytea_output = 'hex'; SET extra_float_digits = 1")


_kept = {}  # the session of the database that was read last


def session(dsn):
    """Of a database whose tables are read one after the other: to begin one takes longer than most of
    them do, so it stays until another database is read, or the server ends it."""
    with contextlib.suppress(psycopg2.Error):
        if dsn in _kept:
            _kept[dsn].cursor().execute("SELECT 1")
            return _kept[dsn]
    while _kept:
        _kept.popitem()[1].close()
    _kept[dsn] = psycopg2.connect(dsn)
    return _kept[dsn]


def postgres_tables(dsn, schema):
    with session(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
                       " AND table_type = 'BASE TABLE' ORDER BY 1", [schema])
        return [row[0] for row in cursor.fetchall()]


def postgres_columns(cursor, schema, table):
    """Names and types in their order."""
    cursor.execute(
        "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON"
        " c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s"
        " AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
        [schema, table])
    return cursor.fetchall()


def postgres_rows(dsn, schema, table):
    """The table as a multiset of rows of canonical text, printed by the server itself."""
    with session(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(SESSION)
        parts = []
        for name, type_name in postgres_columns(cursor, schema, table):
            quoted = '"%s"' % name.replace('"', '""')
            # The cast of a blank-padded text to text takes its blanks away, that of an address shows
            # the mask of a single host; concat prints them as they are.
            parts.append("CASE WHEN %s IS NOT NULL THEN concat(%s) END" % (quoted, quoted)
                         if type_name in ("character", "inet") else quoted + "::text")
        cursor.execute('SELECT %s FROM "%s"."%s"' % (
            ", ".join(parts), schema.replace('"', '""'), table.replace('"', '""')))
        return collections.Counter(cursor.fetchall())


# --- MariaDB ------------------------------------------------------------------------------------

def mariadb_name(name):
    return "`%s`" % name.replace("`", "``")


def mariadb_tables(server, database):
    listed = server.sql("SELECT HEX(table_name) FROM information_schema.tables WHERE table_schema ="
                        " '%s' AND table_type = 'BASE TABLE' ORDER BY 1" % database)
    return [bytes.fromhex(line).decode() for line in listed.split()]


def mariadb_text(field, data_type, column_type):
    """One field as the client printed it: hexadecimal digits, or NULL."""
    if field == "NULL":  # no hexadecimal number is spelt so
        return None
    raw = bytes.fromhex(field)
    if data_type in ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"):
        return canonical_binary(raw)
    if data_type == "bit":
        if column_type == "bit(1)":
            return "true" if raw == b"\1" else "false"
        return canonical_binary(raw)
    text = raw.decode()
    if data_type in ("datetime", "timestamp", "time"):
        return canonical_fraction(text)
    if data_type == "double":
        return canonical_float(float(text))
    return text


def mariadb_rows(server, database, table, without=()):
    """The table as a multiset of canonical rows. All values travel as hexadecimal digits."""
    listed = server.sql(
        "SELECT HEX(column_name), data_type, column_type FROM information_schema.columns WHERE"
        " table_schema = '%s' AND HEX(table_name) = '%s' ORDER BY ordinal_position"
        % (database, table.encode().hex().upper()))
    columns = [line.split("\t") for line in listed.splitlines()]
    columns = [column for column in columns if bytes.fromhex(column[0]).decode() not in without]
    parts = []
    for name_hex, data_type, _ in columns:
        quoted = mariadb_name(bytes.fromhex(name_hex).decode())
        binary = "binary" in data_type or "blob" in data_type
        if data_type == "bit":
            parts.append("LPAD(HEX(%s), 2 * CEIL(LENGTH(HEX(%s)) / 2), '0')" % (quoted, quoted))
        elif binary:
            parts.append("HEX(%s)" % quoted)
        else:
            parts.append("HEX(CONVERT(CAST(%s AS CHAR CHARACTER SET utf8mb4) USING utf8mb4))"
                         % quoted)
    printed = server.sql("SELECT %s FROM %s" % (", ".join(parts), mariadb_name(table)),
                         dbname=database, raw=True)
    rows = collections.Counter()
    for line in printed.split("\n")[:-1]:
        rows[tuple(mariadb_text(field, data_type, column_type) for field, (_, data_type, column_type)
                   in zip(line.split("\t"), columns))] += 1
    return rows


# --- the comparison -------------------------------------------------------------------------------

def shortened(row):
    return tuple(value if value is None or len(value) <= 60 else
                 "%s... (%d characters)" % (value[:60], len(value)) for value in row)


def difference(source, mirror):
    """None when both multisets are equal, else a few rows of either side as text."""
    if source == mirror:
        return None
    lines = ["source has %d rows, mirror %d" % (sum(source.values()), sum(mirror.values()))]
    for title, rows in (("only in the source", source - mirror),
                        ("only in the mirror", mirror - source)):
        lines.append("%s: %d" % (title, sum(rows.values())))
        lines += ["    %r" % (shortened(row),) for row in list(rows)[:3]]
    return "\n".join(lines)


def assert_mirrored(database, schema, table, expected):
    """The mirrored table of a test database holds exactly these rows."""
    found = difference(expected, postgres_rows(database.admin_dsn, schema, table))
    assert found is None, "%s.%s differs\n%s" % (schema, table, found)


def assert_sqlite_mirrored(database, path, tables=None, schema="mirror"):
    """Every table of a SQLite file (or those named) equals its mirror; nothing else is there."""
    names = sqlite_tables(path) if tables is None else tables
    assert database.tables(schema) == sorted(plain_name(name) for name in names)
    for name in names:
        assert_mirrored(database, schema, plain_name(name), sqlite_rows(path, name))
