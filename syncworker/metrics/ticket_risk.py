"""Why a ticket, and so its account, is a risk: what the customer writes."""

from __future__ import annotations

from functools import partial

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.metrics.ticket_matcher import matcher
from syncworker.metrics.ticket_rules import OTHER, TicketRules

_FOUND = pl.Struct({"types": pl.List(pl.String), "phrases": pl.String})


def with_risk(tickets: pl.LazyFrame, rules: TicketRules) -> pl.LazyFrame:
    """Add ticket_risk_types, ticket_risk and ticket_risk_phrases.

    Args:
        tickets: Rows with the column `text`. Without a text all three are null: that nothing was
            found could not be told from nothing having been there to read.
        rules: The portal's phrases.
    """
    found = pl.col("text").map_batches(
        partial(classified, rules=rules), return_dtype=_FOUND, is_elementwise=True
    )
    return (
        tickets.with_columns(found=found)
        .with_columns(
            ticket_risk_types=pl.col("found").struct.field("types"),
            ticket_risk_phrases=pl.col("found").struct.field("phrases"),
        )
        .with_columns(ticket_risk=~pl.col("ticket_risk_types").list.contains(OTHER))
        .drop("found")
    )


def classified(texts: pl.Series, rules: TicketRules) -> pl.Series:
    """Of each text its risk, as a struct."""
    return pl.Series([risk(text, rules) for text in texts], dtype=_FOUND)


def risk(text: str | None, rules: TicketRules) -> dict[str, object]:
    """A text's labels (`types`), and the phrases that gave them (`phrases`; None without one)."""
    if text is None:
        return {"types": None, "phrases": None}
    found = matcher(rules).found(text)
    phrases = "; ".join(f'{label}: "{phrase}"' for label, phrase in found.items())
    return {"types": list(found) or [OTHER], "phrases": phrases or None}


def account_ticket_risk(facts: Facts, tickets: pl.LazyFrame) -> pl.LazyFrame:
    """By account, whether an open ticket of it is a risk.

    Args:
        facts: Cut at `as_of`, all streams present.
        tickets: The open tickets with their risk.

    Returns:
        account_id, open_tickets, tickets_at_risk, risk_ticket_open: null where there are open
        tickets and none of them has a text.
    """
    counted = tickets.group_by("account_id").agg(
        open_tickets=pl.len().cast(pl.Int64),
        tickets_at_risk=pl.col("ticket_risk").sum().cast(pl.Int64),
        risk_ticket_open=pl.col("ticket_risk").max(),
    )
    some = pl.col("open_tickets") > 0
    return (
        facts.streams["accounts"]
        .select("account_id")
        .join(counted, on="account_id", how="left")
        .with_columns(pl.col("open_tickets", "tickets_at_risk").fill_null(0))
        .with_columns(
            risk_ticket_open=pl.when(some).then("risk_ticket_open").otherwise(pl.lit(value=False))
        )
    )
