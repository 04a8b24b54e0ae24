"""Streams of the app itself: who uses it, and what they do."""

from __future__ import annotations

from syncworker.model.stream import Column, Stream

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
        Column(
            "icp_fit", "string", "Whether it fits the customers aimed at: in, out; empty: unknown."
        ),
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
IDENTITY = Stream(
    "identity",
    "What an account is known by elsewhere: a domain, an address, another system's id.",
    ("kind", "value", "account_id"),
    (
        Column(
            "kind",
            "string",
            "email, domain, customer (the billing system's), user (another system's user id) or "
            "external (another system's account id).",
            required=True,
        ),
        Column("value", "string", "The address, domain or id.", required=True),
        Column("account_id", "string", "The account it belongs to.", required=True),
        Column("confidence", "number", "How sure that is, 0 to 1; empty: 1."),
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
        Column("props", "string", "What else is known of it, as a JSON object."),
    ),
    event_time="ts",
    lasting=True,
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
        Column("quantity", "number", "How often or how much.", required=True, minimum=0),
    ),
    event_time="day",
    any_of=("account_id", "user_id"),
)
TRIALS = Stream(
    "trials",
    "A trial of the app.",
    ("trial_id",),
    (
        Column("trial_id", "string", "Unique id.", required=True),
        Column("account_id", "string", "The account that tries; empty: found by `email`."),
        Column("email", "string", "Who asked, lower case."),
        Column("requested_at", "datetime", "When it was asked for.", required=True),
        Column("started_at", "datetime", "When it began; empty: the first key event after it."),
        Column("ends_at", "datetime", "When it ends or ended."),
        Column("form_id", "string", "The form it was asked for with."),
    ),
    event_time="requested_at",
    any_of=("account_id", "email"),
)
