"""Many new rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from syncworker.planning import json_text


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns, in an open transaction.

    PostgreSQL takes them by COPY, in half the time and a quarter of the CPU of INSERT. The ledger
    does not: COPY cannot update, and the temporary table it would need takes the gain away again.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(sa.insert(table), list(rows))
        return
    quote = connection.dialect.identifier_preparer.quote
    columns = list(rows[0])
    names = ", ".join(quote(name) for name in columns)
    into = f"COPY {quote(table.name)} ({names}) FROM STDIN"
    is_json = {name for name in columns if isinstance(table.c[name].type, sa.JSON)}
    driver: Any = connection.connection.driver_connection
    errors: Any = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(
                    [
                        json_text.dumps(row[name]) if name in is_json else row[name]
                        for name in columns
                    ]
                )
    except errors as error:
        # What the driver raises by itself looks like any other error of the database from here.
        raise DBAPIError.instance(into, None, error, errors, dialect=connection.dialect) from error
