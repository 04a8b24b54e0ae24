"""NPS, CSAT and ESAT of a portal.

NPS = % of 9-10 less % of 0-6, of each person's last valid answer of 180 days. Source: F. Reichheld,
"The One Number You Need to Grow", Harvard Business Review, December 2003. Its interval is the plain
one for a difference of two shares of one sample. Source: B. Rocks, "Interval Estimation for the Net
Promoter Score", The American Statistician 70 (2016), 365-372.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.known import instant, there
from syncworker.metrics.portfolio.cohorts import EVERYBODY, begun, unfinished
from syncworker.metrics.portfolio.intervals import Z
from syncworker.metrics.portfolio.lines import notes, too_few
from syncworker.metrics.portfolio.rows import Portfolio
from syncworker.metrics.portfolio.shares import share
from syncworker.metrics.portfolio.told import row, told

_DAYS: Mapping[str, int] = {"nps": 180, "csat": 90, "esat": 90}
"""How old an answer may be at the end of a period."""
_BEST: Mapping[str, int] = {"nps": 10, "csat": 5, "esat": 5}
_PROMOTES, _DETRACTS, _CONTENT = 9, 6, 4


def scores(portfolio: Portfolio) -> list[pl.LazyFrame]:
    """The rows of nps, csat and esat, as of each period's end."""
    known = "survey_responses" in portfolio.inputs.provided
    absent = pl.lit(None if known else "no source tells of surveys", dtype=pl.String)
    least = portfolio.inputs.settings.portfolio.least
    late = unfinished(portfolio)
    return [
        _nps(_answers(portfolio, "nps"), portfolio, absent),
        *(
            told(
                _top_two(portfolio, kind),
                share(kind, "content", "answers", least, absent, late),
            )
            for kind in ("csat", "esat")
        ),
    ]


def _answers(portfolio: Portfolio, kind: str) -> pl.LazyFrame:
    """The valid answers that count at the end of each period; other scales than ours do not."""
    facts = portfolio.facts
    ends = begun(portfolio).with_columns(
        segment=pl.lit(EVERYBODY), upto=pl.min_horizontal("end", instant(facts.as_of))
    )
    low = 0 if kind == "nps" else 1
    score, best = pl.col("score"), _BEST[kind]
    return (
        facts.streams["survey_responses"]
        .filter(
            pl.col("kind") == kind,
            score.is_between(low, best),
            pl.col("scale").fill_null(best) == best,
            there(facts.as_of),
        )
        .select(
            "response_id", "at", "score", person=pl.coalesce("user_id", address(), "response_id")
        )
        .join(ends, how="cross")
        .filter(
            pl.col("at") < pl.col("upto"),
            pl.col("at") >= pl.col("upto") - timedelta(days=_DAYS[kind]),
        )
    )


def _nps(answers: pl.LazyFrame, portfolio: Portfolio, absent: pl.Expr) -> pl.LazyFrame:
    score = pl.col("score")
    last = answers.group_by("period", "person").agg(score.sort_by("at", "response_id").last())
    counts = last.group_by("period").agg(
        n=pl.len().cast(pl.Int64),
        promoters=(score >= _PROMOTES).sum().cast(pl.Int64),
        detractors=(score <= _DETRACTS).sum().cast(pl.Int64),
    )
    frame = begun(portfolio).join(counts, on="period", how="left")
    n = pl.col("n").fill_null(0)
    problem = pl.coalesce(absent, too_few(n, portfolio.inputs.settings.portfolio.least, "answers"))
    net = (pl.col("promoters") - pl.col("detractors")) / pl.col("n")
    spread = (pl.col("promoters") + pl.col("detractors")) / pl.col("n") - net**2
    half = Z * (spread / pl.col("n")).sqrt()
    sure = problem.is_null()
    made = row(
        "nps",
        "points",
        value=pl.when(sure).then(100 * net),
        low=pl.when(sure).then(100 * (net - half).clip(lower_bound=-1)),
        high=pl.when(sure).then(100 * (net + half).clip(upper_bound=1)),
        n=n,
        note=notes(problem, unfinished(portfolio)),
    )
    return told(frame.with_columns(segment=pl.lit(EVERYBODY)), made)


def _top_two(portfolio: Portfolio, kind: str) -> pl.LazyFrame:
    made = (
        _answers(portfolio, kind)
        .group_by("period")
        .agg(
            answers=pl.len().cast(pl.Int64),
            content=(pl.col("score") >= _CONTENT).sum().cast(pl.Int64),
        )
    )
    return (
        begun(portfolio)
        .join(made, on="period", how="left")
        .with_columns(pl.col("answers", "content").fill_null(0), segment=pl.lit(EVERYBODY))
    )
