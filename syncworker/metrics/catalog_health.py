"""The metrics of an account's health."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

ANY = ("events|usage_daily|subscriptions",)
ALSO = ("subscription_items", "tickets", "survey_responses")
USED = ("events|usage_daily",)
DRIVEN = "{health_because}"

COMPONENTS_TOLD = (
    (
        "usage_trend",
        "usage trend",
        "a customer for less than 56 days",
        "usage change >= 10 % 100, >= -10 % 75, >= -25 % 50, >= -50 % 25, below 0",
        USED,
    ),
    (
        "frequency",
        "active days",
        "nothing tells of usage",
        "active days of 28: 16 100, 8 75, 4 50, 1 25, none 0",
        USED,
    ),
    (
        "breadth",
        "key features",
        "the mapping names no key features",
        "key features used: 75 % 100, 50 % 75, 25 % 50, some 25, none 0",
        USED,
    ),
    (
        "seats",
        "seats in use",
        "no seats are known",
        "active users of the seats: 80 % 100, 50 % 75, 25 % 50, some 25, none 0",
        (*USED, "subscriptions", "subscription_items"),
    ),
    (
        "support",
        "support",
        "nothing tells of tickets",
        "tickets opened in 30 d: 0 100, 1 75, 2 or 3 50, more 0",
        ("tickets",),
    ),
    (
        "sentiment",
        "surveys",
        "nobody answered",
        "mean NPS answer of 180 d, else CSAT of 90 d / 10: 9 100, 7 75, 5 40, below 0",
        ("survey_responses",),
    ),
    (
        "billing",
        "billing",
        "no live subscription",
        "unpaid 0, past due 25, cancellation pending 25, in order 100",
        ("subscriptions",),
    ),
)

HEALTH = (
    Metric(
        name="health_score",
        entity="account",
        type="number",
        unit="points",
        label="Health score",
        description=(
            "0 (bad) to 100 (good), from usage trend, active days, key features, seats in use, "
            "support, surveys and billing. Empty: too little is known to judge."
        ),
        formula=(
            "sum(weight x component) / sum(weight) over the components that are known, half up; "
            "null if they carry less than half of the weight"
        ),
        inputs=ANY,
        also=ALSO,
        property="saas_health_score",
        because=DRIVEN,
        owner="customer success",
        authority="weighted mean of components, as Natero published it",
        partial=True,
    ),
    Metric(
        name="health_band",
        entity="account",
        type="enum",
        unit="",
        label="Health",
        description=(
            "Red up to 50 points, yellow up to 75, green above, unless the portal set other "
            "borders; it changes when the score is 3 points past the border. Unknown: too little "
            "is known for a score."
        ),
        formula=(
            "unknown if no score, red if <= 50, yellow if <= 75, else green; another band than at "
            "the last local midnight only from 3 points past the border"
        ),
        inputs=ANY,
        also=ALSO,
        property="saas_health_band",
        because="score {health_score}: {health_because}",
        options=(
            Option("unknown", "Unknown"),
            Option("red", "Red"),
            Option("yellow", "Yellow"),
            Option("green", "Green"),
        ),
        owner="customer success",
        authority="borders 50 and 75: Gainsight's scorecards (Gainsight documentation)",
        partial=True,
    ),
    Metric(
        name="health_coverage",
        entity="account",
        type="number",
        unit="percent",
        label="Health coverage",
        description=(
            "How much of the health score's weight could be computed, in percent. What no source "
            "tells, or one that has stood still for too long, is missing; below 50 there is no "
            "score."
        ),
        formula="weight of the known components / weight of all components x 100, half up",
        inputs=ANY,
        also=ALSO,
        property="saas_health_coverage",
        because="{health_coverage} % of the weight could be computed",
        owner="customer success",
        partial=True,
    ),
    Metric(
        name="health_drivers",
        entity="account",
        type="string",
        unit="",
        label="Health drivers",
        description=(
            "What moves the health score most, with the points each adds to or takes from 50. "
            "Empty: no score, or nothing stands out."
        ),
        formula=(
            "contribution = weight x (component - 50) / known weight, in tenths by largest "
            "remainder; the 3 lowest below 0 if red or lower than 30 days ago, else the 3 largest "
            "in absolute size"
        ),
        inputs=ANY,
        also=ALSO,
        property="saas_health_drivers",
        because="score {health_score} with {health_coverage} % of the weight",
        owner="customer success",
        partial=True,
    ),
    Metric(
        name="health_trend_30d",
        entity="account",
        type="number",
        unit="points",
        label="Health, change in 30 days",
        description=(
            "How many points the health score rose or fell in 30 days. Empty: no score now, or "
            "none 30 days ago."
        ),
        formula="health_score - health_score of the local midnight 30 days before",
        inputs=ANY,
        also=ALSO,
        property="saas_health_trend_30d",
        because=DRIVEN,
        owner="customer success",
        partial=True,
    ),
    Metric(
        name="health_revenue_disagree",
        entity="account",
        type="enum",
        unit="",
        label="Health against revenue",
        description=(
            "Whether the health score and the revenue of the last 30 days tell opposite stories: "
            "such a customer is worth a look. Empty: no score 30 days ago, or no MRR."
        ),
        formula=(
            "health_up_revenue_down if health_trend_30d >= 10 and MRR fell by 5 % or more in 30 d; "
            "health_down_revenue_up if <= -10 and MRR rose by 5 % or more (or from 0); else none"
        ),
        inputs=("subscriptions", "subscription_items", "events|usage_daily|tickets"),
        also=("survey_responses",),
        property="saas_health_revenue_disagree",
        because="{health_revenue_because}",
        options=(
            Option("none", "No"),
            Option("health_up_revenue_down", "Health up, revenue down"),
            Option("health_down_revenue_up", "Health down, revenue up"),
        ),
        owner="customer success",
    ),
    Metric(
        name="health_computed_at",
        entity="account",
        type="datetime",
        unit="",
        label="Health computed at",
        description="The moment the health score is for.",
        formula="as_of",
        inputs=ANY,
        also=ALSO,
        property="saas_health_computed_at",
        because="time of the computation",
        volatile=True,
        owner="customer success",
        partial=True,
    ),
    *(
        Metric(
            name=f"health_{component}",
            entity="account",
            type="number",
            unit="points",
            label=f"Health: {label}",
            description=(
                f"The part of the health score that {label} has, 0 (bad) to 100 (good), for a "
                f"score of your own. Empty: {empty}."
            ),
            formula=formula,
            inputs=inputs,
            property=f"saas_health_{component}",
            because=DRIVEN,
            owner="customer success",
        )
        for component, label, empty, formula, inputs in COMPONENTS_TOLD
    ),
)
