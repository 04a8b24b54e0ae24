"""A portal cut by account for several tasks to compute; values do not depend on the cut."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import reached, there

Mine = Callable[[pl.Expr], pl.Expr]


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
    return part(facts, lambda key: key.hash(seed=0) % of == number)


def part(facts: Facts, mine: Mine) -> Facts:
    """The facts of some accounts and people, whose values are as in the whole.

    Args:
        facts: The whole portal's.
        mine: Of an expression that is an account's id, the user id of a person without an account
            or the address of nobody we know: whether it belongs to the part.
    """
    streams = dict(facts.streams)
    users = streams.get("users")
    if users is not None:
        home = pl.coalesce("account_id", "user_id")
        streams["users"] = users.filter(mine(home))
    for name in ("accounts", "subscriptions", "trials"):
        if name in streams:
            streams[name] = streams[name].filter(mine(pl.col("account_id")))
    for name in streams.keys() & {"subscription_items", "discounts"}:
        streams[name] = streams[name].join(
            streams["subscriptions"].select("sub_id"), on="sub_id", how="semi"
        )
    for name in ("events", "usage_daily"):
        if name in streams:
            streams[name] = _of_accounts_or_people(streams, streams[name], mine)
    for name, cut in (("tickets", _tickets), ("demo_requests", _requests)):
        if name in streams:
            streams[name] = cut(facts, streams, mine)
    return replace(facts, streams=streams)


def _of_accounts_or_people(
    streams: Mapping[str, pl.LazyFrame], rows: pl.LazyFrame, mine: Mine
) -> pl.LazyFrame:
    """Rows for the part's accounts and rows by the part's people, each once."""
    of_accounts = mine(pl.col("account_id")).fill_null(value=False)
    if "users" not in streams:
        return rows.filter(of_accounts)
    people = streams["users"].select("user_id", by_mine=pl.lit(value=True))
    return (
        rows.join(people, on="user_id", how="left")
        .filter(of_accounts | pl.col("by_mine").fill_null(value=False))
        .drop("by_mine")
    )


def _tickets(facts: Facts, streams: Mapping[str, pl.LazyFrame], mine: Mine) -> pl.LazyFrame:
    """Tickets of the part's accounts, and its share of those without one; each in one part."""
    tickets = streams["tickets"]
    if "users" not in facts.streams:
        return tickets.filter(mine(pl.coalesce("account_id", "ticket_id")))
    users = facts.streams["users"].select("user_id", user_account="account_id")
    home = pl.coalesce("account_id", "user_account", "ticket_id")
    return tickets.join(users, on="user_id", how="left").filter(mine(home)).drop("user_account")


def _requests(facts: Facts, streams: Mapping[str, pl.LazyFrame], mine: Mine) -> pl.LazyFrame:
    """Requests of the part's people, and its share of those whose address is no one's now."""
    requests = facts.streams["demo_requests"].with_columns(email=address())
    nobody = mine(pl.col("email"))
    if "users" not in streams:
        return requests.filter(nobody)
    people, everyone = (
        users.filter(reached("created_at", facts.as_of) & there(facts.as_of))
        .select(email=address())
        .drop_nulls()
        for users in (streams["users"], facts.streams["users"])
    )
    of_mine = requests.join(people, on="email", how="semi")
    of_nobody = requests.join(everyone, on="email", how="anti")
    return pl.concat([of_mine, of_nobody.filter(nobody)])
