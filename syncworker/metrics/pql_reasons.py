"""What each milestone of a user or an account stands at, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.metrics.filled import filled
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.milestones import threshold
from syncworker.metrics.settings_pql import Milestone
from syncworker.metrics.texts import texts

STANDING = ("done", "reached", "next")
"""The columns of `standing` beside who."""


def label(name: str, milestone: Milestone) -> str:
    """What a salesperson reads for a milestone."""
    return milestone.label or name.replace("_", " ").capitalize()


def standing(changes: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Where everybody stands who did something that counts.

    Args:
        changes: As `milestones.milestone_changes`.
        inputs: Of the computation.

    Returns:
        who, done (how many milestones are reached now), reached (which and since when, in words;
        null: none), next (the label of the one that is nearest to being reached, of equally near
        ones the first; null: all are).
    """
    settings = inputs.settings.pql.milestones
    labels = {i: label(*each) for i, each in enumerate(settings.items())}
    near = {i: f"near_{i}" for i in labels}
    place = pl.col("milestone")
    now = changes.filter(pl.col("current")).with_columns(pl.col("value", "quota").cast(pl.Float64))
    reached = (
        now.filter(pl.col("holds"))
        .select("who", "milestone", text=_text(settings, inputs))
        .group_by("who")
        .agg(reached=pl.col("text").sort_by("milestone").str.join("; "))
    )
    return (
        now.select("who", "milestone", "holds", near=_nearness(settings))
        .group_by("who")
        .agg(
            *(pl.col("near").filter(place == i).max().alias(name) for i, name in near.items()),
            done=pl.col("holds").sum().cast(pl.Int64),
        )
        .join(reached, on="who", how="left")
        .select(
            "who",
            "done",
            "reached",
            next=pl.when(pl.col("done") < len(labels)).then(
                pl.concat_list(pl.col(name).fill_null(0) for name in near.values())
                .list.arg_max()
                .replace_strict(labels, return_dtype=pl.String)
            ),
        )
    )


def _nearness(settings: Mapping[str, Milestone]) -> pl.Expr:
    """The share of what is asked for, at most 1; -1 where the milestone is reached."""
    near = pl.lit(0.0)
    for place, milestone in enumerate(settings.values()):
        shares = []
        if threshold(milestone) > 0:
            shares.append(pl.col("value") / threshold(milestone))
        if milestone.quota_percent:
            wanted = pl.col("quota") * milestone.quota_percent
            shares.append(pl.col("value") * 100 / wanted)
        share = pl.max_horizontal(shares).fill_null(0).clip(0, 1)
        near = pl.when(pl.col("milestone") == place).then(share).otherwise(near)
    return pl.when("holds").then(-1.0).otherwise(near)


def _text(settings: Mapping[str, Milestone], inputs: Inputs) -> pl.Expr:
    words = texts(inputs.facts.language)
    day = pl.col("since").dt.convert_time_zone(inputs.facts.timezone).dt.strftime("%Y-%m-%d")
    text = pl.lit(None, dtype=pl.String)
    for place, (name, milestone) in enumerate(settings.items()):
        told = filled(words["pql_since"], label(name, milestone), _much(milestone, words), day)
        text = pl.when(pl.col("milestone") == place).then(told).otherwise(text)
    return text


def _much(milestone: Milestone, words: Mapping[str, str]) -> pl.Expr:
    """How much: of acts and days what is asked for, which seldom changes; of a volume its level."""
    span = milestone.window_days
    match milestone.type:
        case "action" if milestone.times == 1 and not span:
            return pl.lit(words["pql_done"])
        case "action":
            text = filled(words["pql_times"], milestone.times)
        case "frequency":
            text = filled(words["pql_days"], milestone.days)
        case _:
            text = _number("value")
    if milestone.quota_percent:
        share = (pl.col("value") * 100 / pl.col("quota")).floor().cast(pl.Int64)
        of_quota = filled(words["pql_of_quota"], _number("value"), _number("quota"), share)
        text = pl.coalesce(of_quota, text)
    return filled(words["pql_within"], text, span) if span else text


def _number(column: str) -> pl.Expr:
    """A number as people write it: whole where it is."""
    value = pl.col(column)
    whole = value.cast(pl.Int64, strict=False).cast(pl.String)
    return pl.when(value == value.floor()).then(whole).otherwise(value.round(2).cast(pl.String))
