"""Who is product-qualified: accounts and users, since when and why."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.filled import filled
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import UTC_TIME, instant
from syncworker.metrics.milestones import milestone_changes, milestones_ever
from syncworker.metrics.pql_reasons import STANDING, label, standing
from syncworker.metrics.pql_spells import account_spells, user_spells
from syncworker.metrics.reasons import sentence
from syncworker.metrics.settings_pql import PqlSettings
from syncworker.metrics.texts import texts

_OWN: dict[str, pl.DataType] = {
    "pql": pl.Boolean(),
    "pql_status": pl.String(),
    "pql_at": UTC_TIME,
    "pql_reasons": pl.String(),
    "milestones_done": pl.Int64(),
    "next_milestone": pl.String(),
    "pql_because": pl.String(),
}


def with_account_pql(accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add whether each account is product-qualified.

    customer: it ever paid and pays now; former_customer: it paid and stopped; else pql: it
    qualifies now; lapsed: it qualified at a local midnight before; none.

    Args:
        accounts: With customer_since and pays_now.
        inputs: Of the computation.

    Returns:
        The accounts with pql, pql_status, pql_at (start of the spell that holds now), pql_reasons,
        milestones_done, next_milestone, pql_because, pql_problem (why none of them is known; null:
        they are) and pql_milestones (names of those ever reached, in the settings' order).
    """
    if not inputs.settings.pql.judges:
        return accounts.with_columns(*_unknown(inputs, ""))
    changes = milestone_changes(inputs, "account_id")
    states = _states(changes, account_spells(inputs, changes), inputs)
    ever = milestones_ever(changes, inputs.settings.pql)
    judged = accounts.join(states, left_on="account_id", right_on="who", how="left")
    return (
        _judged(judged, inputs, "")
        .join(ever, left_on="account_id", right_on="who", how="left")
        .with_columns(pl.col("pql_milestones").fill_null(""))
    )


def with_user_pql(users: pl.LazyFrame, _accounts: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Add the same of each user, as columns user_pql, user_pql_status...

    A user is a customer, or was one, by the account.
    """
    if not inputs.settings.pql.judges:
        return users.with_columns(*_unknown(inputs, "user_"))
    changes = milestone_changes(inputs, "user_id")
    states = _states(changes, user_spells(inputs, changes), inputs)
    paying = account_customers(inputs)
    judged = users.join(states, left_on="user_id", right_on="who", how="left").join(
        paying, on="account_id", how="left"
    )
    return _judged(judged, inputs, "user_").drop("customer_since", "pays_now")


def pql_accounts(inputs: Inputs) -> pl.LazyFrame:
    """The accounts that were ever product-qualified before they paid.

    Returns:
        account_id, first_pql_at: when the first spell began; without rules no rows.
    """
    if not inputs.settings.pql.judges:
        return pl.LazyFrame(schema={"account_id": pl.String(), "first_pql_at": UTC_TIME})
    changes = milestone_changes(inputs, "account_id")
    paid = account_customers(inputs).select("account_id", "customer_since")
    unpaid = pl.col("customer_since").is_null()
    return (
        account_spells(inputs, changes)
        .group_by(account_id="who")
        .agg(first_pql_at=pl.col("begin").min())
        .join(paid, on="account_id", how="left")
        .filter(unpaid | (pl.col("first_pql_at") < pl.col("customer_since")))
        .select("account_id", "first_pql_at")
    )


def _states(changes: pl.LazyFrame, spells: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    now = instant(inputs.facts.as_of)
    held = spells.group_by("who").agg(
        _spell_at=pl.col("begin").max(), _spell_end=pl.col("end").max()
    )
    stands = standing(changes, inputs).rename({name: f"_{name}" for name in STANDING})
    return stands.join(held, on="who", how="full", coalesce=True).with_columns(
        _holds=pl.col("_spell_end") >= now
    )


def _judged(rows: pl.LazyFrame, inputs: Inputs, prefix: str) -> pl.LazyFrame:
    settings, words = inputs.settings.pql, texts(inputs.facts.language)
    paid = pl.col("customer_since").is_not_null()
    status = (
        pl.when(paid & pl.col("pays_now"))
        .then(pl.lit("customer"))
        .when(paid)
        .then(pl.lit("former_customer"))
        .when("_holds")
        .then(pl.lit("pql"))
        .when(pl.col("_spell_at").is_not_null())
        .then(pl.lit("lapsed"))
        .otherwise(pl.lit("none"))
    )
    is_pql = pl.col("_status") == "pql"
    done = pl.col("_done").fill_null(0)
    because = sentence(
        filled(words["pql_milestones"], done, len(settings.milestones)),
        pl.col("_reached"),
        pl.when(pl.col("_status") == "lapsed").then(
            filled(words["pql_until"], _day("_spell_end", inputs.facts.timezone))
        ),
    )
    told = {
        "pql": is_pql,
        "pql_status": pl.col("_status"),
        "pql_at": pl.when(is_pql).then("_spell_at"),
        "pql_reasons": pl.when(is_pql).then("_reached"),
        "milestones_done": done,
        "next_milestone": pl.when(done < len(settings.milestones)).then(
            pl.col("_next").fill_null(_first(settings))
        ),
        "pql_because": because,
        "pql_problem": pl.lit(None, dtype=pl.String),
    }
    return (
        rows.with_columns(_status=status)
        .with_columns(**{f"{prefix}{name}": value for name, value in told.items()})
        .drop("_status", *(f"_{name}" for name in STANDING), "_spell_at", "_spell_end", "_holds")
    )


def _first(settings: PqlSettings) -> str:
    return label(*next(iter(settings.milestones.items())))


def _unknown(inputs: Inputs, prefix: str) -> list[pl.Expr]:
    problem = pl.lit(texts(inputs.facts.language)["pql_no_rules"]).alias(f"{prefix}pql_problem")
    empty = (pl.lit(None, dtype=type_).alias(f"{prefix}{name}") for name, type_ in _OWN.items())
    return [*empty, problem]


def _day(column: str, timezone: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(timezone).dt.strftime("%Y-%m-%d")
