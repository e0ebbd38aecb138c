"""oe2pg status: what the tracking tables know, for whoever may read them."""

import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import time

import pytest


def make_source(path, rows=500):
    with sqlite3.connect(path) as source:
        source.execute("CREATE TABLE customer (cust_num INTEGER PRIMARY KEY, name VARCHAR(60))")
        source.executemany("INSERT INTO customer VALUES (?, ?)",
                           ((i, "Kunde %d" % i) for i in range(rows)))
        source.execute("CREATE TABLE item (item_num INTEGER PRIMARY KEY, name VARCHAR(60))")
        source.execute("INSERT INTO item VALUES (1, 'Ball')")
    return path


@pytest.fixture
def source(tmp_path):
    return make_source(tmp_path / "source.sqlite")


@pytest.fixture
def mirrored(mirror, source):
    mirror.sqlite(source).run_well()
    return mirror


def status_json(mirror, *arguments):
    result = mirror.run("status", "--json", *arguments)
    assert result.status in (0, 1), result.explain()
    return json.loads(result.stdout)


def table(answer, name):
    return next(t for t in answer["tables"] if t["table"] == name)


def test_before_the_first_run(mirror, source):
    result = mirror.sqlite(source).run("status")
    assert result.status == 1
    assert "no mirror" in result.stdout
    assert json.loads(mirror.run("status", "--json").stdout)["mirror"] is None
    assert mirror.database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'oe2pg'") == []


def test_after_a_run(mirrored):
    result = mirrored.run("status")
    assert result.status == 0
    assert re.search(r"^Run 1 \(sync\): done at ", result.stdout, re.M)
    assert re.search(r"^customer +done +load +500 +\d+ s  first load", result.stdout, re.M)
    assert re.search(r"^Tables: 2; 2 up, 0 failed, 0 not mirrored yet; 501 rows", result.stdout, re.M)
    answer = status_json(mirrored)
    assert answer["format"] == 1
    assert answer["run"]["state"] == "done" and not answer["run"]["is_running"]
    assert table(answer, "customer")["rows"] == 500
    assert table(answer, "customer")["key"] == "cust_num"
    assert answer["totals"]["up"] == 2
    assert answer["mirror"]["source_port"] is None
    assert answer["mirror"]["source_host"].endswith("source.sqlite")


def test_the_source_is_not_needed(mirrored, source):
    source.unlink()
    assert mirrored.run("status").status == 0


def test_a_role_that_may_only_read_the_tracking_tables(mirrored):
    database = mirrored.database
    database.query("CREATE ROLE onlooker LOGIN")
    try:
        database.query("GRANT USAGE ON SCHEMA oe2pg TO onlooker")
        database.query("GRANT SELECT ON ALL TABLES IN SCHEMA oe2pg TO onlooker")
        mirrored.config["postgres_db"]["conn_string"] = database.admin_dsn.replace(
            "user=postgres", "user=onlooker")
        assert mirrored.run("status").status == 0
        assert mirrored.run("status", "--quarantine", "--table", "customer").status == 0

        database.query("REVOKE SELECT ON oe2pg.quarantine FROM onlooker")
        result = mirrored.run("status", "--json")
        assert result.status == 0, result.explain()
        assert json.loads(result.stdout)["totals"]["quarantined"] is None
        result = mirrored.run("status", "--quarantine")
        assert result.status == 4 and "GRANT SELECT ON oe2pg.quarantine" in result.stderr

        database.query("REVOKE USAGE ON SCHEMA oe2pg FROM onlooker")
        result = mirrored.run("status")
        assert result.status == 4 and "GRANT USAGE ON SCHEMA oe2pg" in result.stderr
    finally:
        database.query("DROP OWNED BY onlooker")
        database.query("DROP ROLE onlooker")


def test_postgresql_out_of_reach(mirrored):
    mirrored.config["postgres_db"]["conn_string"] = "host=127.0.0.1 port=1 dbname=x"
    assert mirrored.run("status").status == 4


def test_max_age(mirrored):
    assert mirrored.run("status", "--max-age", "1h").status == 0
    mirrored.database.query("UPDATE oe2pg.tracking SET read_from = now() - interval '27 hours'"
                            " WHERE target_table = 'item'")
    result = mirrored.run("status", "--max-age", "26h")
    assert result.status == 1
    assert "older than 26 h: 1" in result.stdout
    assert mirrored.run("status", "--max-age=2d").status == 0
    assert mirrored.run("status", "--max-age=97199s").status == 1
    assert mirrored.run("status", "--max-age", "26h", "--table", "customer").status == 0
    assert status_json(mirrored, "--max-age", "26h")["totals"]["late"] == 1
    for wrong in ("26", "h", "0h", "1.5h", "-1h", "26 h", "999999999999h"):
        result = mirrored.run("status", "--max-age=" + wrong)
        assert result.status == 2 and "--max-age" in result.stderr, wrong


def test_a_failed_table_is_named_with_its_remedy_and_is_late(mirrored):
    mirrored.database.query("UPDATE oe2pg.tracking SET state = 'failed', attempt = 3,"
                            " error = 'no permission', hint = 'GRANT SELECT'"
                            " WHERE target_table = 'item'")
    result = mirrored.run("status")
    assert result.status == 0
    assert "attempt 3: no permission - GRANT SELECT" in result.stdout
    assert mirrored.run("status", "--max-age", "1h").status == 1


def test_what_is_ignored_or_gone_is_not_late(mirrored, source):
    mirrored.database.query("UPDATE oe2pg.tracking SET read_from = now() - interval '1 year'")
    assert mirrored.run("status", "--max-age", "1h").status == 1
    (mirrored.directory / "ignored_tables.txt").write_text("cust*\n")
    assert status_json(mirrored, "--max-age", "1h")["totals"]["late"] == 1
    mirrored.database.query(
        "UPDATE oe2pg.tracking SET state = 'dropped' WHERE target_table = 'item'")
    answer = status_json(mirrored, "--max-age", "1h")
    assert answer["totals"]["late"] == 0 and answer["totals"]["left_out"] == 2
    assert table(answer, "customer")["is_ignored"]


def test_quarantine_lists_without_values_unless_asked(mirrored):
    mirrored.database.query(
        "INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table, key_columns,"
        " key_values, column_name, reason, value, value_bytes, first_run_id, last_run_id) VALUES"
        " (1, '', 'customer', '{cust_num}', '{7}', 'name', 'nul_byte', 'geheim', 6, 1, 1),"
        " (1, '', 'customer', '{cust_num}', '{8}', 'name', 'not_utf8', '\\xff00', 2, 1, 1),"
        " (1, '', 'item', NULL, NULL, NULL, 'refused', NULL, NULL, 1, 1)")
    assert "3 values in quarantine" in mirrored.run("status").stdout
    listed = mirrored.run("status", "--quarantine").stdout
    assert "customer  cust_num  name  nul_byte  6 bytes  since " in listed
    assert "cust_num = " not in mirrored.run("status", "--quarantine", "--json").stdout
    assert "item  (no key)  (whole row)  refused  since " in listed
    assert "geheim" not in listed
    assert "geheim" not in mirrored.run("status", "--quarantine", "--json").stdout
    shown = mirrored.run("status", "--quarantine", "--values").stdout
    assert "customer  cust_num = 7  name  nul_byte  6 bytes  since " in shown
    assert '"geheim"' in shown and "\\xff00" in shown and "(not readable)" in shown
    answer = status_json(mirrored, "--quarantine", "--values", "--table", "customer")
    assert [entry["value_hex"] for entry in answer["quarantine"]] == [b"geheim".hex(), "ff00"]
    assert mirrored.run("status", "--values").status == 2


def test_what_is_in_quarantine_is_summed_over_the_tables_that_are_shown(mirrored):
    mirrored.database.query(
        "INSERT INTO oe2pg.quarantine (mirror_id, source_schema, source_table, reason, first_run_id,"
        " last_run_id) SELECT 1, '', unnest('{customer,customer,item}'::text[]), 'row_refused', 1, 1")
    assert status_json(mirrored)["totals"]["quarantined"] == 3
    for name, count in ("customer", 2), ("item", 1):
        answer = status_json(mirrored, "--table", name)
        assert [t["quarantined"] for t in answer["tables"]] == [count]
        assert answer["totals"]["quarantined"] == count
        words = "; 1 value in quarantine" if count == 1 else "; %d values in quarantine" % count
        assert words in mirrored.run("status", "--table", name).stdout


def test_one_tables_story(mirrored, source):
    with sqlite3.connect(source) as connection:
        connection.execute("ALTER TABLE customer ADD COLUMN phone VARCHAR(20)")
        connection.execute("UPDATE customer SET phone = '1' WHERE cust_num = 1")
    mirrored.run_well()
    result = mirrored.run("status", "--table", "CUSTOMER")
    assert result.status == 0
    assert re.search(r"^customer: key cust_num; 500 rows", result.stdout, re.M)
    assert re.search(r"run 2 +done +full .*500 read, 0 inserted, 1 updated", result.stdout)
    assert re.search(r"run 1 +done +load .*500 read, 500 inserted", result.stdout)
    assert 'ADD COLUMN "phone" text' in result.stdout
    assert "item" not in result.stdout
    story = status_json(mirrored, "--table", "customer")["stories"][0]
    assert [run["run"] for run in story["runs"]] == [2, 1]
    assert story["runs"][0]["rows_updated"] == 1
    assert any("phone" in (c["statement"] or "") for c in story["schema_changes"])
    result = mirrored.run("status", "--table", "custmer")
    assert result.status == 2 and "customer" in result.stderr


def test_while_a_run_goes_on_and_after_it_was_killed(mirrored, pg_server):
    import psycopg2

    blocker = psycopg2.connect(mirrored.database.admin_dsn)
    blocker.cursor().execute("LOCK TABLE mirror.customer IN ACCESS EXCLUSIVE MODE")
    process = mirrored.start("--jobs", "1")
    try:
        deadline = time.monotonic() + 30
        while True:
            answer = status_json(mirrored)
            if answer["run"]["is_running"] and answer["workers"]:
                break
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)
        assert answer["run"]["id"] == 2 and answer["run"]["pid"] == process.pid
        worker = answer["workers"][0]
        assert worker["source_table"] == "customer" and worker["phase"]
        assert worker["is_stale"] is False
        text = mirrored.run("status").stdout
        assert re.search(r"^Run 2 \(sync\): running, since ", text, re.M)
        assert re.search(r"^  job 1  customer ", text, re.M)
        assert "STALE" not in text

        # A worker that says nothing for long is said to be stale; the housekeeper would write a
        # new row, so it is held up too.
        process.send_signal(signal.SIGSTOP)
        mirrored.database.query(
            "UPDATE oe2pg.activity SET heartbeat = now() - interval '10 minutes'")
        assert "STALE: no sign of life for 10 min" in mirrored.run("status").stdout
        assert status_json(mirrored)["workers"][0]["is_stale"] is True
    finally:
        process.kill()
        process.communicate()
        blocker.close()
    deadline = time.monotonic() + 30
    while not (answer := status_json(mirrored))["run"]["is_dead"]:
        assert time.monotonic() < deadline, answer["run"]
        time.sleep(0.2)
    text = mirrored.run("status").stdout
    assert re.search(r"^Run 2 \(sync\): dead", text, re.M)
    assert "Start oe2pg again" in text
    mirrored.run_well()
    assert status_json(mirrored)["run"]["id"] == 3


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--watch"]])
def test_a_full_disk_under_the_output_is_not_success(mirrored, arguments):
    mirrored.write()
    with open("/dev/full", "wb") as full:
        result = subprocess.run(mirrored.command("status", *arguments), stdout=full,
                                stderr=subprocess.PIPE, timeout=30)
    assert result.returncode == 1
    assert b"could not write to standard output" in result.stderr


def test_watch_until_interrupted(mirrored):
    process = mirrored.start("status", "--watch")
    seen = b""
    while seen.count(b"Mirror \"mirror\"") < 2:
        assert (some := os.read(process.stdout.fileno(), 65536)), mirrored.finish(process).explain()
        seen += some
    process.send_signal(signal.SIGINT)
    result = mirrored.finish(process)
    assert result.status == 130
    assert "\x1b" not in seen.decode() + result.stdout


def test_watch_on_a_terminal_stays_within_it(mirrored):
    mirrored.write()
    ours, theirs = pty.openpty()
    subprocess.run(["stty", "rows", "12", "cols", "60"], stdin=theirs, check=True)
    process = subprocess.Popen(mirrored.command("status", "--watch"), cwd=mirrored.directory,
                               stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE,
                               env={**os.environ, "TERM": "xterm"})
    os.close(theirs)
    text = b""
    while text.count(b"\x1b[H") < 3:  # the last may have come in part
        text += os.read(ours, 65536)
    process.terminate()
    assert process.wait(60) == 143
    os.close(ours)
    process.stderr.close()
    screens = text.decode().split("\x1b[H")[1:-1]
    for screen in screens:
        lines = re.sub(r"\x1b\[\w", "", screen).split("\r\n")
        assert len(lines) <= 12
        assert all(len(line) <= 60 for line in lines)


def test_the_span_in_which_all_tables_were_read_is_told(mirrored):
    mirrored.database.query(
        "UPDATE oe2pg.tracking SET read_from = '2026-01-02 03:00:00Z', read_to = '2026-01-02 03:05:00Z'")
    mirrored.database.query(
        "UPDATE oe2pg.tracking SET read_from = '2026-01-02 03:04:00Z', read_to = '2026-01-02 03:14:00Z'"
        " WHERE source_table = 'item'")
    totals = status_json(mirrored)["totals"]
    assert totals["oldest_read_from"] == "2026-01-02T03:00:00.000Z"
    assert totals["newest_read_to"] == "2026-01-02T03:14:00.000Z" and totals["read_span_seconds"] == 840
    text = mirrored.run("status", environment={"TZ": "UTC"}).stdout
    assert ("Read from 2026-01-02 03:00:00 to 2026-01-02 03:14:00, a span of 14 min; each table at its own"
            " moment in it") in text, text
