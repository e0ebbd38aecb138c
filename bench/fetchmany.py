#!/usr/bin/python3
"""The usual script: fetchmany from ODBC, COPY or execute_values into PostgreSQL, all TEXT.

    fetchmany.py copy|values ODBC-CONNECTION TABLE POSTGRES-DSN
"""
import io
import sys

import psycopg2
import psycopg2.extras
import pyodbc

BATCH = 5000


def copy_text(value):
    if value is None:
        return "\\N"
    return (str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
            .replace("\r", "\\r"))


def main():
    how, connection, table, dsn = sys.argv[1:]
    source = pyodbc.connect(connection, autocommit=True).cursor()
    target = psycopg2.connect(dsn)
    cursor = target.cursor()
    source.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in source.description]
    cursor.execute(f"CREATE TABLE {table} (" + ", ".join(f"{n} text" for n in names) + ")")
    while True:
        rows = source.fetchmany(BATCH)
        if not rows:
            break
        if how == "copy":
            text = io.StringIO("".join("\t".join(map(copy_text, row)) + "\n" for row in rows))
            cursor.copy_from(text, table, null="\\N")
        else:
            psycopg2.extras.execute_values(
                cursor, f"INSERT INTO {table} VALUES %s",
                [tuple(None if v is None else str(v) for v in row) for row in rows],
                page_size=1000)
        target.commit()


main()
