"""Streams of talking with customers: demos, tickets, surveys."""

from __future__ import annotations

from syncworker.model.stream import Column, Stream

DEMO_REQUESTS = Stream(
    "demo_requests",
    "A request for a demo; every submission is a row.",
    ("submission_id",),
    (
        Column("submission_id", "string", "Unique id of the submission.", required=True),
        Column("email", "string", "Who asked, lower case.", required=True),
        Column("type", "string", "Kind of demo: live, video, ...; empty: unknown."),
        Column("form_id", "string", "The form it came through."),
        Column("page", "string", "The page it was sent from."),
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
        Column("user_id", "string", "Who asked; empty: found by `email`."),
        Column("email", "string", "Who asked, lower case."),
        Column("hubspot_ticket_id", "string", "HubSpot's ticket id, where the app stores it."),
        Column("opened_at", "datetime", "When it was opened.", required=True),
        Column("closed_at", "datetime", "When it was closed; empty while open."),
        Column("priority", "string", "Its priority, in the help desk's words."),
        Column("status", "string", "Its status, in the help desk's words; `closed_at` decides."),
        Column("text", "string", "What was written: subject and body."),
        Column("labels", "string", "The help desk's own labels, comma-separated."),
    ),
    event_time="opened_at",
)
SURVEY_RESPONSES = Stream(
    "survey_responses",
    "An answer to a survey: NPS, CSAT or ESAT.",
    ("response_id",),
    (
        Column("response_id", "string", "Unique id.", required=True),
        Column("user_id", "string", "Who answered; empty: found by `email`."),
        Column("email", "string", "Who answered, lower case."),
        Column("account_id", "string", "For which account; empty: the user's account."),
        Column("kind", "string", "nps, csat or esat.", required=True),
        Column("score", "number", "The answer.", required=True),
        Column("scale", "integer", "The best answer there is: 10 of NPS, 5 of most CSAT."),
        Column("at", "datetime", "When.", required=True),
    ),
    event_time="at",
    any_of=("user_id", "email", "account_id"),
)
