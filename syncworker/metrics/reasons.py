"""Why a value is what it is, in words, where a plain template would read badly."""

from __future__ import annotations

import polars as pl


def with_reasons(accounts: pl.LazyFrame, timezone: str) -> pl.LazyFrame:
    """Add mrr_because, subscription_because, users_because, trial_because and health_because.

    Dates in them are local dates of the portal's reporting timezone; what is not known is left
    out of the sentence.
    """
    paid = pl.concat_str(
        count("mrr_items", "priced item"),
        pl.lit(" of "),
        count("mrr_subscriptions", "paying subscription"),
    )
    unpaid = pl.when(pl.col("mrr_subscriptions") == 0).then(pl.lit("no paying subscription"))
    live = pl.concat_str(
        pl.format("{} of ", "subscriptions_live"),
        count("subscriptions", "subscription"),
        pl.lit(" live"),
    )
    now_below = pl.format("only {} % of the score's weight could be computed", "health_coverage")
    return accounts.with_columns(
        mrr_because=pl.coalesce("mrr_problem", unpaid, paid),
        subscription_because=sentence(
            pl.when(pl.col("subscriptions") > 0).then(live).otherwise(pl.lit("no subscription")),
            dated("cancellation asked for", "cancelled_at", timezone),
            dated("end", "cancel_effective_at", timezone),
        ),
        users_because=pl.format(
            "active users: {}, on {} of 28 days",
            pl.coalesce(pl.col("active_users_28d").cast(pl.String), pl.lit("not told by name")),
            "active_days_28d",
        ),
        trial_because=sentence(
            pl.when(pl.col("trial_requested_at").is_null()).then(pl.lit("no trial")),
            dated("requested", "trial_requested_at", timezone),
            dated("started", "trial_started_at", timezone),
            dated("last active", "trial_last_active_at", timezone),
            dated("end", "trial_ends_at", timezone),
            pl.when("paid_before").then(pl.lit("a paying customer before it")),
            dated("first paid", "first_paid_at", timezone),
        ),
        health_because=pl.coalesce("health_drivers", now_below),
    )


def dated(words: str, column: str, timezone: str) -> pl.Expr:
    """Words and a time's local date; null where there is no time."""
    day = pl.col(column).dt.convert_time_zone(timezone).dt.strftime("%Y-%m-%d")
    return pl.format(f"{words} {{}}", day)


def count(column: str, word: str) -> pl.Expr:
    """A number of things, the word in the plural where they are not one."""
    plural = pl.when(pl.col(column) == 1).then(pl.lit("")).otherwise(pl.lit("s"))
    return pl.format(f"{{}} {word}{{}}", column, plural)


def sentence(*parts: pl.Expr) -> pl.Expr:
    """Parts joined by commas; a part that is null is left out."""
    return pl.concat_str(parts, separator=", ", ignore_nulls=True)
