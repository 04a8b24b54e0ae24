"""Forgetting a person or an account: everything of theirs goes, and they are kept out.

What keeps them out is remembered first, then the state database is cleared, then snapshots, then
staging, the streams that tell which keys are theirs last. Cut short anywhere, the same command goes
on.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from syncworker.engine import prepared, retention, sync
from syncworker.engine.at_work import at_work
from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import DELETED, LET_IN, Keys, Receipt
from syncworker.engine.memory import Run
from syncworker.engine.subject import Subject, find
from syncworker.errors import ConfigError, StoreError
from syncworker.metrics.memory import SNAPSHOT
from syncworker.model.streams import STREAMS

_LAST = ("invoices", "web_visits", "tickets", "subscriptions", "identity", "users", "accounts")
"""Streams that tell which keys are whose: a forgetting that was cut short needs them again."""
_REMAINS: tuple[str, ...] = (
    "HubSpot's own record: delete it there (a contact: Actions > Delete > permanently)",
    "the sources: what is deleted there does not come back, what is not is kept out here",
    "backups of the state database and of staging, and plans that were saved to files",
)
_TRACES = "traces in the state database's file, until it is next written over"
_FILES = "the files of staging that were written anew, until the next retention removes them"
_TYPED = "typed"
"""Kind of the digest of what was typed: a domain tells nothing when its account is gone."""


def forget(engine: Engine, portal: str, who: str) -> Receipt:
    """Remove a person or an account, and keep them out from now on.

    Args:
        engine: The ports.
        portal: The portal's name.
        who: An e-mail address, a user's id, an account's id or its domain.

    Raises:
        ConfigError: Nobody is called so.
        LockHeld: A run has the portal.
    """
    _whom(engine, portal, who)  # for a name that is nobody's no run is opened
    run = sync.start(engine, portal, kind="prune")
    with at_work(engine, run):
        subject = _whom(engine, portal, who)  # a run may have read more of theirs since
        now = engine.clock()
        keys = {**subject.keys, _TYPED: [_typed(who)]}
        receipt = Receipt(_begun(engine, portal, subject, keys), portal, now, subject.kind, {})
        engine.forgotten.keep_out(portal, keys, receipt.id, now)
        engine.forgotten.put(receipt)
        removed = engine.forgotten.erase(portal, subject.records, subject.texts, subject.names)
        removed |= _from_snapshots(engine, run, subject)
        removed |= _from_staging(engine, run, subject)
        # Nothing is left that would be sent again; from here on nobody has to type it again.
        remains = (*_REMAINS, _TRACES, _FILES)
        receipt = replace(receipt, removed=removed, remains=remains, finished=True)
        engine.forgotten.put(receipt)
        retention.sweep(engine, run)
    engine.runs.finish(
        replace(run, status="done", summary={"receipt": receipt.id}, finished_at=engine.clock())
    )
    receipt = replace(
        receipt, remains=_REMAINS if engine.forgotten.purge() else (*_REMAINS, _TRACES)
    )
    engine.forgotten.put(receipt)
    return receipt


def forecast(engine: Engine, portal: str, who: str) -> tuple[Subject, dict[str, int]]:
    """Whom it would be about, and by stream how many staged rows would go.

    Raises:
        ConfigError: Nobody is called so.
    """
    subject = _whom(engine, portal, who)
    rows: dict[str, int] = {}
    for stream in STREAMS:
        places = [page.place for page in engine.pages.staged(portal, stream)]
        staged = engine.staging.read(places, STREAMS[stream].schema())
        counted = staged.filter(subject.rows(stream)).select(pl.len())
        if number := counted.collect(engine="streaming").item():
            rows[stream] = number
    return subject, rows


def _whom(engine: Engine, portal: str, who: str) -> Subject:
    """Whom it is about, or of whom a forgetting that was cut short has left this one key."""
    try:
        return find(engine, portal, who)
    except ConfigError as error:
        out = engine.forgotten.kept_out(portal)
        begun = any(not one.finished for one in engine.forgotten.receipts(portal))
        if error.code != "NOBODY" or out is None or not begun:
            raise
        key = frozenset({who})
        if out.has("account_id", who):
            return Subject("account", {"account_id": key}, {"companies": key}, key)
        if out.has("user_id", who):
            return Subject("person", {"user_id": key}, {"contacts": key}, key)
        if out.has(_TYPED, _typed(who)):
            return Subject("account", {}, {}, key)
        raise


def _begun(engine: Engine, portal: str, subject: Subject, keys: Keys) -> str:
    """The id of the receipt that was cut short and is about the same one, else a new id.

    Other keys do not tell: two people may have come by one browser or written to one ticket.
    """
    own = ("user_id", "email") if subject.kind == "person" else ("account_id",)
    holders = engine.forgotten.holders(
        portal, {kind: keys.get(kind, ()) for kind in (*own, _TYPED)}
    )
    for one in engine.forgotten.receipts(portal):
        if not one.finished and one.subject == subject.kind and one.id in holders:
            return one.id
    return uuid.uuid4().hex


def _typed(who: str) -> str:
    return who.strip().lower()


def let_in(engine: Engine, portal: str, who: str) -> Receipt:
    """Let somebody in again who was forgotten: they signed up anew.

    Raises:
        StoreError: Nobody of that address or id was forgotten.
    """
    ids = _people(engine, portal, who)
    keys = {"email": [who], "account_id": [who], "user_id": ids, DELETED: ids}
    number = engine.forgotten.let_in(portal, keys)
    if not number:
        raise StoreError(
            f"nobody called {who} was forgotten in {portal}",
            help=f"the receipts: syncworker forget {portal}",
            code="NOT_FORGOTTEN",
        )
    receipt = Receipt(
        uuid.uuid4().hex, portal, engine.clock(), LET_IN, {"forgotten": number}, finished=True
    )
    engine.forgotten.put(receipt)
    return receipt


def _people(engine: Engine, portal: str, who: str) -> list[str]:
    """The ids that the person may have, as far as staging tells."""
    try:
        known = find(engine, portal, who).records.get("contacts", frozenset())
    except ConfigError:
        known = frozenset()
    return sorted({who, f"email:{who.lower()}", *known})


def _from_staging(engine: Engine, run: Run, subject: Subject) -> dict[str, int]:
    prepared.clear(engine, run.portal)
    removed: dict[str, int] = {}
    for stream in (*(name for name in STREAMS if name not in _LAST), *_LAST):
        theirs = subject.rows(stream)
        number = 0
        for page in engine.pages.staged(run.portal, stream):
            rows = engine.staging.read([page.place], STREAMS[stream].schema())
            kept = rows.filter(~theirs).collect(engine="streaming")
            if kept.height == page.rows:
                continue
            number += page.rows - kept.height
            name = f"{run.id}-{page.place.rpartition('/')[2].removesuffix('.parquet')}"
            new = None
            if kept.height:
                place = engine.staging.write(run.portal, stream, name, kept)
                new = replace(page, place=place, rows=kept.height)
            engine.pages.swap(run, [page.place], new)
        if number:
            removed[f"staging.{stream}"] = number
    return removed


def _from_snapshots(engine: Engine, run: Run, subject: Subject) -> Mapping[str, int]:
    """Snapshots are of accounts: with an account its rows go."""
    accounts = sorted(subject.keys.get("account_id", ()))
    if not accounts:
        return {}
    schema = pl.Schema({"account_id": pl.String(), **SNAPSHOT})
    number = 0
    for one in engine.snapshots.known(run.portal):
        rows = engine.staging.read([one.place], schema).collect(engine="streaming")
        kept = rows.filter(~pl.col("account_id").is_in(accounts))
        if kept.height < rows.height:
            number += rows.height - kept.height
            _, folder, file = one.place.split("/", 2)
            name = f"{run.id}-{file.removesuffix('.parquet')}"
            place = engine.staging.write(run.portal, folder, name, kept)
            engine.snapshots.move(run.portal, one.place, place)
            engine.staging.remove([one.place])
    return {"snapshots": number} if number else {}
