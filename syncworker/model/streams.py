"""The canonical streams: columns, types, keys and what they mean.

A source turns whatever it reads into these columns; everything after a source knows only these.
Times are aware UTC. Money is in minor units (cents) beside its ISO 4217 currency. Every row also
carries `SYSTEM_COLUMNS`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

ColumnType = Literal["string", "datetime", "date", "integer", "decimal", "number", "boolean"]

POLARS_TYPES: dict[ColumnType, pl.DataType] = {
    "string": pl.String(),
    "datetime": pl.Datetime("us", "UTC"),
    "date": pl.Date(),
    "integer": pl.Int64(),
    "decimal": pl.Decimal(38, 12),
    "number": pl.Float64(),
    "boolean": pl.Boolean(),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `required` means a row without it is rejected."""

    name: str
    type: ColumnType
    meaning: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of row.

    Attributes:
        name: The stream's name, as in a mapping.
        meaning: What a row is.
        key: The columns that name a row. Of two rows with one key the newest `synced_at` counts;
            of two events with one key the first received.
        columns: Its columns without the system columns.
        event_time: The column that says when the row happened, or None where a row is a state.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    event_time: str | None = None

    def schema(self) -> pl.Schema:
        """The Polars schema of a staged row, system columns last."""
        return pl.Schema({c.name: POLARS_TYPES[c.type] for c in self.columns + SYSTEM_COLUMNS})

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)


SYSTEM_COLUMNS = (
    Column("source", "string", "The source's name in the mapping.", required=True),
    Column("source_id", "string", "The row's key in that source, its parts joined by `|`."),
    Column("synced_at", "datetime", "When syncworker read this version of the row.", required=True),
    Column("deleted_at", "datetime", "When a full read first missed the row; empty while there."),
)

ACCOUNTS = Stream(
    "accounts",
    "A customer of the app: a company, a team, a workspace.",
    ("account_id",),
    (
        Column("account_id", "string", "The app's own id of the account.", required=True),
        Column("name", "string", "Its name."),
        Column("domain", "string", "Its web domain: lower case, no scheme, no www, no path."),
        Column("hubspot_company_id", "string", "HubSpot's company id, where the app stores it."),
        Column("industry", "string", "Its industry."),
        Column("size", "string", "Its size class."),
        Column("segment", "string", "Its segment, where the app has one."),
        Column("created_at", "datetime", "When it was made."),
    ),
)
USERS = Stream(
    "users",
    "A person who uses the app.",
    ("user_id",),
    (
        Column("user_id", "string", "The app's own id of the user.", required=True),
        Column("account_id", "string", "The account the user belongs to."),
        Column("email", "string", "E-mail address, lower case."),
        Column("hubspot_contact_id", "string", "HubSpot's contact id, where the app stores it."),
        Column("role", "string", "Role in the account."),
        Column("created_at", "datetime", "When the user signed up."),
        Column("first_seen", "datetime", "When the user was first seen."),
    ),
)
EVENTS = Stream(
    "events",
    "Something a user did in the app.",
    ("event_id",),
    (
        Column("event_id", "string", "Unique id of the event.", required=True),
        Column("user_id", "string", "Who did it."),
        Column("account_id", "string", "For which account; empty: the user's account."),
        Column("name", "string", "What was done.", required=True),
        Column("ts", "datetime", "When it was done.", required=True),
        Column("received_at", "datetime", "When the app's own store received it; empty: `ts`."),
        Column("quantity", "number", "How much; empty: 1."),
    ),
    event_time="ts",
)
USAGE_DAILY = Stream(
    "usage_daily",
    "Usage already counted by day, where single events are not at hand.",
    ("account_id", "user_id", "name", "day"),
    (
        Column("account_id", "string", "The account; empty: the user's account."),
        Column("user_id", "string", "The user; empty: of the account as a whole."),
        Column("name", "string", "What was done.", required=True),
        Column("day", "date", "The day, in the portal's reporting timezone.", required=True),
        Column("quantity", "number", "How often or how much.", required=True),
    ),
    event_time="day",
)
SUBSCRIPTIONS = Stream(
    "subscriptions",
    "A subscription of an account; what it costs is in its items.",
    ("sub_id",),
    (
        Column("sub_id", "string", "The billing system's id.", required=True),
        Column("account_id", "string", "The account that pays.", required=True),
        Column("hubspot_deal_id", "string", "HubSpot's deal id, where the app stores it."),
        Column(
            "status",
            "string",
            "trialing, active, past_due, unpaid, canceled, incomplete, incomplete_expired, paused.",
            required=True,
        ),
        Column("created_at", "datetime", "When it was made."),
        Column("started_at", "datetime", "When it began; may lie before `created_at`."),
        Column("trial_start", "datetime", "Start of its trial period."),
        Column("trial_end", "datetime", "End of its trial period; stays set afterwards."),
        Column("cancel_requested_at", "datetime", "When cancelling was last asked for."),
        Column("cancel_at", "datetime", "When it will end."),
        Column("cancel_at_period_end", "boolean", "Whether it ends with the paid period."),
        Column("current_period_end", "datetime", "End of the period paid for."),
        Column("ended_at", "datetime", "When it ended."),
        Column("pause_behavior", "string", "void, mark_uncollectible, keep_as_draft; else empty."),
        Column("reason", "string", "Why it was cancelled, in the billing system's words."),
        Column("feedback", "string", "The customer's choice of reason."),
        Column("comment", "string", "The customer's own words."),
    ),
)
SUBSCRIPTION_ITEMS = Stream(
    "subscription_items",
    "One priced line of a subscription.",
    ("item_id",),
    (
        Column("item_id", "string", "The billing system's id.", required=True),
        Column("sub_id", "string", "The subscription it belongs to.", required=True),
        Column("price_id", "string", "The price."),
        Column("unit_amount", "decimal", "Price of one, in minor units; may have fractions."),
        Column("quantity", "integer", "How many; empty: 1."),
        Column("interval", "string", "day, week, month or year; empty: not recurring."),
        Column("interval_count", "integer", "Every how many intervals; empty: 1."),
        Column("usage_type", "string", "licensed or metered; empty: licensed."),
        Column("currency", "string", "ISO 4217, upper case.", required=True),
        Column("valid_from", "datetime", "From when; empty: the subscription's start."),
        Column("valid_to", "datetime", "Until when; empty: the subscription's end."),
    ),
)
DISCOUNTS = Stream(
    "discounts",
    "A discount on a subscription or on one of its items.",
    ("discount_id",),
    (
        Column("discount_id", "string", "The billing system's id.", required=True),
        Column("sub_id", "string", "The subscription it is on.", required=True),
        Column("item_id", "string", "The one item it is on; empty: the whole subscription."),
        Column("percent", "decimal", "Percent off, 0 to 100; empty: an amount."),
        Column("amount", "decimal", "Amount off a cycle, in minor units; empty: a percentage."),
        Column("currency", "string", "Currency of the amount."),
        Column("duration", "string", "once, repeating or forever.", required=True),
        Column("start", "datetime", "From when."),
        Column("end", "datetime", "Until when."),
        Column("position", "integer", "Its place in the order of discounts; empty: 0."),
    ),
)
TRIALS = Stream(
    "trials",
    "A trial of the app.",
    ("trial_id",),
    (
        Column("trial_id", "string", "Unique id.", required=True),
        Column("account_id", "string", "The account that tries.", required=True),
        Column("requested_at", "datetime", "When it was asked for.", required=True),
        Column("started_at", "datetime", "When it began; empty: the first key event after it."),
        Column("ends_at", "datetime", "When it ends or ended."),
        Column("form_id", "string", "The form it was asked for with."),
    ),
    event_time="requested_at",
)
DEMO_REQUESTS = Stream(
    "demo_requests",
    "A request for a demo; every submission is a row.",
    ("submission_id",),
    (
        Column("submission_id", "string", "Unique id of the submission.", required=True),
        Column("email", "string", "Who asked, lower case.", required=True),
        Column("type", "string", "Kind of demo: live, video, ...; empty: unknown."),
        Column("form_id", "string", "The form it came through."),
        Column("submitted_at", "datetime", "When.", required=True),
    ),
    event_time="submitted_at",
)
TICKETS = Stream(
    "tickets",
    "A request to the app's support.",
    ("ticket_id",),
    (
        Column("ticket_id", "string", "The help desk's id.", required=True),
        Column("account_id", "string", "Whose account it is about; empty: the user's account."),
        Column("user_id", "string", "Who asked."),
        Column("hubspot_ticket_id", "string", "HubSpot's ticket id, where the app stores it."),
        Column("opened_at", "datetime", "When it was opened.", required=True),
        Column("closed_at", "datetime", "When it was closed; empty while open."),
        Column("priority", "string", "Its priority, in the help desk's words."),
        Column("status", "string", "Its status, in the help desk's words; `closed_at` decides."),
    ),
    event_time="opened_at",
)

STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        ACCOUNTS,
        USERS,
        EVENTS,
        USAGE_DAILY,
        SUBSCRIPTIONS,
        SUBSCRIPTION_ITEMS,
        DISCOUNTS,
        TRIALS,
        DEMO_REQUESTS,
        TICKETS,
    )
}
