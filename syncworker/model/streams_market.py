"""Streams of marketing and of money's rates: visits, spend, exchange rates."""

from __future__ import annotations

from syncworker.model.stream import Column, Stream

WEB_VISITS = Stream(
    "web_visits",
    "A page that a visitor of the website saw.",
    ("visit_id",),
    (
        Column("visit_id", "string", "Unique id.", required=True),
        Column("visitor_id", "string", "The browser.", required=True),
        Column("session_id", "string", "The session; its first row is a touch."),
        Column("ts", "datetime", "When.", required=True),
        Column("channel", "string", "Where the session came from: paid_search, social, email, …"),
        Column("campaign", "string", "The campaign it came from."),
        Column("page", "string", "The page's path."),
        Column("email", "string", "Who it was, where that is known, lower case."),
    ),
    event_time="ts",
)
CAMPAIGN_SPEND = Stream(
    "campaign_spend",
    "What one category of cost came to on one day, by channel and campaign.",
    ("day", "channel", "campaign", "category"),
    (
        Column("day", "date", "The day, in the portal's reporting timezone.", required=True),
        Column("channel", "string", "The channel; empty: of no one channel."),
        Column("campaign", "string", "The campaign; empty: of no one campaign."),
        Column("category", "string", "ads, staff, tools, …; empty: ads."),
        Column("amount", "decimal", "In minor units.", required=True),
        Column("currency", "string", "ISO 4217, upper case.", required=True),
    ),
    event_time="day",
)
FX_RATES = Stream(
    "fx_rates",
    "What one unit of a currency is worth in another on one day.",
    ("day", "from_currency", "to_currency"),
    (
        Column("day", "date", "The day from which the rate holds.", required=True),
        Column("from_currency", "string", "ISO 4217, upper case.", required=True),
        Column("to_currency", "string", "ISO 4217, upper case.", required=True),
        Column(
            "rate",
            "decimal",
            "Units of `to_currency` for one unit of the other; above 0.",
            required=True,
            minimum=0,
        ),
    ),
    event_time="day",
)
