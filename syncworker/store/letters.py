"""Dead letters: kept until what they are about gets through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.memory import Chunk, DeadLetter, LetterKind, Run
from syncworker.store.chunks import update_mine
from syncworker.store.database import Database
from syncworker.store.tables import dead_letters

_KEY = ("portal", "kind", "subject", "key", "property")
_RESOLVE = (
    sa.update(dead_letters)
    .where(
        dead_letters.c.portal == sa.bindparam("of_portal"),
        dead_letters.c.kind == sa.bindparam("of_kind"),
        dead_letters.c.subject == sa.bindparam("of_subject"),
        dead_letters.c.key.in_(sa.bindparam("of_keys", expanding=True)),
        dead_letters.c.resolved_at.is_(None),
    )
    .values(resolved_at=sa.bindparam("now"))
)
# What became of a record says nothing about its associations.
_RESOLVE_RECORD = _RESOLVE.where(dead_letters.c.property.not_like("association:%"))
_RESOLVE_ONE = _RESOLVE.where(dead_letters.c.property == sa.bindparam("of_property"))
_NEWER = ("source", "cause", "message", "help", "values", "run_id", "last_at", "resolved_at")


class SqlLetters:
    """`engine.stores.Letters` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, portal: str, *, run_id: str | None, most: int) -> list[DeadLetter]:
        """What is not resolved."""
        letter = dead_letters.c
        query = (
            sa.select(
                letter.kind,
                letter.subject,
                letter.key,
                letter.cause,
                letter.property,
                letter.message,
                letter.help,
                letter["values"],
                letter.first_at,
            )
            .where(letter.portal == portal, letter.resolved_at.is_(None))
            .order_by(letter.first_at, letter.subject, letter.key)
            .limit(most)
        )
        if run_id is not None:
            query = query.where(letter.run_id == run_id)
        with self._database.read() as connection:
            return [DeadLetter(**row) for row in connection.execute(query).mappings()]

    def count(self, run_id: str) -> dict[str, int]:
        """Open ones of the run by kind."""
        letter = dead_letters.c
        query = (
            sa.select(letter.kind, sa.func.count())
            .where(letter.run_id == run_id, letter.resolved_at.is_(None))
            .group_by(letter.kind)
        )
        with self._database.read() as connection:
            return dict(connection.execute(query).all())

    def number(self, portal: str) -> int:
        """Open ones of the portal."""
        letter = dead_letters.c
        query = sa.select(sa.func.count()).where(
            letter.portal == portal, letter.resolved_at.is_(None)
        )
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def renew(
        self,
        chunk: Chunk,
        portal: str,
        kind: LetterKind,
        letters: Sequence[DeadLetter],
        now: datetime,
    ) -> None:
        """Put these, and mark every other letter of the kind as resolved."""
        letter = dead_letters.c
        with self._database.write() as connection:
            update_mine(connection, chunk, attempts=0)
            connection.execute(
                sa.update(dead_letters)
                .where(letter.portal == portal, letter.kind == kind, letter.resolved_at.is_(None))
                .values(resolved_at=now)
            )
            put(connection, self._database, portal, chunk.run_id, letters, now)

    def resolve(
        self, portal: str, kind: LetterKind, subject: str, keys: Sequence[str], now: datetime
    ) -> None:
        """Mark them as resolved."""
        with self._database.write() as connection:
            resolve(connection, portal, kind, subject, keys, now)


def put(
    connection: sa.Connection,
    database: Database,
    portal: str,
    run_id: str,
    letters: Sequence[DeadLetter],
    now: datetime,
    source: str | None = None,
) -> None:
    """Add letters in an open transaction; one that is there already keeps its first time.

    Args:
        connection: Of the open transaction.
        database: The state database.
        portal: The portal's name.
        run_id: The run they came up in.
        letters: The letters.
        now: The time.
        source: Of rejected rows, the source they came from.
    """
    rows = [
        {
            "portal": portal,
            "kind": letter.kind,
            "subject": letter.subject,
            "key": letter.key,
            "property": letter.property,
            "source": source,
            "cause": letter.cause,
            # PostgreSQL stores no NUL, and a letter is where odd texts end up.
            "message": letter.message.replace("\0", "\ufffd"),
            "help": letter.help,
            "values": dict(letter.values),
            "run_id": run_id,
            "first_at": now,
            "last_at": now,
            "resolved_at": None,
        }
        for letter in letters
    ]
    if rows:
        connection.execute(database.upsert(dead_letters, _KEY, _NEWER), rows)


def resolve(
    connection: sa.Connection,
    portal: str,
    kind: str,
    subject: str,
    keys: Sequence[str],
    now: datetime,
    property_name: str | None = None,
) -> None:
    """Mark the letters of these keys as resolved: of one property, or all but associations."""
    of = {"of_portal": portal, "of_kind": kind, "of_subject": subject, "of_keys": list(keys)}
    if property_name is None:
        connection.execute(_RESOLVE_RECORD, of | {"now": now})
    else:
        connection.execute(_RESOLVE_ONE, of | {"now": now, "of_property": property_name})


def resolve_rows(
    connection: sa.Connection, portal: str, source: str, stream: str, run_id: str, now: datetime
) -> None:
    """Mark a source's rejected rows that a whole reading did not meet again as resolved."""
    letter = dead_letters.c
    connection.execute(
        sa.update(dead_letters)
        .where(
            letter.portal == portal,
            letter.kind == "row",
            sa.or_(letter.source == source, letter.source.is_(None)),
            letter.subject == stream,
            letter.run_id != run_id,
            letter.resolved_at.is_(None),
        )
        .values(resolved_at=now)
    )


def resolve_records_not_met(connection: sa.Connection, run: Run) -> None:
    """Mark letters of records that a whole sync did not meet again as resolved.

    A sync tries every record that is still rejected again; what it does not try is no longer in
    the source, no longer linked, or no longer mapped.
    """
    letter = dead_letters.c
    connection.execute(
        sa.update(dead_letters)
        .where(
            letter.portal == run.portal,
            letter.kind == "record",
            letter.run_id != run.id,
            letter.resolved_at.is_(None),
        )
        .values(resolved_at=run.as_of)
    )
