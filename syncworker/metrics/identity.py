"""Whose a row is: the account (and the user) of every row that does not name it itself.

Rows are resolved when they are read, not when they are staged: what is learnt late about an
account then holds for its earlier rows too. The rules are in docs/identity.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.identity_books import Books
from syncworker.metrics.identity_claims import RIVALS_TYPE
from syncworker.metrics.identity_lookup import FIELD, LOST, RIVALS, VALUE
from syncworker.metrics.known import there
from syncworker.metrics.settings import MetricSettings
from syncworker.model.streams import STREAMS

WAYS: Mapping[str, tuple[str, ...]] = {
    "users": ("user_id", "email"),
    "events": ("user_id",),
    "usage_daily": ("user_id",),
    "subscriptions": ("customer_id",),
    "invoices": ("customer_id",),
    "trials": ("email",),
    "demo_requests": ("email",),
    "tickets": ("user_id", "email"),
    "survey_responses": ("user_id", "email"),
    "web_visits": ("email",),
}
"""By stream, the columns its rows are recognised by, the surest first."""
OF_ACCOUNTS_ONLY = ("subscriptions", "invoices", "trials")
"""Streams whose rows mean nothing without their account."""
_TOLD = ("demo_requests", "web_visits")
"""Streams whose rows have no account_id before they are resolved."""
_KEYS = ("stream", "source", "key")


@dataclass(frozen=True, slots=True)
class Resolution:
    """Facts that know whose their rows are, and what could not be told.

    Attributes:
        facts: Every row with account_id (and user_id) where it can be known; demo_requests and
            web_visits have got a column account_id. Subscriptions, invoices and trials without an
            account are left out, so that they count nowhere.
        conflicts: Rows that two accounts claim: stream, source, key (its `source_id`), field,
            value, accounts (sorted). Value and key may be an e-mail address: mask them.
        unresolved: By stream, how many rows name somebody nobody knows: stream, rows.
        unresolved_rows: The subscriptions, invoices and trials left out: stream, source, key.
        books: What the rows were looked up in.
        lost: By stream, the rows that were not found there.
    """

    facts: Facts
    conflicts: pl.LazyFrame
    unresolved: pl.LazyFrame
    unresolved_rows: pl.LazyFrame
    books: Books
    lost: Mapping[str, pl.LazyFrame]


def resolved(facts: Facts, settings: MetricSettings) -> Resolution:
    """Find the account of every row that does not name one.

    Read here are the identifying columns of accounts, users and identity rows, once; all frames
    that come out are lazy. The reports look at rows without an account only. Rows marked as
    deleted are resolved, and not reported.

    Args:
        facts: All streams as staged.
        settings: The portal's `metrics:`; `free_mail_domains` is used.
    """
    books = Books(facts, settings)
    streams = dict(facts.streams)
    lost: dict[str, pl.LazyFrame] = {}
    for name, ways in WAYS.items():
        if name not in streams:
            continue
        rows = books.recognised(name, facts.streams[name], ways)
        if name in OF_ACCOUNTS_ONLY:
            rows = rows.filter(~LOST)
        names = STREAMS[name].schema().names()
        streams[name] = rows.select(list(dict.fromkeys([*names, "account_id"])))
        lost[name] = _lost(books, name, facts.streams[name], facts)
    return _resolution(replace(facts, streams=streams), books, lost)


def reported(resolution: Resolution, facts: Facts) -> Resolution:
    """The same, with reports made from rows that know their account already.

    Nearly all of them do, so that looking the others up once more costs next to nothing.

    Args:
        resolution: The portal's.
        facts: Its facts as they were read back after resolving.
    """
    again = {
        name: _lost(resolution.books, name, facts.streams[name], facts)
        for name in resolution.lost
        if name not in OF_ACCOUNTS_ONLY  # of these the lost ones are not among the facts
    }
    return _resolution(resolution.facts, resolution.books, {**resolution.lost, **again})


def _lost(books: Books, name: str, rows: pl.LazyFrame, facts: Facts) -> pl.LazyFrame:
    nobodys = pl.col("account_id").is_null()
    known = "account_id" in rows.collect_schema()
    # A stream that has no such column as it is read has one once its rows know their account.
    open_ones = nobodys if known and name in _TOLD else books.doubtful(name)
    doubtful = rows.filter(open_ones, there(facts.as_of))
    return books.recognised(name, doubtful, WAYS[name]).filter(LOST)


def _resolution(facts: Facts, books: Books, lost: Mapping[str, pl.LazyFrame]) -> Resolution:
    return Resolution(
        facts=facts,
        conflicts=_conflicts(lost),
        unresolved=_unresolved(lost),
        unresolved_rows=_left_out(lost),
        books=books,
        lost=lost,
    )


def _conflicts(lost: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    text = dict.fromkeys((*_KEYS, "field", "value"), pl.String())
    parts = [
        rows.filter(pl.col(RIVALS).is_not_null()).select(
            pl.lit(name).alias("stream"),
            "source",
            key="source_id",
            field=FIELD,
            value=VALUE,
            accounts=RIVALS,
        )
        for name, rows in lost.items()
    ]
    return pl.concat([pl.LazyFrame(schema={**text, "accounts": RIVALS_TYPE}), *parts])


def _unresolved(lost: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    parts = [
        rows.filter(pl.any_horizontal(pl.col(WAYS[name]).is_not_null())).select(
            pl.lit(name).alias("stream"), rows=pl.len().cast(pl.Int64)
        )
        for name, rows in lost.items()
    ]
    return pl.concat([pl.LazyFrame(schema={"stream": pl.String, "rows": pl.Int64}), *parts])


def _left_out(lost: Mapping[str, pl.LazyFrame]) -> pl.LazyFrame:
    parts = [
        lost[name].select(pl.lit(name).alias("stream"), "source", key="source_id")
        for name in OF_ACCOUNTS_ONLY
        if name in lost
    ]
    return pl.concat([pl.LazyFrame(schema=dict.fromkeys(_KEYS, pl.String())), *parts])
