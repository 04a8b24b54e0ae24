"""Demo requests of a person, joined by e-mail address."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.facts import Facts


def person_demos(facts: Facts) -> pl.LazyFrame:
    """The requests per address; every submission counts, several on one day too.

    Returns:
        email (lower case), first_demo_request_at, last_demo_request_at, demo_type_first,
        demo_type_last (`unknown` where the request names none), demo_count.
    """
    in_order = pl.col("type").fill_null("unknown").sort_by("submitted_at", "submission_id")
    return (
        facts.streams["demo_requests"]
        .with_columns(email=address())
        .group_by("email")
        .agg(
            first_demo_request_at=pl.col("submitted_at").min(),
            last_demo_request_at=pl.col("submitted_at").max(),
            demo_type_first=in_order.first(),
            demo_type_last=in_order.last(),
            demo_count=pl.len().cast(pl.Int64),
        )
    )


def with_demos(users: pl.LazyFrame, demos: pl.LazyFrame) -> pl.LazyFrame:
    """Users with their demo requests, and the requesters whose address is no user's.

    Such a person's user_id is `email:<address>`; they belong to no account.
    """
    strangers = demos.join(users.select("email"), on="email", how="anti").with_columns(
        user_id=pl.format("email:{}", "email")
    )
    known = users.join(demos, on="email", how="left")
    return pl.concat([known, strangers], how="diagonal").with_columns(
        pl.col("demo_count").fill_null(0)
    )


def address() -> pl.Expr:
    """The column email as addresses are compared: lower case, without spaces around it."""
    return pl.col("email").str.strip_chars().str.to_lowercase()
