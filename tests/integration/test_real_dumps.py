"""Dumps that a real OpenEdge wrote, against a reading that shares nothing with oe2pg's."""

import pytest

import dump_files
from openedge_truth import mirrored_name, sort_rows

# Folder, schema, tables whose dump is older than the schema.
FOLDERS = [("sports2000/data", "sports2000/Sports2000.df", 25),
           ("webstate/data", "webstate/WebState.df", 7),
           ("lobs", "lobs/Country.df", 1)]


@pytest.mark.parametrize("folder, schema, count", FOLDERS)
def test_every_table_of_a_real_dump_is_mirrored(mirror, pg, real_data, folder, schema, count):
    data = real_data / "openedge" / folder
    mirror.source(interface="dump", dump_dir=str(data),
                  dump_files=[str(real_data / "openedge" / schema)])
    result = mirror.run_well()
    compared = 0
    for name in dump_files.tables(real_data / "openedge" / schema):
        expected = dump_files.read(real_data / "openedge" / schema, data, name)
        if expected is None:
            continue
        found = pg.query('SELECT * FROM pub."%s"' % mirrored_name(name))
        assert sort_rows(found) == sort_rows(expected), name
        compared += 1
    assert compared == count, result.explain()
    # No change, no write.
    mirror.run_well()
    assert pg.query("SELECT rows_inserted, rows_updated, rows_deleted FROM oe2pg.run"
                    " ORDER BY id DESC LIMIT 1") == [(0, 0, 0)]
