"""When a user or an account fulfilled the portal's rule, as unions of intervals."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import polars as pl

from syncworker.metrics.grid import spells
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.milestones import milestone_changes
from syncworker.metrics.settings_pql import PqlSettings


def account_spells(inputs: Inputs, changes: pl.LazyFrame) -> pl.LazyFrame:
    """The spells of the accounts that ever qualified.

    Args:
        inputs: Of the computation.
        changes: `milestone_changes` of the accounts; not used where one user qualifies them.

    Returns:
        who, begin, end: qualified at T with begin < T <= end, as seen at local midnights.
    """
    if inputs.settings.pql.account_by == "any_user":
        home = inputs.facts.streams["users"].select("account_id", who="user_id")
        people = qualified(milestone_changes(inputs, "user_id"), inputs.settings.pql)
        intervals = _union(people.join(home, on="who").select("begin", "end", who="account_id"))
    else:
        intervals = qualified(changes, inputs.settings.pql)
    return spells(intervals, instant(inputs.facts.as_of), inputs.facts.timezone)


def user_spells(inputs: Inputs, changes: pl.LazyFrame) -> pl.LazyFrame:
    """The spells of the users that ever qualified, as those of accounts."""
    intervals = qualified(changes, inputs.settings.pql)
    return spells(intervals, instant(inputs.facts.as_of), inputs.facts.timezone)


def qualified(changes: pl.LazyFrame, settings: PqlSettings) -> pl.LazyFrame:
    """The intervals in which the rule held: who, begin, end; exact, not as seen on the grid."""
    names = list(settings.milestones)
    flips = [
        pl.col("flip").filter(pl.col("milestone") == place).sum().cast(pl.Int64).alias(name)
        for place, name in enumerate(_columns(names))
    ]
    reached = (
        changes.filter(pl.col("flip") != 0)
        .group_by("who", "at")
        .agg(flips)
        .sort("who", "at")
        .with_columns(pl.col(_columns(names)).cum_sum())
        .select("who", "at", holds=_rule(settings))
    )
    return _held(reached)


def _union(intervals: pl.LazyFrame) -> pl.LazyFrame:
    """Where at least one of the intervals of the same `who` is; null belongs to nobody."""
    one = pl.lit(1, dtype=pl.Int64)
    ends = [intervals.select("who", at="begin", n=one), intervals.select("who", at="end", n=-one)]
    changes = pl.concat(ends).filter(pl.col("who").is_not_null()).group_by("who", "at")
    return _held(
        changes.agg(pl.col("n").sum())
        .sort("who", "at")
        .select("who", "at", holds=pl.col("n").cum_sum() > 0)
    )


def _held(changes: pl.LazyFrame) -> pl.LazyFrame:
    """Intervals out of changes sorted by who and at, the last of each `who` not holding."""
    turned = pl.col("holds") != pl.col("holds").shift(1).fill_null(value=False)
    return (
        changes.filter(turned)
        .with_columns(end=pl.col("at").shift(-1))
        .filter(pl.col("holds"))
        .select("who", "end", begin="at")
    )


def _columns(names: list[str]) -> list[str]:
    """Columns of milestones, which may have any name."""
    return [f"reached_{place}" for place, _ in enumerate(names)]


def _rule(settings: PqlSettings) -> pl.Expr:
    columns = dict(zip(settings.milestones, _columns(list(settings.milestones)), strict=True))
    reached = {name: pl.col(column) > 0 for name, column in columns.items()}
    parts: list[pl.Expr] = []
    if settings.any_of:
        parts.append(reduce(or_, (reached[name] for name in settings.any_of)))
    parts += [reached[name] for name in settings.all_of]
    if settings.at_least.count:
        of = dict.fromkeys(settings.at_least.of or reached)
        enough = pl.sum_horizontal(reached[name].cast(pl.Int64) for name in of)
        parts.append(enough >= settings.at_least.count)
    rule = reduce(and_, parts) if parts else pl.lit(value=False)
    return rule | reached[settings.override] if settings.override else rule
