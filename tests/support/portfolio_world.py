"""Portfolio reports of a few accounts whose MRR is written down as steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl
from support.metric_facts import facts, utc

from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import Inputs, inputs_of
from syncworker.metrics.portfolio.periods import Kind, month_number, periods
from syncworker.metrics.portfolio.reports import REPORTS
from syncworker.metrics.portfolio.rows import ROWS, Portfolio
from syncworker.metrics.portfolio.slices import segments
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_portfolio import PortfolioSettings
from syncworker.metrics.settings_revenue import RevenueSettings

AS_OF = datetime(2026, 7, 1, tzinfo=UTC)
Step = tuple[str, str, str, str | None, int | None]
"""Account, currency, since, until and MRR in minor units; None: it is not known."""
LEDGER = {
    "account_id": pl.String(),
    "currency": pl.String(),
    "since": pl.Datetime("us", "UTC"),
    "until": pl.Datetime("us", "UTC"),
    "mrr": pl.Int64(),
}
Numbers = dict[tuple[str, str], dict[str, Any]]


def ledger(steps: Iterable[Step]) -> pl.LazyFrame:
    rows = [(a, c, utc(since), until and utc(until), mrr) for a, c, since, until, mrr in steps]
    return pl.LazyFrame(rows, schema=LEDGER, orient="row")


def one_each(prefix: str, count: int, since: str, until: str | None, mrr: int) -> list[Step]:
    """That many accounts, one step each, in USD."""
    return [(f"{prefix}{i}", "USD", since, until, mrr) for i in range(count)]


def portfolio(  # noqa: PLR0913 - what a test says of it
    steps: Iterable[Step] | None = None,
    *,
    first: str = "2026-01",
    last: str = "2026-06",
    kind: Kind = "month",
    by: str = "",
    given: Facts | None = None,
    known_at: Callable[[datetime], Inputs] | None = None,
    revenue: RevenueSettings | None = None,
    **chosen: Any,
) -> Portfolio:
    """A portfolio of these steps, or of the facts' own MRR; a rate needs one account only."""
    settings = MetricSettings(
        portfolio=PortfolioSettings(**{"least": 1, **chosen}), revenue=revenue or RevenueSettings()
    )
    given = given or facts(as_of=AS_OF)
    inputs = inputs_of(given, settings)
    if steps is not None:
        inputs = replace(inputs, ledger=ledger(steps))
    months = [month_number(int(m[:4]), int(m[5:])) for m in (first, last)]
    return Portfolio(
        inputs=inputs,
        periods=periods(months[0], months[1], kind, given.timezone),
        segments=segments(inputs, by),
        by=by,
        known_at=known_at,
    )


def rows(report: str, given: Portfolio) -> pl.DataFrame:
    frame = REPORTS[report].rows(given).collect(engine="streaming")
    assert dict(frame.schema) == dict(ROWS)
    keys = ["period", "segment", "currency", "metric"]
    assert frame.select(keys).is_unique().all()
    assert set(frame["metric"]) <= set(REPORTS[report].metrics)
    assert frame.filter(pl.col("unit") == "money")["value"].is_null().all()
    return frame


def numbers(
    report: str, given: Portfolio, segment: str = "all", currency: str | None = None
) -> Numbers:
    """By metric and period, a segment's rows; of one currency where that is asked for."""
    frame = rows(report, given).filter(pl.col("segment") == segment)
    if currency is not None:
        frame = frame.filter(pl.col("currency") == currency)
    return {(row["metric"], row["period"]): row for row in frame.to_dicts()}


def amounts(found: Numbers, period: str, prefix: str = "mrr_") -> dict[str, int | None]:
    """The amounts of a period above or below zero, by metric without the prefix."""
    return {
        metric.removeprefix(prefix): row["amount"]
        for (metric, of), row in found.items()
        if of == period
        and metric.startswith(prefix)
        and row["unit"] == "money"
        and row["amount"] != 0
    }
