"""The metrics of a person: usage and demo requests."""

from __future__ import annotations

from syncworker.metrics.metric import Metric

USED = ("events|usage_daily",)
DEMOS = ("demo_requests",)

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
        description="When this person last asked for a demo. Empty: never asked.",
        formula="max(submitted_at) by lower-cased address",
        inputs=DEMOS,
        property="saas_last_demo_request_at",
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
        formula="type of the first request; `unknown` where it names none",
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
        formula="type of the last request; `unknown` where it names none",
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
)
