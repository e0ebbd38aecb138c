"""Dumps that a real OpenEdge wrote, against a reading that shares nothing with oe2pg's."""

import pytest

import compare
import dump_files
from mirroring import last_run
from openedge_truth import mirrored_name, native_rows, sort_rows

# Folder, schema, tables whose dump is older than the schema.
FOLDERS = [("sports2000/data", "sports2000/Sports2000.df", 25),
           ("webstate/data", "webstate/WebState.df", 7),
           ("lobs", "lobs/Country.df", 1)]


@pytest.mark.parametrize("folder, schema, count", FOLDERS)
def test_every_table_of_a_real_dump_is_mirrored(mirror, pg, real_data, folder, schema, count):
    data = real_data / "openedge" / folder
    mirror.source(interface="dump", dump_dir=str(data),
                  dump_files=[str(real_data / "openedge" / schema)])
    for target, types in (("pub", "text"), ("native", "native")):
        mirror.config["postgres_db"]["schema"] = target
        result = mirror.settings(column_types=types).run_well()
        compared = 0
        for name in dump_files.tables(real_data / "openedge" / schema):
            expected = dump_files.read(real_data / "openedge" / schema, data, name)
            if expected is None:
                continue
            if types == "native":
                fields = dump_files.fields(real_data / "openedge" / schema, name)
                expected = native_rows(fields, expected)
            found = list(compare.postgres_rows(pg.admin_dsn, target, mirrored_name(name)).elements())
            assert sort_rows(found) == sort_rows(expected), name
            compared += 1
        assert compared == count, result.explain()
        # No change, no write.
        mirror.run_well("--full-sync")
        assert last_run(pg) == (0, 0, 0)
