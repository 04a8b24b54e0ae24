"""Who belongs to which period, when a cohort can be judged, and what a rate over few says."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from support.growth_facts import inputs, portfolio
from support.metric_facts import utc

from syncworker.metrics.portfolio.cohorts import immature, period_of
from syncworker.metrics.portfolio.medians import days, spread
from syncworker.metrics.portfolio.periods import month_number, periods
from syncworker.metrics.portfolio.rows import Portfolio
from syncworker.metrics.portfolio.shares import gap, share, times
from syncworker.metrics.portfolio.told import told

INSTANT = timedelta(microseconds=1)


def months(as_of: datetime, timezone: str, first: int, last: int) -> Portfolio:
    made = periods(month_number(2026, first), month_number(2026, last), "month", timezone)
    return portfolio(made, inputs(as_of=as_of, timezone=timezone))


@pytest.mark.parametrize(
    ("timezone", "month", "ripe"),
    [
        # The cohort's month ends at the local midnight; 45 days of 24 hours from there.
        ("UTC", 4, "2026-06-15T00:00"),
        ("Europe/Berlin", 3, "2026-05-15T22:00"),  # the clock went forward within the month
        ("Europe/Berlin", 2, "2026-04-14T23:00"),  # and within the 45 days: 01:00 local time
        ("Europe/Berlin", 10, "2026-12-15T23:00"),  # the clock went back within the month
        ("America/New_York", 10, "2026-12-16T04:00"),  # and within the 45 days
    ],
)
def test_a_cohort_is_mature_from_the_instant_its_days_are_over(
    timezone: str, month: int, ripe: str
) -> None:
    end = months(utc("2026-12-31"), timezone, month, month).periods[0].end
    frame = pl.LazyFrame({"end": [end]})
    told = [
        frame.select(note=immature(45, months(as_of, timezone, month, month))).collect().item()
        for as_of in (utc(ripe) - INSTANT, utc(ripe))
    ]
    assert told[0].startswith("immature until 2026-")
    assert told[1] is None


@pytest.mark.parametrize(
    ("at", "label"),
    [
        ("2026-03-31T21:59:59.999999", "2026-03"),
        ("2026-03-31T22:00", "2026-04"),
        ("2026-02-28T23:00", "2026-03"),
        ("2026-02-28T22:59:59.999999", None),
        ("2026-04-30T22:00", None),
    ],
)
def test_a_time_belongs_to_its_local_month_or_to_none(at: str, label: str | None) -> None:
    made = months(utc("2026-06-01"), "Europe/Berlin", 3, 4)
    frame = pl.LazyFrame({"at": [utc(at)]}, schema={"at": pl.Datetime("us", "UTC")})
    assert frame.select(period_of("at", made)).collect().item() == label


def cell(part: int, whole: int, **more: int) -> pl.LazyFrame:
    return pl.LazyFrame({"period": "p", "segment": "all", "part": part, "whole": whole, **more})


def one(frame: pl.LazyFrame, row: pl.Expr) -> dict[str, Any]:
    return told(frame, row).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of
        # seven methods", Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 25.53, 36.62),
        (15, 148, 6.24, 16.05),
        (0, 20, 0.00, 16.11),
        (1, 29, 0.61, 17.18),
    ],
)
def test_a_rate_has_the_published_interval(part: int, whole: int, low: float, high: float) -> None:
    row = one(cell(part, whole), share("rate", "part", "whole", 20))
    assert row["value"] == pytest.approx(100 * part / whole)
    assert (row["low"], row["high"]) == (
        pytest.approx(low, abs=0.01),
        pytest.approx(high, abs=0.01),
    )
    assert (row["numerator"], row["denominator"], row["n"], row["note"]) == (part, whole, whole, "")


def test_a_rate_over_too_few_says_so_and_tells_none() -> None:
    for whole in (0, 29):
        rate = share("rate", "part", "whole", 30)
        row = one(cell(0, whole), rate)
        assert (row["value"], row["low"], row["high"]) == (None, None, None)
        assert row["note"] == f"too few: {whole} of at least 30 records"
        assert one(cell(0, whole), gap(rate, "gap", 17.0))["note"] == row["note"]


@pytest.mark.parametrize(
    ("part", "points", "note"),
    [
        (81, 13.80, "benchmark 17 %"),
        (52, 2.77, "not separable from 17 %"),
        (20, -9.40, "benchmark 17 %"),
    ],
)
def test_a_gap_is_told_apart_from_the_benchmark_by_the_interval(
    part: int, points: float, note: str
) -> None:
    row = one(cell(part, 263), gap(share("rate", "part", "whole", 30), "gap", 17.0))
    assert (row["value"], row["note"]) == (pytest.approx(points, abs=0.01), note)


@pytest.mark.parametrize(
    ("other", "whole", "ratio", "note"),
    [
        (20, 200, 3.0, ""),
        (50, 200, None, "not separable"),
        (0, 200, None, "nothing to compare with"),
        (2, 29, None, "too few: 29 of at least 30 records"),
    ],
)
def test_three_times_as_many_is_said_only_where_the_intervals_are_apart(
    other: int, whole: int, ratio: float | None, note: str
) -> None:
    frame = cell(60, 200, other_part=other, other_whole=whole)
    row = one(frame, times("times", ("part", "whole"), ("other_part", "other_whole"), 30))
    assert (row["value"], row["note"] or "") == (ratio and pytest.approx(ratio), note)


def test_a_median_has_an_interval_by_ranks() -> None:
    # Campbell and Gardner (1988): of 100 values it is the 40th and the 61st.
    values = pl.LazyFrame({"group": "g", "days": [None, *range(100, 0, -1)]})
    frame = values.group_by("group").agg(**spread(pl.col("days"), "d"))
    row = frame.collect().row(0, named=True)
    assert (row["d_n"], row["d_low"], row["d_high"]) == (100, 40, 61)
    assert (row["d_median"], row["d_p75"]) == (50.5, 75.25)


def test_of_fewer_than_six_values_no_median_is_told() -> None:
    told = []
    for n in (0, 5, 6):
        values = pl.LazyFrame({"days": list(range(n))}, schema={"days": pl.Int64})
        frame = values.select(**spread(pl.col("days"), "d")).with_columns(
            period=pl.lit("p"), segment=pl.lit("all")
        )
        row = one(frame, days("m", "d"))
        told.append((row["value"], row["low"], row["high"], row["note"]))
    assert told == [
        (None, None, None, "too few: 0 of at least 6 records"),
        (None, None, None, "too few: 5 of at least 6 records"),
        (2.5, 0.0, 5.0, ""),
    ]
