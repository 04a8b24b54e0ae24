"""Facts of visits, payments and spend, resolved as a run does it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import polars as pl
from support.metric_facts import Row, facts, utc

from syncworker.metrics.facts import Facts
from syncworker.metrics.identity import resolved
from syncworker.metrics.inputs import Inputs, inputs_of
from syncworker.metrics.passes import PASSES, frozen
from syncworker.metrics.portfolio.rows import ROWS, Period, Portfolio, Report
from syncworker.metrics.settings import MetricSettings


def visit(number: int, at: str, channel: str | None = "seo", **more: object) -> Row:
    """Visit `number` of visitor `v<number>`, in a session of its own."""
    return {
        "visit_id": f"w{number}",
        "visitor_id": f"v{number}",
        "session_id": f"s{number}",
        "ts": utc(at),
        "channel": channel,
        **more,
    }


def invoice(number: int, at: str, net: int = 1000, **more: object) -> Row:
    return {
        "invoice_id": f"n{number}",
        "account_id": "acme",
        "created_at": utc(at),
        "paid_at": utc(at),
        "amount_ex_tax": net,
        "currency": "USD",
        **more,
    }


def spent(day: str, amount: int, category: str | None = None, **more: object) -> Row:
    return {
        "day": utc(day).date(),
        "category": category,
        "amount": amount,
        "currency": "USD",
        **more,
    }


def people(*accounts: str) -> list[Row]:
    """One user per account, with the address `<account>@x.example`."""
    return [{"user_id": f"u-{a}", "account_id": a, "email": f"{a}@x.example"} for a in accounts]


def given(settings: MetricSettings | None = None, **rows: Any) -> Facts:
    """Facts with whose the rows are."""
    return resolved(facts(**rows), settings or MetricSettings()).facts


def inputs(settings: MetricSettings | None = None, **rows: Any) -> Inputs:
    """What is computed from; no value of the whole portal is known."""
    settings = settings or MetricSettings()
    return inputs_of(given(settings, **rows), settings)


def frozen_inputs(settings: MetricSettings | None = None, **rows: Any) -> Inputs:
    """What is computed from, with the values of the whole portal."""
    made = inputs(settings, **rows)
    rows = {each.name: each.rows(made).collect() for each in PASSES}
    return replace(made, population=frozen(rows, made.facts, made.settings))


def months(*labels: str) -> tuple[Period, ...]:
    """Months of UTC."""
    return tuple(Period(label, *_month(label)) for label in labels)


def _month(label: str) -> tuple[datetime, datetime]:
    year, month = map(int, label.split("-"))
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return utc(f"{label}-01"), utc(f"{after[0]}-{after[1]:02}-01")


def portfolio(
    periods: tuple[Period, ...],
    made: Inputs,
    by: str = "",
    segments: Mapping[str, str] | None = None,
) -> Portfolio:
    accounts = made.facts.streams["accounts"].select("account_id")
    segment = pl.lit("all")
    if segments is not None:
        segment = pl.col("account_id").replace_strict(dict(segments), default="unknown")
    return Portfolio(made, periods, accounts.with_columns(segment=segment), by)


def told(report: Report, made: Portfolio) -> dict[tuple[str, str, str], dict[str, Any]]:
    """A report's rows by period, segment and metric; each is there once, with the right columns."""
    frame = report.rows(made).collect()
    assert frame.schema == pl.Schema(ROWS)
    assert set(frame["metric"]) <= set(report.metrics)
    rows = {(r["period"], r["segment"], r["metric"]): r for r in frame.iter_rows(named=True)}
    assert len(rows) == frame.height
    return rows
