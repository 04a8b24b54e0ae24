"""Whether a contact should hear from sales now, or be nurtured until then."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant
from syncworker.metrics.texts import texts

BENCHMARK_NOT_READY_PERCENT = 73
"""How many percent of B2B leads are said not to be ready for sales; only for comparison."""


def with_readiness(users: pl.LazyFrame, _accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add the readiness of each person.

    now: product-qualified, or asked for a demo within `readiness_days`; nurture: everyone else,
    and whoever is disqualified; null: a customer already, or not known, because there is no rule
    and no request.

    Args:
        users: With user_pql, user_pql_status, user_pql_problem, last_demo_request_at and, where
            somebody computes it, disqualified.
        inputs: Of the computation.

    Returns:
        The users with readiness, readiness_because and readiness_problem.
    """
    words = texts(inputs.facts.language)
    days = inputs.settings.pql.readiness_days
    earliest = instant(inputs.facts.as_of - timedelta(days=days))
    asked = (pl.col("last_demo_request_at") >= earliest).fill_null(value=False)
    columns = users.collect_schema().names()
    out = pl.col("disqualified").fill_null(value=False) if "disqualified" in columns else False
    unknown = pl.col("user_pql").is_null()
    states: list[tuple[pl.Expr, str | None, str]] = [
        (pl.col("user_pql_status") == "customer", None, words["readiness_customer"]),
        (pl.lit(out) if isinstance(out, bool) else out, "nurture", words["readiness_disqualified"]),
        (pl.col("user_pql"), "now", words["readiness_pql"]),
        (asked, "now", words["readiness_demo"]),
        (unknown, None, words["pql_no_rules"]),
    ]
    ready = pl.lit("nurture")
    because = pl.lit(words["readiness_nurture"].format(days))
    for holds, value, why in reversed(states):
        ready = pl.when(holds).then(pl.lit(value, dtype=pl.String)).otherwise(ready)
        because = pl.when(holds).then(pl.lit(why)).otherwise(because)
    return users.with_columns(readiness=ready, readiness_because=because).with_columns(
        readiness_problem=pl.when(unknown & pl.col("readiness").is_null()).then("readiness_because")
    )
