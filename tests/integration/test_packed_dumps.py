"""Dumps that are packed, or in archives: read without a copy on disk, and refused by name where they are not
what they seem."""

import gzip
import io
import os
import resource
import subprocess
import tarfile

import pytest

from conftest import program
from dump_files import Folder, schema, table, trailer
from mirroring import errors, last_run

FIELDS = [("Num", "integer", "MANDATORY"), ("Name", "character")]
MEGABYTE = 1024 * 1024


def simple(name):
    return table(name, FIELDS, ["Num"])


def content(name, *records, **said):
    text = "".join(record + "\n" for record in records).encode()
    return text + trailer(name, len(records), len(text) + 2, **said).encode()


def rows(count, word="row"):
    return ['%d "%s %d"' % (number, word, number) for number in range(1, count + 1)]


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


def tar(members):
    """members: (path, content) or (path, content, what else the header says)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, data, *said in members:
            info = tarfile.TarInfo(path)
            info.size = len(data)
            info.mtime = 1796000000
            for name, value in (said[0] if said else {}).items():
                setattr(info, name, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.fixture
def folder(mirror, tmp_path):
    made = Folder(tmp_path / "dumps")
    mirror.source(interface="dump", dump_dir=str(made.path), db_name="shop")
    return made


def put(folder, **files):
    for name, data in files.items():
        (folder.path / name.replace("__", ".")).write_bytes(data)


def names(pg, name):
    return [row[0] for row in pg.query("SELECT name FROM pub.%s ORDER BY num::int" % name)]


def test_packed_files_and_members_of_archives_are_mirrored_and_known_again(mirror, pg, folder):
    large = rows(30000, "so many that the first block is not all")
    put(folder, Zipped__d__gz=gzip.compress(content("Zipped", *rows(3))),
        two__d__gz=b"".join(gzip.compress(half) for half in (content("Two", *rows(5))[:40],
                                                              content("Two", *rows(5))[40:])),
        zst__d__zst=zstd(content("Zst", *large)),
        all__tar__gz=gzip.compress(tar([
            ("./dumps/other.txt", b"x" * 700000), ("./dumps/all.df", schema(
                *map(simple, ("Zipped", "Two", "Zst", "First", "Last", "Plain", "Empty"))).encode()),
            ("dumps/f.d", content("First", *rows(2))), ("dumps/last.d", content("Last", *large))])),
        more__tar=tar([("plain.d", content("Plain", *rows(4)))]),
        more__tar__zst=zstd(tar([("empty.d", content("Empty"))])))
    result = mirror.run_well()
    assert [len(names(pg, name)) for name in ("zipped", "two", "first", "plain", "empty")] == [3, 5, 2, 4, 0]
    for name in ("zst", "last"):
        assert names(pg, name)[-1] == "so many that the first block is not all 30000", result.explain()
    # What is in the files decides whether they were changed, not when they were packed.
    put(folder, more__tar=tar([("another.txt", b""), ("plain.d", content("Plain", *rows(4)))]),
        Zipped__d__gz=gzip.compress(content("Zipped", *rows(4))))
    result = mirror.run_well()
    assert last_run(pg) == (1, 0, 0)
    put(folder, Zipped__d__gz=gzip.compress(
        content("Zipped", *rows(4), timestamp="2026/11/01-00:00:00")))
    assert "nothing older is taken" in errors(mirror.run())
    # Several schemas: one of them is named, within its archive.
    (folder.path / "stray.df").write_text(schema(simple("Stray")))
    assert "all.tar.gz/dumps/all.df" in errors(mirror.run())
    mirror.source(dump_files=[str(folder.path / "all.tar.gz/dumps/all.df")])
    assert mirror.run("--table", "Last").status == 0
    mirror.source(dump_files=[str(folder.path / "all.tar.gz/none.df")])
    assert "there is no none.df in the archive" in errors(mirror.run())


def test_each_packed_file_that_is_damaged_fails_its_table_by_name(mirror, pg, folder):
    whole = content("X", *rows(2000))
    packed = gzip.compress(whole)
    zpacked = zstd(whole)
    bad = {  # file, what is said of it
        "cut.d.gz": (packed[:-9], "the gzip file is cut"),
        "sum.d.gz": (packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:], "the gzip file is damaged"),
        "magic.d.gz": (whole, "it is no gzip file"),
        "none.d.gz": (b"", "it is no gzip file"),
        "behind.d.gz": (packed + b"more", "the gzip file is damaged"),
        "twice.d.gz": (gzip.compress(packed), "twice.d.gz"),
        "zcut.d.zst": (zpacked[:-3], "Truncated zstd input"),
        "zbad.d.zst": (zpacked[:90] + bytes([zpacked[90] ^ 4]) + zpacked[91:], "zbad.d.zst: Zstd decompression failed"),
        "zmagic.d.zst": (packed, "it is no zstd file"),
        "ztwice.d.zst": (zstd(zpacked), "it is packed twice"),
        # A thousand times its size comes out of it, and no memory is taken for that.
        "bomb.d.gz": (gzip.compress(bytes(200 * MEGABYTE), 9), "half a dump"),
        "zbomb.d.zst": (zstd(b"1 " * (100 * MEGABYTE)), "half a dump"),
    }
    for name, (data, _) in bad.items():
        (folder.path / name).write_bytes(data)
    folder.df(simple("Good"), *(simple(name.split(".")[0]) for name in bad))
    folder.d("Good", *rows(2))
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    result = mirror.run()
    assert result.status == 1 and len(names(pg, "good")) == 2, result.explain()
    told = errors(result)
    for name, (_, reason) in bad.items():
        assert any(name in line and reason in line for line in told.splitlines()), (name, told)
    assert pg.query("SELECT count(*) FROM oe2pg.tracking WHERE state = 'failed'") == [(len(bad),)]
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < 400 * 1024  # sanitizers' included


def test_what_is_in_an_archive_and_no_honest_file_is_told(mirror, pg, folder):
    folder.df(simple("Good"), simple("Nested"), simple("Out"), simple("Linked"), simple("Secret"),
              simple("Binary"))
    secret = content("Secret", *rows(2))
    (folder.path.parent / "secret.d").write_bytes(secret)
    put(folder, all__tar=tar([
        ("good.d", content("Good", *rows(2))), ("nested.d.gz", gzip.compress(content("Nested", *rows(1)))),
        ("../out.d", content("Out", *rows(1))), ("/etc/out.d", content("Out", *rows(1))),
        ("linked.d", b"", {"type": tarfile.SYMTYPE, "linkname": "../secret.d"}),
        ("hard.d", b"", {"type": tarfile.LNKTYPE, "linkname": "good.d"}),
        ("inner.tar", tar([("secret.d", secret)]))]),
        secret__zip=b"PK\x03\x04", binary__bd=b"\0")
    result = mirror.run_well()
    assert len(names(pg, "good")) == 2
    assert pg.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'pub'") == [(1,)]
    for told in ("all.tar/nested.d.gz is not read: it is packed inside of an archive",
                 "all.tar/../out.d is not read: its path leads out of the archive",
                 "all.tar//etc/out.d is not read: its path leads out of the archive",
                 "all.tar/linked.d is not read: it is a link or a device",
                 "all.tar/hard.d is not read: it is a link or a device",
                 "all.tar/inner.tar is not read: it is packed inside of an archive",
                 "secret.zip is packed in a way that is not read",
                 "binary.bd is a binary dump, which is not read"):
        assert told in result.log, (told, result.explain())
    assert not os.path.exists("/etc/out.d") and not (folder.path.parent / "out.d").exists()


def test_an_archive_that_is_not_whole_fails_what_may_have_been_in_it(mirror, pg, folder):
    folder.df(simple("Good"), simple("First"), simple("Last"))
    folder.d("Good", *rows(2))
    whole = tar([("first.d", content("First", *rows(3))), ("last.d", content("Last", *rows(3000)))])
    (folder.path / "all.tar").write_bytes(whole)
    mirror.run_well()
    for damaged, reason in ((whole[:1024], "the tar archive is cut"), (whole[:20000], "runcated"),
                            (b"no archive at all" * 100, "all.tar"), (b"", "all.tar")):
        (folder.path / "all.tar").write_bytes(damaged)
        result = mirror.run()
        assert result.status == 1, result.explain()
        assert reason in errors(result) and "all.tar" in errors(result), errors(result)
        assert len(names(pg, "first")) == 3 and len(names(pg, "last")) == 3000
    (folder.path / "all.tar").unlink()
    packed = gzip.compress(whole)
    (folder.path / "all.tgz").write_bytes(packed[:-6] + b"\0" + packed[-5:])
    result = mirror.run()
    assert result.status == 1 and "all.tgz: the gzip file is damaged" in errors(result), result.explain()
    (folder.path / "all.tgz").write_bytes(packed)
    mirror.run_well()


def test_large_objects_in_an_archive_are_refused_and_those_beside_it_read(mirror, pg, folder):
    folder.df(table("Picture", [("Num", "integer"), ("Data", "blob")], ["Num"]))
    record = '1 "data!?!1_0.blb"'
    (folder.path / "p.tar").write_bytes(
        tar([("picture.d", content("Picture", record)), ("data!?!1_0.blb", b"\x89PNG")]))
    result = mirror.run()
    assert result.status == 1, result.explain()
    assert 'the LOB "data!?!1_0.blb" is neither' in errors(result)
    assert "those in archives are not read" in errors(result)
    (folder.path / "lobs").mkdir()
    (folder.path / "lobs" / "data!?!1_0.blb").write_bytes(b"\x89PNG")
    mirror.run_well()
    assert pg.query("SELECT num, data FROM pub.picture") == [("1", "\\x89504e47")]


def test_two_data_files_of_one_table_are_both_named(mirror, folder):
    folder.df(simple("Item"))
    folder.d("Item", *rows(2))
    put(folder, item__d__gz=gzip.compress(content("Item", *rows(3))))
    told = errors(mirror.run())
    assert "item.d, item.d.gz" in told


def test_whoever_has_no_packed_dump_does_not_load_what_unpacks_them():
    loaded = subprocess.run(["ldd", program()[-1]], capture_output=True, check=True, text=True).stdout
    assert "libpq.so" in loaded and "libarchive" not in loaded and "libxml2" not in loaded, loaded
