"""Whom a forgetting is about: every key of theirs, as far as staging tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import CRM_RECORD, KINDS, normal
from syncworker.errors import ConfigError
from syncworker.model.streams import STREAMS

Found = dict[str, set[str]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or an account.

    Attributes:
        kind: Which of the two.
        keys: By kind of key (`forgotten.KINDS` and CRM records), the values.
        records: By HubSpot object, our keys of its records.
        texts: Keys, addresses and domains by which something else may name them.
        names: What an account is called.
    """

    kind: Literal["person", "account"]
    keys: Mapping[str, frozenset[str]]
    records: Mapping[str, frozenset[str]]
    texts: frozenset[str]
    names: frozenset[str] = frozenset()

    def rows(self, stream: str) -> pl.Expr:
        """Which rows of a stream are theirs."""
        columns = STREAMS[stream].schema()
        mine = pl.lit(value=False)
        for kind in KINDS:
            if kind in columns and self.keys.get(kind):
                mine |= _normal(kind).is_in(sorted(self.keys[kind]))
        if stream == "identity":
            addresses = sorted(self.keys.get("email", ()))
            held = pl.col("value").str.strip_chars().str.to_lowercase()
            mine |= (pl.col("kind") == "email") & held.is_in(addresses)
        if {"object", "record_id"} <= set(columns):
            records = sorted(self.keys.get(CRM_RECORD, ()))
            mine |= pl.format("{}|{}", "object", "record_id").is_in(records)
        return mine.fill_null(value=False)


def find(engine: Engine, portal: str, who: str) -> Subject:
    """Whom an e-mail address, a user's id, an account's id or its domain stands for now.

    Raises:
        ConfigError: Nothing in staging has that id or domain, or several accounts have the domain.
            An address is always somebody's.
    """
    columns = ("user_id", "account_id", _normal("email"), "synced_at")
    people = _versions(engine, portal, "users", columns)
    if "@" in who:
        now = people.newest.filter(pl.col("email") == normal("email", who))
        return _person(engine, portal, people, _values(now, "user_id"), who)
    accounts = _versions(engine, portal, "accounts", ("account_id", "name", "domain", "synced_at"))
    if who in _values(accounts.newest, "account_id"):
        return _account(engine, portal, people, accounts, who)
    same = pl.col("domain").str.strip_chars().str.to_lowercase() == who.strip().lower()
    ids = sorted(_values(accounts.newest.filter(same), "account_id"))
    if len(ids) > 1:
        raise ConfigError(
            f"{who} is the domain of several accounts in {portal}: {', '.join(ids)}",
            help="name the account's id",
            code="SEVERAL_ACCOUNTS",
        )
    if ids:
        return _account(engine, portal, people, accounts, ids[0])
    if who in _values(people.newest, "user_id"):
        return _person(engine, portal, people, {who}, who)
    raise ConfigError(
        f"nobody and nothing in {portal} is called {who}",
        help="name an e-mail address, a user's id, an account's id or its domain, as in the source",
        code="NOBODY",
    )


@dataclass(frozen=True, slots=True)
class _Versions:
    """Rows of a stream: `all` that were read, and of each key the `newest`."""

    all: pl.DataFrame
    newest: pl.DataFrame

    def only(self, column: str, key: str, ids: set[str]) -> set[str]:
        """Values that these keys have or had, without those that another key has now."""
        mine = pl.col(key).is_in(sorted(ids))
        others = _values(self.newest.filter(~mine), column)
        return _values(self.all.filter(mine), column) - others


def _versions(
    engine: Engine, portal: str, stream: str, columns: Iterable[str | pl.Expr]
) -> _Versions:
    rows = _rows(engine, portal, stream).select(columns).unique().collect(engine="streaming")
    newest = rows.sort("synced_at").unique(STREAMS[stream].key, keep="last")
    return _Versions(rows, newest)


def _values(rows: pl.DataFrame, column: str) -> set[str]:
    return set(rows[column].drop_nulls())


def _person(engine: Engine, portal: str, people: _Versions, ids: set[str], who: str) -> Subject:
    emails = {normal("email", who)} if "@" in who else set()
    emails |= people.only("email", "user_id", ids)
    found: Found = {"user_id": ids, "email": emails}
    _follow(engine, portal, "web_visits", ("email",), ("visitor_id",), found)
    _follow(engine, portal, "tickets", ("user_id", "email"), ("ticket_id",), found)
    contacts = ids | {f"email:{address}" for address in emails}
    records = {"contacts": contacts, "tickets": found.get("ticket_id", set())}
    return _subject(engine, portal, "person", found, records, ids | emails)


def _account(
    engine: Engine, portal: str, people: _Versions, accounts: _Versions, account: str
) -> Subject:
    # Who has moved to another account, or has an address there too, is not forgotten with this one.
    ids = _values(people.newest.filter(pl.col("account_id") == account), "user_id")
    emails = people.only("email", "user_id", ids)
    identity = _rows(engine, portal, "identity").filter(
        pl.col("kind") == "customer", pl.col("account_id") == account
    )
    # The billing system's customer may have the account's own id.
    customers = {account} | _values(identity.select("value").collect(), "value")
    found: Found = {
        "account_id": {account}, "user_id": ids, "email": emails, "customer_id": customers,
    }  # fmt: skip
    paid = ("account_id", "customer_id")
    _follow(engine, portal, "subscriptions", paid, ("sub_id", "customer_id"), found)
    _follow(engine, portal, "invoices", (*paid, "sub_id"), ("invoice_id",), found)
    _follow(engine, portal, "tickets", ("account_id", "user_id", "email"), ("ticket_id",), found)
    _follow(engine, portal, "web_visits", ("email",), ("visitor_id",), found)
    records = {
        "companies": {account},
        "contacts": ids | {f"email:{address}" for address in emails},
        "deals": found.get("sub_id", set()),
        "tickets": found.get("ticket_id", set()),
    }
    texts = {account} | ids | emails | accounts.only("domain", "account_id", {account})
    names = accounts.only("name", "account_id", {account})
    return _subject(engine, portal, "account", found, records, texts, names)


def _subject(
    engine: Engine,
    portal: str,
    kind: Literal["person", "account"],
    found: Found,
    records: Mapping[str, set[str]],
    texts: set[str],
    names: Iterable[str] = (),
) -> Subject:
    known = {
        f"{name}|{record.hubspot_id}"
        for name, keys in records.items()
        for record in engine.ledger.get(portal, name, sorted(keys)).values()
    }
    # An account's id may be another thing's id too; its people's are looked for as a whole value.
    keys = {**found, CRM_RECORD: known}
    return Subject(
        kind,
        {name: frozenset(values) for name, values in keys.items() if values},
        {name: frozenset(values) for name, values in records.items() if values},
        frozenset(texts),
        frozenset(names),
    )


def _follow(
    engine: Engine,
    portal: str,
    stream: str,
    by: Iterable[str],
    wanted: tuple[str, ...],
    found: Found,
) -> None:
    """Add the keys that a stream's rows of the found ones name."""
    mine = pl.lit(value=False)
    for kind in by:
        mine |= _normal(kind).is_in(sorted(found.get(kind, ()))).fill_null(value=False)
    rows = _rows(engine, portal, stream).filter(mine).select(wanted).unique()
    named = rows.collect(engine="streaming")
    for kind in wanted:
        found.setdefault(kind, set()).update(named[kind].drop_nulls())


def _rows(engine: Engine, portal: str, stream: str) -> pl.LazyFrame:
    """Every version of a stream's rows."""
    places = [page.place for page in engine.pages.staged(portal, stream)]
    return engine.staging.read(places, STREAMS[stream].schema())


def _normal(kind: str) -> pl.Expr:
    value = pl.col(kind)
    return value.str.strip_chars().str.to_lowercase() if kind == "email" else value
