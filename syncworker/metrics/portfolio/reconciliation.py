"""Report `reconciliation`: why the billing system's dashboard shows another MRR than ours."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.portfolio.changes import Span, changes, sliced
from syncworker.metrics.portfolio.churn import begun
from syncworker.metrics.portfolio.invoiced import invoiced
from syncworker.metrics.portfolio.lines import line, told
from syncworker.metrics.portfolio.periods import LENGTHS, closing, month_of, months, periods
from syncworker.metrics.portfolio.readings import CAUSES, steps, stripe_dashboard
from syncworker.metrics.portfolio.rows import Period, Portfolio, Report
from syncworker.metrics.settings import MetricSettings

_GROUP = ["period", "segment", "currency"]
_NEITHER = "counted by neither"


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    own = portfolio.inputs.settings
    local, utc = _ends(portfolio, portfolio.facts.timezone), _ends(portfolio, "UTC")
    readings = {"ours": _read(portfolio, own, local)}
    before, last = own, readings["ours"]
    for cause, changed in zip(CAUSES, steps(own), strict=True):
        last = last if changed == before else _read(portfolio, changed, local)
        readings[cause], before = last, changed
    readings["timezone"] = _read(portfolio, before, utc)
    stripe = stripe_dashboard(own)
    readings["stripe"] = readings["timezone"] if stripe == before else _read(portfolio, stripe, utc)
    billed = {"invoices", "invoice_lines"} <= portfolio.inputs.provided
    if billed:
        readings["invoiced"] = invoiced(portfolio.facts, local)
    frame = _side_by_side(portfolio, readings)
    return told(frame, *_lines(), *(_billed() if billed else ()))


def _ends(portfolio: Portfolio, timezone: str) -> list[Span]:
    """The last instants of the periods that have begun, by the midnights of a timezone."""
    facts = portfolio.facts
    return [
        Span(period.label, end, end)
        for period in begun(portfolio)
        for end in [closing(_in_zone(period, facts.timezone, timezone), facts.as_of)]
    ]


def _in_zone(period: Period, own: str, timezone: str) -> Period:
    """The same period by the midnights of another timezone."""
    first = month_of(period.start, own)
    length = len(months(period, own))
    kind = next(kind for kind, count in LENGTHS.items() if count == length)
    return periods(first, first, kind, timezone)[0]


def _read(portfolio: Portfolio, settings: MetricSettings, ends: list[Span]) -> pl.LazyFrame:
    """account_id, currency, span, mrr as some settings count it."""
    own = settings == portfolio.inputs.settings
    inputs = portfolio.inputs if own else inputs_of(portfolio.facts, settings)
    return changes(inputs.ledger, ends).select("account_id", "currency", "span", mrr="after")


def _side_by_side(portfolio: Portfolio, readings: dict[str, pl.LazyFrame]) -> pl.LazyFrame:
    """period, segment, currency, and a column with each reading's MRR."""
    named = [frame.with_columns(reading=pl.lit(name)) for name, frame in readings.items()]
    rows = sliced(pl.concat(named), portfolio).rename({"span": "period"})
    of = pl.col("reading")
    return rows.group_by(_GROUP).agg(
        pl.col("mrr").filter(of == name).sum().alias(name) for name in readings
    )


def _lines() -> list[pl.Expr]:
    chain = ("ours", *CAUSES, "timezone", "stripe")
    moved = {now: pl.col(now) - pl.col(then) for then, now in pairwise(chain)}
    amounts: dict[str, tuple[pl.Expr, str]] = {
        "mrr_ours": (pl.col("ours"), ""),
        "cause_trial": (pl.lit(0), _NEITHER),
        **{f"cause_{name}": (moved[name], "") for name in CAUSES},
        "cause_metered": (pl.lit(0), _NEITHER),
        "cause_fx": (pl.lit(0), "compared currency by currency"),
        "cause_timezone": (moved["timezone"], ""),
        "unexplained": (moved["stripe"], ""),
        "mrr_stripe_dashboard": (pl.col("stripe"), ""),
    }
    return [
        line(name, "money", amount=amount, currency="currency", note=pl.lit(note))
        for name, (amount, note) in amounts.items()
    ]


def _billed() -> list[pl.Expr]:
    more = pl.col("invoiced") - pl.col("ours")
    return [
        line("mrr_invoiced", "money", amount="invoiced", currency="currency"),
        line("invoiced_less_ours", "money", amount=more, currency="currency"),
    ]


RECONCILIATION = Report(
    name="reconciliation",
    label="Why Stripe's dashboard shows another MRR",
    metrics={
        "mrr_ours": "MRR at the period's end as this portal counts it",
        "cause_trial": "trials",
        "cause_past_due": "late payers, given up payments and paused collection",
        "cause_discounts": "discounts that do not last for ever",
        "cause_cancel_timing": "MRR that Stripe takes off when a cancellation is asked for, and we "
        "when it takes effect",
        "cause_metered": "usage-based prices",
        "cause_fx": "exchange rates",
        "cause_timezone": "changes between our midnight and that of UTC",
        "unexplained": "what is left: it must be 0",
        "mrr_stripe_dashboard": "the sum of the lines above: the same facts, counted in the mode "
        "stripe_dashboard at the end of the period in UTC",
        "mrr_invoiced": "what was billed for the time the period's end lies in, a month's worth of "
        "it; without settlements inside a period (as ChartMogul derives MRR from invoices)",
        "invoiced_less_ours": "that less MRR as this portal counts it",
    },
    inputs=("subscriptions", "subscription_items"),
    rows=_rows,
)
