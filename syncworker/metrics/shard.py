"""One shard of a portal's accounts, with everything the metrics of these accounts need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.homes import HOME, SEVERAL, TOO, housed
from syncworker.model.streams import STREAMS

Mine = Callable[[pl.Expr], pl.Expr]


def number(home: str, of: int) -> pl.Expr:
    """The shard of what lives there, from 0.

    All shards of a run must be cut by one version of syncworker: the hash is Polars's.
    """
    return (pl.col(home).hash(seed=0) % of).cast(pl.Int32)


def shard(facts: Facts, place: int, of: int) -> Facts:
    """The facts of one shard: its accounts, their people, and everything about these.

    Args:
        facts: The whole portal's.
        place: The shard, from 0.
        of: How many shards there are; 1 changes nothing.
    """
    if of == 1:
        return facts
    return part(facts, lambda home: home.hash(seed=0) % of == place)


def part(facts: Facts, mine: Mine) -> Facts:
    """The facts of some accounts and people, whose values are as in the whole.

    Args:
        facts: The whole portal's.
        mine: Of an expression that names where a row lives (`homes`): whether that belongs to
            the part.
    """
    there = mine(pl.col(HOME)).fill_null(value=False)
    too = pl.col(TOO).is_not_null() & mine(pl.col(TOO))  # nothing has a hash too
    streams = dict(facts.streams)
    for name, rows in housed(facts).items():
        names = rows.collect_schema().names()
        found = rows.filter(there | too if TOO in names else there)
        if name in SEVERAL:
            found = found.unique(list(STREAMS[name].key))
        streams[name] = found.select(one for one in names if one not in (HOME, TOO))
    return replace(facts, streams=streams)
