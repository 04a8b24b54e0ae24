"""Exchange rates: the latest on or before the day; direct, inverse, or across a third currency."""

from datetime import date

import polars as pl
import pytest
from support.metric_facts import facts, utc

from syncworker.metrics.portfolio.rates import converted, rates

FX = [
    {"day": date(2026, 1, day), "from_currency": a, "to_currency": b, "rate": rate}
    for day, a, b, rate in [
        (1, "EUR", "USD", 1.1),
        (10, "EUR", "USD", 1.25),
        (9, "USD", "EUR", 0.5),  # a direct rate goes before it
        (1, "GBP", "EUR", 1.2),
        (1, "JPY", "USD", 0.01),
        (3, "CHF", "EUR", 1.0),
        (4, "CHF", "GBP", 2.0),
        (4, "GBP", "SEK", 10.0),
        (3, "EUR", "SEK", 11.0),
        (20, "GBP", "USD", 0.0),  # nobody can divide by it
    ]
]


@pytest.mark.parametrize(
    ("currency", "to", "day", "rate"),
    [
        ("EUR", "USD", "2026-01-10", 1.25),
        ("EUR", "USD", "2026-01-09T23:00", 1.1),
        ("USD", "EUR", "2026-01-09", 0.5),
        ("USD", "EUR", "2026-01-08", 1 / 1.1),
        ("GBP", "USD", "2026-01-30", 1.2 * 1.25),
        ("JPY", "USD", "2026-01-02", 0.01 * 100),  # a yen has no hundredths
        ("USD", "JPY", "2026-01-02", 100 / 100),
        # Across the pound both legs are of the 4th, across the euro of the 3rd.
        ("CHF", "SEK", "2026-01-05", 20.0),
        ("EUR", "EUR", "2020-01-01", 1.0),
        ("EUR", "USD", "2025-12-31", None),
        ("EUR", "AUD", "2026-01-10", None),
    ],
)
def test_a_rate_is_found(currency: str, to: str, day: str, rate: float | None) -> None:
    wanted = pl.LazyFrame({"currency": [currency], "to": [to]})
    found = rates(facts(fx_rates=FX), wanted, [utc(day)]).collect().to_dicts()
    assert len(found) == 1
    assert found[0]["rate"] == (None if rate is None else pytest.approx(rate))
    missing = f"no rate from {currency} to {to} on or before {day[:10]}"
    assert found[0]["missing"] == (missing if rate is None else None)


def test_the_day_of_a_rate_is_the_local_one() -> None:
    wanted = pl.LazyFrame({"currency": ["EUR"], "to": ["USD"]})
    late = utc("2026-01-09T23:00")
    found = rates(facts(fx_rates=FX, timezone="Europe/Berlin"), wanted, [late]).collect()
    assert found["rate"].to_list() == [1.25]


def test_amounts_are_rounded_half_up_and_nothing_stays_nothing() -> None:
    frame = pl.DataFrame(
        {"amount": [1000, 1001, 0, 5], "rate": [1.0005, 0.5, None, None]},
        schema={"amount": pl.Int64, "rate": pl.Float64},
    )
    assert frame.select(converted("amount", "rate")).to_series().to_list() == [1001, 501, 0, None]
