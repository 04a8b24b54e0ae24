"""Report `acquisition`: what a new customer costs, and when that is earned back.

All money is in the reporting currency, spend at the rates of its month's end. Segments of `cac_by`
are the variants of the settings, of `cac_lagged` how much earlier the spend is taken, of `paid_cac`
the paid channels (with `--by campaign` their campaigns); everything else is of everybody.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from syncworker.metrics.channels import account_channels
from syncworker.metrics.customers import account_customers
from syncworker.metrics.portfolio.acquisition_spend import acquisition_spend
from syncworker.metrics.portfolio.cohorts import (
    EVERYBODY,
    UNKNOWN,
    begun,
    period_of,
    unfinished,
)
from syncworker.metrics.portfolio.lines import half_up, notes
from syncworker.metrics.portfolio.ltv import ltv_frame
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import count
from syncworker.metrics.portfolio.told import row, told

_CELL = ["period", "metric", "segment"]
_ALL, _BY, _LAGGED, _PAID = "cac", "cac_by", "cac_lagged", "paid_cac"
_EARLIER = "spend {} months earlier"


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    settings = portfolio.inputs.settings.attribution
    metric = pl.col("metric")
    of_all = (
        _money("acquisition_spend", pl.col("spent"), "no_spend"),
        count("new_customers"),
        *_against_worth(settings.payback_target_months),
    )
    return told(
        _with_worth(portfolio, _cells(portfolio)),
        *(pl.when(metric == _ALL).then(each) for each in of_all),
        *(
            pl.when(metric == kind).then(_money(kind, pl.col("cac")))
            for kind in (_ALL, _BY, _LAGGED, _PAID)
        ),
    )


def _cells(portfolio: Portfolio) -> pl.LazyFrame:
    """Spend and new customers of each CAC that is told, and the one by the other.

    Returns:
        period, metric, segment, end, currency, spent, new_customers, cac (minor units; null:
        no_spend or problem says why), categories, late (the note that the period is not over).
    """
    spent, won = _spent(portfolio), _won(portfolio)
    names = [name for name in _CELL if name != "period"]
    fixed = pl.LazyFrame({"metric": [_ALL], "segment": [EVERYBODY]})
    grid = pl.concat([spent.select(names), won.select(names), fixed]).unique()
    unvisited = None if "web_visits" in portfolio.inputs.provided else "no source tells of visits"
    unknown = pl.coalesce(
        "missing",
        pl.when(pl.col("told").fill_null(0) == 0).then(pl.lit("no spend is known")),
        pl.when(pl.col("known_from") > pl.col("first_month")).then(
            pl.format("spend is known from {} on only", "known_from")
        ),
    )
    return (
        begun(portfolio)
        .join(grid, how="cross")
        .join(spent, on=_CELL, how="left")
        .join(won, on=_CELL, how="left")
        .with_columns(
            pl.col("new_customers", "amount").fill_null(0),
            no_spend=unknown,
            late=unfinished(portfolio),
            currency=pl.lit(portfolio.facts.currency),
            unvisited=pl.when(pl.col("metric") == _PAID).then(pl.lit(unvisited, dtype=pl.String)),
        )
        .with_columns(
            spent=pl.when(pl.col("no_spend").is_null()).then("amount"),
            problem=pl.coalesce(
                "unvisited",
                "no_spend",
                pl.when(pl.col("new_customers") == 0).then(pl.lit("no new customers")),
            ),
        )
        .with_columns(
            cac=pl.when(pl.col("problem").is_null()).then(pl.col("spent") / pl.col("new_customers"))
        )
    )


def _spent(portfolio: Portfolio) -> pl.LazyFrame:
    """The spend that counts for each CAC: period, metric, segment, amount, categories, ..."""
    settings = portfolio.inputs.settings.attribution
    now = pl.col("lag") == 0
    kinds = [
        pl.when(now).then(_kind(_ALL, pl.lit(EVERYBODY))),
        pl.when(~now).then(_kind(_LAGGED, pl.format(_EARLIER, "lag"))),
        *(
            pl.when(now & pl.col("category").is_in(list(categories))).then(_kind(_BY, pl.lit(name)))
            for name, categories in settings.cac_variants.items()
        ),
        *_paid(portfolio, now),
    ]
    return (
        _in_kinds(acquisition_spend(portfolio), kinds)
        .group_by(_CELL)
        .agg(
            pl.col("amount").sum(),
            pl.col("missing", "known_from", "first_month").min(),
            told=pl.col("amount").count(),
            categories=pl.col("category").drop_nulls().unique().sort().str.join(", "),
        )
    )


def _won(portfolio: Portfolio) -> pl.LazyFrame:
    """The new customers that count for each CAC: period, metric, segment, new_customers."""
    settings = portfolio.inputs.settings.attribution
    channels = account_channels(portfolio.inputs).select(
        "account_id",
        channel="channel_last",
        campaign=pl.col("campaign_last").fill_null(UNKNOWN),
    )
    lags = [_EARLIER.format(lag) for lag in range(1, settings.spend_lag_months + 1)]
    kinds = [
        _kind(_ALL, pl.lit(EVERYBODY)),
        *(_kind(_LAGGED, pl.lit(name)) for name in lags),
        *(_kind(_BY, pl.lit(name)) for name in settings.cac_variants),
        *_paid(portfolio, pl.lit(value=True)),
    ]
    rows = (
        account_customers(portfolio.inputs)
        .join(channels, on="account_id", how="left")
        .select("channel", "campaign", period=period_of("customer_since", portfolio))
        .filter(pl.col("period").is_not_null())
    )
    return _in_kinds(rows, kinds).group_by(_CELL).agg(new_customers=pl.len().cast(pl.Int64))


def _paid(portfolio: Portfolio, where: pl.Expr) -> list[pl.Expr]:
    """The kinds of a row of a paid channel."""
    by = "campaign" if portfolio.by == "campaign" else "channel"
    channels = portfolio.inputs.settings.attribution.paid_channels
    paid = where & pl.col("channel").is_in(list(channels))
    return [
        pl.when(paid).then(_kind(_PAID, pl.lit(EVERYBODY))),
        pl.when(paid).then(_kind(_PAID, pl.col(by))),
    ]


def _kind(metric: str, segment: pl.Expr) -> pl.Expr:
    return pl.struct(metric=pl.lit(metric), segment=segment)


def _in_kinds(rows: pl.LazyFrame, kinds: list[pl.Expr]) -> pl.LazyFrame:
    """Rows once for every CAC they count in, as metric and segment."""
    return (
        rows.with_columns(kind=pl.concat_list(kinds))
        .explode("kind")
        .filter(pl.col("kind").is_not_null())
        .unnest("kind")
    )


def _money(metric: str, exact: pl.Expr, problem: str = "problem") -> pl.Expr:
    counts = pl.when(pl.col("categories") != "").then(pl.format("counts {}", "categories"))
    return row(
        metric,
        "money",
        amount=half_up(exact),
        currency="currency",
        n="new_customers",
        note=notes(pl.col(problem), counts, pl.col("late")),
    )


def _with_worth(portfolio: Portfolio, cells: pl.LazyFrame) -> pl.LazyFrame:
    """The cells with arpa, ltv, margin and ltv_note of everybody beside them."""
    facts = portfolio.facts
    everybody = facts.streams["accounts"].select("account_id", segment=pl.lit(EVERYBODY))
    worth = (
        ltv_frame(replace(portfolio, segments=everybody, by=""))
        .filter(pl.col("currency") == facts.currency)
        .select("period", "arpa", "ltv", "margin", ltv_note="note")
    )
    return cells.join(worth, on="period", how="left")


def _against_worth(target: int) -> tuple[pl.Expr, pl.Expr]:
    """How the blended CAC compares with what a customer is worth, and pays a month."""
    monthly = pl.col("arpa") * pl.col("margin")
    months = pl.when(monthly > 0).then(pl.col("cac") / monthly)
    ratio = pl.when(pl.col("cac") > 0).then(pl.col("ltv") / pl.col("cac"))
    nobody = pl.lit("nobody pays in the reporting currency")
    unworth = pl.when(pl.col("ltv").is_null()).then(pl.coalesce("ltv_note", nobody))
    unpaid = pl.when(~(monthly > 0).fill_null(value=False)).then(nobody)
    margin = pl.format("gross margin {}", "margin")
    kept = pl.when(months <= target).then(pl.lit(f"within the target of {target} months"))
    missed = pl.when(months > target).then(pl.lit(f"above the target of {target} months"))
    problem, late = pl.col("problem"), pl.col("late")
    of_margin = pl.when(ratio.is_not_null()).then(margin)
    return (
        row(
            "ltv_to_cac",
            "ratio",
            value=ratio,
            n="new_customers",
            note=notes(problem, unworth, of_margin, late),
        ),
        row(
            "payback_months",
            "months",
            value=months,
            n="new_customers",
            note=notes(problem, unpaid, kept, missed, margin, late),
        ),
    )


ACQUISITION = Report(
    name="acquisition",
    label="What a new customer costs",
    metrics={
        "acquisition_spend": "all spend of the period, in the reporting currency",
        "new_customers": "accounts whose first payment lies in the period",
        "cac": "acquisition_spend / new_customers, all categories of spend",
        "cac_by": "the same of some categories only, by the variants of the settings",
        "cac_lagged": "cac with the spend of so many months earlier: what was spent then may "
        "have won who pays now",
        "paid_cac": "spend of the paid channels / new customers whose last touch is one of them; "
        "empty without such customers",
        "ltv_to_cac": "predicted lifetime value / cac; 3 or more is thought to be good",
        "payback_months": "cac / (ARPA x gross margin); the target is 12 months (a setting)",
    },
    inputs=("campaign_spend", "invoices|subscriptions"),
    rows=_rows,
)
