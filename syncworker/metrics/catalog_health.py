"""The metrics of an account's health."""

from __future__ import annotations

from syncworker.metrics.metric import Metric, Option

ANY = ("events|usage_daily|subscriptions",)
ALSO = ("subscription_items",)
DRIVEN = "{health_because}"

HEALTH = (
    Metric(
        name="health_score",
        entity="account",
        type="number",
        unit="points",
        label="Health score",
        description=(
            "0 (bad) to 100 (good), from usage trend, active days, key features, seats in use and "
            "billing. Empty: too little is known to judge."
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
    ),
    Metric(
        name="health_band",
        entity="account",
        type="enum",
        unit="",
        label="Health",
        description=(
            "Red up to 50 points, yellow up to 75, green above, unless the portal set other "
            "borders. Unknown: too little is known for a score."
        ),
        formula="unknown if no score, red if <= 50, yellow if <= 75, else green",
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
    ),
    Metric(
        name="health_coverage",
        entity="account",
        type="number",
        unit="percent",
        label="Health coverage",
        description=(
            "How much of the health score's weight could be computed, in percent. Support and "
            "sentiment carry weight and have no source, so it stays below 100."
        ),
        formula="weight of the known components / weight of all components x 100, half up",
        inputs=ANY,
        also=ALSO,
        property="saas_health_coverage",
        because="{health_coverage} % of the weight could be computed",
        owner="customer success",
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
            "remainder; the 3 lowest if red, else the 3 largest in absolute size"
        ),
        inputs=ANY,
        also=ALSO,
        property="saas_health_drivers",
        because="score {health_score} with {health_coverage} % of the weight",
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
    ),
)
