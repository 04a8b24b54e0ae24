"""Removing everything about some records from the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.forgotten import Keys, values_of
from syncworker.masking import mask
from syncworker.planning import json_text
from syncworker.store import bulk
from syncworker.store.tables import (
    alert_deliveries,
    alert_episodes,
    associations,
    chunks,
    dead_letters,
    history,
    inbox,
    ledger,
    plan_records,
    runs,
    slots,
    unlinked,
)

_LEAST = 4
"""Letters of a name from which on it is looked for inside sentences."""
_ROWS = 1_000  # in memory at a time: there may be a million dead letters
_NAMED_THEM = "it said what a record held of somebody who was forgotten"


def erase(
    connection: sa.Connection,
    portal: str,
    records: Keys,
    texts: Collection[str],
    names: Collection[str] = (),
) -> dict[str, int]:
    """Remove what is about records, in an open transaction.

    Args:
        connection: Of the transaction.
        portal: The portal's name.
        records: By object, our keys of its records.
        texts: Keys, addresses and domains; what has one of them as a whole value is removed too.
        names: Names of accounts. Letters are not looked through for them: any word may be one.

    Returns:
        By table, how many rows went; none of which nothing went.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")
    keys = {_plain(text) for text in texts}
    keys.discard("")
    wanted = keys | {_plain(name) for name in names} - {""}
    of_portal = sa.select(runs.c.id).where(runs.c.portal == portal)
    gone = {"associations": _associations(connection, portal, records)}
    for table, column in ((ledger, "object"), (history, "object"), (unlinked, "object")):
        gone[table.name] = _by_key(connection, table, table.c.portal == portal, column, records)
    gone["plans"] = _by_key(
        connection, plan_records, plan_records.c.run_id.in_(of_portal), "object", records
    )
    mine = dead_letters.c.portal == portal
    gone["dead_letters"] = _by_key(connection, dead_letters, mine, "subject", records)
    gone["dead_letters"] += _naming(connection, dead_letters, mine, _letter(keys))
    gone["inbox"] = _naming(connection, inbox, inbox.c.portal == portal, _delivery(wanted))
    gone["alerts"] = _alerts(connection, portal, wanted)
    _run_options(connection, portal, keys)
    _run_messages(connection, portal, keys)
    _canaries(connection, portal, keys)
    # Where an extraction went on from may be a row's key.
    over = of_portal.where(runs.c.finished_at.is_not(None))
    connection.execute(sa.update(chunks).where(chunks.c.run_id.in_(over)).values(progress={}))
    return {name: number for name, number in gone.items() if number}


def age(connection: sa.Connection, portal: str, before: datetime) -> int:
    """Remove what is over since before that; how many rows.

    That is resolved dead letters, alerts and their delivered messages, and slots that were claimed.
    """
    letters, episodes, told = dead_letters.c, alert_episodes.c, alert_deliveries.c
    over = (
        sa.delete(dead_letters).where(letters.portal == portal, letters.resolved_at < before),
        sa.delete(alert_deliveries).where(
            told.portal == portal, told.created_at < before, told.next_at.is_(None)
        ),
        sa.delete(alert_episodes).where(episodes.portal == portal, episodes.closed_at < before),
        sa.delete(slots).where(slots.c.portal == portal, slots.c.slot < before),
    )
    return sum(connection.execute(statement).rowcount for statement in over)


def _associations(connection: sa.Connection, portal: str, records: Keys) -> int:
    row, number = associations.c, 0
    for name, keys in records.items():
        for some in bulk.some(sorted(keys)):
            ids = sa.select(ledger.c.hubspot_id).where(
                ledger.c.portal == portal, ledger.c.object == name, ledger.c.key.in_(some)
            )
            ends = sa.or_(
                sa.and_(row.from_object == name, row.from_id.in_(ids)),
                sa.and_(row.to_object == name, row.to_id.in_(ids)),
            )
            number += connection.execute(
                sa.delete(associations).where(row.portal == portal, ends)
            ).rowcount
    return number


def _by_key(
    connection: sa.Connection,
    table: sa.Table,
    mine: sa.ColumnElement[bool],
    object_column: str,
    records: Keys,
) -> int:
    number = 0
    for name, keys in records.items():
        for some in bulk.some(sorted(keys)):
            these = sa.delete(table).where(
                mine, table.c[object_column] == name, table.c.key.in_(some)
            )
            number += connection.execute(these).rowcount
    return number


def _naming(
    connection: sa.Connection,
    table: sa.Table,
    mine: sa.ColumnElement[bool],
    names: Callable[[dict[str, Any]], bool],
) -> int:
    """Remove the rows that name somebody; they are looked at one by one."""
    key = list(table.primary_key.columns)
    query = sa.select(table).where(mine).execution_options(yield_per=_ROWS)
    found = [
        tuple(row[column.name] for column in key)
        for row in connection.execute(query).mappings()
        if names(dict(row))
    ]
    for one in found:
        same = [column == value for column, value in zip(key, one, strict=True)]
        connection.execute(sa.delete(table).where(*same))
    return len(found)


def _letter(keys: Collection[str]) -> Callable[[dict[str, Any]], bool]:
    """Whether a dead letter is about one of these: by its key or a value it holds."""
    telling = _telling(keys)

    def about(row: dict[str, Any]) -> bool:
        if row["kind"] == "row" and _plain((row["values"] or {}).get("key")) in keys:
            return True
        told = [row["key"], *_inside(row["values"])]
        return any(_plain(text) in telling for text in told)

    return about


def _delivery(wanted: Collection[str]) -> Callable[[dict[str, Any]], bool]:
    """Whether a webhook's delivery has one of these as a whole value in its body."""
    telling = _telling(wanted)

    def about(row: dict[str, Any]) -> bool:
        return any(_plain(text) in telling for text in (row["body"], *_inside(row["body"])))

    return about


def _telling(texts: Collection[str]) -> set[str]:
    """Without those that are digits only: seats and amounts are such numbers too."""
    return {text for text in texts if text and not text.isdecimal()}


def _plain(value: object) -> str:
    """A value as it is compared."""
    return "" if value is None else str(value).strip().lower()


def _inside(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        yield from values_of(json_text.dumps(value))
    elif isinstance(value, str) and value.startswith(("{", "[")):
        yield from values_of(value)


def _alerts(connection: sa.Connection, portal: str, wanted: Collection[str]) -> int:
    """Episodes of an account and messages that speak of it; a sentence holds more than its name."""
    row = alert_episodes.c
    mine = sa.and_(row.portal == portal, sa.func.lower(row.subject).in_(sorted(wanted)))
    number = connection.execute(sa.delete(alert_episodes).where(mine)).rowcount
    long = [text for text in wanted if len(text) >= _LEAST]

    def speaks(found: dict[str, Any]) -> bool:
        told = json_text.dumps(found["body"]).lower()
        return any(text in told for text in long)

    return number + _naming(
        connection, alert_deliveries, alert_deliveries.c.portal == portal, speaks
    )


def _run_options(connection: sa.Connection, portal: str, wanted: Collection[str]) -> None:
    """Runs that were about some people say no longer about whom."""
    query = sa.select(runs.c.id, runs.c.options).where(runs.c.portal == portal)
    for id_, options in connection.execute(query).all():
        kept = _without(options, wanted)
        if options and kept != options:
            connection.execute(sa.update(runs).where(runs.c.id == id_).values(options=kept))


def _run_messages(connection: sa.Connection, portal: str, keys: Collection[str]) -> None:
    """Runs that stopped at somebody's record say no longer at whose: they told its values too."""
    names = {mask(text) for text in _telling(keys) if len(text) >= _LEAST}
    query = sa.select(runs.c.id, runs.c.message).where(runs.c.portal == portal)
    for id_, message in connection.execute(query).all():
        if any(name in message.lower() for name in names):
            told = sa.update(runs).where(runs.c.id == id_)
            connection.execute(told.values(message=_NAMED_THEM))


def _canaries(connection: sa.Connection, portal: str, keys: Collection[str]) -> None:
    """That a record was not as planned still stops its run; whose it is and what it held goes."""
    row = chunks.c
    query = sa.select(row.id, row.result).where(
        row.run_id.in_(sa.select(runs.c.id).where(runs.c.portal == portal)), row.step == "canary"
    )
    for id_, result in connection.execute(query).all():
        found = result.get("differences", [])
        kept = [
            [name, "***", prop, "", ""] if _plain(label) in keys else [name, label, prop, *values]
            for name, label, prop, *values in found
        ]
        if kept != found:
            told = sa.update(chunks).where(row.id == id_)
            connection.execute(told.values(result={**result, "differences": kept}))


def _without(value: object, wanted: Collection[str]) -> object:
    """An option without these, however deep they are; `account:ann` goes like `ann`."""
    if isinstance(value, dict):
        return {
            name: "" if _is_of(one, wanted) else _without(one, wanted)
            for name, one in value.items()
            if not _is_of(name, wanted)
        }
    if isinstance(value, list):
        return [_without(one, wanted) for one in value if not _is_of(one, wanted)]
    return value


def _is_of(value: object, wanted: Collection[str]) -> bool:
    text = _plain(value) if isinstance(value, str) else ""
    return text in wanted or _plain(text.partition(":")[2]) in wanted
