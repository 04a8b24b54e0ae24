"""What holds of portfolio numbers whatever the accounts pay, and whenever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import facts, utc
from support.portfolio_world import AS_OF, LEDGER, portfolio

from syncworker.metrics.portfolio.mrr import MOVEMENTS, day_by_day, roll_forward, total
from syncworker.metrics.portfolio.reports import REPORTS
from syncworker.metrics.portfolio.rows import Portfolio

SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])
FX = [
    {"day": date(2024, 1, 1), "from_currency": "EUR", "to_currency": "USD", "rate": 1.1},
    {"day": date(2026, 3, 7), "from_currency": "EUR", "to_currency": "USD", "rate": 1.37},
    {"day": date(2024, 1, 1), "from_currency": "JPY", "to_currency": "EUR", "rate": 0.0061},
    {"day": date(2026, 5, 2), "from_currency": "JPY", "to_currency": "EUR", "rate": 0.007},
]


@st.composite
def ledgers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Step functions of a few accounts, each cut at random hours, many at midnights."""
    rows = []
    for account in range(draw(st.integers(0, 6))):
        currency = draw(st.sampled_from(["USD", "USD", "EUR", "JPY"]))
        hours = draw(st.lists(st.integers(0, 540 * 4), unique=True, min_size=1, max_size=8))
        times = [utc("2025-01-01") + timedelta(hours=6 * hour) for hour in sorted(hours)]
        for number, since in enumerate(times):
            until = times[number + 1] if number + 1 < len(times) else None
            mrr = draw(st.sampled_from([0, 0, 1, 999, 12_345, None]))
            rows.append(
                {
                    "account_id": f"a{account}",
                    "currency": currency,
                    "since": since,
                    "until": until,
                    "mrr": mrr,
                }
            )
    return rows


def world(rows: list[dict[str, Any]], zone: str, **more: Any) -> Portfolio:
    base = portfolio([], given=facts(as_of=AS_OF, timezone=zone, fx_rates=FX), **more)
    ledger = pl.LazyFrame(rows, schema=LEDGER)
    return replace(base, inputs=replace(base.inputs, ledger=ledger))


def gained() -> pl.Expr:
    """New, reactivated and expanded less lost."""
    up = pl.sum_horizontal("new", "reactivation", "expansion", "untold")
    return up - pl.sum_horizontal("contraction", "churn")


@SLOW
@given(rows=ledgers(), zone=ZONES, kind=st.sampled_from(["month", "quarter", "year"]))
def test_movements_lead_from_start_to_end_to_the_cent_in_every_currency(
    rows: list[dict[str, Any]], zone: str, kind: Any
) -> None:
    of = world(rows, zone, kind=kind, first="2025-07")
    native, converted, daily = pl.collect_all([roll_forward(of), total(of), day_by_day(of)])
    for frame in (native, converted):
        assert frame.select(pl.col("start", "end").null_count().sum()).sum_horizontal().item() == 0
        assert frame.select(
            (pl.col("start") + gained() + pl.col("fx") == pl.col("end")).all()
        ).item()
        ends = frame.sort("period").group_by("segment", "currency", maintain_order=True)
        for starts, closes in ends.agg("start", "end").select("start", "end").iter_rows():
            assert starts[1:] == closes[:-1]
    both = native.join(daily, on=["period", "segment", "currency"], how="left", suffix="_day")
    by_day = sum(
        sign * pl.col(f"{name}_day").fill_null(0)
        for name, sign in zip(MOVEMENTS, (1, 1, 1, -1, -1, 1), strict=True)
    )
    assert both.select((pl.col("start") + by_day == pl.col("end")).all()).item()


@settings(SLOW, max_examples=4)
@given(rows=ledgers(), zone=ZONES)
def test_what_is_kept_is_never_more_than_there_was_and_order_does_not_matter(
    rows: list[dict[str, Any]], zone: str
) -> None:
    of = world(rows, zone)
    shuffled = world(rows[::-1], zone)
    keys = ["metric", "period", "segment", "currency"]
    names = ("mrr", "churn", "retention", "ltv")
    one, other = (
        pl.concat(pl.collect_all([REPORTS[name].rows(w) for name in names])).sort(keys)
        for w in (of, shuffled)
    )
    assert one.equals(other)
    kept = one.filter(pl.col("metric") == "grr")
    assert (kept["value"].drop_nulls() <= 100).all()
    assert (kept["numerator"] <= kept["denominator"]).all()
    shares = one.filter(pl.col("metric").is_in(["logo_churn", "mrr_churn_gross"]))["value"]
    assert shares.drop_nulls().is_between(0, 100).all()
    between = one.filter(pl.col("low").is_not_null() & pl.col("value").is_not_null())
    assert between.select(
        pl.col("value").is_between(pl.col("low") - 1e-9, pl.col("high") + 1e-9).all()
    ).item()
