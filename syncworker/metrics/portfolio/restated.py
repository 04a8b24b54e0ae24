"""Report `restated`: a closed period as it was closed, and what became known of it since."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.portfolio.changes import KEY, Span, changes, sliced
from syncworker.metrics.portfolio.lines import line, told
from syncworker.metrics.portfolio.periods import closing
from syncworker.metrics.portfolio.rows import Period, Portfolio, Report

_GROUP = ["period", "segment", "currency"]


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    facts = portfolio.facts
    grace = timedelta(days=portfolio.inputs.settings.portfolio.close_days)
    over = [p for p in portfolio.periods if p.end + grace <= facts.as_of]
    now = [_at_end(portfolio, portfolio.inputs, p).with_columns(now="mrr") for p in over]
    parts = []
    for period, known_now in zip(over, now, strict=True):
        closed = period.end + grace
        shown = known_now.drop("mrr")
        if portfolio.known_at is None:
            parts.append(_untold(shown, "what was known earlier cannot be told"))
            continue
        then = portfolio.known_at(closed)
        any_then = then.facts.streams["subscriptions"].select(any_then=pl.len() > 0)
        unread = f"no subscription had been read by {closed:%Y-%m-%d %H:%M} UTC"
        as_closed = _at_end(portfolio, then, period).rename({"mrr": "then"})
        parts.append(
            shown.join(as_closed, on=_GROUP, how="full", coalesce=True)
            .with_columns(pl.col("now", "then").fill_null(0))
            .join(any_then, how="cross")
            .with_columns(
                then=pl.when("any_then").then("then"),
                note=pl.when(~pl.col("any_then")).then(pl.lit(unread)),
            )
            .drop("any_then")
        )
    schema = dict.fromkeys((*_GROUP, "note"), pl.String()) | {"now": pl.Int64(), "then": pl.Int64()}
    frame = pl.concat([pl.LazyFrame(schema=schema), *(part.select(list(schema)) for part in parts)])
    both = {"currency": "currency", "note": "note"}
    return told(
        frame,
        line("mrr_as_closed", "money", amount="then", **both),
        line("mrr_restated", "money", amount=pl.col("now") - pl.col("then"), **both),
        line("mrr_known_now", "money", amount="now", currency="currency"),
    )


def _at_end(portfolio: Portfolio, inputs: Inputs, period: Period) -> pl.LazyFrame:
    """period, segment, currency, mrr at the period's end."""
    end = closing(period, portfolio.facts.as_of)
    rows = changes(inputs.ledger, [Span(period.label, end, end)])
    return (
        sliced(rows.select(*KEY, "after", period="span"), portfolio)
        .group_by(_GROUP)
        .agg(mrr=pl.col("after").sum())
    )


def _untold(now: pl.LazyFrame, why: str) -> pl.LazyFrame:
    return now.with_columns(then=pl.lit(None, dtype=pl.Int64), note=pl.lit(why))


RESTATED = Report(
    name="restated",
    label="MRR as closed, and restated since",
    metrics={
        "mrr_as_closed": "MRR at the period's end as known some days later (7 unless set), when "
        "the period was closed",
        "mrr_restated": "what has become known of it since: MRR as known now - MRR as closed",
        "mrr_known_now": "MRR at the period's end as known now",
    },
    inputs=("subscriptions", "subscription_items"),
    rows=_rows,
)
