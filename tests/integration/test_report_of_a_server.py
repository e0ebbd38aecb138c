"""oe2pg check --report: enough to know a server by, and nothing that is a site's own."""

import json
import re

from servers import java_environment


def test_a_report_has_shapes_and_no_names(mirror, openedge):
    mirror.source(**openedge.source_keys())
    result = mirror.run("check", "--report", environment=java_environment())
    assert result.status == 0, result.explain()
    text = result.stdout
    assert re.search(r"^product: OpenEdge, version ", text, re.M)
    assert re.search(r"^catalogue: \d+ tables", text, re.M) and re.search(r"^keys: primary \d", text, re.M)
    assert re.search(r"^type varchar, read as text: \d+ columns$", text, re.M)
    keys = mirror.config["progress_db"]
    hidden = [keys["db_name"], keys["user"], str(keys["port"]), mirror.database.name, "127.0.0.1",
              "Customer", "CustNum", "Lift Tours", mirror.config["postgres_db"]["conn_string"]]
    assert not [word for word in hidden if word in text], text
    assert len(json.dumps(text)) < 10_000


def test_a_source_that_cannot_be_opened_is_reported_without_its_name(mirror):
    mirror.source(odbc_connection="Driver=SQLite3;Database=/nowhere/secret.sqlite", schema="")
    result = mirror.run("check", "--report", environment=java_environment())
    assert result.status == 3, result.explain()
    assert "wrong: source" in result.stdout and "could not be opened" in result.stdout
    assert "secret" not in result.stdout + result.stderr
