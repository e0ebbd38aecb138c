"""Configuration: files, environment and flags, through the program's `check --config-only`."""

import json
import os
import random
import re
import subprocess

import pytest

from conftest import program
from forms import IS_LONG
from servers import java_environment

SECRETS = {"source": "Quelle-Geheim-77", "target": "Ziel Geheim'88", "odbc": "Treiber;Geheim}99"}

# As the documentation shows it, to the letter.
CONCEPT = """{
  "progress_db": {
    "host": "openedge-server", "port": 2030, "db_name": "database",
    "user": "user", "password": "password", "schema": "PUB",
    "jar_file": "/path/to/openedge.jar",
    "driver_class": "com.ddtek.jdbc.openedge.OpenEdgeDriver"
  },
  "postgres_db": {
    "conn_string": "host=postgres-server port=5432 dbname=database user=postgres password=postgres",
    "timeout": 30
  },
  "mirror_settings": { "batch_size": 5000, "ignore_file": "ignored_tables.txt", "log_file": "sync.log" }
}
"""

GOOD = """{
  "_comment": "every key there is",
  "progress_db": {
    "host": "erp.example",
    "port": 2030,
    "db_name": "shop",
    "user": "reader",
    "password": "Quelle-Geheim-77",
    "schema": "PUB",
    "jar_file": ["a.jar", "b.jar"],
    "driver_class": "x.y.Z",
    "jdbc_url": "jdbc:x://h/d;password=Url-Geheim;a=b",
    "jdbc_properties": {"trustStorePassword": "Speicher-Geheim", "a": "b"},
    "jvm_options": ["-Xmx200m"],
    "interface": "odbc",
    "odbc_connection": "Driver={Some Driver};PWD={Treiber;Geheim}}99};UID=reader",
    "odbc_driver": "Some Driver",
    "isolation": "read_committed",
    "connect_timeout": 10,
    "query_timeout": 0,
    "stall_seconds": 300,
    "fetch_size": 500,
    "max_transaction_seconds": 60
  },
  "postgres_db": {
    "conn_string": "host=pg user=mirror password='Ziel Geheim\\\\'88'",
    "timeout": 30,
    "schema": "pub"
  },
  "mirror_settings": {
    "jobs": 2,
    "naming": "plain",
    "batch_size": 5000,
    "memory_mb": 512,
    "full_below_rows": 1000,
    "history_days": 90,
    "ignore_file": "ignored_tables.txt",
    "log_file": "logs/sync.log",
    "tables": {
      "_": "patterns are fine",
      "Customer": {"key": ["cust-num"], "priority": 5},
      "order*": {"exclude_columns": ["note?", "blob"], "where": "year > 2000"}
    }
  }
}
"""


def clean_environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OE2PG_")}
    return {**kept, **more}


def run(folder, *arguments, environment=None):
    return subprocess.run(program() + list(arguments), cwd=folder, capture_output=True, timeout=60,
                          stdin=subprocess.DEVNULL, env=clean_environment(**(environment or {})))


def text_of(result):
    return (result.stdout + result.stderr).decode("utf-8", errors="strict")


def put(folder, content, name="config.json", mode=0o600):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    path.chmod(mode)
    return path


def check(folder, content=None, *arguments, environment=None):
    if content is not None:
        put(folder, content)
    return run(folder, "check", "--config-only", *arguments, environment=environment)


def values(result):
    """What check prints, as {name: (value, origin)}."""
    assert result.returncode == 0, text_of(result)
    found = {}
    for line in result.stdout.decode().splitlines():
        match = re.match(r"^(\S+) += (.*?) *  # (.*)$", line)
        if match:
            found[match.group(1)] = (match.group(2), match.group(3))
    return found


def assert_no_secret(result):
    text = text_of(result)
    for secret in SECRETS.values():
        assert secret not in text
    assert "Geheim" not in text


def assert_calm(result):
    """No crash, no sanitizer, one of the two statuses, and a place when it is refused."""
    text = text_of(result)
    assert result.returncode in (0, 2), text
    assert "Sanitizer" not in text and "runtime error" not in text, text
    if result.returncode == 2:
        assert re.search(r"config\.json:\d+: ", result.stderr.decode()), text
        line = int(re.search(r"config\.json:(\d+): ", result.stderr.decode()).group(1))
        assert line >= 1
    return result.returncode


# --- malformed and odd configurations -------------------------------------------------------------

def set_key(section, key, value):
    """GOOD with one value replaced by any JSON text; the line it then stands in."""
    document = json.loads(GOOD)
    document[section][key] = "@@"
    text = json.dumps(document, indent=2).replace('"@@"', value)
    return text


HAND_WRITTEN = {
    "empty": ("", 1), "blanks": (" \n\n ", 1), "a brace": ("{", 1), "a bracket": ("[", 1),
    "a list": ("[]", 1), "a text": ('"x"', 1), "a number": ("1", 1), "null": ("null", 1),
    "true": ("true", 1), "two documents": ("{}\n{}", 2), "garbage behind": ("{}\nx", 2),
    "a brace too many": ("{}\n}", 2), "a comma at the end": ("{},", 1),
    "a comma before a brace": ('{"progress_db": {"host": "a",\n}}', 2),
    "a comma missing": ('{"progress_db": {"host": "a"\n"port": 1}}', 2),
    "a colon missing": ('{"progress_db" {}}', 1), "no quotes": ("{progress_db: {}}", 1),
    "single quotes": ("{'progress_db': {}}", 1), "a quote not closed": ('{"progress_db: {}}', 1),
    "a line end in a text": ('{"progress_db": {"host": "a\nb"}}', 1),
    "a tab in a text": ('{"progress_db": {"host": "a\tb"}}', 1),
    "C comments": ("{\n/* no */}", 2), "C++ comments": ("{\n// no\n}", 2), "#": ("{\n# no\n}", 2),
    "an escape that is none": ('{"progress_db": {\n"host": "\\x"}}', 2),
    "half a unicode escape": ('{"progress_db": {\n"host": "\\u12"}}', 2),
    "NUL by escape": ('{"progress_db": {\n"host": "a\\u0000b"}}', 2),
    "NUL in a key": ('{"progress_db": {\n"ho\\u0000st": "a"}}', 2),
    "NUL byte": (b'{"progress_db": {\n"host": "a\0b"}}', 2),
    "a high surrogate": ('{"progress_db": {\n"host": "\\ud800"}}', 2),
    "a low surrogate": ('{"progress_db": {\n"host": "\\udfff"}}', 2),
    "surrogates in the wrong order": ('{"progress_db": {\n"host": "\\udc00\\ud800"}}', 2),
    "BOM": (b"\xef\xbb\xbf{}", 1), "UTF-16 LE": ("{}".encode("utf-16"), 1),
    "UTF-16 BE": (b"\xfe\xff\0{\0}", 1), "UTF-16 without BOM": ("{}".encode("utf-16-le"), 1),
    "Latin-1": ('{"progress_db": {\n"host": "ä"}}'.encode("latin-1"), 2),
    "overlong UTF-8": (b'{"progress_db": {\n"host": "\xc0\xaf"}}', 2),
    "a surrogate in UTF-8": (b'{"progress_db": {\n"host": "\xed\xa0\x80"}}', 2),
    "beyond Unicode": (b'{"progress_db": {\n"host": "\xf4\x90\x80\x80"}}', 2),
    "cut UTF-8": (b'{"progress_db": {\n"host": "\xe2\x82', 2),
    "a byte of 0xff": (b"\xff", 1), "deep lists": ("[" * 100000, 1),
    "deep objects": ('{"a":' * 50000, 1), "deep comment": ('{"_": ' + "[" * 50 + "]" * 50 + "}", 1),
    "a key twice": ('{"progress_db": {"host": "a",\n"host": "b"}}', 2),
    "a section twice": ('{"progress_db": {},\n"progress_db": {}}', 2),
    "a key twice by escape": ('{"progress_db": {"host": "a",\n"\\u0068ost": "b"}}', 2),
    "an unknown section": ('{\n"postgres": {}}', 2), "a key outside": ('{\n"host": "a"}', 2),
    "an unknown key": ('{"progress_db": {\n"hostname": "a"}}', 2),
    "a key of another case": ('{"progress_db": {\n"Host": "a"}}', 2),
    "an empty key": ('{"progress_db": {\n"": "a"}}', 2), "an empty section": ('{\n"": {}}', 2),
    "a key of another section": ('{"postgres_db": {\n"port": 1}}', 2),
    "a section that is a list": ('{"progress_db":\n[]}', 2),
    "a section that is null": ('{"progress_db":\nnull}', 2),
    "a huge key": ('{"progress_db": {\n"' + "k" * 100000 + '": 1}}', 2),
    "a key of control characters": ('{"progress_db": {\n"\\u001b[2J\\u009b": 1}}', 2),
    "a table that is a list": ('{"mirror_settings": {"tables": {\n"a": []}}}', 2),
    "a table without a name": ('{"mirror_settings": {"tables": {\n"": {}}}}', 2),
    "a table twice": ('{"mirror_settings": {"tables": {"a": {},\n"A": {}}}}', 2),
    "an unknown table key": ('{"mirror_settings": {"tables": {"a": {\n"method": "key"}}}}', 2),
    "a key list of numbers": ('{"mirror_settings": {"tables": {"a": {"key": [\n1]}}}}', 2),
    "an empty key list": ('{"mirror_settings": {"tables": {"a": {"key":\n[]}}}}', 2),
    "a key list in a list": ('{"mirror_settings": {"tables": {"a": {"key": [\n["b"]]}}}}', 2),
    "a priority out of range": ('{"mirror_settings": {"tables": {"a": {\n"priority": 1001}}}}', 2),
    "a where that is a number": ('{"mirror_settings": {"tables": {"a": {\n"where": 1}}}}', 2),
    "too many tables": (json.dumps({"mirror_settings": {"tables": {
        "t%d" % n: {} for n in range(10001)}}}), 1),
    "too many values": ('{"_": [' + "1," * 200001 + "1]}", 1),
    "a conn_string that is none": ('{"postgres_db": {\n"conn_string": "Geheim"}}', 2),
    "a conn_string with an open quote": (
        '{"postgres_db": {\n"conn_string": "password=\'Geheim"}}', 2),
    "a conn_string with a blank in it": (
        '{"postgres_db": {\n"conn_string": "password=a Geheim"}}', 2),
    "a URI with a bare @": ('{"postgres_db": {\n"conn_string": "postgresql://u:Ge@heim@h/"}}', 2),
    "an odbc_connection with an open brace": (
        '{"progress_db": {\n"odbc_connection": "PWD={Geheim"}}', 2),
    "a reserved schema": ('{"postgres_db": {\n"schema": "pg_catalog"}}', 2),
    "oe2pg's own schema": ('{"postgres_db": {\n"schema": "oe2pg"}}', 2),
    "a long schema": ('{"postgres_db": {\n"schema": "%s"}}' % ("s" * 64), 2),
    "an ignore file that is missing": ('{"mirror_settings": {\n"ignore_file": "gone.txt"}}', 2),
    "a secret of a wrong type": ('{"progress_db": {\n"password": 7777777}}', 2),
    "a list as a secret": ('{"progress_db": {\n"password": ["Geheim"]}}', 2),
    "a word that is none of its setting's": (
        '{"mirror_settings": {\n"column_types": "varchar"}}', 2),
}

INTEGERS = [("progress_db", "port"), ("progress_db", "connect_timeout"),
            ("progress_db", "query_timeout"), ("progress_db", "stall_seconds"),
            ("progress_db", "fetch_size"), ("progress_db", "max_transaction_seconds"),
            ("postgres_db", "timeout"), ("mirror_settings", "jobs"),
            ("mirror_settings", "batch_size"), ("mirror_settings", "memory_mb"),
            ("mirror_settings", "history_days")]
BAD_INTEGERS = ['"5"', "1.5", "1e2", "-1", "99999999999999999999999999", "1" * 5000, "null", "true",
                "[5]", "{}"]
TEXTS = [("progress_db", key) for key in (
    "host", "db_name", "user", "password", "schema", "odbc_connection", "odbc_driver",
    "driver_class", "jdbc_url", "interface", "isolation")] + [
    ("postgres_db", "conn_string"), ("postgres_db", "schema"), ("mirror_settings", "naming"),
    ("mirror_settings", "ignore_file"), ("mirror_settings", "log_file")]
BAD_TEXTS = ["5", "null", "false", '["a"]', "{}", "1e999"]
WORDS = [("progress_db", "interface"), ("progress_db", "isolation"), ("mirror_settings", "naming")]


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_a_malformed_configuration_is_refused_with_file_and_line(tmp_path, name):
    content, line = HAND_WRITTEN[name]
    result = check(tmp_path, content)
    assert assert_calm(result) == 2
    assert "config.json:%d: " % line in result.stderr.decode(), text_of(result)
    assert result.stdout == b""
    assert "Geheim" not in text_of(result) and "7777777" not in text_of(result)
    assert len(result.stderr) < 2000
    assert b"\x1b" not in result.stderr


def wrong_values():
    """Each value for the first key of its kind, and for each key some: all go through one table."""
    kinds = ((INTEGERS, BAD_INTEGERS), (TEXTS, BAD_TEXTS), (WORDS, ['"wrong"', '""', '"ODBC"']))
    for keys, values in kinds:
        for i, (section, key) in enumerate(keys):
            for j, bad in enumerate(values):
                if IS_LONG or i == 0 or (i + j) % 4 == 0 or len(keys) * len(values) < 10:
                    yield section, key, bad


@pytest.mark.parametrize("section,key,bad", list(wrong_values()), ids=lambda value: str(value)[:12])
def test_a_wrong_value_is_refused_with_its_line_and_key(tmp_path, section, key, bad):
    text = set_key(section, key, bad)
    line = next(number for number, content in enumerate(text.splitlines(), 1)
                if '"%s": ' % key in content and (key != "schema" or bad in content)
                and (key != "schema" or section_of(text, number) == section))
    result = check(tmp_path, text)
    assert assert_calm(result) == 2
    assert "config.json:%d: %s.%s" % (line, section, key) in result.stderr.decode(), text_of(result)
    assert_no_secret(result)


def section_of(text, number):
    return [re.match(r'^  "(\w+)"', line).group(1) for line in text.splitlines()[:number]
            if re.match(r'^  "(\w+)": \{', line)][-1]


def mutate(generator, text):
    """One to three small accidents."""
    content = bytearray(text.encode("utf-8"))
    for _ in range(generator.randint(1, 3)):
        at = generator.randrange(len(content))
        kind = generator.randrange(7)
        if kind == 0:
            del content[at]
        elif kind == 1:
            content[at] = generator.choice(b'{}[],:"\\ 0-.eE\n\r\tnul\0\x80\xff\xed')
        elif kind == 2:
            content[at:at] = generator.choice([b"{", b"}", b'"', b",", b"\\u0000", b"\xf0\x9f", b"[[[",
                                               b"\\", b"/*", b"1e5", b'"":', b"\n\n"])
        elif kind == 3:
            del content[at:]
            if not content:
                content = bytearray(b" ")
        elif kind == 4:
            end = min(len(content), at + generator.randrange(1, 200))
            content[at:at] = content[at:end]
        elif kind == 5:
            lines = content.split(b"\n")
            generator.shuffle(lines)
            content = bytearray(b"\n".join(lines))
        else:
            content[at] ^= 1 << generator.randrange(8)
    return bytes(content)


def is_strict_json(content):
    """What Python's own parser thinks; only a document that it refuses says something for sure."""
    try:
        json.loads(content.decode("utf-8"))
        return True
    except (UnicodeDecodeError, ValueError, RecursionError):
        return False


@pytest.mark.parametrize("seed", range(40 if IS_LONG else 10))
def test_accidents_in_a_good_file_never_crash_and_are_placed(tmp_path, seed):
    generator = random.Random(seed)
    for _ in range(10):
        content = mutate(generator, GOOD)
        result = check(tmp_path, content)
        status = assert_calm(result)
        if not is_strict_json(content):
            assert status == 2, content


@pytest.mark.parametrize("part", range(10 if IS_LONG else 3))
def test_a_file_cut_anywhere_is_refused(tmp_path, part):
    content = GOOD.rstrip().encode("utf-8")
    for size in range(part * 7 + 1, len(content), 70):
        assert assert_calm(check(tmp_path, content[:size])) == 2


# --- what is right --------------------------------------------------------------------------------

def test_the_concepts_configuration_is_valid_as_it_stands(tmp_path):
    result = check(tmp_path, CONCEPT)
    found = values(result)
    assert found["progress_db.host"] == ("openedge-server", "config.json:3")
    assert found["progress_db.port"] == ("2030", "config.json:3")
    assert found["progress_db.password"] == ("***", "config.json:4")
    assert found["progress_db.interface"] == ("jdbc", "default")
    assert found["postgres_db.conn_string"][0].endswith("user=postgres password=***")
    assert found["mirror_settings.batch_size"] == ("5000", "config.json:12")


def test_the_concepts_configuration_asks_for_the_jar_that_it_names(tmp_path):
    put(tmp_path, CONCEPT)
    result = run(tmp_path, "check", environment=java_environment())
    assert result.returncode in (2, 3)  # without a Java, it says so instead
    assert "/path/to/openedge.jar" in text_of(result) or "JDBC" in text_of(result)


def test_every_key_is_read_and_shown_with_its_place(tmp_path):
    put(tmp_path, "# none\n", "ignored_tables.txt")
    found = values(check(tmp_path, GOOD))
    lines = GOOD.splitlines()
    for name, (_, origin) in found.items():
        match = re.match(r"config\.json:(\d+)$", origin)
        if match:
            assert '"%s"' % name.rsplit(".", 1)[1] in lines[int(match.group(1)) - 1], name
    read = sum(origin.startswith("config.json:") for _, origin in found.values())
    document = json.loads(GOOD)
    assert read == sum(len(document[section]) for section in
                       ("progress_db", "postgres_db", "mirror_settings")) - 1 + 4


def test_no_password_is_ever_shown(tmp_path):
    for result in (check(tmp_path, GOOD), check(tmp_path, GOOD + "x"),
                   check(tmp_path, GOOD, "--log-level", "debug"),
                   check(tmp_path, GOOD.replace("erp.example", "\\u0000"))):
        assert_no_secret(result)


def test_no_password_of_the_environment_is_ever_shown(tmp_path):
    environment = {"OE2PG_PROGRESS_DB_PASSWORD": SECRETS["source"],
                   "OE2PG_POSTGRES_DB_CONN_STRING": "postgresql://u:Ziel%20Geheim@h/d",
                   "OE2PG_PROGRESS_DB_ODBC_CONNECTION": "PWD=Geheim;Geheim2;X=y"}
    result = check(tmp_path, "{}", environment=environment)
    found = values(result)
    assert_no_secret(result)
    assert found["postgres_db.conn_string"][0] == "postgresql://u:***@h/d"
    assert found["progress_db.odbc_connection"][0] == "PWD=***;***;X=y"
    environment["OE2PG_POSTGRES_DB_CONN_STRING"] = "password=my Geheim"
    result = check(tmp_path, "{}", environment=environment)
    assert result.returncode == 2
    assert "OE2PG_POSTGRES_DB_CONN_STRING" in text_of(result)
    assert_no_secret(result)


def test_flag_beats_environment_beats_settings_beats_config_beats_default(tmp_path):
    name = "mirror_settings.jobs"
    environment = {"OE2PG_MIRROR_SETTINGS_JOBS": "5"}
    assert values(check(tmp_path, "{}"))[name] == ("2", "default")
    put(tmp_path, '{"mirror_settings": {"jobs": 3}}')
    assert values(check(tmp_path))[name] == ("3", "config.json:1")
    put(tmp_path, '{"mirror_settings":\n{"jobs": 4}}', "settings.json")
    assert values(check(tmp_path))[name] == ("4", "settings.json:2")
    assert values(check(tmp_path, environment=environment))[name] == (
        "5", "environment OE2PG_MIRROR_SETTINGS_JOBS")
    assert values(check(tmp_path, None, "--jobs=6", environment=environment))[name] == (
        "6", "flag --jobs")


def test_a_wrong_environment_value_names_the_variable(tmp_path):
    for variable, value in (("OE2PG_MIRROR_SETTINGS_JOBS", "many"), ("OE2PG_PROGRESS_DB_PORT", ""),
                            ("OE2PG_MIRROR_SETTINGS_NAMING", "x"), ("OE2PG_LOG_LEVEL", "loud"),
                            ("OE2PG_PROGRESS_DB_HOTS", "a"), ("OE2PG_MIRROR_SETTINGS_TABLES", "{}")):
        result = check(tmp_path, "{}", environment={variable: value})
        assert result.returncode == 2
        assert variable in text_of(result)


def test_every_option_of_a_section_can_come_from_the_environment_alone(tmp_path):
    environment = {"OE2PG_PROGRESS_DB_ODBC_DRIVER": "SQLite3", "OE2PG_PROGRESS_DB_SCHEMA": "",
                   "OE2PG_PROGRESS_DB_JAR_FILE": "a.jar:/b.jar",
                   "OE2PG_PROGRESS_DB_JVM_OPTIONS": "-Xmx1g  -Da=b",
                   "OE2PG_PROGRESS_DB_JDBC_PROPERTIES": "a=b;password=Eigenschaft-Geheim"}
    found = values(check(tmp_path, environment=environment))
    assert found["progress_db.odbc_driver"][0] == "SQLite3"
    assert found["postgres_db.schema"] == ("mirror", "default")
    assert found["progress_db.jar_file"][0] == "a.jar, /b.jar"
    assert found["progress_db.jvm_options"][0] == "-Xmx1g, -Da=b"
    assert found["progress_db.jdbc_properties"][0] == "a=b, password=***"


def test_a_password_among_the_options_for_java_is_not_shown(tmp_path):
    environment = {"OE2PG_PROGRESS_DB_JVM_OPTIONS":
                   "-Xmx1g -Djavax.net.ssl.keyStorePassword=Eigenschaft-Geheim"}
    result = check(tmp_path, environment=environment)
    assert values(result)["progress_db.jvm_options"][0] == (
        "-Xmx1g, -Djavax.net.ssl.keyStorePassword=***")
    assert "Geheim" not in text_of(result)


def test_files_are_looked_for_in_their_order(tmp_path):
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    result = check(nowhere)
    if result.returncode == 2:  # no /etc/oe2pg/config.json on this machine
        assert "--config" in text_of(result)
    put(nowhere, '{"progress_db": {"host": "settings"}}', "settings.json")
    assert values(check(nowhere))["progress_db.host"] == ("settings", "settings.json:1")
    put(nowhere, '{"progress_db": {"user": "config"}}')
    found = values(check(nowhere))
    assert found["progress_db.host"][0] == "settings" and found["progress_db.user"][0] == "config"
    other = put(tmp_path, '{"progress_db": {"host": "other"}}', "other.json")
    found = values(check(nowhere, environment={"OE2PG_CONFIG": str(other)}))
    assert found["progress_db.host"] == ("other", "%s:1" % other)
    third = put(tmp_path, '{"progress_db": {"host": "third"}}', "third.json")
    found = values(check(nowhere, None, "--config", str(third),
                         environment={"OE2PG_CONFIG": str(other)}))
    assert found["progress_db.host"] == ("third", "%s:1" % third)


def test_paths_in_a_file_are_relative_to_it(tmp_path):
    folder = tmp_path / "etc"
    folder.mkdir()
    path = put(folder, '{"mirror_settings": {"log_file": "a.log", "ignore_file": "i.txt"},'
                       '"progress_db": {"jar_file": ["x.jar", "/y.jar"]}}')
    put(folder, "one\n# two\n\n three # 3\r\n", "i.txt")
    result = check(tmp_path, None, "--config", "etc/config.json")
    found = values(result)
    assert found["mirror_settings.log_file"][0] == "etc/a.log"
    assert found["mirror_settings.ignore_file"][0] == "etc/i.txt"
    assert found["progress_db.jar_file"][0] == "etc/x.jar, /y.jar"
    assert "ignored: one  # etc/i.txt:1\nignored: three  # etc/i.txt:4\n" in text_of(result)
    assert not (folder / "a.log").exists() and path.exists()


def test_a_path_of_the_environment_is_relative_to_the_working_directory(tmp_path):
    (tmp_path / "etc").mkdir()
    put(tmp_path / "etc", "{}")
    found = values(check(tmp_path, None, "--config", "etc/config.json",
                         environment={"OE2PG_MIRROR_SETTINGS_LOG_FILE": "b.log"}))
    assert found["mirror_settings.log_file"][0] == "b.log"
    assert found["mirror_settings.ignore_file"][0] == "etc/ignored_tables.txt"


def test_a_bad_ignore_file_is_refused_with_its_line(tmp_path):
    for content, line in ((b"a\nb\xff\n", 2), (b"a\0b\n", 1), (b"\xef\xbb\xbf\nok\n\xff", 3)):
        put(tmp_path, content, "ignored_tables.txt")
        result = check(tmp_path, "{}")
        assert result.returncode == 2
        assert "ignored_tables.txt:%d: " % line in text_of(result)
    (tmp_path / "ignored_tables.txt").unlink()
    (tmp_path / "ignored_tables.txt").mkdir()
    assert check(tmp_path, "{}").returncode == 2


def test_files_that_are_none_are_refused_by_name(tmp_path):
    (tmp_path / "folder.json").mkdir()
    for name, words in (("folder.json", "directory"), ("gone.json", "no such file"),
                        ("gone/config.json", "no such file"), ("/dev/zero", "longer"),
                        ("x" * 300, "could not be opened")):
        result = check(tmp_path, None, "--config", name)
        assert result.returncode == 2
        assert words in text_of(result)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused_by_name(tmp_path):
    put(tmp_path, "{}", mode=0o000)
    result = check(tmp_path)
    assert result.returncode == 2
    assert "config.json" in text_of(result)


def test_a_file_of_more_than_16_mib_is_refused(tmp_path):
    result = check(tmp_path, b"{" + b" " * (16 * 1024 * 1024) + b"}")
    assert result.returncode == 2
    assert "longer than 16 MiB" in text_of(result)
    assert check(tmp_path, b"{" + b" " * (16 * 1024 * 1024 - 2) + b"}").returncode == 0


def test_a_configuration_may_come_through_a_pipe(tmp_path):
    result = subprocess.run(
        program() + ["check", "--config-only", "--config", "/dev/stdin"], cwd=tmp_path,
        input=b'{"progress_db": {"host": "piped"}}', capture_output=True, env=clean_environment())
    assert values(result)["progress_db.host"][0] == "piped"


@pytest.mark.parametrize("mode,status,warned", [
    (0o400, 0, False), (0o500, 0, False), (0o600, 0, False), (0o604, 0, True), (0o644, 0, True),
    (0o620, 2, False), (0o602, 2, False), (0o666, 2, False), (0o777, 2, False)])
@pytest.mark.parametrize("name", ["config.json", "settings.json"])
def test_modes_of_the_files(tmp_path, mode, status, warned, name):
    put(tmp_path, "{}")
    put(tmp_path, "{}", name, mode)
    result = check(tmp_path)
    assert result.returncode == status, text_of(result)
    assert ("chmod 0600" in text_of(result)) == (warned or status == 2)
    assert (" - WARNING - %s: " % name in text_of(result)) == warned


def test_a_jar_that_others_may_write_is_refused(tmp_path):
    text = '{"progress_db": {\n"jar_file": ["a.jar", "b.jar"]}}'
    put(tmp_path, "", "a.jar", 0o644)
    put(tmp_path, "", "b.jar", 0o644)
    assert check(tmp_path, text).returncode == 0
    (tmp_path / "b.jar").chmod(0o664)
    result = check(tmp_path, text)
    assert result.returncode == 2
    assert "config.json:2: progress_db.jar_file" in text_of(result) and "chmod" in text_of(result)


# --- the command line -----------------------------------------------------------------------------

@pytest.mark.parametrize("arguments", [
    ["--help"], ["-h"], ["check", "--help"], ["--help", "check"], ["--help-options"], ["--version"]])
def test_questions_are_answered_on_stdout_without_a_configuration(tmp_path, arguments):
    result = run(tmp_path, *arguments)
    assert result.returncode == 0
    assert result.stdout and not result.stderr


@pytest.mark.parametrize("arguments,words", [
    (["chekc"], "Did you mean check?"), (["check", "--confg=x"], "Did you mean --config?"),
    (["check", "x"], "unexpected"), (["check", "--config"], "needs a value"),
    (["check", "--config="], "empty"), (["check", "--config-only=1"], "takes no value"),
    (["check", "--jobs", "0", "--config", "config.json"], "from 1 to 64"),
    (["check", "--jobs=1", "--jobs=1"], "twice"), (["--no-such"], "unknown flag")])
def test_a_wrong_command_line_is_refused_with_what_was_meant(tmp_path, arguments, words):
    put(tmp_path, "{}")
    result = run(tmp_path, *arguments)
    assert result.returncode == 2
    assert words in text_of(result) and not result.stdout


def test_the_help_of_a_command_names_all_of_its_flags(tmp_path):
    text = text_of(run(tmp_path, "check", "--help"))
    for flag in ("--config FILE", "--config-only", "--help", "--version", "--log-level LEVEL"):
        assert flag in text


@pytest.mark.parametrize("command", ["status", "forget"])
def test_commands_that_do_not_open_the_source_have_no_flags_for_reading(tmp_path, command):
    text = text_of(run(tmp_path, command, "--help"))
    assert "--jobs" not in text and "--batch-size" not in text


def test_a_full_disk_under_the_output_is_not_success(tmp_path):
    with open("/dev/full", "wb") as full:
        result = subprocess.run(program() + ["--help-options"], stdout=full, stderr=subprocess.PIPE,
                                env=clean_environment())
    assert result.returncode == 1


def test_a_misspelt_section_in_the_environment_is_warned_of(tmp_path):
    put(tmp_path, "{}")
    result = run(tmp_path, "check", "--config-only",
                 environment={"OE2PG_PROGRES_DB_HOST": "x", "OE2PG_ELSEWHERE": "y"})
    assert result.returncode == 0
    assert "OE2PG_PROGRES_DB_HOST" in text_of(result)
    assert "did you mean OE2PG_PROGRESS_DB_HOST?" in text_of(result)
    assert "OE2PG_ELSEWHERE" not in text_of(result)


def test_an_unknown_flag_is_not_answered_with_half_a_list(tmp_path):
    put(tmp_path, "{}")
    result = run(tmp_path, "--jbos", "3")
    assert result.returncode == 2 and "Did you mean --jobs?" in text_of(result)
    result = run(tmp_path, "check", "--full-sync")
    assert "oe2pg check --help lists its flags." in text_of(result)
