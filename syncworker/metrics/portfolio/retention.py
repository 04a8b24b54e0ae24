"""Report `retention`: what last year's customers are worth today, and gains against losses."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.changes import Span
from syncworker.metrics.portfolio.churn import account_spans, begun, sums
from syncworker.metrics.portfolio.intervals import wilson
from syncworker.metrics.portfolio.lines import line, percent, told, too_few
from syncworker.metrics.portfolio.periods import closing, opening, year_before
from syncworker.metrics.portfolio.rows import Portfolio, Report

_GROUP = ["period", "segment"]


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    facts, least = portfolio.facts, portfolio.inputs.settings.portfolio.least
    ends = [(p.label, closing(p, facts.as_of)) for p in begun(portfolio)]
    yearly = [Span(label, year_before(end, facts.timezone), end) for label, end in ends]
    inside = [Span(p.label, opening(p), closing(p, facts.as_of)) for p in begun(portfolio)]
    few = pl.coalesce("missing", too_few("n", least))
    cohort = _cohort(portfolio, yearly).with_columns(few=few)
    return pl.concat([_retained(cohort), _quick(_gains(portfolio, inside))])


def _cohort(portfolio: Portfolio, spans: list[Span]) -> pl.LazyFrame:
    """period, segment, then_, now_, kept (minor units), n, stayed, missing of those who paid."""
    accounts = account_spans(portfolio, spans).with_columns(period="span")
    before, after = pl.col("before"), pl.col("after")
    paid = before > 0
    return accounts.group_by(_GROUP).agg(
        then_=before.sum(),
        now_=after.filter(paid).sum(),
        kept=pl.min_horizontal(before, after).filter(paid).sum(),
        n=paid.sum().cast(pl.Int64),
        stayed=(paid & (after > 0)).sum().cast(pl.Int64),
        missing=pl.col("missing").min(),
    )


def _retained(cohort: pl.LazyFrame) -> pl.LazyFrame:
    known = pl.col("few").is_null()
    low, high = wilson(pl.col("stayed"), pl.col("n"))
    return told(
        cohort,
        *(
            line(
                metric,
                "percent",
                value=pl.when(known).then(percent(part, "then_")),
                numerator=part,
                denominator="then_",
                n="n",
                note="few",
            )
            for metric, part in (("nrr", "now_"), ("grr", "kept"))
        ),
        line(
            "logo_retention",
            "percent",
            value=pl.when(known).then(percent("stayed", "n")),
            numerator="stayed",
            denominator="n",
            low=low,
            high=high,
            n="n",
            note="few",
        ),
    )


def _gains(portfolio: Portfolio, spans: list[Span]) -> pl.LazyFrame:
    accounts = account_spans(portfolio, spans).with_columns(period="span")
    before, after = pl.col("before"), pl.col("after")
    fresh = (before == 0) & (after > 0) & ~pl.col("paid_before")
    return accounts.group_by(_GROUP).agg(new=after.filter(fresh).sum(), **sums())


def _quick(gains: pl.LazyFrame) -> pl.LazyFrame:
    gained = pl.col("new") + pl.col("grown") + pl.col("back")
    lost = pl.col("lost") + pl.col("kept_less")
    none = pl.when(lost == 0).then(pl.lit("nothing was lost: no ratio"))
    quick = line(
        "quick_ratio",
        "ratio",
        value=pl.when(pl.col("missing").is_null() & (lost > 0)).then(gained / lost),
        numerator=gained,
        denominator=lost,
        note=pl.coalesce("missing", none),
    )
    return told(gains, quick)


RETENTION = Report(
    name="retention",
    label="Retention",
    metrics={
        "nrr": "MRR now / MRR 12 months earlier, of the accounts that paid then, both at today's "
        "exchange rate",
        "grr": "the same without growth: sum of the smaller of now and then / MRR then; never "
        "above 100 %",
        "logo_retention": "of the accounts that paid 12 months earlier, the share that pays now, "
        "with Wilson's 95 % interval",
        "quick_ratio": "(new + expansion + reactivation) / (churn + contraction), between the "
        "period's two ends",
    },
    inputs=("subscriptions", "subscription_items"),
    rows=_rows,
)
