"""Where a row lives: the account, or else the person, with whom it must be computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from syncworker.metrics.demos import address
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import reached, there

HOME = "_home"
TOO = "_home_too"
WHOLE = ("fx_rates", "campaign_spend")
"""Small streams that belong to no account: every shard has them whole."""
SEVERAL = ("demo_requests", "crm_stage_history", "crm_values", "crm_deals")
"""Streams of which `housed` has a row once for every place it lives in."""
Place = Callable[[Facts, pl.LazyFrame], pl.LazyFrame]


def housed(facts: Facts) -> dict[str, pl.LazyFrame]:
    """The rows of every stream but `WHOLE`, with where they live.

    A row lives with its account, else with its user (who goes by the user id where they have no
    account), else by itself. What somebody did for another account than their own lives with both
    (`TOO`). A demo request lives with every person of its address, a visit with the one account
    that its visitor is known to be of.

    Returns:
        By stream, its columns, HOME, and TOO where a row may live in two places.
    """
    return {
        name: PLACES[name](facts, rows) for name, rows in facts.streams.items() if name in PLACES
    }


def _own(*columns: str) -> Place:
    """Rows that say themselves where they live."""
    return lambda _facts, rows: rows.with_columns(pl.coalesce(columns).alias(HOME))


def _of_subscription(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    subscriptions = facts.stream("subscriptions").select("sub_id", _account="account_id")
    found = rows.join(subscriptions, on="sub_id", how="left")
    return _at_home(found, "_account", "sub_id")


def _of_invoice(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    invoices = facts.stream("invoices").select("invoice_id", _account="account_id")
    subscriptions = facts.stream("subscriptions").select("sub_id", _other="account_id")
    found = rows.join(invoices, on="invoice_id", how="left")
    found = found.join(subscriptions, on="sub_id", how="left")
    return _at_home(found, "_account", "_other", "invoice_id")


def _of_both(*key: str) -> Place:
    """Rows by a person for an account, which may be another one than the person's."""

    def placed(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
        found = rows.join(_people(facts), on="user_id", how="left")
        home = pl.coalesce("account_id", "_person", "user_id", *key)
        too = pl.when(pl.col("_person") != home).then("_person")
        return found.with_columns(home.alias(HOME), too.alias(TOO)).drop("_person")

    return placed


def _of_ticket(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """In one place, whoever asked: a ticket is a record of its own."""
    found = rows.join(_people(facts), on="user_id", how="left")
    return _at_home(found, "account_id", "_person", "ticket_id")


def _of_request(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """With everyone who is there and has the address; of nobody: with the account it tells."""
    rows = rows.with_columns(email=address())
    people = (
        facts.stream("users")
        .filter(reached("created_at", facts.as_of) & there(facts.as_of))
        .select(email=address(), _person=pl.coalesce("account_id", "user_id"))
        .drop_nulls()
        .unique()
    )
    found = rows.join(people, on="email", how="left")
    told = ["account_id"] if "account_id" in rows.collect_schema() else []
    return _at_home(found, "_person", *told, "email")


def _of_visitor(_facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """All visits of a browser together: with its account where it is of one only."""
    if "account_id" not in rows.collect_schema():
        return rows.with_columns(pl.col("visitor_id").alias(HOME))
    known = (
        rows.filter(pl.col("account_id").is_not_null())
        .group_by("visitor_id")
        .agg(_account=pl.col("account_id").min(), _last=pl.col("account_id").max())
        .filter(pl.col("_account") == pl.col("_last"))
        .drop("_last")
    )
    found = rows.join(known, on="visitor_id", how="left")
    return _at_home(found, "_account", "visitor_id")


def _of_record(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    """With the row that names the HubSpot record, of whatever object it is."""
    named = pl.concat(
        [
            facts.stream("accounts").select(
                object=pl.lit("companies"), record_id="hubspot_company_id", _account="account_id"
            ),
            facts.stream("users").select(
                object=pl.lit("contacts"),
                record_id="hubspot_contact_id",
                _account=pl.coalesce("account_id", "user_id"),
            ),
            facts.stream("subscriptions").select(
                object=pl.lit("deals"), record_id="hubspot_deal_id", _account="account_id"
            ),
            facts.stream("tickets").select(
                object=pl.lit("tickets"), record_id="hubspot_ticket_id", _account="account_id"
            ),
        ]
    )
    found = rows.join(named.drop_nulls().unique(), on=["object", "record_id"], how="left")
    return _at_home(found, "_account", "record_id")


def _of_deal(facts: Facts, rows: pl.LazyFrame) -> pl.LazyFrame:
    companies = facts.stream("accounts").select(
        company_id="hubspot_company_id", _account="account_id"
    )
    subscriptions = facts.stream("subscriptions").select(
        deal_id="hubspot_deal_id", _other="account_id"
    )
    found = rows.join(companies.drop_nulls().unique(), on="company_id", how="left")
    found = found.join(subscriptions.drop_nulls().unique(), on="deal_id", how="left")
    return _at_home(found, "_account", "_other", "deal_id")


def _people(facts: Facts) -> pl.LazyFrame:
    """user_id and _person: where the user lives."""
    users = facts.stream("users")
    return users.select("user_id", _person=pl.coalesce("account_id", "user_id"))


def _at_home(rows: pl.LazyFrame, *columns: str) -> pl.LazyFrame:
    helping = ("_account", "_other", "_person")
    return rows.with_columns(pl.coalesce(columns).alias(HOME)).drop(helping, strict=False)


PLACES: Mapping[str, Place] = {
    "accounts": _own("account_id"),
    "users": _own("account_id", "user_id"),
    "identity": _own("account_id"),
    "events": _of_both("event_id"),
    "usage_daily": _of_both(),
    "subscriptions": _own("account_id", "sub_id"),
    "subscription_items": _of_subscription,
    "subscription_states": _of_subscription,
    "discounts": _of_subscription,
    "invoices": _own("account_id", "invoice_id"),
    "invoice_lines": _of_invoice,
    "trials": _own("account_id", "trial_id"),
    "demo_requests": _of_request,
    "tickets": _of_ticket,
    "survey_responses": _of_both("response_id"),
    "web_visits": _of_visitor,
    "crm_stage_history": _of_record,
    "crm_values": _of_record,
    "crm_deals": _of_deal,
}
"""How each stream's rows find where they live; every stream is here or in `WHOLE`."""
ONE: Mapping[str, Place] = {
    "events": _own("account_id", "user_id", "event_id"),
    "usage_daily": _own("account_id", "user_id"),
    "survey_responses": _own("account_id", "user_id", "response_id"),
}
"""The same of streams of which no row said its account before it was resolved.

Then whoever acted acted for their own account, and nobody need be looked up.
"""
