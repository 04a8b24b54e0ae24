"""The metrics of a person: usage, demos and the trial they asked for."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

USED = ("events|usage_daily",)
DEMOS = ("demo_requests",)
VIEWS = ("events|web_visits",)
TRIED = "{user_trial_because}"

PEOPLE = (
    Metric(
        name="user_usage_28d",
        entity="user",
        type="number",
        unit="events",
        label="Own usage, last 28 days",
        description=(
            "How much this person used the app in the last 28 days. 0: not at all. Empty: not a "
            "user of the app."
        ),
        formula="count (or sum of quantity) of the user's key events in [as_of - 28 d, as_of)",
        inputs=USED,
        property="saas_user_usage_28d",
        because="{user_usage_28d} events in 28 d",
        owner="customer success",
    ),
    Metric(
        name="user_last_seen_at",
        entity="user",
        type="datetime",
        unit="",
        label="Last seen in the app",
        description="When this person last used the app. Empty: never seen.",
        formula="max(ts) of any event of the user before as_of",
        inputs=USED,
        property="saas_user_last_seen_at",
        because="{user_usage_28d} events in 28 d",
        owner="customer success",
    ),
    Metric(
        name="first_demo_request_at",
        entity="user",
        type="datetime",
        unit="",
        label="First demo request",
        description="When this person first asked for a demo. Empty: never asked.",
        formula="min(submitted_at) by lower-cased address",
        inputs=DEMOS,
        property="saas_first_demo_request_at",
        because="demo requests so far: {demo_count}",
        owner="sales",
    ),
    Metric(
        name="last_demo_request_at",
        entity="user",
        type="datetime",
        unit="",
        label="Last demo request",
        description=(
            "When this person last asked for a demo: stamped at every request. Empty: never asked."
        ),
        formula="max(submitted_at) by lower-cased address",
        inputs=DEMOS,
        property="request_a_demo_date",
        because="demo requests so far: {demo_count}",
        owner="sales",
    ),
    Metric(
        name="demo_type_first",
        entity="user",
        type="string",
        unit="",
        label="First demo type",
        description="The kind of demo asked for first, in the app's words. Empty: never asked.",
        formula="type of the first request, else its form's; `unknown` where neither is told",
        inputs=DEMOS,
        property="saas_demo_type_first",
        because="demo requests so far: {demo_count}",
        owner="marketing",
    ),
    Metric(
        name="demo_type_last",
        entity="user",
        type="string",
        unit="",
        label="Last demo type",
        description="The kind of demo asked for last, in the app's words. Empty: never asked.",
        formula="type of the last request, else its form's; `unknown` where neither is told",
        inputs=DEMOS,
        property="saas_demo_type_last",
        because="demo requests so far: {demo_count}",
        owner="marketing",
    ),
    Metric(
        name="demo_count",
        entity="user",
        type="number",
        unit="requests",
        label="Demo requests",
        description="How often this person asked for a demo. 0: never.",
        formula="number of submissions by lower-cased address",
        inputs=DEMOS,
        property="saas_demo_count",
        because="demo requests so far: {demo_count}",
        owner="marketing",
    ),
    Metric(
        name="demo_views",
        entity="user",
        type="number",
        unit="views",
        label="Demos seen without asking",
        description=(
            "How often this person saw an open demo: a click or a page that the mapping names. "
            "0: never. Empty: the mapping names none."
        ),
        formula=(
            "events of the user in metrics.trials.demo_events + web_visits with the address whose "
            "page is in metrics.trials.demo_pages, before as_of"
        ),
        inputs=VIEWS,
        also=("events", "web_visits"),
        property="saas_demo_views",
        because="demos seen without asking: {demo_views}",
        problem="demo_views_problem",
        owner="marketing",
    ),
    Metric(
        name="last_demo_view_at",
        entity="user",
        type="datetime",
        unit="",
        label="Last demo seen without asking",
        description="When this person last saw an open demo. Empty: never, as far as is told.",
        formula="max(time) of what demo_views counts",
        inputs=VIEWS,
        also=("events", "web_visits"),
        property="saas_last_demo_view_at",
        because="demos seen without asking: {demo_views}",
        problem="demo_views_problem",
        owner="marketing",
    ),
    Metric(
        name="user_trial_status",
        entity="user",
        type="enum",
        unit="",
        label="Own trial status",
        description=(
            "Where the trial stands that this person asked for, in the words of the trial status. "
            "Empty: asked for none."
        ),
        formula=(
            "trial_status of the latest trial of the user's account with the user's address "
            "(lower case)"
        ),
        inputs=("trials", "subscriptions", "subscription_items"),
        also=("invoices", "events", "usage_daily"),
        property="saas_user_trial_status",
        because=TRIED,
        options=(
            Option("requested", "Requested"),
            Option("committed", "Committed"),
            Option("abandoned", "Abandoned"),
            Option("converted", "Converted"),
            Option("expired", "Expired"),
        ),
        owner="sales",
    ),
    Metric(
        name="user_trial_requested_at",
        entity="user",
        type="datetime",
        unit="",
        label="Own trial requested at",
        description="When this person last asked for a trial. Empty: never.",
        formula="latest trials.requested_at of the user's account with the user's address",
        inputs=("trials",),
        property="saas_user_trial_requested_at",
        because=TRIED,
        owner="sales",
    ),
    Metric(
        name="user_trial_started_at",
        entity="user",
        type="datetime",
        unit="",
        label="Own trial started at",
        description=(
            "When the trial that this person asked for was really begun. Empty: no trial, or not "
            "started."
        ),
        formula="trials.started_at, else the first key event of the account from request to end",
        inputs=("trials",),
        also=("events", "usage_daily"),
        property="saas_user_trial_started_at",
        because=TRIED,
        owner="sales",
    ),
    Metric(
        name="user_trial_ends_at",
        entity="user",
        type="datetime",
        unit="",
        label="Own trial ends at",
        description="When the trial that this person asked for ends or ended. Empty: no end.",
        formula="trials.ends_at",
        inputs=("trials",),
        property="saas_user_trial_ends_at",
        because=TRIED,
        owner="sales",
    ),
)
