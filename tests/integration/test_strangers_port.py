"""The port of another service: what answers there is told to be no PostgreSQL, or not to be the source."""

import contextlib
import socket
import threading

import pytest

from mirroring import sqlite_file
from servers import odbc_driver


@contextlib.contextmanager
def service(greeting, answer):
    """Says these bytes, the first without being asked; the number of its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            with contextlib.suppress(OSError):
                while True:
                    client = listener.accept()[0]
                    with client, contextlib.suppress(OSError):
                        client.sendall(greeting)
                        client.recv(1024)
                        client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def connect_to(mirror, tmp_path, port):
    mirror.sqlite(sqlite_file(tmp_path / "a.sqlite", "CREATE TABLE a (id INTEGER PRIMARY KEY)"))
    mirror.config["postgres_db"]["conn_string"] = "host=127.0.0.1 port=%d user=mirror dbname=x" % port
    return mirror.run()


@pytest.mark.parametrize("greeting, answer", [
    (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n"), (b"SSH-2.0-OpenSSH_9.2\r\n", b""),
    (b"E\x00\x00\x00\n5.5.5-10.11.6-MariaDB\0", b"")], ids=["http", "ssh", "mariadb"])
def test_another_service_is_told_to_be_no_postgresql(mirror, tmp_path, greeting, answer):
    with service(greeting, answer) as port:
        result = connect_to(mirror, tmp_path, port)
    known = "What answers at 127.0.0.1, port %d, is no PostgreSQL" % port in result.stderr
    assert result.status == 4, result.explain()
    assert known or greeting.startswith(b"E\x00"), result.explain()  # as PostgreSQL's errors begin


@pytest.mark.parametrize("answer", [b"S", b"N", b"E\x00\x00\x00\x0cSFATAL\0\0"])
def test_what_speaks_as_postgresql_does_is_none_of_another(mirror, tmp_path, answer):
    with service(b"", answer) as port:
        result = connect_to(mirror, tmp_path, port)
    assert result.status == 4 and "is no PostgreSQL" not in result.stderr, result.explain()


def test_an_odbc_source_that_is_another_service_is_named_as_a_possibility(mirror):
    driver = odbc_driver("libmaodbc.so")
    if driver is None:
        pytest.skip("left out: no ODBC driver for MariaDB")
    with service(b"SSH-2.0-OpenSSH_9.2\r\n", b"") as port:
        mirror.source(odbc_connection="Driver=%s;Server=127.0.0.1;Port=%d;Database=x;User=u;Password=p" % (
            driver, port), connect_timeout=2)
        result = mirror.run()
    assert result.status == 3 and "not that of another service" in result.stderr, result.explain()
