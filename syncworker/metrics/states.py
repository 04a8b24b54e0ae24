"""The status of a subscription at an instant, as its history tells it.

Of each kind (the status, and the pause of collecting payments) the state with the latest beginning
up to the instant decides: it holds if it has no end or a later one; else nothing is known. The
subscription as it was read is an observation too: its status holds from the reading that saw it,
and is not carried back before it.
"""

from __future__ import annotations

from typing import Literal

import polars as pl

from syncworker.metrics.counting import Counting
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import instant
from syncworker.metrics.shared import shared

LIVE = ("active", "past_due", "trialing", "unpaid", "paused")
NEVER_BEGAN = ("incomplete", "incomplete_expired")
PAYING = ("active", "past_due")
TRIES = ("trialing", "paused")
"""A paused one is a trial that ended without a card; a pause of payments is another state."""
NOT_YET = (*TRIES, "incomplete")
BEYOND = (*PAYING, "unpaid")
PAUSE = "pause_collection:"
OWN_END = ("canceled", "incomplete_expired")
"""States that say that it is over: its end says so better."""

Kind = Literal["status", "pause"]


def state_changes(facts: Facts, kind: Kind) -> pl.LazyFrame:
    """When the state of a kind changed, up to `as_of`.

    Returns:
        sub_id, at, and told: the state from then on; null: nothing is known. Only subscriptions
        of which more is known than that they are active and not paused.
    """
    as_of = instant(facts.as_of)
    states = facts.streams["subscription_states"]
    pauses = pl.col("state").str.starts_with(PAUSE)
    of_kind = pauses if kind == "pause" else ~pauses & ~pl.col("state").is_in(OWN_END)
    said = states.filter(of_kind).select(
        "sub_id", "until", at="since", told=pl.col("state").str.strip_prefix(PAUSE), said=True
    )
    seen = _seen(facts, kind).join(
        said.select("sub_id", more=True).unique(), on="sub_id", how="left"
    )
    nothing_new = pl.col("told") == ("active" if kind == "status" else "none")
    seen = seen.filter(~nothing_new | pl.col("more").is_not_null()).drop("more")
    order = ["said", pl.col("until").is_null(), "until", "told"]
    decides = (
        pl.concat([said, seen.select("sub_id", "until", "at", "told", said=False)])
        .filter(pl.col("at") <= as_of)
        .group_by("sub_id", "at")
        .agg(pl.col("until", "told").sort_by(order).last())
        .sort("sub_id", "at")
        .with_columns(next=pl.col("at").shift(-1).over("sub_id"))
        .pipe(shared)
    )
    over = (pl.col("until") <= as_of) & (
        pl.col("next").is_null() | (pl.col("until") < pl.col("next"))
    )
    ends = decides.filter(over & (pl.col("until") > pl.col("at"))).select(
        "sub_id", at="until", told=pl.lit(None, dtype=pl.String)
    )
    holds = pl.col("until").is_null() | (pl.col("until") > pl.col("at"))
    begins = decides.select("sub_id", "at", told=pl.when(holds).then("told"))
    return pl.concat([begins, ends])


def _seen(facts: Facts, kind: Kind) -> pl.LazyFrame:
    """What the subscription says of itself, from when it was read: sub_id, until, at, told."""
    subscriptions = facts.streams["subscriptions"]
    if kind == "status":
        never = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
        return subscriptions.filter(~pl.col("status").is_in(OWN_END)).select(
            "sub_id", until=never, at="synced_at", told="status"
        )
    paused = pl.col("pause_behavior").is_not_null()
    return subscriptions.select(
        "sub_id",
        until=pl.when(paused).then("pause_resumes_at"),
        at=pl.coalesce(pl.when(paused).then("pause_since"), "synced_at"),
        told=pl.col("pause_behavior").fill_null("none"),
    )


def with_told(instants: pl.LazyFrame, statuses: pl.LazyFrame, pauses: pl.LazyFrame) -> pl.LazyFrame:
    """Add told_status and told_pause (null: nothing is known) to rows of sub_id and at.

    Args:
        instants: The rows.
        statuses: As `state_changes`.
        pauses: As `state_changes`.
    """
    rows = instants.sort("at")
    for name, changes in (("told_status", statuses), ("told_pause", pauses)):
        known = changes.rename({"told": name}).sort("at")
        rows = rows.join_asof(known, on="at", by="sub_id", check_sortedness=False)
    return rows


def status_of(at: pl.Expr, rules: Counting) -> pl.Expr:
    """The status at an instant, of a subscription that runs then.

    Where nothing is known it was active; one that only tried, or whose status is not understood,
    was so from the start. One that pays by its status is still in its trial before the end of it,
    and paused while its payments are waived.

    Takes the columns raw (the status as read), strange, told_status, told_pause and trial_end.
    """
    raw, pause = pl.col("raw"), pl.col("told_pause")
    always = pl.col("strange") | raw.is_in(TRIES)
    status = pl.coalesce("told_status", pl.when(always).then(raw).otherwise(pl.lit("active")))
    out: dict[str, list[str]] = {"none": ["none"], "draft": ["none", "keep_as_draft"]}
    waived = pl.lit(value=False) if rules.paused == "all" else ~pause.is_in(out[rules.paused])
    pays = status.is_in(PAYING)
    return (
        pl.when(pays & (pl.col("trial_end") > at))
        .then(pl.lit("trialing"))
        .when(pays & waived.fill_null(value=False))
        .then(pl.lit("paused"))
        .otherwise(status)
    )
