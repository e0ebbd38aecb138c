"""Dumps that a real OpenEdge wrote, against a reading that shares nothing with oe2pg's."""

import pytest

import compare
import dump_files
from mirroring import errors, last_run
from openedge_truth import mirrored_name, native_rows, sort_rows

WEIGHT = 20  # see conftest.py

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
        result = mirror.settings(column_types=types, arrays="text").run_well()
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


def oddities(data):
    """The data files of a build tool's tests: wrong counts, no trailer, empty records, a file of another table."""
    return sorted((data / "openedge" / "pct" / "PCTLoadData").glob("*/data*/*.d"))


def alone(path, schema, folder):
    """The file as the only one of a folder, under the name of the table that its trailer says."""
    content = path.read_bytes()
    said = dump_files.said(content)
    folder.mkdir()
    (folder / (said.get("filename", "Tab1").lower() + ".d")).write_bytes(content)
    (folder / "s.df").write_bytes(schema.read_bytes())
    return said


def test_each_odd_file_of_a_build_tool_is_mirrored_or_refused_as_it_is_read_otherwise(mirror, pg, real_data, tmp_path):
    refused = mirrored = left_out = 0
    for number, path in enumerate(oddities(real_data)):
        schema = path.parent.parent / "schema.df"
        folder = tmp_path / str(number)
        said = alone(path, schema, folder)
        name = said.get("filename", "Tab1")
        kind = dump_files.fields(schema, name)[0][1]
        records = dump_files.records(path)
        rows = [dump_files.value_or_none(record[0], kind, said, folder) for record in records if len(record) == 1]
        mirror.config["progress_db"] = {}
        mirror.config["postgres_db"]["schema"] = "odd%d" % number
        mirror.source(interface="dump", dump_dir=str(folder), dump_incomplete="accept", db_name="odd")
        result = mirror.run()
        if int(said.get("records", len(records))) != len(records):
            assert result.status == 1 and "%s.d has %d records" % (name.lower(), len(records)) in errors(result), path
            refused += 1
            continue
        found = pg.query('SELECT fld1 FROM odd%d.%s' % (number, name.lower()))
        assert sorted(map(str, found)) == sorted(str((row,)) for row in rows), (path, result.explain())
        # What has the same bytes has one entry.
        misfits = len({tuple(record) for record in records if len(record) != 1}) + (None in rows)
        assert pg.query("SELECT count(*) FROM oe2pg.quarantine q JOIN oe2pg.mirror m ON m.id = q.mirror_id"
                        " WHERE m.target_schema = 'odd%d' AND reason = 'misfit'" % number) == [(misfits,)], path
        mirrored += 1
        left_out += misfits
    assert (refused, mirrored, left_out) == (1, 18, 2)


def test_a_folder_of_them_names_what_nothing_can_be_made_of(mirror, real_data):
    folder = real_data / "openedge" / "pct" / "PCTLoadData" / "test10"
    mirror.source(interface="dump", dump_dir=str(folder / "data"), dump_files=[str(folder / "schema.df")],
                  dump_incomplete="accept")
    result = mirror.run()
    assert result.status == 1
    assert 'two data files say that they are of table "Tab1": Tab1.d, Tab2.d' in errors(result)
