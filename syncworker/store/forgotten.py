"""Who was forgotten, and the receipts."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from syncworker.engine.forgotten import KeptOut, Keys, Receipt, digest
from syncworker.errors import StoreError
from syncworker.store.database import Database
from syncworker.store.erasing import age, erase
from syncworker.store.tables import forgotten, portal_states, receipts

_SALT_BYTES = 32


class SqlForgotten:
    """`engine.forgotten.Forgotten` on SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def kept_out(self, portal: str) -> KeptOut | None:
        """The portal's forgotten keys."""
        row = forgotten.c
        query = sa.select(row.kind, row.digest).where(row.portal == portal)
        with self._database.read() as connection:
            found = connection.execute(query).all()
            if not found:
                return None
            salt = str(connection.execute(_salt(portal)).scalar_one())
        digests: dict[str, set[str]] = {}
        for kind, one in found:
            digests.setdefault(kind, set()).add(one)
        return KeptOut(salt, {kind: frozenset(some) for kind, some in digests.items()})

    def keep_out(self, portal: str, keys: Keys, receipt_id: str, now: datetime) -> None:
        """Remember digests; the portal's salt is made with the first."""
        with self._database.write() as connection:
            salt = str(connection.execute(_salt(portal)).scalar() or "")
            if not salt:
                salt = secrets.token_hex(_SALT_BYTES)
                row = {"portal": portal, "paused_at": None, "paused_why": "", "salt": salt}
                connection.execute(
                    self._database.upsert(portal_states, ("portal",), ("salt",)), row
                )
            rows = [
                {
                    "portal": portal,
                    "kind": kind,
                    "digest": digest(salt, kind, value),
                    "receipt_id": receipt_id,
                    "at": now,
                }
                for kind, values in keys.items()
                for value in values
            ]
            if rows:
                key = ("portal", "kind", "digest")
                connection.execute(self._database.upsert(forgotten, key, ("receipt_id",)), rows)

    def holders(self, portal: str, keys: Keys) -> frozenset[str]:
        """Whose receipts keep one of these out."""
        row = forgotten.c
        with self._database.read() as connection:
            salt = str(connection.execute(_salt(portal)).scalar() or "")
            named = [digest(salt, kind, value) for kind, some in keys.items() for value in some]
            found = sa.select(row.receipt_id).where(row.portal == portal, row.digest.in_(named))
            return frozenset(connection.execute(found).scalars())

    def let_in(self, portal: str, keys: Keys) -> int:
        """Forget digests, and with those of a person all of the same forgetting."""
        ids = self.holders(portal, keys)
        row = forgotten.c
        with self._database.write() as connection:
            return connection.execute(
                sa.delete(forgotten).where(row.portal == portal, row.receipt_id.in_(ids))
            ).rowcount

    def erase(
        self, portal: str, records: Keys, texts: Collection[str], names: Collection[str] = ()
    ) -> dict[str, int]:
        """Remove everything about records."""
        with self._database.write() as connection:
            return erase(connection, portal, records, texts, names)

    def age(self, portal: str, *, before: datetime) -> int:
        """Remove what is over since before that."""
        with self._database.write() as connection:
            return age(connection, portal, before)

    def purge(self) -> bool:
        """Write SQLite's file anew and empty its log; PostgreSQL sees to that by itself."""
        if self._database.url.get_backend_name() != "sqlite":
            return True
        try:
            with self._database.alone() as connection:
                connection.exec_driver_sql("VACUUM")
                busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        except StoreError:
            return False
        return not busy

    def put(self, receipt: Receipt) -> None:
        """A receipt, or what became of it."""
        row = {"id": receipt.id, "portal": receipt.portal, "at": receipt.at}
        body = {k: v for k, v in asdict(receipt).items() if k not in row}
        with self._database.write() as connection:
            if receipt.finished:
                _finish_nobodys(connection, receipt)
            statement = self._database.upsert(receipts, ("id",), ("at", "body"))
            connection.execute(statement, row | {"body": body})

    def receipts(self, portal: str) -> list[Receipt]:
        """The portal's receipts."""
        query = (
            sa.select(receipts).where(receipts.c.portal == portal).order_by(receipts.c.at.desc())
        )
        with self._database.read() as connection:
            return [_receipt(row) for row in connection.execute(query).mappings()]


def _salt(portal: str) -> sa.Select[tuple[str]]:
    return sa.select(portal_states.c.salt).where(portal_states.c.portal == portal)


def _finish_nobodys(connection: sa.Connection, receipt: Receipt) -> None:
    """End what was cut short and whose person was let in again, or is another receipt's by now."""
    row = receipts.c
    keeping = sa.select(forgotten.c.receipt_id).where(forgotten.c.portal == receipt.portal)
    others = sa.and_(row.portal == receipt.portal, row.id != receipt.id, row.id.not_in(keeping))
    for id_, body in connection.execute(sa.select(row.id, row.body).where(others)).all():
        if not body["finished"] and body["subject"] == receipt.subject:
            told = {"finished": True, "remains": ["it keeps nobody out any more"]}
            connection.execute(sa.update(receipts).where(row.id == id_).values(body=body | told))


def _receipt(row: sa.RowMapping) -> Receipt:
    body = {**row["body"], "remains": tuple(row["body"]["remains"])}
    return Receipt(id=row["id"], portal=row["portal"], at=row["at"], **body)
