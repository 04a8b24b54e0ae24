"""Report `channels`: what each channel brings: visits, contacts, customers and their revenue."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from syncworker.metrics.attribution import revenue_credits
from syncworker.metrics.customers import account_customers
from syncworker.metrics.portfolio.cohorts import (
    EVERYBODY,
    UNKNOWN,
    and_everybody,
    begun,
    counted,
    immature,
    period_of,
    unfinished,
)
from syncworker.metrics.portfolio.lines import notes
from syncworker.metrics.portfolio.rows import Portfolio, Report
from syncworker.metrics.portfolio.shares import NEVER, count, share, times
from syncworker.metrics.portfolio.told import row, told
from syncworker.metrics.portfolio.visitors import visitors
from syncworker.metrics.touches import sessions

_CELL = ["period", "segment"]
_WAYS = ("first", "last", "linear")


def _rows(portfolio: Portfolio) -> pl.LazyFrame:
    by = "campaign" if portfolio.by == "campaign" else "channel"
    whole = replace(portfolio, by="")
    settings = whole.inputs.settings.portfolio
    new = immature(settings.activation_days, whole)
    unpaid = immature(settings.activation_days + settings.trial_mature_days, whole)
    least = settings.least
    against_rest = times(
        "times_the_rest",
        ("visitors_paid", "contacts"),
        ("other_paid", "other_contacts"),
        least,
        unpaid,
    )
    return pl.concat(
        [
            _traffic(whole, by),
            told(
                _with_the_rest(_came(whole, by)),
                count("visitors"),
                count("contacts"),
                count("visitors_paid"),
                share("visitor_to_contact", "contacts", "visitors", least, new),
                share("contact_to_customer", "visitors_paid", "contacts", least, unpaid),
                pl.when(pl.col("segment") != EVERYBODY).then(against_rest),
            ),
            _revenue(whole, by),
        ]
    )


def _traffic(portfolio: Portfolio, by: str) -> pl.LazyFrame:
    """Sessions per period, and how they changed from the period before."""
    rows = sessions(portfolio.inputs).with_columns(
        segment=pl.col(by).fill_null(UNKNOWN), period=period_of("at", portfolio)
    )
    frame = counted(and_everybody(rows), portfolio, sessions=pl.len().cast(pl.Int64))
    before = pl.col("sessions").shift(1).over("segment", order_by="start")
    was = pl.col("before") > 0
    none = pl.when(~was.fill_null(value=False)).then(pl.lit("nothing in the period before"))
    change = pl.when(was & unfinished(portfolio).is_null()).then(
        100 * (pl.col("sessions") - pl.col("before")) / pl.col("before")
    )
    return told(
        frame.with_columns(before=before),
        count("sessions"),
        row(
            "sessions_change",
            "percent",
            value=change,
            n="sessions",
            note=notes(none, unfinished(portfolio)),
        ),
    )


def _came(portfolio: Portfolio, by: str) -> pl.LazyFrame:
    """Visitors by what first brought them: those known by address, and those that paid since."""
    since = account_customers(portfolio.inputs).select("account_id", "customer_since")
    rows = (
        visitors(portfolio)
        .join(since, on="account_id", how="left")
        .with_columns(
            segment=pl.col(by),
            paid=(pl.col("customer_since") >= pl.col("at")).fill_null(value=False),
        )
    )
    return counted(
        and_everybody(rows),
        portfolio,
        visitors=pl.len().cast(pl.Int64),
        contacts=pl.col("contact").sum().cast(pl.Int64),
        visitors_paid=pl.col("paid").sum().cast(pl.Int64),
    )


def _with_the_rest(came: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with the contacts and customers of all other channels together beside them."""
    everybody = came.filter(pl.col("segment") == EVERYBODY).select(
        "period", all_paid="visitors_paid", all_contacts="contacts"
    )
    return came.join(everybody, on="period").with_columns(
        other_paid=pl.col("all_paid") - pl.col("visitors_paid"),
        other_contacts=pl.col("all_contacts") - pl.col("contacts"),
    )


def _revenue(portfolio: Portfolio, by: str) -> pl.LazyFrame:
    """New customers by last touch, and the revenue to date of them, credited in three ways."""
    inputs = portfolio.inputs
    won = (
        account_customers(inputs)
        .select("account_id", "customer_since", period=period_of("customer_since", portfolio))
        .filter(pl.col("period").is_not_null())
    )
    credited = revenue_credits(inputs).join(won, on="account_id")
    cells = (
        and_everybody(credited.with_columns(segment=pl.col(by).fill_null(UNKNOWN)))
        .group_by(*_CELL, "currency")
        .agg(pl.col(_WAYS).sum(), accounts=pl.col("account_id").n_unique().cast(pl.Int64))
        .join(begun(portfolio), on="period")
    )
    return told(
        cells,
        *(
            row(
                f"revenue_{way}",
                "money",
                amount=way,
                currency="currency",
                n="accounts",
                note=notes(NEVER, unfinished(portfolio)),
            )
            for way in _WAYS
        ),
    )


CHANNELS = Report(
    name="channels",
    label="What each channel (with `--by campaign` each campaign) brings",
    metrics={
        "sessions": "sessions in the period, of visitors known or not",
        "sessions_change": "change from the period before",
        "visitors": "browsers first seen in the period, by what first brought them",
        "contacts": "of these, those that ever gave an address",
        "visitors_paid": "of these, those whose account paid for the first time since",
        "visitor_to_contact": "contacts / visitors; none until 30 days after the period",
        "contact_to_customer": "visitors_paid / contacts; none until 75 days after the period",
        "times_the_rest": "contact_to_customer / that of all other channels together, where the "
        "intervals are apart",
        "revenue_first": "revenue to date of the customers won in the period (paid invoices net "
        "of tax and refunds), all to the first touch up to the first payment",
        "revenue_last": "the same, all to the last touch up to the first payment",
        "revenue_linear": "the same, an equal part to each of these touches",
    },
    inputs=("web_visits", "invoices|subscriptions"),
    rows=_rows,
)
