"""Who was forgotten: nothing of them is kept but salted digests of their keys, to keep them out."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

from syncworker.errors import StoreError

KINDS = (
    "email",
    "user_id",
    "account_id",
    "sub_id",
    "customer_id",
    "invoice_id",
    "visitor_id",
    "ticket_id",
)
"""Columns by whose value a row is somebody's."""
CRM_RECORD = "crm_record"
"""Kind of a HubSpot record's digest: `contacts|123`."""
DELETED = "deleted_in_hubspot"
"""Kind of the digest of our key of a contact that was deleted in HubSpot."""
LET_IN = "let in"
"""What a receipt is about whose person may be read again."""
Keys = Mapping[str, Collection[str]]


def normal(kind: str, value: str) -> str:
    """A key as it is compared: an e-mail address in lower case without white space around it."""
    return value.strip().lower() if kind == "email" else value


def digest(salt: str, kind: str, value: str) -> str:
    """A key's salted digest; without the portal's salt nobody can try addresses on it."""
    text = f"{kind}\0{normal(kind, value)}"
    return hmac.new(bytes.fromhex(salt), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class KeptOut:
    """The forgotten keys of a portal.

    Attributes:
        salt: The portal's, as hexadecimal digits.
        digests: By kind, the digests of the forgotten keys.
    """

    salt: str
    digests: Mapping[str, frozenset[str]]

    def has(self, kind: str, value: str) -> bool:
        """Whether the key was forgotten."""
        digests = self.digests.get(kind, frozenset())
        return bool(digests) and digest(self.salt, kind, value) in digests

    def rows(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows that are nobody's who was forgotten."""
        for kind in KINDS:
            if kind in rows.columns and self.digests.get(kind):
                rows = self._without(rows, kind, pl.col(kind))
        if {"kind", "value"} <= set(rows.columns) and self.digests.get("email"):
            address = pl.when(pl.col("kind") == "email").then("value")
            rows = self._without(rows, "email", address)
        if {"object", "record_id"} <= set(rows.columns) and self.digests.get(CRM_RECORD):
            rows = self._without(rows, CRM_RECORD, pl.format("{}|{}", "object", "record_id"))
        return rows

    def names(self, text: str) -> bool:
        """Whether a JSON text holds the key of somebody who was forgotten, as a whole value.

        A decimal number may be an amount as well as an id: it is nobody's key here. The rows that
        are made of the text are looked at by their columns all the same.
        """
        return any(
            self.has(kind, value)
            for value in values_of(text)
            for kind in (("email",) if value.strip().isdecimal() else KINDS)
        )

    def _without(self, rows: pl.DataFrame, kind: str, value: pl.Expr) -> pl.DataFrame:
        held = rows.select(value=value.cast(pl.String))["value"]
        found = [one for one in held.unique().drop_nulls() if self.has(kind, one)]
        return rows.filter(~held.is_in(found).fill_null(value=False)) if found else rows


def values_of(text: str) -> Iterator[str]:
    """Every text and number of a JSON document; of a text that is none, nothing."""
    try:
        waiting = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif one is not None:
            yield str(one)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a forgetting removed; it names nobody.

    Attributes:
        id: Its id.
        portal: The portal's name.
        at: When it began; aware UTC.
        subject: `person`, `account` or `let in`.
        removed: By place (`staging.events`, `ledger`...), how many rows.
        remains: What is not removed, and what to do about it.
        finished: Whether it came to its end; else the same command goes on.
    """

    id: str
    portal: str
    at: datetime
    subject: str
    removed: Mapping[str, int]
    remains: tuple[str, ...] = ()
    finished: bool = False


class Forgotten(Protocol):
    """Who was forgotten, and what is removed with them from the state database."""

    def kept_out(self, portal: str) -> KeptOut | None:
        """The portal's forgotten keys; None: nobody was forgotten."""
        ...

    def keep_out(self, portal: str, keys: Keys, receipt_id: str, now: datetime) -> None:
        """Remember the digests of keys by kind; those that are remembered already are fine."""
        ...

    def holders(self, portal: str, keys: Keys) -> frozenset[str]:
        """Ids of the receipts of the forgettings that keep one of these keys out."""
        ...

    def let_in(self, portal: str, keys: Keys) -> int:
        """Forget the digests of keys by kind; how many there were."""
        ...

    def erase(
        self, portal: str, records: Keys, texts: Collection[str], names: Collection[str] = ()
    ) -> dict[str, int]:
        """Remove everything about records, and what names one of the texts as a whole value.

        Args:
            portal: The portal's name.
            records: By object, our keys of its records.
            texts: Their keys, addresses and domains.
            names: Names of accounts; dead letters are not looked through for them.

        Returns:
            By table, how many rows went.
        """
        ...

    def age(self, portal: str, *, before: datetime) -> int:
        """Remove dead letters, alerts and slots that are over since before that; how many."""
        ...

    def purge(self) -> bool:
        """Overwrite what was removed in the database's file; False: others hold it open now."""
        ...

    def put(self, receipt: Receipt) -> None:
        """Store a receipt, or what became of it.

        With a finished one those end too that were cut short, are of its subject and keep no key
        out any more: nobody could go on with them.
        """
        ...

    def receipts(self, portal: str) -> list[Receipt]:
        """The portal's receipts, newest first."""
        ...


def require_finished(forgotten: Forgotten, portal: str) -> None:
    """Make sure that no forgetting was cut short: what is left would be sent again.

    Raises:
        StoreError: One was.
    """
    if any(not receipt.finished for receipt in forgotten.receipts(portal)):
        raise StoreError(
            f"a forgetting in {portal} was cut short: what is left of somebody would be sent again",
            help="type the same `syncworker forget` again: it goes on",
            code="FORGETTING_CUT_SHORT",
        )
