"""A mirror's source by either door ("odbc", "jdbc"), for the servers that tests start. Where a JDBC
driver is not installed the test is left out."""

import pytest

from servers import java_jars


def jars(*names):
    return java_jars(*names) or pytest.skip("the driver is not installed")


def from_postgres(mirror, database, door, schema, user="postgres"):
    server = database.server
    mirror.config["postgres_db"]["schema"] = "mirror"
    if door == "jdbc":
        mirror.source(jar_file=jars("postgresql.jar"), jdbc_url="jdbc:postgresql://%s:%d/%s" % (
            server.host, server.port, database.name))
    else:
        mirror.source(odbc_driver="PostgreSQL Unicode", host=server.host, port=server.port,
                      db_name=database.name)
    return mirror.source(user=user, schema=schema)


def from_mariadb(mirror, server, door, dbname, user=None, password=None):
    if door == "jdbc":
        mirror.source(jar_file=jars("mariadb-java-client.jar"), jdbc_url="jdbc:mariadb://%s:%d/%s" % (
            server.host, server.port, dbname))
    else:
        mirror.source(odbc_driver="MariaDB Unicode", host=server.host, port=server.port,
                      db_name=dbname)
    return mirror.source(user=user or server.user, password=password or server.password, schema="")


def from_java(mirror, server):
    """Of a JavaServer."""
    mirror.config["postgres_db"]["schema"] = "mirror"
    return mirror.source(jar_file=jars(*server.jars[server.product]), jdbc_url=server.url, user="sa",
                         password="sa", schema="SA" if server.product == "Derby" else "PUBLIC")
