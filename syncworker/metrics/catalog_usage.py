"""The metrics of an account's usage."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

USED = ("events|usage_daily",)
BILLED = ("subscriptions", "subscription_items")
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
            "Whether usage is falling: warn from 25 % down or below the floor, critical from 50 % "
            "down, unless the portal set other limits. It stays until usage has been steady for 3 "
            "days. None: steady, too little usage before, or a customer for less than 56 days."
        ),
        formula=(
            "critical if change <= -50 %, warn if <= -25 % or usage_28d < floor; a level never "
            "falls within an episode, which ends when change > -15 % at 3 local midnights in a "
            "row; none begins with usage_prev_28d < 20 or under 56 d of age"
        ),
        inputs=USED,
        property="saas_usage_alert",
        because="{usage_28d} events in 28 d, {usage_prev_28d} before; alert since {usage_alert_at}",
        options=(
            Option("none", "None"),
            Option("warn", "Warning"),
            Option("critical", "Critical"),
        ),
        owner="customer success",
    ),
    Metric(
        name="usage_alert_at",
        entity="account",
        type="datetime",
        unit="",
        label="Usage alert since",
        description=(
            "The day on which the usage alert reached its level. Empty: there is no alert now."
        ),
        formula=(
            "first instant of the local day on which the level of the current episode was reached"
        ),
        inputs=USED,
        property="saas_usage_alert_at",
        because="usage alert {usage_alert}",
        owner="customer success",
    ),
    Metric(
        name="usage_below_floor",
        entity="account",
        type="bool",
        unit="",
        label="Usage below the floor",
        description=(
            "Whether usage of the last 28 days is below what the portal expects of a customer of "
            "this size. Empty: no floor is set for this size."
        ),
        formula="usage_28d < metrics.usage.floors[size]",
        inputs=USED,
        property="saas_usage_below_floor",
        because="{usage_28d} events in 28 d, the floor is {usage_floor}",
        owner="customer success",
    ),
    Metric(
        name="usage_avg_90d",
        entity="account",
        type="number",
        unit="events",
        label="Usage per 28 days, average",
        description=(
            "How much the customer used the app in 28 days, on average over the last 90 days. "
            "Empty: a customer for less than 90 days."
        ),
        formula=(
            "key events in [as_of - 90 d, as_of) x 28 / 90, one decimal; null if the account is "
            "younger than 90 d"
        ),
        inputs=USED,
        property="saas_usage_avg_90d",
        because="{usage_90d} events in 90 d",
        owner="customer success",
    ),
    Metric(
        name="stickiness",
        entity="account",
        type="number",
        unit="percent",
        label="Stickiness",
        description=(
            "Of the users active in the last 28 days, how many are active on an average day, in "
            "percent. Empty: nobody was active, or nothing says by whom the app was used."
        ),
        formula=(
            "mean daily distinct users over all 28 slices of 24 h before as_of / distinct users "
            "in 28 d x 100, one decimal"
        ),
        inputs=USED,
        property="saas_stickiness",
        because="{stickiness_because}",
        owner="product",
        authority="the common DAU/MAU; every day counts, also weekends",
    ),
    Metric(
        name="feature_breadth_percent",
        entity="account",
        type="number",
        unit="percent",
        label="Key features used",
        description=(
            "How many of the app's key features the customer used in the last 28 days, in "
            "percent. Empty: the mapping names no key features."
        ),
        formula="distinct key features used in [as_of - 28 d, as_of) / key features x 100",
        inputs=USED,
        property="saas_feature_breadth_pct",
        because="{breadth_because}",
        owner="product",
    ),
    Metric(
        name="usage_depth",
        entity="account",
        type="number",
        unit="events per user",
        label="Usage per active user",
        description=(
            "How much each active user used the app in the last 28 days, on average. Empty: "
            "nobody was active, or nothing says by whom the app was used."
        ),
        formula="usage_28d / active_users_28d, one decimal",
        inputs=USED,
        property="saas_usage_depth",
        because="{depth_because}",
        owner="product",
    ),
    Metric(
        name="seats",
        entity="account",
        type="number",
        unit="seats",
        label="Seats",
        description="How many seats the customer pays for. Empty: none are known.",
        formula=(
            "sum of seats (else quantity) of the prices named as seats, else of all licensed "
            "items, of live subscriptions at as_of"
        ),
        inputs=BILLED,
        property="saas_seats",
        because="{seat_use_because}",
        owner="sales",
    ),
    Metric(
        name="seat_use_percent",
        entity="account",
        type="number",
        unit="percent",
        label="Seats in use",
        description=(
            "How many of the seats were active in the last 28 days, in percent; above 100 where "
            "more people use the app than seats are paid for. Empty: no seats are known, or "
            "nothing says by whom the app was used."
        ),
        formula="active_users_28d / seats x 100, one decimal",
        inputs=(*USED, *BILLED),
        property="saas_seat_use_pct",
        because="{seat_use_because}",
        owner="sales",
    ),
    Metric(
        name="quota_used_percent",
        entity="account",
        type="number",
        unit="percent",
        label="Quota used",
        description=(
            "How much of what its tier allows the customer uses, in percent. Empty: no quota is "
            "known for its tier, or nothing says how much is used."
        ),
        formula=(
            "last level (or sum of 28 d) of metrics.usage.quota_event / quotas of the prices and "
            "products of live subscriptions x 100, one decimal"
        ),
        inputs=USED,
        also=BILLED,
        property="saas_quota_used_pct",
        because="{quota_because}",
        owner="sales",
    ),
    Metric(
        name="expansion_ready",
        entity="account",
        type="bool",
        unit="",
        label="Ready to expand",
        description=(
            "Whether a paying customer uses so much of its quota or seats that it may want more. "
            "Empty: neither is known, or its MRR is not."
        ),
        formula="mrr > 0 and (quota used >= 80 % or seats in use >= 90 %)",
        inputs=(*USED, *BILLED),
        property="saas_expansion_ready",
        because="{expansion_because}",
        owner="sales",
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
