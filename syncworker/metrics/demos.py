"""Demos: asked for with a form, or seen without asking; persons are joined by e-mail address."""

from __future__ import annotations

import polars as pl

from syncworker.metrics.customers import account_customers
from syncworker.metrics.inputs import Inputs
from syncworker.metrics.known import instant, there
from syncworker.metrics.texts import texts

UNKNOWN = "unknown"


def all_demos(inputs: Inputs) -> pl.LazyFrame:
    """Every request for a demo (gated), and every demo seen without asking (ungated).

    A request's type is the one it names, else its form's by `demo_forms`, else `unknown`. Ungated
    are the events of `demo_events`, by the user's address, and the pages of `demo_pages` where
    the visit itself has an address. The account is the request's own where identity found it,
    else that of the users with the address; null where those belong to several.

    Returns:
        email (lower case), account_id, type, gated, submitted_at, submission_id (of an ungated
        one the id of the event or visit) and first_paid_at of the account; after `as_of` nothing.
    """
    demos = pl.concat([requests(inputs), views(inputs)], how="diagonal")
    homes = (
        users_by_address(inputs)
        .group_by("email")
        .agg(home=pl.when(pl.col("account_id").n_unique() == 1).then(pl.col("account_id").first()))
    )
    customers = account_customers(inputs).select("account_id", first_paid_at="customer_since")
    return (
        demos.join(homes, on="email", how="left")
        .with_columns(account_id=pl.coalesce("account_id", "home"))
        .join(customers, on="account_id", how="left")
        .select(
            "email",
            "account_id",
            "type",
            "gated",
            "submitted_at",
            "submission_id",
            "first_paid_at",
        )
    )


def requests(inputs: Inputs) -> pl.LazyFrame:
    """Every submission of a form: submission_id, email, type, submitted_at, gated, account_id."""
    rows = inputs.facts.streams["demo_requests"]
    if "account_id" not in rows.collect_schema():
        rows = rows.with_columns(account_id=pl.lit(None, dtype=pl.String))
    return rows.select(
        "submission_id",
        "submitted_at",
        "account_id",
        email=address(),
        type=pl.coalesce("type", _named("form_id", inputs.settings.trials.demo_forms)),
        gated=pl.lit(value=True),
    ).with_columns(pl.col("type").fill_null(UNKNOWN))


def views(inputs: Inputs) -> pl.LazyFrame:
    """Demos seen without asking: user_id (of a page: null) and the columns of `requests`.

    What users clicked counts for those with an address, pages where the visit itself has one.
    """
    settings, streams = inputs.settings.trials, inputs.facts.streams
    clicks = (
        streams["events"]
        .filter(pl.col("name").is_in(list(settings.demo_events)))
        .join(users_by_address(inputs).select("user_id", "email"), on="user_id")
        .select(
            "user_id",
            "email",
            submission_id="event_id",
            submitted_at="ts",
            type=_named("name", settings.demo_events),
        )
    )
    now = instant(inputs.facts.as_of)
    pages = (
        streams["web_visits"]
        .filter(pl.col("page").is_in(list(settings.demo_pages)) & (pl.col("ts") < now))
        .filter(pl.col("email").is_not_null())
        .select(
            email=address(),
            submission_id="visit_id",
            submitted_at="ts",
            type=_named("page", settings.demo_pages),
        )
    )
    return pl.concat([clicks, pages], how="diagonal").with_columns(gated=pl.lit(value=False))


def person_demos(inputs: Inputs) -> pl.LazyFrame:
    """The requests per address; every submission counts, several on one day too.

    Returns:
        email (lower case), first_demo_request_at, last_demo_request_at, demo_type_first,
        demo_type_last (`unknown` where neither request nor form names one), demo_count.
    """
    in_order = pl.col("type").sort_by("submitted_at", "submission_id")
    return (
        requests(inputs)
        .group_by("email")
        .agg(
            first_demo_request_at=pl.col("submitted_at").min(),
            last_demo_request_at=pl.col("submitted_at").max(),
            demo_type_first=in_order.first(),
            demo_type_last=in_order.last(),
            demo_count=pl.len().cast(pl.Int64),
        )
    )


def with_demos(users: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """Users with their demos, and the requesters whose address is no user's.

    Such a person's user_id is `email:<address>`; they belong to no account. demo_views,
    last_demo_view_at and demo_view_type_last are of demos seen without asking; demo_views is null
    where nobody named what seeing one is, and demo_views_problem says so.
    """
    demos, homes = person_demos(inputs), users_by_address(inputs)
    strangers = demos.join(homes, on="email", how="anti").with_columns(
        user_id=pl.format("email:{}", "email")
    )
    known = users.join(demos, on="email", how="left")
    persons = pl.concat([f.select("user_id", "email") for f in (homes, strangers)])
    named = inputs.settings.trials.demo_events or inputs.settings.trials.demo_pages
    count = pl.col("demo_views")
    problem = pl.lit(texts(inputs.facts.language)["demos.no_views"])
    return (
        pl.concat([known, strangers], how="diagonal")
        .join(_seen(persons, inputs), on="user_id", how="left")
        .with_columns(
            pl.col("demo_count").fill_null(0),
            demo_views=count.fill_null(0) if named else count,
            demo_views_problem=pl.lit(None, dtype=pl.String) if named else problem,
        )
    )


def _seen(people: pl.LazyFrame, inputs: Inputs) -> pl.LazyFrame:
    """What each person saw without asking: their own clicks, and pages by their address."""
    seen = views(inputs)
    pages = seen.filter(pl.col("user_id").is_null()).drop("user_id")
    by_person = [
        seen.filter(pl.col("user_id").is_not_null()),
        pages.join(people, on="email"),
    ]
    return (
        pl.concat(by_person, how="diagonal")
        .group_by("user_id")
        .agg(
            demo_views=pl.len().cast(pl.Int64),
            last_demo_view_at=pl.col("submitted_at").max(),
            demo_view_type_last=pl.col("type").sort_by("submitted_at", "submission_id").last(),
        )
    )


def address() -> pl.Expr:
    """The column email as addresses are compared: lower case, without spaces around it."""
    return pl.col("email").str.strip_chars().str.to_lowercase()


def _named(column: str, types: dict[str, str]) -> pl.Expr:
    if not types:
        return pl.lit(None, dtype=pl.String)
    return pl.col(column).replace_strict(types, default=None, return_dtype=pl.String)


def users_by_address(inputs: Inputs) -> pl.LazyFrame:
    """The users there are with an address: user_id, account_id, email (lower case)."""
    users = inputs.facts.streams["users"].filter(there(inputs.facts.as_of))
    return users.select("user_id", "account_id", email=address()).drop_nulls("email")
