"""MySQL and MariaDB: a cursor that streams, and a way to leave it without reading the rest.

Limits of a query's time: https://mariadb.com/kb/en/aborting-statements/ and
https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_max_execution_time
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import sqlalchemy as sa

from syncworker.sources.sql_database import CursorKind, Database, Restart, no_limit, plain_cursor

# Type codes of the protocol, which every driver hands on: TIMESTAMP, DATETIME, DATE.
_KINDS: dict[object, CursorKind] = {7: "naive", 12: "naive", 10: "date"}


def session(connection: sa.Connection, seconds: int) -> Restart:
    """One read-only snapshot for all pages, in UTC.

    The server's limit holds for a query from its start to its last row, so that the time in which
    pages are staged counts too.
    """
    mariadb = getattr(connection.dialect, "is_mariadb", False)
    limit = f"max_statement_time = {seconds}"
    for statement in (
        f"SET SESSION {limit if mariadb else f'max_execution_time = {seconds * 1000}'}",
        "SET SESSION time_zone = '+00:00'",
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
    ):
        connection.exec_driver_sql(statement)
    return no_limit


def cursor(connection: sa.Connection) -> Any:  # noqa: ANN401 - a driver's cursor
    """PyMySQL's streaming cursor; another driver's own."""
    if connection.dialect.driver != "pymysql":
        return plain_cursor(connection)
    return connection.connection.cursor(import_module("pymysql.cursors").SSCursor)


def close(connection: sa.Connection, given: Any) -> None:  # noqa: ANN401 - a driver's cursor
    """Close the cursor, and the connection where rows are left.

    MySQL's protocol cannot stop a result: PyMySQL would read it to its end.
    """
    result = getattr(given, "_result", None)
    if result is not None and getattr(result, "unbuffered_active", False):
        result.unbuffered_active = False
        connection.invalidate()
    given.close()


def kind_of(code: object, _value: object) -> CursorKind | None:
    """How a cursor column holds time, by its type; a TIMESTAMP is told in the session's UTC."""
    return _KINDS.get(code)


MYSQL = Database(
    session=session,
    cursor=cursor,
    close=close,
    kind=kind_of,
    by_value=False,
    nulls_first=True,
    odd_times=True,
)
