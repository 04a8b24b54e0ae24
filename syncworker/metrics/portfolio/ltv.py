"""Report `ltv`: what a customer will have been worth, as the last months' churn has it."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.portfolio.changes import Span
from syncworker.metrics.portfolio.churn import account_spans, begun
from syncworker.metrics.portfolio.lines import half_up, line, notes, told, too_few
from syncworker.metrics.portfolio.periods import closing, months_up_to, opening
from syncworker.metrics.portfolio.rows import Portfolio, Report

_GROUP = ["period", "segment"]


def ltv_frame(portfolio: Portfolio) -> pl.LazyFrame:
    """Lifetime value per period and segment, from the last complete months of the period.

    LTV = ARPA x gross margin x lifetime; lifetime = 1 / monthly logo churn, at most the cap.

    Returns:
        period, segment, currency, arpa, ltv (exact minor units; Float64), margin (a share), churn
        (mean monthly share), lifetime (months), accounts (paying at the end of the last of the
        months), churns (in all of them), note (why ltv is null, else "").
    """
    settings = portfolio.inputs.settings.portfolio
    facts = portfolio.facts
    placed: list[tuple[str, str, bool]] = []
    spans: dict[str, Span] = {}
    for period in begun(portfolio):
        over = min(period.end, facts.as_of)
        complete = months_up_to(over, settings.ltv_months, facts.timezone)
        placed += [(period.label, month.label, month == complete[-1]) for month in complete]
        spans |= {m.label: Span(m.label, opening(m), closing(m, facts.as_of)) for m in complete}
    schema = {"period": pl.String, "span": pl.String, "last": pl.Boolean}
    before, after = pl.col("before"), pl.col("after")
    by_month = (
        account_spans(portfolio, list(spans.values()))
        .group_by("segment", "span", "to")
        .agg(
            n=(before > 0).sum(),
            lost=((before > 0) & (after == 0)).sum(),
            paying=(after > 0).sum(),
            mrr=after.sum(),
            missing=pl.col("missing").min(),
        )
        .with_columns(rate=pl.when(pl.col("n") > 0).then(pl.col("lost") / pl.col("n")))
    )
    last, rated = pl.col("last"), pl.col("rate").is_not_null()
    rolled = (
        pl.LazyFrame(placed, schema=schema, orient="row")
        .join(by_month, on="span")
        .group_by(*_GROUP, currency="to")
        .agg(
            months=rated.sum(),
            churn=pl.col("rate").mean(),
            churns=pl.col("lost").sum().cast(pl.Int64),
            accounts=pl.col("paying").filter(last).sum().cast(pl.Int64),
            mrr=pl.col("mrr").filter(last).sum(),
            missing=pl.col("missing").min(),
        )
    )
    arpa = pl.when(pl.col("accounts") > 0).then(pl.col("mrr") / pl.col("accounts"))
    problem = pl.coalesce(
        "missing",
        too_few("months", settings.ltv_months, "complete months"),
        too_few("accounts", settings.least),
        too_few("churns", settings.min_churns, "lost accounts"),
    )
    lifetime = pl.min_horizontal(1 / pl.col("churn"), pl.lit(float(settings.ltv_cap_months)))
    return (
        rolled.with_columns(arpa=arpa, problem=problem, margin=pl.lit(settings.gross_margin))
        .with_columns(lifetime=pl.when(pl.col("problem").is_null()).then(lifetime))
        .select(
            *_GROUP,
            "currency",
            "arpa",
            "margin",
            "churn",
            "lifetime",
            "accounts",
            "churns",
            ltv=pl.col("arpa") * pl.col("margin") * pl.col("lifetime"),
            note=pl.col("problem").fill_null(""),
        )
    )


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    settings = portfolio.inputs.settings.portfolio
    frame = ltv_frame(portfolio)
    cap = pl.col("lifetime") >= settings.ltv_cap_months
    capped = pl.when(cap).then(pl.lit(f"lifetime capped at {settings.ltv_cap_months} months"))
    problem = pl.when(pl.col("note") != "").then("note")
    both: dict[str, pl.Expr | str] = {"currency": "currency", "note": problem}
    return told(
        frame,
        *[
            line(
                "ltv",
                "money",
                amount=half_up(pl.col("ltv")),
                currency="currency",
                n="accounts",
                note=notes(problem, capped),
            ),
            line("ltv_arpa", "money", amount=half_up(pl.col("arpa")), currency="currency"),
            line("ltv_margin", "percent", value=100 * pl.col("margin"), currency="currency"),
            line(
                "ltv_churn",
                "percent",
                value=pl.when(problem.is_null()).then(100 * pl.col("churn")),
                n="churns",
                **both,
            ),
            line("ltv_lifetime", "months", value="lifetime", **both),
            line("ltv_accounts", "count", value="accounts", currency="currency"),
            line("ltv_lost_accounts", "count", value="churns", currency="currency"),
        ],
    )


LTV = Report(
    name="ltv",
    label="Lifetime value, predicted",
    metrics={
        "ltv": "ARPA x gross margin x lifetime; empty below the configured number of accounts or "
        "of lost ones (ChartMogul: Customer Lifetime Value)",
        "ltv_arpa": "MRR / paying accounts at the end of the last complete month",
        "ltv_margin": "the configured gross margin",
        "ltv_churn": "mean monthly logo churn of the last complete months (6 unless set)",
        "ltv_lifetime": "1 / that churn, at most 60 months unless set",
        "ltv_accounts": "paying accounts at the end of the last of these months",
        "ltv_lost_accounts": "accounts lost in these months together",
    },
    inputs=("subscriptions", "subscription_items"),
    rows=_rows,
)
