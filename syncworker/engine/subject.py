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
    """Whom an e-mail address, a user's id, an account's id or its domain stands for.

    Raises:
        ConfigError: Nothing in staging has that id or domain. An address is always somebody's.
    """
    users = _rows(engine, portal, "users").select("user_id", "account_id", _normal("email"))
    people = users.unique().collect(engine="streaming")
    if "@" in who:
        return _person(engine, portal, people, people["email"] == normal("email", who), who)
    accounts = _rows(engine, portal, "accounts")
    same = (pl.col("account_id") == who) | (pl.col("domain").str.to_lowercase() == who.lower())
    ids = accounts.filter(same).select("account_id").unique().collect(engine="streaming")
    if ids.height:
        return _account(engine, portal, people, set(ids["account_id"]))
    if who in set(people["user_id"]):
        return _person(engine, portal, people, people["user_id"] == who, who)
    raise ConfigError(
        f"nobody and nothing in {portal} is called {who}",
        help="name an e-mail address, a user's id, an account's id or its domain, as in the source",
        code="NOBODY",
    )


def _person(
    engine: Engine, portal: str, people: pl.DataFrame, same: pl.Series, who: str
) -> Subject:
    ids = set(people.filter(same)["user_id"].drop_nulls())
    mine = people.filter(pl.col("user_id").is_in(sorted(ids)))
    emails = {normal("email", who)} if "@" in who else set()
    emails |= set(mine["email"].drop_nulls())
    found: Found = {"user_id": ids, "email": emails}
    _follow(engine, portal, "web_visits", ("email",), ("visitor_id",), found)
    _follow(engine, portal, "tickets", ("user_id", "email"), ("ticket_id",), found)
    contacts = ids | {f"email:{address}" for address in emails}
    records = {"contacts": contacts, "tickets": found.get("ticket_id", set())}
    return _subject(engine, portal, "person", found, records, ids | emails)


def _account(engine: Engine, portal: str, people: pl.DataFrame, accounts: set[str]) -> Subject:
    here = pl.col("account_id").is_in(sorted(accounts)).fill_null(value=False)
    mine, others = people.filter(here), people.filter(~here)
    ids = set(mine["user_id"].drop_nulls())
    # Somebody who belongs to another account too is not forgotten with this one.
    emails = set(mine["email"].drop_nulls()) - set(others["email"].drop_nulls())
    found: Found = {"account_id": set(accounts), "user_id": ids, "email": emails}
    wanted = ("sub_id", "customer_id")
    _follow(engine, portal, "subscriptions", ("account_id",), wanted, found)
    _follow(engine, portal, "invoices", ("account_id", "sub_id"), ("invoice_id",), found)
    _follow(engine, portal, "tickets", ("account_id", "user_id"), ("ticket_id",), found)
    _follow(engine, portal, "web_visits", ("email",), ("visitor_id",), found)
    named = _rows(engine, portal, "accounts").filter(here).select("name", "domain").unique()
    told = named.collect(engine="streaming")
    domains, names = set(told["domain"].drop_nulls()), set(told["name"].drop_nulls())
    records = {
        "companies": accounts,
        "contacts": ids | {f"email:{address}" for address in emails},
        "deals": found.get("sub_id", set()),
        "tickets": found.get("ticket_id", set()),
    }
    texts = accounts | ids | emails | domains
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
