"""Whom to call first: how likely an account becomes a customer, learned from older accounts.

P(won | channel, milestones) = (won + s x P(won | milestones)) / (n + s), and likewise
P(won | milestones) = (won + s x P(won)) / (n + s), where n are the portal's older accounts with
the same channel and milestones, and s is `prior_strength`: the mean of a Beta distribution whose
prior has the mean of the next larger group and weighs as much as s accounts. So a group of three
accounts of which all paid does not stand above one of three hundred of which half did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from syncworker.metrics.channels import account_channels
from syncworker.metrics.customers import account_customers
from syncworker.metrics.facts import Facts
from syncworker.metrics.filled import filled
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.milestones import milestone_changes, milestones_ever
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_pql import PqlSettings
from syncworker.metrics.texts import texts
from syncworker.metrics.touches import UNKNOWN

NAME = "sales_priority"
"""Its name among the population's values."""
_GROUP = ["channel", "milestones"]
_SPREAD = {"channel": pl.String, "milestones": pl.String, "accounts": pl.Int64, "won": pl.Int64}


def priority_rows(inputs: Inputs) -> pl.LazyFrame:
    """How many of the accounts older than the conversion window were won, by group.

    An account was won where it first paid within the window after its creation; its milestones
    are those it reached in the window and before it paid.

    Returns:
        channel (`unknown` too), milestones (names in the settings' order), accounts, won.
    """
    if not inputs.settings.pql.judges:
        return pl.LazyFrame(schema=_SPREAD)
    window = pl.duration(days=inputs.settings.pql.conversion_days)
    paid = account_customers(inputs).select("account_id", "customer_since")
    old = (
        inputs.facts.streams["accounts"]
        .filter(pl.col("created_at") <= instant(inputs.facts.as_of) - window)
        .select("account_id", closes=pl.col("created_at") + window)
        .join(paid, on="account_id", how="left")
        .with_columns(until=pl.min_horizontal("closes", "customer_since"))
    )
    changes = milestone_changes(inputs, "account_id")
    before = old.select("until", who="account_id")
    reached = milestones_ever(changes, inputs.settings.pql, before)
    channels = account_channels(inputs).select("account_id", channel="channel_first")
    return (
        old.join(reached, left_on="account_id", right_on="who", how="left")
        .join(channels, on="account_id", how="left")
        .group_by(
            pl.col("channel").fill_null(UNKNOWN), milestones=pl.col("pql_milestones").fill_null("")
        )
        .agg(
            accounts=pl.len().cast(pl.Int64),
            won=(pl.col("customer_since") <= pl.col("closes")).sum().cast(pl.Int64),
        )
    )


def priority_value(rows: pl.DataFrame, _facts: Facts, _settings: MetricSettings) -> dict[str, Any]:
    """The groups of all shards together: how many accounts there were and how many were won."""
    groups = rows.group_by(_GROUP).agg(pl.col("accounts", "won").sum()).sort(_GROUP)
    return {
        "accounts": int(groups["accounts"].sum()),
        "won": int(groups["won"].sum()),
        "groups": [list(row) for row in groups.select(*_SPREAD).iter_rows()],
    }


def with_priority(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add how likely each account that never paid becomes a customer.

    Args:
        accounts: With customer_since, channel_first and pql_milestones.
        inputs: With the population's value, where it has been learned.

    Returns:
        The accounts with sales_priority (whole percent, half up), sales_priority_band (against
        the portal's mean), priority_because, priority_problem (why none can be told for any
        account; null: it can).
    """
    value = inputs.population.values.get(NAME)
    problem = _problem(value, inputs)
    if value is None or problem:
        return accounts.with_columns(
            sales_priority=pl.lit(None, dtype=pl.Int64),
            sales_priority_band=pl.lit(None, dtype=pl.String),
            priority_because=pl.lit(None, dtype=pl.String),
            priority_problem=pl.lit(problem),
        )
    settings, words = inputs.settings.pql, texts(inputs.facts.language)
    mean = value["won"] / value["accounts"]
    by_milestones, by_group = _learned(value["groups"], mean, settings)
    lead, band = pl.col("customer_since").is_null(), pl.col("_chance") / mean
    like = filled(
        words["priority_like"],
        _percent("_chance"),
        pl.col("_n").fill_null(0),
        _named("channel_first", UNKNOWN, words["priority_unknown_channel"]),
        _named("pql_milestones", "", words["priority_no_milestone"]),
    )
    return (
        accounts.join(by_group, on=["channel_first", "pql_milestones"], how="left")
        .join(by_milestones, on="pql_milestones", how="left")
        .with_columns(_chance=pl.when(lead).then(pl.coalesce("_group", "_set", pl.lit(mean))))
        .with_columns(
            sales_priority=_percent("_chance"),
            sales_priority_band=pl.when(band >= settings.high_lift)
            .then(pl.lit("high"))
            .when(band >= settings.medium_lift)
            .then(pl.lit("medium"))
            .when(lead)
            .then(pl.lit("low")),
            priority_because=pl.when(lead).then(like).otherwise(pl.lit(words["priority_paid"])),
            priority_problem=pl.lit(None, dtype=pl.String),
        )
        .drop("_n", "_group", "_set", "_chance")
    )


def _problem(value: Mapping[str, Any] | None, inputs: Inputs) -> str:
    words, settings = texts(inputs.facts.language), inputs.settings.pql
    if not settings.judges:
        return words["pql_no_rules"]
    if value is None:
        return words["priority_not_learned"]
    if value["accounts"] < settings.min_accounts:
        few = words["priority_few"]
        return few.format(value["accounts"], settings.min_accounts)
    return "" if value["won"] else words["priority_none_won"]


def _learned(
    groups: Iterable[tuple[str, str, int, int]], mean: float, settings: PqlSettings
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Chances by milestones, and by channel and milestones: each shrunk to the larger group's."""
    strength = settings.prior_strength
    sets: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for _, milestones, accounts, won in groups:
        sets[milestones][0] += accounts
        sets[milestones][1] += won
    chances = {name: (won + strength * mean) / (n + strength) for name, (n, won) in sets.items()}
    narrow = [
        (channel, milestones, n, (won + strength * chances[milestones]) / (n + strength))
        for channel, milestones, n, won in groups
    ]
    by_milestones = pl.LazyFrame(
        list(chances.items()),
        schema={"pql_milestones": pl.String, "_set": pl.Float64},
        orient="row",
    )
    group = {
        "channel_first": pl.String,
        "pql_milestones": pl.String,
        "_n": pl.Int64,
        "_group": pl.Float64,
    }
    return by_milestones, pl.LazyFrame(narrow, schema=group, orient="row")


def _percent(column: str) -> pl.Expr:
    return (pl.col(column) * 100 + 0.5).floor().cast(pl.Int64)


def _named(column: str, without: str, otherwise: str) -> pl.Expr:
    return pl.when(pl.col(column) == without).then(pl.lit(otherwise)).otherwise(pl.col(column))
