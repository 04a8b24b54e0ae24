"""The metrics of an account's usage."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

USED = ("events|usage_daily",)
BOTH = "{usage_28d} events in 28 d, {usage_prev_28d} in the 28 d before"

USAGE = (
    Metric(
        name="usage_28d",
        entity="account",
        type="number",
        unit="events",
        label="Usage, last 28 days",
        description="How much the customer used the app in the last 28 days. 0: not at all.",
        formula="count (or sum of quantity) of key events in [as_of - 28 d, as_of)",
        inputs=USED,
        property="saas_usage_28d",
        because=BOTH,
        owner="customer success",
    ),
    Metric(
        name="usage_prev_28d",
        entity="account",
        type="number",
        unit="events",
        label="Usage, the 28 days before",
        description=(
            "How much the customer used the app in the 28 days before the last 28 days. 0: not at "
            "all."
        ),
        formula="count (or sum of quantity) of key events in [as_of - 56 d, as_of - 28 d)",
        inputs=USED,
        property="saas_usage_prev_28d",
        because=BOTH,
        owner="customer success",
    ),
    Metric(
        name="usage_change_percent",
        entity="account",
        type="number",
        unit="percent",
        label="Usage change",
        description=(
            "Usage of the last 28 days against the 28 days before, in percent. Empty: no usage "
            "before, or a customer for less than 56 days."
        ),
        formula=(
            "(usage_28d - usage_prev_28d) / usage_prev_28d x 100, one decimal; null if "
            "usage_prev_28d = 0 or the account is younger than 56 d"
        ),
        inputs=USED,
        property="saas_usage_change_pct",
        because=BOTH,
        owner="customer success",
    ),
    Metric(
        name="usage_alert",
        entity="account",
        type="enum",
        unit="",
        label="Usage alert",
        description=(
            "Whether usage is falling: warn from 25 % down, critical from 50 % down, unless the "
            "portal set other limits. None: steady, or too little usage before to tell."
        ),
        formula=(
            "critical if change <= -50 %, else warn if <= -25 %, else none; none if "
            "usage_prev_28d < 20"
        ),
        inputs=USED,
        property="saas_usage_alert",
        because=BOTH,
        options=(
            Option("none", "None"),
            Option("warn", "Warning"),
            Option("critical", "Critical"),
        ),
        owner="customer success",
    ),
    Metric(
        name="active_users_28d",
        entity="account",
        type="number",
        unit="users",
        label="Active users, last 28 days",
        description=(
            "How many of the customer's users did anything in the last 28 days. Empty: the app was "
            "used, but nothing says by whom."
        ),
        formula=(
            "distinct users with any event in [as_of - 28 d, as_of); null if there are events and "
            "none names a user"
        ),
        inputs=USED,
        property="saas_active_users_28d",
        because="{users_because}",
        owner="customer success",
    ),
    Metric(
        name="last_seen_at",
        entity="account",
        type="datetime",
        unit="",
        label="Last seen",
        description="When anyone of this customer last used the app. Empty: never seen.",
        formula="max(ts) of any event before as_of; of daily counts the first instant of the day",
        inputs=USED,
        property="saas_last_seen_at",
        because="{users_because}",
        owner="customer success",
    ),
)
