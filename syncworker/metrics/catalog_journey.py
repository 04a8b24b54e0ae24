"""The metrics of the way: the first minutes, the journey's stages, the size of the team."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

MINUTES = ("events", "users")
JOURNEY = ("accounts", "subscriptions", "subscription_items")
USED = ("events", "usage_daily", "invoices")
SEATS = "active users, or seats by the setting: {seat_milestone_count}"

JOURNEYS = (
    Metric(
        name="first10_actions",
        entity="account",
        type="number",
        unit="actions",
        label="Key actions in the first 10 minutes",
        description=(
            "How often the account's first user did something that counts as use in the ten "
            "minutes after signing up. 0: nothing. Empty: the sign-up is not told, or lies before "
            "the first event that is known."
        ),
        formula=(
            "key events of the first user to sign up in [sign-up, sign-up + 10 min); daily counts "
            "do not count"
        ),
        inputs=MINUTES,
        property="saas_first10_actions",
        because="key actions of the first user in 10 minutes: {first10_actions}",
        problem="first10_problem",
        owner="product",
    ),
    Metric(
        name="ttfv_minutes",
        entity="account",
        type="number",
        unit="minutes",
        label="Minutes to first value",
        description=(
            "Whole minutes from the sign-up of the account's first user to that user's first key "
            "event. Empty: none yet, or the sign-up is not told or lies before the first event "
            "that is known."
        ),
        formula="floor((first key event at or since the sign-up - sign-up) / 60 s), of that user",
        inputs=MINUTES,
        property="saas_ttfv_minutes",
        because="key actions of the first user in 10 minutes: {first10_actions}",
        problem="first10_problem",
        owner="product",
    ),
    Metric(
        name="user_first10_actions",
        entity="user",
        type="number",
        unit="actions",
        label="Own key actions in the first 10 minutes",
        description=(
            "How often this person did something that counts as use in the ten minutes after "
            "signing up. 0: nothing. Empty: no user of the app, or the sign-up is not told or "
            "lies before the first event that is known."
        ),
        formula=(
            "key events of the user in [users.created_at, users.created_at + 10 min); daily "
            "counts do not count"
        ),
        inputs=MINUTES,
        property="saas_user_first10_actions",
        because="key actions in 10 minutes: {user_first10_actions}",
        problem="user_minutes_problem",
        owner="product",
    ),
    Metric(
        name="user_ttfv_minutes",
        entity="user",
        type="number",
        unit="minutes",
        label="Own minutes to first value",
        description=(
            "Whole minutes from this person's sign-up to their first key event. Empty: none yet, "
            "no user of the app, or the sign-up is not told or lies before the first event that "
            "is known."
        ),
        formula="floor((first key event at or since users.created_at - users.created_at) / 60 s)",
        inputs=MINUTES,
        property="saas_user_ttfv_minutes",
        because="key actions in 10 minutes: {user_first10_actions}",
        problem="user_minutes_problem",
        owner="product",
    ),
    Metric(
        name="journey_stage",
        entity="account",
        type="enum",
        unit="",
        label="Journey stage",
        description=(
            "The furthest stage the account has reached now. Activated: first key event. "
            "Customer: first payment. Succeeding: by the features or users your team set. "
            "Expanded: pays more than at first. Renewed: has paid for a year without a break. "
            "Left: pays no more. Empty: it has reached no stage your team named."
        ),
        formula=(
            "last of metrics.journey.stages that holds: signed_up always; activated = a key event "
            "ever; customer = ever paid; succeeding = pays and the set features and users were "
            "reached; expanded = MRR above that of its first day, in that currency; renewed = "
            "paying_since + 12 months reached; left = paid and MRR is 0"
        ),
        inputs=JOURNEY,
        also=USED,
        property="saas_journey_stage",
        because="{journey_because}",
        options=(
            Option("signed_up", "Signed up"),
            Option("activated", "Activated"),
            Option("customer", "Customer"),
            Option("succeeding", "Succeeding"),
            Option("expanded", "Expanded"),
            Option("renewed", "Renewed"),
            Option("left", "Left"),
        ),
        owner="product",
    ),
    Metric(
        name="journey_stage_at",
        entity="account",
        type="datetime",
        unit="",
        label="Journey stage reached at",
        description=(
            "When the account reached its journey stage; after a break in paying, when it came "
            "back. Empty: not told."
        ),
        formula=(
            "created_at; first key event; start of the current stretch of paying, else the first "
            "payment; when the features and users were reached, not before paying; since when MRR "
            "is above the first; paying_since + 12 months; end of the last MRR"
        ),
        inputs=JOURNEY,
        also=USED,
        property="saas_journey_stage_at",
        because="{journey_because}",
        owner="product",
    ),
    Metric(
        name="check_in_due_on",
        entity="account",
        type="date",
        unit="",
        label="Check-in due on",
        description=(
            "The day on which to ask a new customer how it goes: three months after it began to "
            "pay. Empty: does not pay now."
        ),
        formula="local date of paying_since + metrics.journey.check_in_months",
        inputs=JOURNEY,
        also=("invoices",),
        property="saas_check_in_due_on",
        because="{journey_because}",
        owner="customer success",
    ),
    Metric(
        name="seat_milestone",
        entity="account",
        type="enum",
        unit="",
        label="Seat milestone",
        description=(
            "Whether the account is a team (5 people) or a group (25) by now, by who was active "
            "in 28 days or by seats. Empty: it is not told who uses the app."
        ),
        formula=(
            "group from metrics.journey.group_size on, team from team_size on, of "
            "active_users_28d (or seats)"
        ),
        inputs=("events|usage_daily|subscription_items",),
        also=("events", "usage_daily"),
        property="saas_seat_milestone",
        because=SEATS,
        options=(Option("none", "None"), Option("team", "Team"), Option("group", "Group")),
        problem="seat_milestone_problem",
        owner="sales",
    ),
)
