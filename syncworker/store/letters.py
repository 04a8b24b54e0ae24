"""Dead letters: kept until what they are about gets through."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from syncworker.engine.letter_stores import KeptLetter, Wanted
from syncworker.engine.memory import Chunk, DeadLetter, LetterKind, Run
from syncworker.store import bulk
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
_NEWER = (
    *("source", "cause", "message", "help", "values", "run_id", "last_at", "resolved_at"),
    "discard_reason",
)
_LETTER = ("kind", "subject", "key", "cause", "property", "message", "help", "values", "first_at")
_KEPT = ("run_id", "source", "last_at", "tried_at", "resolved_at", "discard_reason")
_OPEN = dead_letters.c.resolved_at.is_(None)
_DISCARDED = dead_letters.c.discard_reason.is_not(None)


class SqlLetters:
    """`engine.stores.Letters` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, portal: str, *, run_id: str | None, most: int, discarded: bool = False
    ) -> list[DeadLetter]:
        """What is not resolved."""
        letter = dead_letters.c
        query = (
            sa.select(*(letter[name] for name in _LETTER))
            .where(letter.portal == portal, sa.or_(_OPEN, _DISCARDED) if discarded else _OPEN)
            .order_by(letter.first_at, letter.subject, letter.key)
            .limit(most)
        )
        if run_id is not None:
            query = query.where(letter.run_id == run_id)
        with self._database.read() as connection:
            return [DeadLetter(**row) for row in connection.execute(query).mappings()]

    def kept(self, portal: str, wanted: Wanted, *, discarded: bool = False) -> list[KeptLetter]:
        """What is meant, with what became of it."""
        letter = dead_letters.c
        query = (
            sa.select(*(letter[name] for name in (*_LETTER, *_KEPT)))
            .where(letter.portal == portal, sa.or_(_OPEN, _DISCARDED) if discarded else _OPEN)
            .order_by(letter.first_at, letter.subject, letter.key, letter.property)
        )
        for name in ("cause", "property", "run_id", "kind"):
            asked = getattr(wanted, name)
            if asked is not None:
                query = query.where(letter[name] == asked)
        with self._database.read() as connection:
            found = [_kept(row) for row in connection.execute(query).mappings()]
        key = wanted.key
        return [one for one in found if key in {None, one.letter.key, one.letter.values.get("key")}]

    def portals(self) -> list[str]:
        """Portals with letters."""
        query = sa.select(dead_letters.c.portal).where(sa.or_(_OPEN, _DISCARDED)).distinct()
        with self._database.read() as connection:
            return sorted(connection.execute(query).scalars())

    def discard(
        self, portal: str, letters: Sequence[DeadLetter], reason: str, now: datetime
    ) -> None:
        """Resolved, with the reason."""
        letter = dead_letters.c
        these = (
            sa.update(dead_letters)
            .where(
                letter.portal == portal,
                _OPEN,
                *(letter[name] == sa.bindparam(f"of_{name}") for name in _KEY[1:]),
            )
            .values(resolved_at=now, discard_reason=reason)
        )
        rows = [{f"of_{name}": getattr(one, name) for name in _KEY[1:]} for one in letters]
        if rows:
            with self._database.write() as connection:
                connection.execute(these, rows)

    def of_records(
        self, portal: str, object_name: str, keys: Sequence[str]
    ) -> Mapping[str, list[DeadLetter]]:
        """Records with what is not resolved."""
        return self._of_records(portal, object_name, keys, _OPEN)

    def refused(
        self, portal: str, object_name: str, keys: Sequence[str], *, after: datetime
    ) -> Mapping[str, list[DeadLetter]]:
        """Records whose values were sent lately and refused."""
        lately = dead_letters.c.tried_at > after
        return self._of_records(portal, object_name, keys, lately, sa.or_(_OPEN, _DISCARDED))

    def _of_records(
        self,
        portal: str,
        object_name: str,
        keys: Sequence[str],
        *which: sa.ColumnElement[bool],
    ) -> Mapping[str, list[DeadLetter]]:
        letter = dead_letters.c
        query = sa.select(*(letter[name] for name in _LETTER)).where(
            letter.portal == portal,
            letter.kind == "record",
            letter.subject == object_name,
            letter.key.in_(sa.bindparam("of_keys", expanding=True)),
            *which,
        )
        found: dict[str, list[DeadLetter]] = {}
        with self._database.read() as connection:
            for some in bulk.some(keys):
                for row in connection.execute(query, {"of_keys": some}).mappings():
                    found.setdefault(row["key"], []).append(DeadLetter(**row))
        return found

    def try_again(self, portal: str, object_name: str, properties: Collection[str]) -> None:
        """Forget when they were last tried."""
        letter = dead_letters.c
        with self._database.write() as connection:
            connection.execute(
                sa.update(dead_letters)
                .where(
                    letter.portal == portal,
                    letter.kind == "record",
                    letter.subject == object_name,
                    letter.property.in_(sorted(properties)),
                    letter.tried_at.is_not(None),
                )
                .values(tried_at=None)
            )

    def causes(self, run_id: str) -> set[str]:
        """Causes of the run's letters."""
        letter = dead_letters.c
        query = sa.select(letter.cause).where(letter.run_id == run_id, sa.or_(_OPEN, _DISCARDED))
        with self._database.read() as connection:
            return set(connection.execute(query.distinct()).scalars())

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

    One that was discarded and is the same again stays discarded. One whose values were not sent
    this time keeps when they were.

    Args:
        connection: Of the open transaction.
        database: The state database.
        portal: The portal's name.
        run_id: The run they came up in.
        letters: The letters.
        now: The time.
        source: Of rejected rows, the source they came from.
    """
    if not letters:
        return
    earlier = _discarded(connection, portal, letters)
    for newer, tried in ((_NEWER, False), ((*_NEWER, "tried_at"), True)):
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
                "tried_at": now if tried else None,
                **_state(letter, earlier.get(_place(letter))),
            }
            for letter in letters
            if letter.tried == tried
        ]
        if rows:
            connection.execute(database.upsert(dead_letters, _KEY, newer), rows)


def _state(letter: DeadLetter, before: KeptLetter | None) -> dict[str, datetime | str | None]:
    """Open, or discarded as it was."""
    if before is None or fault(before.letter) != fault(letter):
        return {"resolved_at": None, "discard_reason": None}
    return {"resolved_at": before.resolved_at, "discard_reason": before.discarded}


def _place(letter: DeadLetter) -> tuple[str, str, str, str]:
    return letter.kind, letter.subject, letter.key, letter.property


def fault(letter: DeadLetter) -> tuple[str, str]:
    """Cause and value: what makes a letter another one than the one that was discarded.

    The value is the one at fault where the letter has it, else the words that tell of it, which
    name it: the record's other values change from day to day.
    """
    if letter.property in letter.values:
        return letter.cause, letter.values[letter.property]
    return letter.cause, letter.message


def _discarded(
    connection: sa.Connection, portal: str, letters: Sequence[DeadLetter]
) -> dict[tuple[str, str, str, str], KeptLetter]:
    """Those of the letters that were discarded earlier, by their key without the portal."""
    letter = dead_letters.c
    found: dict[tuple[str, str, str, str], KeptLetter] = {}
    for kind, subject in sorted({(one.kind, one.subject) for one in letters}):
        keys = [one.key for one in letters if (one.kind, one.subject) == (kind, subject)]
        for some in bulk.some(keys):
            query = sa.select(*(letter[name] for name in (*_LETTER, *_KEPT))).where(
                letter.portal == portal,
                letter.kind == kind,
                letter.subject == subject,
                letter.key.in_(some),
                _DISCARDED,
            )
            for row in connection.execute(query).mappings():
                one = _kept(row)
                found[_place(one.letter)] = one
    return found


def _kept(row: Mapping[Any, Any]) -> KeptLetter:
    return KeptLetter(
        letter=DeadLetter(**{name: row[name] for name in _LETTER}),
        run_id=row["run_id"],
        source=row["source"] or "",
        last_at=row["last_at"],
        tried_at=row["tried_at"],
        resolved_at=row["resolved_at"],
        discarded=row["discard_reason"] or "",
    )


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
