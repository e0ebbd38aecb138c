"""SQL widths of the look-alike that are smaller than the data, and mirrors of tables that have them:
which values may be missing, and which may not."""

import collections
import decimal
from openedge_truth import mirrored_name


def size_of(value, kind, is_array=False):
    """What a value, as the mirror has it, takes of a width: characters, digits or bytes."""
    if kind == "decimal" and not is_array:
        number = decimal.Decimal(value)
        return len(str(abs(int(number)))) if abs(number) >= 1 else 0
    if kind == "raw" and not is_array:
        return (len(value) - 2) // 2
    return len(value)


class Widths:
    """The widths of columns, as they were set here, and what they let through. Of a decimal it is the
    digits before the point that count."""

    def __init__(self, openedge, truth):
        self.openedge = openedge
        self.truth = truth
        self.widths = {}  # (table, field): what a value may take at most

    def narrow(self, part=3):
        """Sets each width to that part of what the column's data needs."""
        changes = []
        for table in self.truth.tables():
            rows = self.truth.rows(table)
            for place, (name, kind, extent, decimals) in enumerate(self.truth.fields[table]):
                is_array = int(extent or 0) > 0
                if not is_array and kind not in ("character", "decimal", "raw"):
                    continue
                sizes = [size_of(row[place], kind, is_array) for row in rows if row[place] is not None]
                self.widths[table, name] = max([1] + [size // part for size in sizes if size == max(sizes)])
                scale = int(decimals or 0) if kind == "decimal" and not is_array else 0
                changes.append('UPDATE FIELD "%s" OF "%s"\n  MAX-WIDTH %d\n' % (
                    name, table, self.widths[table, name] + scale))
        self.openedge.df("".join(changes))

    def fits(self, table, place, value):
        """Days have no width, but SQL ends with the year 9999."""
        name, kind, extent, _ = self.truth.fields[table][place]
        if kind == "date" and value is not None and len(value) > len("9999-12-31"):
            return False
        width = self.widths.get((table, name))
        return value is None or width is None or size_of(value, kind, int(extent or 0) > 0) <= width

    def misfits(self, table):
        """Columns with a value that is wider than it is declared."""
        rows = self.truth.rows(table)
        return [place for place in range(len(self.truth.fields[table]))
                if not all(self.fits(table, place, row[place]) for row in rows)]


def mirrored_rows(truth, pg, table, schema):
    columns = ", ".join('"%s"' % mirrored_name(field[0]) for field in truth.fields[table])
    return [tuple(row) for row in pg.query(
        'SELECT %s FROM "%s"."%s"' % (columns, schema, mirrored_name(table)))]


def unlike(widths, pg, tables=None, schema="pub"):
    """A line for each table in which more is missing than values of columns that have some too wide: rows,
    other columns, or values that the source does not have."""
    found = []
    for table in tables or widths.truth.tables():
        misfits = set(widths.misfits(table))
        source = widths.truth.rows(table)
        mirror = mirrored_rows(widths.truth, pg, table, schema)
        whole = [place for place in range(len(widths.truth.fields[table])) if place not in misfits]
        if _columns(source, whole) != _columns(mirror, whole):
            found.append("%s: other columns differ, %d rows instead of %d" % (
                table, len(mirror), len(source)))
        for place in sorted(misfits):
            own = collections.Counter(row[place] for row in mirror if row[place] is not None)
            if own - collections.Counter(row[place] for row in source):
                found.append("%s.%s: values that the source does not have" % (
                    table, widths.truth.fields[table][place][0]))
    return found


def _columns(rows, places):
    return collections.Counter(tuple(row[place] for place in places) for row in rows)
