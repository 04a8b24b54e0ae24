"""A few people of a portal with their accounts; values are as in a computation of the whole."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.facts import Facts
from syncworker.metrics.shard import part


def focus_keys(facts: Facts, people: Collection[str], accounts: Collection[str]) -> pl.LazyFrame:
    """What names the part of a portal that concerns some people and accounts.

    Args:
        facts: The whole portal's.
        people: E-mail addresses in any spelling.
        accounts: Account ids.

    Returns:
        One column, key: the accounts, those of the people and of trials and demos they asked for;
        user ids of people who have no account; and the addresses.
    """
    addresses = {person.strip().lower() for person in people}
    users = facts.stream("users")
    trials = facts.stream("trials")
    named = address().is_in(sorted(addresses))
    requests = facts.streams.get("demo_requests", pl.LazyFrame(schema={"email": pl.String}))
    keys = [
        pl.LazyFrame({"key": sorted({*accounts, *addresses})}, schema={"key": pl.String}),
        users.filter(named).select(key=pl.coalesce("account_id", "user_id")),
        trials.filter(named).select(key="account_id"),
    ]
    if "account_id" in requests.collect_schema():
        keys.append(requests.filter(named).select(key="account_id"))
    return pl.concat(keys).drop_nulls().unique()


def focus(facts: Facts, keys: pl.Series) -> Facts:
    """The facts of those accounts and people: all their rows, and all their colleagues'.

    Args:
        facts: The whole portal's.
        keys: As `focus_keys` gives them.
    """
    return part(facts, lambda key: key.is_in(keys.implode()))
