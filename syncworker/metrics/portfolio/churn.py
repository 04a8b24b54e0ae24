"""Report `churn`: which share of the accounts and of the MRR of a period's start was lost."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.mrr_tiers import tier_of
from syncworker.metrics.portfolio.changes import Span, changes, in_one_currency, sliced, target
from syncworker.metrics.portfolio.intervals import wilson
from syncworker.metrics.portfolio.lines import line, notes, percent, told, too_few
from syncworker.metrics.portfolio.periods import closing, months, opening
from syncworker.metrics.portfolio.rows import Period, Portfolio, Report

_GROUP = ["period", "segment"]
_YEAR = 12


def account_spans(portfolio: Portfolio, spans: list[Span]) -> pl.LazyFrame:
    """What each account paid before and after, in one currency at the later rate.

    Returns:
        account_id, segment, span, to, before, after (minor units of `to`), paid_before, missing,
        untold (whether MRR at either end is not known: both are 0 then, so that no rate counts it).
    """
    rows = changes(portfolio.inputs.ledger, spans)
    rows = in_one_currency(rows, portfolio, spans, target(portfolio))
    known, untold = pl.col("missing").is_null().all(), pl.col("untold").any()
    rolled = rows.group_by("account_id", "span", "to").agg(
        before=pl.when(untold).then(0).when(known).then(pl.col("held").sum()),
        after=pl.when(untold).then(0).when(known).then(pl.col("after").sum()),
        paid_before=pl.col("paid_before").any(),
        untold=untold,
        missing=pl.col("missing").min(),
    )
    return sliced(rolled, portfolio)


def begun(portfolio: Portfolio) -> list[Period]:
    """The periods that have begun."""
    return [p for p in portfolio.periods if p.start <= portfolio.facts.as_of]


def sums() -> dict[str, pl.Expr]:
    """start, lost, kept_less (contraction), grown, back, n, churned, downgraded of accounts."""
    before, after = pl.col("before"), pl.col("after")
    had, lost = before > 0, (before > 0) & (after == 0)
    less = had & (after > 0) & (after < before)
    back = (before == 0) & (after > 0) & pl.col("paid_before")
    return {
        "start": before.sum(),
        "lost": before.filter(lost).sum(),
        "kept_less": (before - after).filter(less).sum(),
        "grown": (after - before).filter(had & (after > before)).sum(),
        "back": after.filter(back).sum(),
        "n": had.sum().cast(pl.Int64),
        "churned": lost.sum().cast(pl.Int64),
        "downgraded": less.sum().cast(pl.Int64),
        "untold": pl.col("untold").sum(),
        "missing": pl.col("missing").min(),
    }


def _accounts(portfolio: Portfolio) -> pl.LazyFrame:
    as_of = portfolio.facts.as_of
    spans = [Span(p.label, opening(p), closing(p, as_of)) for p in begun(portfolio)]
    tier = tier_of(pl.col("before"), portfolio.facts.currency, portfolio.inputs.settings)
    return account_spans(portfolio, spans).with_columns(period="span", tier=tier)


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    settings = portfolio.inputs.settings.portfolio
    accounts = _accounts(portfolio)
    facts = portfolio.facts
    years = pl.LazyFrame(
        [
            (p.label, len(months(p, facts.timezone)) / _YEAR, p.end <= facts.as_of)
            for p in begun(portfolio)
        ],
        schema={"period": pl.String, "years": pl.Float64, "over": pl.Boolean},
        orient="row",
    )
    few = pl.coalesce("missing", too_few("n", settings.least))
    whole = accounts.group_by(_GROUP).agg(**sums()).with_columns(few=few)
    whole = whole.join(years, on="period")
    tiers = accounts.filter(pl.col("before") > 0).group_by(*_GROUP, "tier").agg(**sums())
    tiers = tiers.with_columns(few=few)
    return pl.concat([_whole(whole, settings.churn_benchmark), _tiers(tiers)])


def _whole(whole: pl.LazyFrame, yearly: float) -> pl.LazyFrame:
    low, high = wilson(pl.col("churned"), pl.col("n"))
    benchmark = 100 * (1 - pl.lit(1 - yearly / 100).pow(pl.col("years")))
    known = pl.col("few").is_null()
    frame = whole.with_columns(
        rate=pl.when(known).then(percent("churned", "n")), low=low, high=high, benchmark=benchmark
    )
    over = pl.col("over")
    crosses = (pl.col("low") <= pl.col("benchmark")) & (pl.col("benchmark") <= pl.col("high"))
    inseparable = pl.when(crosses & known & over).then(pl.lit("not separable from the benchmark"))
    made_of = {"numerator": "churned", "denominator": "n", "n": "n"}
    mark = pl.col("benchmark")
    gross = pl.col("lost") + pl.col("kept_less")
    return told(
        frame,
        line("accounts_start", "count", value="n"),
        line("accounts_lost", "count", value="churned"),
        line("accounts_untold", "count", value="untold"),
        line(
            "logo_churn",
            "percent",
            value="rate",
            low="low",
            high="high",
            note=notes(pl.col("few"), inseparable),
            **made_of,
        ),
        line("logo_churn_benchmark", "percent", value="benchmark"),
        line(
            "logo_churn_gap",
            "points",
            value=pl.when(known & over & ~crosses).then(pl.col("rate") - mark),
            low=pl.when("over").then(pl.col("low") - mark),
            high=pl.when("over").then(pl.col("high") - mark),
            n="n",
            note=notes(pl.col("few"), inseparable),
        ),
        line(
            "logo_churn_yearly",
            "percent",
            value=pl.when("over").then(_yearly("rate")),
            low=pl.when("over").then(_yearly("low")),
            high=pl.when("over").then(_yearly("high")),
            n="n",
            note=notes(pl.col("few"), inseparable),
        ),
        _share("mrr_churn_gross", gross),
        _share("mrr_churn_net", gross - pl.col("grown") - pl.col("back")),
    )


def _yearly(rate: str) -> pl.Expr:
    return 100 * (1 - (1 - pl.col(rate) / 100).pow(1 / pl.col("years")))


def _share(metric: str | pl.Expr, part: pl.Expr) -> pl.Expr:
    return line(
        metric,
        "percent",
        value=pl.when(pl.col("few").is_null()).then(percent(part, "start")),
        numerator=part,
        denominator="start",
        n="n",
        note="few",
    )


def _tiers(tiers: pl.LazyFrame) -> pl.LazyFrame:
    churn, downgrade = (wilson(pl.col(c), pl.col("n")) for c in ("churned", "downgraded"))
    apart = (churn[1] < downgrade[0]) | (downgrade[1] < churn[0])
    alike = pl.when(~apart).then(pl.lit("churn and downgrades not separable"))
    known = pl.col("few").is_null()
    rates = (("churn", "churned", churn), ("downgrade", "downgraded", downgrade))
    return told(
        tiers,
        line(pl.format("{}_accounts", "tier"), "count", value="n"),
        *(
            line(
                pl.format(f"{{}}_logo_{what}", "tier"),
                "percent",
                value=pl.when(known).then(percent(count, "n")),
                numerator=count,
                denominator="n",
                low=low,
                high=high,
                n="n",
                note=notes(pl.col("few"), pl.when(known).then(alike)),
            )
            for what, count, (low, high) in rates
        ),
        _share(pl.format("{}_mrr_churn", "tier"), pl.col("lost")),
        _share(pl.format("{}_mrr_downgrade", "tier"), pl.col("kept_less")),
    )


def _of_tier(name: str) -> dict[str, str]:
    where = f"of the accounts in the {name} MRR tier at the period's start"
    return {
        f"{name}_accounts": f"accounts in the {name} MRR tier at the period's start",
        f"{name}_logo_churn": f"share {where} that pay nothing at its end",
        f"{name}_logo_downgrade": f"share {where} that pay less at its end",
        f"{name}_mrr_churn": f"MRR lost by churn / MRR at the start, {where}",
        f"{name}_mrr_downgrade": f"MRR lost by downgrades / MRR at the start, {where}",
    }


CHURN = Report(
    name="churn",
    label="Churn",
    metrics={
        "accounts_start": "accounts with MRR above zero at the period's start",
        "accounts_lost": "of these, those without MRR at its end",
        "accounts_untold": "accounts whose MRR at either end is not known, which no rate counts",
        "logo_churn": "accounts lost / accounts at the start, with Wilson's 95 % interval",
        "logo_churn_benchmark": "the yearly benchmark for a period: 1 - (1 - yearly)^(its years)",
        "logo_churn_gap": "logo churn - benchmark; above zero is worse; empty where the interval "
        "holds the benchmark, and before the period is over",
        "logo_churn_yearly": "1 - (1 - logo churn)^(1 / the period's years), never 12 x a month",
        "mrr_churn_gross": "(churn + contraction) / MRR at the start, both between the period's "
        "two ends and at the later exchange rate (ChartMogul: gross MRR churn rate)",
        "mrr_churn_net": "(churn + contraction - expansion - reactivation) / MRR at the start "
        "(ChartMogul: net MRR churn rate)",
        **_of_tier("low"),
        **_of_tier("mid"),
        **_of_tier("high"),
    },
    inputs=("subscriptions", "subscription_items"),
    rows=_rows,
)
