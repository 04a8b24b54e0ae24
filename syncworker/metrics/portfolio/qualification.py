"""Report `qualification`: whether qualifying leads by their use of the app finds the buyers."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from syncworker.metrics.channels import account_channels
from syncworker.metrics.customers import account_customers
from syncworker.metrics.portfolio.cohorts import (
    UNKNOWN,
    and_everybody,
    counted,
    immature,
    period_of,
)
from syncworker.metrics.portfolio.lines import half_up, notes
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import NEVER, count, share
from syncworker.metrics.portfolio.spend_by import spend_by
from syncworker.metrics.portfolio.told import row, told
from syncworker.metrics.pql import pql_accounts


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    settings = portfolio.inputs.settings.portfolio
    by = "campaign" if portfolio.by == "campaign" else "channel"
    portfolio = replace(portfolio, by="")
    frame = _with_spend(portfolio, _leads(portfolio, by), by)
    young = immature(settings.trial_mature_days, portfolio)
    judged = portfolio.inputs.settings.pql.judges
    unjudged = NEVER if judged else pl.lit("no pql rules")
    hidden = pl.coalesce(unjudged, young)
    least = settings.least
    return told(
        frame,
        count("leads"),
        pl.when(judged).then(count("pqls")),
        count("wins"),
        share("lead_to_won", "wins", "leads", least, young),
        share("lead_to_pql", "pqls", "leads", least, hidden),
        share("pql_to_won", "pql_wins", "pqls", least, hidden),
        share("won_coverage", "pql_wins", "wins", least, hidden),
        _cost(portfolio, "cost_per_pql", "pqls", hidden),
        _cost(portfolio, "cost_per_win", "wins", young),
    )


def _leads(portfolio: Portfolio, by: str) -> pl.LazyFrame:
    """Accounts made in each period, by what first brought them, and what became of them."""
    inputs = portfolio.inputs
    brought = account_channels(inputs).select(
        "account_id", segment=pl.col(f"{by}_first").fill_null(UNKNOWN)
    )
    since = account_customers(inputs).select("account_id", "customer_since")
    won, pql = pl.col("customer_since").is_not_null(), pl.col("first_pql_at").is_not_null()
    leads = (
        inputs.facts.streams["accounts"]
        .select("account_id", period=period_of("created_at", portfolio))
        .join(brought, on="account_id", how="left")
        .join(since, on="account_id", how="left")
        .join(pql_accounts(inputs), on="account_id", how="left")
        .with_columns(pl.col("segment").fill_null(UNKNOWN), won=won, pql=pql)
    )
    return counted(
        and_everybody(leads),
        portfolio,
        leads=pl.len().cast(pl.Int64),
        pqls=pl.col("pql").sum().cast(pl.Int64),
        wins=pl.col("won").sum().cast(pl.Int64),
        pql_wins=(pl.col("won") & pl.col("pql")).sum().cast(pl.Int64),
    )


def _with_spend(portfolio: Portfolio, leads: pl.LazyFrame, by: str) -> pl.LazyFrame:
    return leads.join(spend_by(portfolio, by), on=["period", "segment"], how="left").with_columns(
        currency=pl.lit(portfolio.facts.currency)
    )


def _cost(portfolio: Portfolio, metric: str, of: str, hidden: pl.Expr) -> pl.Expr:
    """Spend per record; null where there is none of either, never 0 or infinite."""
    told = "campaign_spend" in portfolio.inputs.provided
    untold = NEVER if told else pl.lit("no source tells of spend")
    nothing = pl.when(pl.col("spent").is_null()).then(pl.lit("no spend is known"))
    none = pl.when(pl.col(of) == 0).then(pl.lit(f"no {of}"))
    problem = pl.coalesce(hidden, untold, "missing", nothing, none)
    exact = pl.when(problem.is_null()).then(pl.col("spent") / pl.col(of))
    return row(
        metric,
        "money",
        amount=half_up(exact),
        currency="currency",
        numerator="spent",
        denominator=of,
        n=of,
        note=notes(problem),
    )


QUALIFICATION = Report(
    name="qualification",
    label="Leads, by the period they signed up in; segments are first channels, or campaigns",
    metrics={
        "leads": "accounts made in the period",
        "pqls": "of these, those that qualified before they paid",
        "wins": "of the leads, those that have paid since",
        "lead_to_won": "wins / leads (converted / all); none until 45 days after the period",
        "lead_to_pql": "pqls / leads",
        "pql_to_won": "wins that had qualified / pqls (converted / qualified)",
        "won_coverage": "wins that had qualified / wins: a high pql_to_won with a low coverage "
        "only says that few were looked at",
        "cost_per_pql": "spend of the period for the channel or campaign / pqls",
        "cost_per_win": "the same spend / wins",
    },
    inputs=("accounts", "invoices|subscriptions"),
    rows=_rows,
)
