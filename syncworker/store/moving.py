"""Moving the state to another database: every row of every table, checked afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.heartbeats import ALIVE, living
from syncworker.errors import StoreError
from syncworker.planning import json_text
from syncworker.store import bulk, schema
from syncworker.store.database import Database
from syncworker.store.heartbeats import SqlHeartbeats
from syncworker.store.inbox import read_up_to
from syncworker.store.tables import HOLDS, inbox, metadata, runs

_ROWS = 1_000
_MODULUS = 2**256


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that was copied: its name and how many rows it has in both databases."""

    table: str
    rows: int


def move(
    source: Database, target: Database, *, now: datetime, on_table: Callable[[Moved], None]
) -> list[Moved]:
    """Copy every table, whole or not at all, and compare both sides row by row.

    Args:
        source: Where the state is; nothing of it is changed.
        target: Where it is to be; empty. It gets this version's schema.
        now: The time, to tell whether a process that writes is alive.
        on_table: Told of each table that is copied, for showing progress.

    Raises:
        StoreError: A run, a worker or a webhook receiver is at work, the target has rows already,
            or the two sides differ afterwards; nothing is in the target then.
    """
    if source.url == target.url:
        raise StoreError("the state cannot be copied onto itself", help="name another database")
    schema.check(source)
    schema.check(target)
    moved: list[Moved] = []
    with source.read() as old, target.write() as new:
        _require_quiet(old, SqlHeartbeats(source), now)
        _require_empty(new, target)
        for table in metadata.sorted_tables:
            before = _copy(old, new, table)
            after = _digest(new, table)
            if before != after:
                raise StoreError(
                    f"table {table.name} has {before[0]} rows here and {after[0]} there, or their "
                    "content differs; nothing was kept there",
                    help="please report it; go on with the database you have",
                    code="STORE_MOVED_WRONG",
                )
            _go_on_counting(new, table)
            moved.append(Moved(table.name, after[0]))
            on_table(moved[-1])
    return moved


def _require_quiet(connection: sa.Connection, beats: SqlHeartbeats, now: datetime) -> None:
    """Nobody may write while the state moves: what they write would stay behind."""
    busy = connection.execute(sa.select(runs.c.id).where(sa.text(HOLDS))).scalars().first()
    if busy is not None:
        raise StoreError(
            f"run {busy} is at work: what it writes would stay behind",
            help=f"wait for it (syncworker runs show {busy}) or cancel it, then stop the workers",
        )
    for alive in living(beats.all(), now):
        ago = f"{max(0, round((now - alive.at).total_seconds()))} s"
        raise StoreError(
            f"{alive.name} gave a sign of life {ago} ago: what it writes would stay behind",
            help="stop workers, beats and webhook receivers, wait "
            f"{ALIVE.total_seconds():.0f} s, and copy again",
        )


def _require_empty(connection: sa.Connection, target: Database) -> None:
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            where = target.url.render_as_string(hide_password=True)
            raise StoreError(
                f"{where} has rows in {table.name} already; nothing was copied",
                help="name an empty database",
            )


def _copy(old: sa.Connection, new: sa.Connection, table: sa.Table) -> tuple[int, int]:
    """Copy a table; how many rows, and their digest."""
    number = total = 0
    for rows in _batches(old, table):
        bulk.insert(new, table, rows)
        number += len(rows)
        total += sum(map(_hash, rows))
    return number, total % _MODULUS


def _digest(connection: sa.Connection, table: sa.Table) -> tuple[int, int]:
    """How many rows a table has, and their digest, in whatever order they come."""
    number = total = 0
    for rows in _batches(connection, table):
        number += len(rows)
        total += sum(map(_hash, rows))
    return number, total % _MODULUS


def _batches(connection: sa.Connection, table: sa.Table) -> Iterator[list[Mapping[str, Any]]]:
    query = sa.select(table).execution_options(yield_per=_ROWS)
    with connection.execute(query) as found:
        for rows in found.mappings().partitions():
            yield [dict(row) for row in rows]


def _hash(row: Mapping[str, Any]) -> int:
    plain = {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }
    return int.from_bytes(hashlib.sha256(json_text.dumps(plain).encode()).digest(), "big")


def _go_on_counting(connection: sa.Connection, table: sa.Table) -> None:
    """The next id is the one after the copied ones; on SQLite whoever writes sees to that."""
    serial = table.autoincrement_column
    if serial is None or connection.dialect.name != "postgresql":
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, serial.name)
    highest = connection.execute(sa.select(sa.func.max(serial))).scalar() or 1
    if table is inbox:  # whose cursors are copied before it; what they passed may be gone
        highest = max(highest, read_up_to(connection))
    connection.execute(sa.select(sa.func.setval(sequence, highest)))
