"""The digest and the canonical text are what PostgreSQL itself computes and prints.

The programs under test stand in the directory named by OE2PG_TEST_PROGRAMS.
"""

import io
import os
import random
import struct
import subprocess
import sys

import psycopg2
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from servers import PostgresServer  # noqa: E402

KINDS = {"text": 0, "integer": 1, "decimal": 2, "float": 3, "float4": 4, "boolean": 5, "date": 6,
         "time": 7, "timestamp": 8, "timestamptz": 9}
LONG = os.environ.get("OE2PG_LONG") == "1"
RANDOM_FLOATS = 100_000 if LONG else 10_000  # beside those at each power of two and ten
SEEDS = [0, 1, -1, 42, 2**63 - 1, -2**63, 0x123456789ABCDEF0, -(2**32), 2**32]


def program(name):
    directory = os.environ.get("OE2PG_TEST_PROGRAMS")
    if not directory:
        pytest.skip("OE2PG_TEST_PROGRAMS is not set")
    return os.path.join(directory, name)


@pytest.fixture(scope="module")
def database():
    with PostgresServer() as server:
        connection = psycopg2.connect(server.dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET TimeZone = 'UTC'; SET DateStyle = ISO; SET extra_float_digits = 1")
            yield cursor
        connection.close()


def run(name, arguments, given):
    done = subprocess.run([program(name)] + [str(a) for a in arguments], input=given,
                          stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split("\n")[:-1]


def copy_escape(value):
    if value is None:
        return "\\N"
    for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return value


def fill(cursor, columns, rows):
    """A temporary table `given` of these columns with a number for the order."""
    cursor.execute("DROP TABLE IF EXISTS given")
    cursor.execute("CREATE TEMP TABLE given (n int, %s)" % columns)
    text = "".join("%d\t%s\n" % (n, "\t".join(copy_escape(v) for v in row))
                   for n, row in enumerate(rows))
    cursor.copy_expert("COPY given FROM STDIN", io.StringIO(text))


def ask(cursor, query):
    cursor.execute(query)
    return [row[0] for row in cursor.fetchall()]


def differences(mine, theirs, given):
    assert len(mine) == len(theirs) == len(given)
    return [(g, m, t) for g, m, t in zip(given, mine, theirs) if m != t][:10]


def random_text(rng):
    planes = [(0x20, 0x7E), (1, 0x1F), (0xA0, 0x24F), (0x370, 0x1FFF), (0x4E00, 0x9FFF),
              (0xE000, 0xFFFD), (0x10000, 0x1F9FF), (0x20000, 0x2FFFF), (0xF0000, 0x10FFFF)]
    size = rng.choice([0, 0, 1, 2, 3, 5, 11, 12, 13, 23, 24, 25, 60, rng.randrange(400)])
    low, high = rng.choice(planes)
    return "".join(chr(rng.randint(low, high)) for _ in range(size))


def packed(rows, kind=b"t"):
    parts = []
    for row in rows:
        parts.append(struct.pack("<I", len(row)))
        for value in row:
            parts.append(kind)
            if value is None:
                parts.append(struct.pack("<I", 0xFFFFFFFF))
                continue
            data = value if isinstance(value, bytes) else value.encode()
            parts.append(struct.pack("<I", len(data)) + data)
    return b"".join(parts)


# Columns of a row, and the share of NULLs in them.
SHAPES = {"one column": (1, 0.1), "six columns": (6, 0.15), "mostly NULL": (12, 0.8),
          "forty columns": (40, 0.05)}
ROWS = 1_000_000 if LONG else 20_000
CHUNK = 20_000


def assert_digests(database, rows, width, seed):
    fill(database, ", ".join("c%d text" % i for i in range(width)), rows)
    theirs = ask(database, "SELECT pg_catalog.hash_record_extended(ROW(%s), %d) FROM given ORDER BY n" % (
        ", ".join('c%d::text COLLATE "C"' % i for i in range(width)), seed))
    mine = [int(line) for line in run("hash_rows", [seed], packed(rows))]
    assert differences(mine, theirs, range(len(rows))) == []


@pytest.mark.parametrize("shape", list(SHAPES))
def test_digests_of_random_rows_are_hash_record_extended(database, shape):
    width, nulls = SHAPES[shape]
    rng = random.Random("%s %s" % (os.environ.get("OE2PG_SEED", ""), shape))
    for _ in range(ROWS // CHUNK):
        texts = [random_text(rng) for _ in range(3000)]
        rows = [[None if rng.random() < nulls else rng.choice(texts) for _ in range(width)]
                for _ in range(CHUNK)]
        assert_digests(database, rows, width, rng.randint(-2**63, 2**63 - 1))


def test_digests_of_odd_rows_are_hash_record_extended(database):
    rows = [[None] * 6, [""] * 6, ["a" * 1048576, None, "", "\U0010FFFF" * 262144, " ", "b"]]
    for seed in SEEDS:
        assert_digests(database, rows, 6, seed)


def test_value_hash_is_hashtextextended(database):
    rng = random.Random(8)
    rows = [["x" * n] for n in range(100)] + [[random_text(rng)] for _ in range(3000)]
    fill(database, "v text", rows)
    for seed in SEEDS + [rng.randint(-2**63, 2**63 - 1) for _ in range(5)]:
        theirs = ask(database, 'SELECT hashtextextended(v COLLATE "C", %d) FROM given ORDER BY n'
                     % seed)
        mine = [int(line) for line in run("hash_rows", [seed], packed(rows))]
        assert differences(mine, theirs, [row[0] for row in rows]) == []


def test_binary_is_hashed_as_its_hex_text(database):
    rng = random.Random(9)
    rows = [[bytes(rng.randrange(256) for _ in range(rng.randrange(70)))] for _ in range(2000)]
    fill(database, "v bytea", [["\\x" + row[0].hex()] for row in rows])
    for seed in SEEDS:
        theirs = ask(database, 'SELECT hashtextextended(v::text COLLATE "C", %d) FROM given'
                     " ORDER BY n" % seed)
        assert [int(line) for line in run("hash_rows", [seed], packed(rows, b"b"))] == theirs


def doubles(rng):
    powers = [2.0**e for e in range(-1074, 1024)]
    tens = [float("1e%d" % e) for e in range(-323, 309)]
    values = [0.0, -0.0, float("inf"), float("-inf"), float("nan"), 0.1, 1 / 3, 123456789012345678]
    values += powers + [-p for p in powers] + [p * 3 for p in powers[:-2]] + tens
    values += [struct.unpack("<d", struct.pack("<Q", struct.unpack("<Q", struct.pack("<d", p))[0]
                                               + step))[0] for p in powers + tens
               for step in (-1, 1) if p > 1e-320]
    values += [struct.unpack("<d", rng.randbytes(8))[0] for _ in range(RANDOM_FLOATS)]
    values += [rng.randrange(10**rng.randrange(1, 19)) / 10**rng.randrange(0, 12)
               for _ in range(RANDOM_FLOATS // 3)]
    return [float(v) for v in values]


def singles(rng):
    bits = [0, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 1, 2, 3]
    bits += [e << 23 for e in range(1, 255)] + [(e << 23) + 1 for e in range(1, 255)]
    bits += [(e << 23) - 1 for e in range(1, 255)]
    bits += [rng.getrandbits(32) for _ in range(RANDOM_FLOATS)]
    bits += [struct.unpack("<I", struct.pack("<f", rng.randrange(10**7) / 10**rng.randrange(6)))[0]
             for _ in range(RANDOM_FLOATS // 3)]
    return [struct.unpack("<f", struct.pack("<I", b))[0] for b in bits]


@pytest.mark.parametrize("type_name, code, mode, kind, make, digits", [
    ("float8", "<d", "double", "float", doubles, 17),
    ("float4", "<f", "single", "float4", singles, 9)])
def test_float_is_the_servers_shortest_form(database, type_name, code, mode, kind, make, digits):
    values = make(random.Random(10))
    fill(database, "v " + type_name, [["%.*e" % (digits, v)] for v in values])
    theirs = ask(database, "SELECT v::text FROM given ORDER BY n")
    bits = "".join("%x\n" % int.from_bytes(struct.pack(code, v), "little") for v in values)
    assert differences(run("canonical_lines", [mode], bits.encode()), theirs, values) == []
    for form in ("%%.%de" % (digits - 1), "%%.%dg" % digits, "%r"):
        texts = "".join(form % v + "\n" for v in values)
        mine = run("canonical_lines", [KINDS[kind]], texts.encode())
        assert differences(mine, theirs, texts.split("\n")[:-1]) == []
    for form in ("%.30e", "%.1100f"):  # expansions that no longer read back any shorter
        some = [n for n, v in enumerate(values) if n % 97 == 0 and abs(v) < 1e300]
        texts = "".join(form % values[n] + "\n" for n in some if len(form % values[n]) < 800)
        some = [n for n in some if len(form % values[n]) < 800]
        mine = run("canonical_lines", [KINDS[kind]], texts.encode())
        assert differences(mine, [theirs[n] for n in some], texts.split("\n")[:-1]) == []


def test_short_float_texts_read_as_the_server_reads_them(database):
    rng = random.Random(11)
    texts = ["%s%s%s%s" % (rng.choice(["", "-", "+", "00"]), rng.choice(["", "0", "%d" %
             rng.randrange(10**rng.randrange(1, 16))]) or "0",
             rng.choice(["", ".", ".%d" % rng.randrange(10**rng.randrange(1, 9)), ".000"]),
             rng.choice(["", "", "e%d" % rng.randint(-20, 12), "E+05"])) for _ in range(40000)]
    for kind, type_name, digits in (("float", "float8", 17), ("float4", "float4", 9)):
        given = [t for t in texts if significant(t) <= digits]
        fill(database, "v " + type_name, [[t] for t in given])
        theirs = ask(database, "SELECT v::text FROM given ORDER BY n")
        mine = run("canonical_lines", [KINDS[kind]], "".join(t + "\n" for t in given).encode())
        assert differences(mine, theirs, given) == []


def significant(text):
    mantissa = text.lower().split("e")[0].replace(".", "").lstrip("+-")
    return len(mantissa.strip("0"))


def test_decimals_are_the_servers_numeric(database):
    rng = random.Random(12)
    for scale in (-1, 0, 1, 2, 10, 30):
        texts = []
        while len(texts) < 5000:
            whole = rng.choice(["", "0", "000", "%d" % rng.randrange(10**rng.randrange(1, 40))])
            fraction = "%0*d" % (rng.randrange(1, 12), rng.randrange(10**rng.randrange(1, 10)))
            text = whole + rng.choice(["", ".", "." + fraction])
            if text in ("", "."):
                continue
            if rng.random() < 0.3:
                text += rng.choice("eE") + rng.choice(["", "+", "-"]) + str(rng.randrange(25))
            texts.append(rng.choice(["", "-", "+"]) + text)
        # Padding only: a number with more decimals than declared keeps them all.
        fill(database, "v numeric", [[t] for t in texts])
        theirs = ask(database, "SELECT CASE WHEN scale(v) >= %d THEN v::text ELSE"
                     " round(v, %d)::text END FROM given ORDER BY n" % (scale, max(scale, 0)))
        mine = run("canonical_lines", [KINDS["decimal"], scale],
                   "".join(t + "\n" for t in texts).encode())
        assert differences(mine, theirs, texts) == []


def test_integers_booleans_and_times_are_the_servers(database):
    rng = random.Random(13)

    def digits(count):
        return "%0*d" % (count, rng.randrange(10**count))

    def clock():
        return "%02d:%02d:%02d%s" % (rng.randrange(24), rng.randrange(60), rng.randrange(60),
                                     rng.choice(["", "." + digits(rng.randint(1, 6)), ".000",
                                                 ".120"]))

    def stamp():
        return "%04d-%02d-%02d%s%s" % (rng.randint(1, 9999), rng.randint(1, 12),
                                       rng.randint(1, 28), rng.choice("T "), clock())

    cases = {
        ("integer", "numeric"): [rng.choice(["", "-", "+"]) + digits(rng.randint(1, 30))
                                 for _ in range(5000)],
        ("boolean", "boolean"): [random.choice((str.lower, str.upper, str.title))(w) for w in
                                 "1 0 t f true false y n yes no".split() for _ in range(5)],
        ("time", "time"): [clock() for _ in range(5000)],
        ("timestamp", "timestamp"): [stamp() for _ in range(5000)],
        ("timestamptz", "timestamptz"): [stamp() + rng.choice(["Z", "+00", "-00:00", "+0000"])
                                         for _ in range(5000)],
        ("date", "date"): ["%04d-%02d-%02d" % (rng.randint(1, 9999), rng.randint(1, 12),
                                               rng.randint(1, 28)) for _ in range(500)],
    }
    for (kind, type_name), texts in cases.items():
        fill(database, "v " + type_name, [[t] for t in texts])
        theirs = ask(database, "SELECT v::text FROM given ORDER BY n")
        mine = run("canonical_lines", [KINDS[kind]], "".join(t + "\n" for t in texts).encode())
        assert differences(mine, theirs, texts) == [], kind


def test_zone_offsets_are_printed_as_the_server_prints_them(database):
    for zone, spellings in (("+02", ["+02", "+02:00", "+0200", " +02:00"]),
                            ("-05:30", ["-05:30", "-0530"]), ("+05:45", ["+05:45", " +0545"])):
        inverted = zone.translate(str.maketrans("+-", "-+"))
        database.execute("SET TimeZone = '<x>%s'" % inverted)
        theirs = ask(database, "SELECT '2025-04-26 10:34:17.120 %s'::timestamptz::text" % zone)
        database.execute("SET TimeZone = 'UTC'")
        given = "".join("2025-04-26T10:34:17.120%s\n" % s for s in spellings)
        mine = run("canonical_lines", [KINDS["timestamptz"]], given.encode())
        assert mine == theirs * len(spellings)


# --- native values, as they are sent, against PostgreSQL's own parsers and printers --------------------

BITS = "('x' || substr(md5(random()::text), 1, 16))::bit(64)::bigint"
POWER = "power(10::numeric, (random() * 60 - 40)::int)"
# Type: its number in enum mirror_base with what limits it, and an expression of random values.
NATIVE = {
    "smallint": ([1], "((%s >> 48)::int2)" % BITS),
    "integer": ([2], "(%s >> (32 + random() * 31)::int)::int" % BITS),
    "bigint": ([3], "%s >> (random() * 62)::int" % BITS),
    "numeric": ([4], "round(%s * %s, (random() * 30)::int)" % (BITS, POWER)),
    "numeric(30,10)": ([4, 30, 10], "%s * power(10::numeric, -(random() * 25)::int)" % BITS),
    "boolean": ([5], "random() < 0.5"),
    "real": ([6], "((random() - 0.5) * power(10, random() * 76 - 38))::float4"),
    "double precision": ([7], "(random() - 0.5) * power(10, random() * 600 - 300)"),
    "date": ([8], "date '2000-01-01' + (%s >> (43 + random() * 15)::int)::int" % BITS),
    "time": ([9], "time '00:00' + random() * interval '1 day'"),
    "timestamp": ([10], "timestamp '2000-01-01' + (random() - 0.5) * interval '1400000 days'"),
    "timestamp(3)": ([10, 0, 3], "timestamp '1970-01-01' + random() * interval '30000 days'"),
    "timestamptz": ([11], "timestamptz '2000-01-01' + (random() - 0.5) * interval '1400000 days'"),
    "uuid": ([13], "md5(random()::text)::uuid"),
}
NATIVE_ROWS = 1_000_000 if os.environ.get("OE2PG_LONG") == "1" else 2_000


def mutated(rng, text):
    """The text with one character more, less or another."""
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(["", *"0123456789-+.eE: TNaifBC"]) + text[at + rng.randrange(2):]


@pytest.mark.parametrize("kind", list(NATIVE))
def test_native_values_are_what_postgresql_reads_and_what_it_would_not_print_again_is_refused(database, kind):
    arguments, expression = NATIVE[kind]
    rng = random.Random("%s %s" % (os.environ.get("OE2PG_SEED", ""), kind))
    database.execute(
        "CREATE OR REPLACE FUNCTION pg_temp.printed(t text) RETURNS text LANGUAGE plpgsql AS"
        " $$BEGIN RETURN t::%s::text; EXCEPTION WHEN others THEN RETURN NULL; END$$" % kind)
    for _ in range(max(1, NATIVE_ROWS // CHUNK)):
        given = ask(database, "SELECT (%s)::%s::text FROM generate_series(1, %d)" % (
            expression, kind, min(NATIVE_ROWS, CHUNK)))
        given = [mutated(rng, text) if rng.random() < 0.25 else text for text in given]
        fill(database, "t text", [[text] for text in given])
        sent = subprocess.run([program("native_lines")] + [str(a) for a in arguments], check=True,
                              input="".join(text + "\n" for text in given).encode(),
                              stdout=subprocess.PIPE).stdout
        database.execute("DROP TABLE IF EXISTS arrived; CREATE TEMP TABLE arrived (n int, v %s)" % kind)
        database.copy_expert("COPY arrived FROM STDIN (FORMAT binary)", io.BytesIO(sent))
        # Of a stamp in another zone the instant counts.
        wanted = "pg_temp.printed(g.t)" if kind == "timestamptz" else "g.t"
        assert ask(database, "SELECT (g.t, a.v)::text FROM arrived a JOIN given g USING (n)"
                             " WHERE a.v::text IS DISTINCT FROM %s LIMIT 5" % wanted) == []
        assert ask(database, "SELECT g.t FROM given g WHERE NOT EXISTS (SELECT FROM arrived a WHERE"
                             " a.n = g.n) AND pg_temp.printed(g.t) = g.t LIMIT 5") == []
        assert ask(database, "SELECT count(*) FROM arrived")[0] > len(given) / 2
