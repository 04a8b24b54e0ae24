"""A portal cut by account for several tasks to compute; values do not depend on the cut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import reached, there


def shard(facts: Facts, number: int, of: int) -> Facts:
    """The facts of one shard: its accounts, their people, and everything about these.

    A person without an account goes by the user id, a ticket of no account and of nobody's by its
    own id, a demo request of nobody we know by its address. All shards of a run must be cut by
    one version of syncworker: the hash is Polars's.

    Args:
        facts: The whole portal's.
        number: The shard, from 0.
        of: How many shards there are; 1 changes nothing.
    """
    if of == 1:
        return facts
    streams = dict(facts.streams)
    users = streams.get("users")
    if users is not None:
        home = pl.coalesce("account_id", "user_id")
        streams["users"] = users.filter(_mine(home, number, of))
    for name in ("accounts", "subscriptions", "trials"):
        if name in streams:
            streams[name] = streams[name].filter(_mine(pl.col("account_id"), number, of))
    for name in streams.keys() & {"subscription_items", "discounts"}:
        streams[name] = streams[name].join(
            streams["subscriptions"].select("sub_id"), on="sub_id", how="semi"
        )
    for name in ("events", "usage_daily"):
        if name in streams:
            streams[name] = _of_accounts_or_people(streams, streams[name], number, of)
    for name, cut in (("tickets", _tickets), ("demo_requests", _requests)):
        if name in streams:
            streams[name] = cut(facts, streams, number, of)
    return replace(facts, streams=streams)


def _mine(key: pl.Expr, number: int, of: int) -> pl.Expr:
    return key.hash(seed=0) % of == number


def _of_accounts_or_people(
    streams: Mapping[str, pl.LazyFrame], rows: pl.LazyFrame, number: int, of: int
) -> pl.LazyFrame:
    """Rows for the shard's accounts and rows by the shard's people, each once."""
    mine = _mine(pl.col("account_id"), number, of).fill_null(value=False)
    if "users" not in streams:
        return rows.filter(mine)
    people = streams["users"].select("user_id", by_mine=pl.lit(value=True))
    return (
        rows.join(people, on="user_id", how="left")
        .filter(mine | pl.col("by_mine").fill_null(value=False))
        .drop("by_mine")
    )


def _tickets(
    facts: Facts, streams: Mapping[str, pl.LazyFrame], number: int, of: int
) -> pl.LazyFrame:
    """Tickets of the shard's accounts, and its part of those without one; each in one shard."""
    tickets = streams["tickets"]
    if "users" not in facts.streams:
        return tickets.filter(_mine(pl.coalesce("account_id", "ticket_id"), number, of))
    users = facts.streams["users"].select("user_id", user_account="account_id")
    home = pl.coalesce("account_id", "user_account", "ticket_id")
    tickets = tickets.join(users, on="user_id", how="left")
    return tickets.filter(_mine(home, number, of)).drop("user_account")


def _requests(
    facts: Facts, streams: Mapping[str, pl.LazyFrame], number: int, of: int
) -> pl.LazyFrame:
    """Requests of the shard's people, and its part of those whose address is no one's now."""
    requests = facts.streams["demo_requests"].with_columns(email=address())
    nobody = _mine(pl.col("email"), number, of)
    if "users" not in streams:
        return requests.filter(nobody)
    mine, everyone = (
        users.filter(reached("created_at", facts.as_of) & there(facts.as_of))
        .select(email=address())
        .drop_nulls()
        for users in (streams["users"], facts.streams["users"])
    )
    of_mine = requests.join(mine, on="email", how="semi")
    of_nobody = requests.join(everyone, on="email", how="anti")
    return pl.concat([of_mine, of_nobody.filter(nobody)])
