"""The state moves from SQLite to PostgreSQL whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.postgres import fresh_database
from support.stores import NOW, Stores, new_run, stores

from syncworker.errors import StoreError
from syncworker.store import schema
from syncworker.store.database import Database
from syncworker.store.inbox import SqlInbox
from syncworker.store.moving import Moved, move
from syncworker.store.tables import cursors, heartbeats, inbox, metadata, runs

Content = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Stores]:
    with stores(f"sqlite:///{tmp_path}/old.db") as made:
        fill(made.database)
        yield made


@pytest.fixture
def new(postgres: str) -> Iterator[Database]:
    database = Database(fresh_database(postgres))
    yield database
    database.close()


def fill(database: Database) -> None:
    """Rows in every table, with what differs between the databases in them."""
    schema.check(database)
    with database.write() as connection:
        for table in metadata.sorted_tables:
            for number in range(3):
                connection.execute(sa.insert(table).values(row_of(table, number)))


def row_of(table: sa.Table, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "run_id" and table.name != "runs":
            row[column.name] = f"id{number}"
        elif column.nullable and number == 0:
            row[column.name] = None
        else:
            row[column.name] = value_of(column, number)
    if table is runs:  # a run that is over does not hold its portal
        row |= {"id": f"id{number}", "finished_at": NOW, "status": "done"}
    if table is heartbeats:
        row["at"] = NOW - timedelta(hours=1)
    return row


def value_of(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.JSON):
        return {"ä": [number, None, 1.5, "x\\"], "b": {}}
    if isinstance(kind, sa.Boolean):
        return bool(number)
    if isinstance(kind, sa.BigInteger | sa.Integer):
        return number + 7
    if isinstance(kind, sa.Text):
        return f"{column.name} {number} ü\t\n\\N"
    if isinstance(kind, sa.Date):
        return date(2026, 11, 1 + number)
    return datetime(2026, 11, 1 + number, 12, 30, 1, 123456, tzinfo=UTC)


def content(database: Database) -> Content:
    with database.read() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def test_every_row_of_every_table_is_there_afterwards_and_back_again(
    old: Stores, new: Database, tmp_path: Path
) -> None:
    told: list[Moved] = []
    moved = move(old.database, new, now=NOW, on_table=told.append)
    assert moved == told
    assert {one.table: one.rows for one in moved} == dict.fromkeys(metadata.tables, 3)
    assert content(new) == content(old.database)
    back = Database(f"sqlite:///{tmp_path}/back.db")
    move(new, back, now=NOW, on_table=told.append)
    assert content(back) == content(old.database)
    back.close()


def test_new_rows_get_ids_after_the_copied_ones(old: Stores, new: Database) -> None:
    move(old.database, new, now=NOW, on_table=lambda _: None)
    row = {name: value for name, value in row_of(inbox, 9).items() if name != "id"}
    with new.write() as connection:
        found = connection.execute(sa.insert(inbox).values(row).returning(inbox.c.id))
        assert found.scalar_one() == 10


def test_a_delivery_after_the_move_is_behind_what_was_read_and_removed(
    old: Stores, new: Database
) -> None:
    with old.database.write() as connection:
        connection.execute(sa.delete(inbox))
        connection.execute(sa.update(cursors).values(cursor="41"))
    move(old.database, new, now=NOW, on_table=lambda _: None)
    at = ("acme", "website", "demo_requests")
    assert SqlInbox(new).put(*at, "d", "{}", NOW)
    assert [one.id for one in SqlInbox(new).read(*at, after=41, most=9)] == [42]


def test_nothing_is_copied_while_a_run_or_a_worker_is_at_work(old: Stores, new: Database) -> None:
    old.runs.open(new_run("acme"))
    with pytest.raises(StoreError, match="is at work: what it writes would stay behind"):
        move(old.database, new, now=NOW, on_table=lambda _: None)
    with old.database.write() as connection:
        connection.execute(sa.update(runs).values(finished_at=NOW))
        connection.execute(sa.update(heartbeats).values(at=NOW))
    with pytest.raises(StoreError, match="gave a sign of life 0 s ago"):
        move(old.database, new, now=NOW, on_table=lambda _: None)
    assert set(map(len, content(new).values())) == {0}


def test_a_database_with_rows_is_refused_and_left_as_it_is(old: Stores, new: Database) -> None:
    fill(new)
    before = content(new)
    with pytest.raises(StoreError, match=r"has rows in .* already; nothing was copied") as caught:
        move(old.database, new, now=NOW, on_table=lambda _: None)
    assert content(new) == before
    assert caught.value.help == "name an empty database"
    with pytest.raises(StoreError, match="onto itself"):
        move(old.database, old.database, now=NOW, on_table=lambda _: None)


def test_a_value_the_other_database_cannot_hold_leaves_it_empty(old: Stores, new: Database) -> None:
    with old.database.write() as connection:
        connection.execute(sa.update(inbox).values(body="a\x00b"))
    with pytest.raises(StoreError):
        move(old.database, new, now=NOW, on_table=lambda _: None)
    assert set(map(len, content(new).values())) == {0}
