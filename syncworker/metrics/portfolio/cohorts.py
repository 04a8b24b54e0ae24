"""Cohorts: who belongs to which period, and when it can be judged."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.known import instant
from syncworker.metrics.portfolio.rows import Portfolio, period_frame

EVERYBODY = "all"
UNKNOWN = "unknown"


def begun(portfolio: Portfolio) -> pl.LazyFrame:
    """period, start, end of the periods that have begun."""
    return period_frame(tuple(p for p in portfolio.periods if p.start < portfolio.facts.as_of))


def period_of(at: str, portfolio: Portfolio) -> pl.Expr:
    """The label of the period a time lies in; null: in none."""
    return pl.coalesce(
        pl.lit(None, dtype=pl.String),
        *(
            pl.when((pl.col(at) >= instant(p.start)) & (pl.col(at) < instant(p.end))).then(
                pl.lit(p.label)
            )
            for p in portfolio.periods
        ),
    )


def in_segments(rows: pl.LazyFrame, portfolio: Portfolio) -> pl.LazyFrame:
    """Rows with their account's segment; `unknown` where they have no account or it has none.

    Args:
        rows: With account_id.
        portfolio: With the segments.
    """
    if not portfolio.by:
        return rows.with_columns(segment=pl.lit(EVERYBODY))
    return rows.join(portfolio.segments, on="account_id", how="left").with_columns(
        pl.col("segment").fill_null(UNKNOWN)
    )


def and_everybody(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows once in their own segment and once in `all`."""
    both = pl.concat_list("segment", pl.lit(EVERYBODY))
    return rows.with_columns(segment=both).explode("segment")


def counted(rows: pl.LazyFrame, portfolio: Portfolio, **counts: pl.Expr) -> pl.LazyFrame:
    """How many there are per period and segment; 0 where there is none.

    Args:
        rows: With period (null: of no period) and segment.
        portfolio: With the periods.
        counts: By column name, aggregations; a missing one becomes 0 where it is a number.

    Returns:
        period, start, end, segment and the counts: every period begun, with every segment that
        is in any of them; `all` is always one where no segments were asked for.
    """
    made = rows.filter(pl.col("period").is_not_null()).group_by("period", "segment").agg(**counts)
    if not portfolio.by:
        made = pl.concat([made, pl.LazyFrame({"segment": [EVERYBODY]})], how="diagonal")
    cells = made.group_by("segment").agg(cell=pl.struct(pl.exclude("segment")))
    own = pl.col("cell").struct.field
    # Laid out from one reading of the rows: joined to a grid of their own segments, they would be
    # read twice.
    return (
        begun(portfolio)
        .join(cells, how="cross")
        .explode("cell")
        .group_by("period", "start", "end", "segment")
        .agg(
            own(name).filter(own("period") == pl.col("period")).first().fill_null(0).alias(name)
            for name in counts
        )
    )


def immature(days: int, portfolio: Portfolio) -> pl.Expr:
    """Why a cohort cannot be judged yet; null: it can. Needs the column end.

    A cohort is mature as soon as so many days of 24 hours have passed since its period's end.
    """
    ripe = pl.col("end") + timedelta(days=days)
    local = ripe.dt.convert_time_zone(portfolio.facts.timezone).dt.strftime("%Y-%m-%d")
    return pl.when(ripe > instant(portfolio.facts.as_of)).then(
        pl.format("immature until {}", local)
    )


def unfinished(portfolio: Portfolio) -> pl.Expr:
    """The note that a period is not over yet, or null. Needs the column end."""
    return pl.when(pl.col("end") > instant(portfolio.facts.as_of)).then(pl.lit("unfinished"))
