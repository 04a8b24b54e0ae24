"""When each milestone was reached and when it was lost again, told from events alone.

Everything a milestone asks for is a running sum of weights that hold for a while: an act weighs
for the length of the window, a day of use likewise, a level until the next one. So whatever
arrives late gives the same as if it had always been there.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.activity import QUANTITY
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.milestone_acts import Owner, acts
from syncworker.metrics.quotas import quota_changes
from syncworker.metrics.settings_pql import Milestone, PqlSettings

KEY = ["who", "milestone"]
SPAN = ["who", "begin", "end"]


def milestone_changes(inputs: Inputs, owner: Owner) -> pl.LazyFrame:
    """Every instant at which what a milestone asks for changed.

    Args:
        inputs: Of the computation; its settings name at least one milestone.
        owner: Whose milestones: accounts' or users'.

    Returns:
        who, milestone (its place in the settings, from 0), at, value and quota (null: none) and
        holds (each from right after `at` up to and including the next row's `at`), flip (1: the
        milestone is reached here, -1: it is lost, 0), current (whether the row holds at `as_of`),
        since (of a row that holds: when it last began to). Every milestone ends at `as_of`; sorted
        by who, milestone, at.
    """
    settings = list(inputs.settings.pql.milestones.values())
    now = instant(inputs.facts.as_of)
    last = pl.any_horizontal(pl.col(k) != pl.col(k).shift(-1) for k in KEY).fill_null(value=True)
    ends_there = (pl.col("at") != pl.col("at").shift(-1)) | last
    return (
        _changes(inputs, owner)
        .sort(*KEY, "at")
        # All weights of one milestone of one owner have ended at `as_of`: the sums begin anew.
        .with_columns(pl.col("value", "quota").cum_sum())
        .filter(ends_there.fill_null(value=True))
        .with_columns(quota=_quota(settings))
        .with_columns(holds=_holds(settings))
        .with_columns(
            flip=pl.col("holds").cast(pl.Int8)
            - pl.col("holds").shift(1).fill_null(value=False).cast(pl.Int8),
            current=(pl.col("at") < now) & ((pl.col("at").shift(-1) >= now) | last),
        )
        # Whoever holds now began to in the same group, so no other's beginning can be meant.
        .with_columns(since=pl.when(pl.col("flip") == 1).then("at").forward_fill())
        # Spells and reasons both start here; Polars would find only the reasons' larger half twice.
        .cache()
    )


def milestones_ever(
    changes: pl.LazyFrame, settings: PqlSettings, before: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """The milestones that were ever reached.

    Args:
        changes: As `milestone_changes`.
        settings: The portal's.
        before: who, until: only what was reached before `until` counts, and nobody else's; None:
            everything.

    Returns:
        who, pql_milestones (their names in the settings' order, with commas); only who has one.
    """
    reached = changes.filter(pl.col("flip") == 1).group_by(KEY).agg(at=pl.col("at").min())
    if before is not None:
        reached = reached.join(before, on="who").filter(pl.col("at") < pl.col("until"))
    names = dict(enumerate(settings.milestones))
    in_order = pl.col("milestone").sort().replace_strict(names, return_dtype=pl.String)
    return reached.group_by("who").agg(pql_milestones=in_order.str.join(", "))


def _intervals(done: pl.LazyFrame, milestone: Milestone) -> pl.LazyFrame:
    """who, begin, end (null: for good), weight: a weight counts at T with begin < T <= end."""
    window = timedelta(days=milestone.window_days)
    lasts = pl.col("at") + window if window else pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    if milestone.type == "frequency":
        used = done.filter(pl.col("times") > 0).with_columns(end=lasts)
        days = used.group_by("who", "day").agg(begin=pl.col("at").min(), end=pl.col("end").max())
        return days.select("who", "begin", "end", weight=pl.lit(1).cast(QUANTITY))
    if milestone.type == "volume" and milestone.measure == "level":
        return _levels(done)
    if milestone.type == "volume":
        return done.select("who", begin="at", end=lasts, weight="amount")
    if window:
        return done.select("who", begin="at", end=lasts, weight="times")
    return _first_acts(done, milestone.times).with_columns(end=lasts)


def _first_acts(done: pl.LazyFrame, times: int) -> pl.LazyFrame:
    """Of acts that count for good, the first that are enough; the others decide nothing."""
    done = done.filter(pl.col("times") > 0)
    one = pl.lit(1).cast(QUANTITY)
    if times == 1:
        return done.group_by("who").agg(begin=pl.col("at").min()).with_columns(weight=one)
    first = pl.col("at", "times").sort_by("at", "times", descending=[False, True]).head(times)
    acts_of_it = done.group_by("who").agg(first).explode("at", "times")
    return acts_of_it.select("who", begin="at", weight="times")


def _levels(done: pl.LazyFrame) -> pl.LazyFrame:
    """The latest event's quantity; of daily counts the sum of the latest day's."""
    latest = pl.col("amount").sort_by("id").last()
    level = pl.when(pl.col("id").is_null().any()).then(pl.col("amount").sum()).otherwise(latest)
    same = pl.col("who") == pl.col("who").shift(-1)
    return (
        done.group_by("who", "at")
        .agg(weight=level)
        .sort("who", "at")
        .select("who", "weight", begin="at", end=pl.when(same).then(pl.col("at").shift(-1)))
    )


def _changes(inputs: Inputs, owner: Owner) -> pl.LazyFrame:
    """who, milestone, at, value, quota: by how much what a milestone asks for changes there."""
    settings = list(inputs.settings.pql.milestones.values())
    done = acts(inputs.facts, owner, sorted({each.event for each in settings}))
    intervals = []
    for place, milestone in enumerate(settings):
        number = pl.lit(place, dtype=pl.Int16)
        zero = pl.lit(0).cast(QUANTITY)
        of_it = _intervals(done.filter(pl.col("name") == milestone.event), milestone)
        intervals.append(of_it.select(*SPAN, milestone=number, value="weight", quota=zero))
        if milestone.quotas:
            allowed = quota_changes(inputs, owner, milestone.quotas)
            intervals.append(allowed.select(*SPAN, milestone=number, value=zero, quota="weight"))
    spans, now = pl.concat(intervals), instant(inputs.facts.as_of)
    begins = spans.select(*KEY, "value", "quota", at="begin")
    ends = spans.select(*KEY, -pl.col("value", "quota"), at=pl.min_horizontal("end", now))
    return pl.concat([begins, ends])


def _quota(settings: list[Milestone]) -> pl.Expr:
    """What the account's tiers allow, else what an account without a tier may use, else null."""
    places = pl.col("milestone")
    free = pl.lit(None, dtype=QUANTITY)
    for place, milestone in enumerate(settings):
        if milestone.quota:
            quota = pl.lit(milestone.quota).cast(QUANTITY)
            free = pl.when(places == place).then(quota).otherwise(free)
    return pl.when(pl.col("quota") > 0).then("quota").otherwise(free)


def _holds(settings: list[Milestone]) -> pl.Expr:
    value, quota = (pl.col(name).cast(pl.Float64) for name in ("value", "quota"))
    holds = pl.lit(value=False)
    for place, milestone in enumerate(settings):
        if milestone.type == "volume" and milestone.quota_percent:
            reached = (value > 0) & (value * 100 >= quota * milestone.quota_percent)
            if milestone.amount:
                reached |= value >= milestone.amount
        else:
            reached = (value > 0) & (value >= threshold(milestone))
        holds = pl.when(pl.col("milestone") == place).then(reached).otherwise(holds)
    return holds.fill_null(value=False)


def threshold(milestone: Milestone) -> float:
    """How much a milestone asks for, where no quota does."""
    match milestone.type:
        case "action":
            return milestone.times
        case "frequency":
            return milestone.days
    return milestone.amount
