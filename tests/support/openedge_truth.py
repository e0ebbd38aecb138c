"""What a mirror of the look-alike has to hold, by the store's own SQL, in the mirror's texts."""

import decimal

import compare

TABLES = """SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES
    WHERE TABLE_SCHEMA = 'PUB' AND TABLE_TYPE = 'BASE TABLE'"""
FIELDS = """SELECT f."_File-Name", c."_Field-Name", c."_Data-Type", c."_Extent", c."_Decimals"
    FROM PUB."_File" f JOIN PUB."_Field" c ON c."_File-recid" = f."#recid"
    WHERE f."_Owner" = 'PUB' AND f."_Tbl-Type" = 'T' ORDER BY c."_Order" """


def mirrored_name(name):
    return "".join(c if c.isalnum() else "_" for c in name.lower())


class Truth:
    """All user tables of PUB as they are now."""

    def __init__(self, openedge, **switches):
        self.openedge = openedge
        self.switches = {"tilde": "always", "array_values": "american", **switches}
        self.fields = {}
        for table, *field in openedge.sql(FIELDS):
            if not table.startswith("_"):
                self.fields.setdefault(table, []).append(field)

    def tables(self):
        return sorted(self.fields)

    def _expression(self, name, kind, extent):
        quoted = '"%s"' % name.replace('"', '""')
        if int(extent or 0) > 0:
            return "OE_JOIN(%s, '%s', '%s', '%s')" % (
                quoted, kind.upper().replace("-", "_"), self.switches["tilde"],
                self.switches["array_values"])
        return quoted

    def rows(self, table):
        """Every row as the texts of the mirror, None for NULL, sorted."""
        fields = self.fields[table]
        found = self.openedge.sql('SELECT %s FROM PUB."%s"' % (
            ", ".join(self._expression(*field[:3]) for field in fields), table))
        return sort_rows(
            tuple(_text(value, *field[1:]) for value, field in zip(row, fields)) for row in found)


def sort_rows(rows):
    return sorted((tuple(row) for row in rows),
                  key=lambda row: [(value is not None, value or "") for value in row])


def _text(value, kind, extent, decimals):
    if value is None or int(extent or 0) > 0:
        return value
    if isinstance(value, dict):
        return "\\x" + value["binary"]
    if kind == "logical":
        return "true" if value in ("1", "TRUE") else "false"
    if kind == "decimal":
        with decimal.localcontext() as context:
            context.prec = 60
            exact = decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-int(decimals or 0)))
            return format(exact, "f")
    return _stamp(value) if kind.startswith("datetime") else value


def _stamp(text):
    """Without the last zeros of a fraction."""
    day, clock = text.split(" ")
    at = max(clock.find("+"), clock.find("-"))
    zone = "" if at < 0 else clock[at:]
    clock = clock if at < 0 else clock[:at]
    if "." in clock:
        clock = clock.rstrip("0").rstrip(".")
    return "%s %s%s" % (day, clock, zone)


def native_rows(fields, rows):
    """The rows as a mirror of native types prints them: a stamp with an offset is the instant."""
    zoned = [kind == "datetime-tz" and int(extent or 0) == 0 for _, kind, extent, _ in fields]
    return sort_rows(tuple(compare.in_utc(value) if is_zoned and value else value
                           for value, is_zoned in zip(row, zoned)) for row in rows)


def differences(truth, pg, schema="pub", tables=None, native=False):
    """A line for each table that is not as it should be; none is the aim."""
    found = []
    for table in tables or truth.tables():
        expected = truth.rows(table)
        if native:
            expected = native_rows(truth.fields[table], expected)
        columns = ", ".join('"%s"::text' % mirrored_name(field[0]) for field in truth.fields[table])
        mirrored = sort_rows(pg.query(compare.SESSION + '; SELECT %s FROM "%s"."%s"' % (
            columns, schema, mirrored_name(table))))
        if mirrored != expected:
            odd = [pair for pair in zip(mirrored, expected) if pair[0] != pair[1]][:1]
            found.append("%s: %d rows instead of %d, first: %s" % (
                table, len(mirrored), len(expected), odd))
    return found
