"""Report `mrr`: from the MRR at a period's start, by its movements, to that at its end."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from syncworker.metrics.portfolio.changes import Span, changes, in_one_currency, kind, sliced
from syncworker.metrics.portfolio.daily import day_changes
from syncworker.metrics.portfolio.lines import half_up, line, told
from syncworker.metrics.portfolio.periods import closing, months, opening
from syncworker.metrics.portfolio.rows import Portfolio, Report

MOVEMENTS = ("new", "reactivation", "expansion", "contraction", "churn", "untold")
_COUNTED = {"new": "new", "reactivated": "reactivation", "churned": "churn", "untold": "untold"}
_GROUP = ["period", "segment", "currency"]


def month_spans(portfolio: Portfolio) -> tuple[list[Span], pl.LazyFrame]:
    """The months that the periods are made of and that have begun.

    Returns:
        The spans, each labelled as its month, and a frame of span, period, first, last (whether
        it is the period's first month, and the last that has begun).
    """
    facts = portfolio.facts
    spans: list[Span] = []
    placed: list[tuple[str, str, bool, bool]] = []
    for period in portfolio.periods:
        begun = [m for m in months(period, facts.timezone) if m.start <= facts.as_of]
        spans += [Span(m.label, opening(m), closing(m, facts.as_of)) for m in begun]
        placed += [(m.label, period.label, m == begun[0], m == begun[-1]) for m in begun]
    schema = {"span": pl.String, "period": pl.String, "first": pl.Boolean, "last": pl.Boolean}
    return spans, pl.LazyFrame(placed, schema=schema, orient="row")


def roll_forward(portfolio: Portfolio) -> pl.LazyFrame:
    """MRR and its movements in the currencies they are in.

    Returns:
        period, segment, currency, start, the movements, fx, end, accounts (paying at the end),
        new_accounts, reactivated_accounts, churned_accounts, untold_accounts, missing (why amounts
        are null).
    """
    spans, placed = month_spans(portfolio)
    changed = sliced(changes(portfolio.inputs.ledger, spans), portfolio)
    rows = changed.with_columns(
        kind=kind(), held="before", pays=pl.col("after") > 0, missing=pl.lit(None, pl.String)
    )
    return _summed(rows, placed)


def total(portfolio: Portfolio) -> pl.LazyFrame:
    """The same in the reporting currency, where some MRR is in another one."""
    own = portfolio.facts.currency
    spans, placed = month_spans(portfolio)
    changed = sliced(changes(portfolio.inputs.ledger, spans), portfolio)
    to = pl.LazyFrame({"to": [own]})
    rows = in_one_currency(changed, portfolio, spans, to).rename({"to": "currency"})
    foreign = (pl.col("mrr") > 0) & (pl.col("currency") != own)
    needed = portfolio.inputs.ledger.select(needed=foreign.any()).filter("needed")
    return _summed(rows, placed).join(needed, how="cross")


def _summed(rows: pl.LazyFrame, placed: pl.LazyFrame) -> pl.LazyFrame:
    gone, came = pl.col("held"), pl.col("after")
    sums = {
        "new": came,
        "reactivation": came,
        "expansion": came - gone,
        "contraction": gone - came,
        "churn": gone,
        "untold": came - gone,
    }
    of = pl.col("kind")
    summed = (
        rows.join(placed, on="span")
        .group_by(_GROUP)
        .agg(
            start=pl.col("before").filter("first").sum(),
            end=came.filter("last").sum(),
            fx=(gone - pl.col("before")).sum(),
            accounts=pl.col("account_id").filter("last", "pays").n_unique(),
            missing=pl.col("missing").min(),
            **{name: sums[name].filter(of == name).sum() for name in MOVEMENTS},
            **{
                f"{name}_accounts": pl.col("account_id").filter(of == one).n_unique()
                for name, one in _COUNTED.items()
            },
        )
    )
    seen = summed.select("segment", "currency").unique()
    begun = placed.select("period").unique()
    amounts = ["start", *MOVEMENTS, "fx", "end"]
    return (
        seen.join(begun, how="cross")
        .join(summed, on=_GROUP, how="left")
        .with_columns(pl.col(pl.Int64, pl.UInt32).fill_null(0))
        .with_columns(
            pl.when(pl.col("missing").is_null()).then(pl.col(name)).alias(name) for name in amounts
        )
    )


def day_by_day(portfolio: Portfolio) -> pl.LazyFrame:
    """period, segment, currency and the movements from day to day."""
    _, placed = month_spans(portfolio)
    rows = sliced(day_changes(portfolio.inputs.ledger, portfolio.facts.timezone), portfolio)
    change = pl.col("after") - pl.col("before")
    size = pl.when(pl.col("kind") == "untold").then(change).otherwise(change.abs())
    return (
        rows.join(placed.select("period", month="span"), on="month")
        .group_by(_GROUP)
        .agg(size.filter(pl.col("kind") == name).sum().alias(name) for name in MOVEMENTS)
    )


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    native = roll_forward(portfolio)
    daily = native.select(_GROUP).join(day_by_day(portfolio), on=_GROUP, how="left")
    daily = daily.with_columns(pl.col(MOVEMENTS).fill_null(0), missing=pl.lit(None, pl.String))
    parts = [
        told(native, *_money("mrr_", ("start", *MOVEMENTS, "end")), *_lines("")),
        told(daily, *_money("daily_", MOVEMENTS)),
    ]
    if "fx_rates" in portfolio.inputs.provided:
        lines = [*_money("total_", ("start", *MOVEMENTS, "fx", "end")), *_lines("total_")]
        parts.append(told(total(portfolio), *lines))
    return pl.concat(parts)


def _lines(prefix: str) -> list[pl.Expr]:
    accounts = pl.col("accounts")
    arpa = pl.when(accounts > 0).then(pl.col("end") / accounts)
    nobody = pl.when(accounts == 0).then(pl.lit("no paying account"))
    return [
        line(
            f"{prefix}arr",
            "money",
            amount=12 * pl.col("end"),
            currency="currency",
            note="missing",
        ),
        *(
            line(prefix + name, "count", value=name, currency="currency")
            for name in ("accounts", *(f"{name}_accounts" for name in _COUNTED))
        ),
        line(
            f"{prefix}arpa",
            "money",
            amount=half_up(arpa),
            numerator="end",
            denominator="accounts",
            n="accounts",
            currency="currency",
            note=pl.coalesce("missing", nobody),
        ),
    ]


def _money(prefix: str, names: tuple[str, ...]) -> list[pl.Expr]:
    return [
        line(prefix + name, "money", amount=name, currency="currency", note="missing")
        for name in names
    ]


_SUM = "quarters and years are the sum of their months"
_OWN: Mapping[str, str] = {
    "start": "MRR at the period's start: the last instant before it",
    "new": f"MRR at their month's end of accounts that never paid before; {_SUM}",
    "reactivation": f"likewise of accounts that paid on any earlier day and did not last; {_SUM}",
    "expansion": f"what accounts that paid pay more at their month's end; {_SUM}",
    "contraction": f"what accounts that go on pay less at their month's end; {_SUM}",
    "churn": f"MRR of accounts that paid at a month's start and not at its end; {_SUM}",
    "untold": "MRR that comes or goes because a price or status is not known at one end: known at "
    "the end less known at the start",
    "end": "start + new + reactivation + expansion - contraction - churn + untold, and + fx in the "
    "total",
}
_ALSO: Mapping[str, str] = {
    "arr": "12 x MRR at the end",
    "accounts": "accounts with MRR above zero at the end",
    "new_accounts": "accounts with a movement new",
    "reactivated_accounts": "accounts with a movement reactivation",
    "churned_accounts": "accounts with a movement churn",
    "untold_accounts": "accounts whose MRR is not known at either end of a month",
    "arpa": "MRR at the end / accounts; ARPA x accounts = MRR, exact in numerator and denominator",
}
_IN_TOTAL = "in the reporting currency at month-end rates"
MRR = Report(
    name="mrr",
    label="MRR and its movements",
    metrics={
        **{f"mrr_{name}": meaning for name, meaning in _OWN.items()},
        **_ALSO,
        **{
            f"daily_{name}": f"{name} from day to day instead of month to month: new and churn "
            "inside one month count as both, as Stripe's dashboard has it"
            for name in MOVEMENTS
        },
        "total_fx": "what MRR held at a month's start gained or lost by its end by rates alone",
        **{f"total_{name}": f"{meaning}; {_IN_TOTAL}" for name, meaning in _OWN.items()},
        **{f"total_{name}": f"{meaning}; {_IN_TOTAL}" for name, meaning in _ALSO.items()},
    },
    inputs=("subscriptions", "subscription_items"),
    rows=_rows,
)
