"""Every metric by name: what a mapping can use and what the documentation lists."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.metrics.catalog_attribution import ATTRIBUTION
from syncworker.metrics.catalog_custom import custom_metrics
from syncworker.metrics.catalog_fit import FIT
from syncworker.metrics.catalog_health import HEALTH
from syncworker.metrics.catalog_journey import JOURNEYS
from syncworker.metrics.catalog_movement import MOVEMENT
from syncworker.metrics.catalog_people import PEOPLE
from syncworker.metrics.catalog_pql import PQL
from syncworker.metrics.catalog_revenue import REVENUE
from syncworker.metrics.catalog_subscriptions import SUBSCRIPTION
from syncworker.metrics.catalog_surveys import SURVEYS
from syncworker.metrics.catalog_tickets import TICKET
from syncworker.metrics.catalog_trials import TRIALS
from syncworker.metrics.catalog_usage import USAGE
from syncworker.metrics.metric import Metric
from syncworker.metrics.settings import MetricSettings

_ALL: tuple[tuple[Metric, ...], ...] = (
    REVENUE,
    MOVEMENT,
    USAGE,
    TRIALS,
    HEALTH,
    SURVEYS,
    JOURNEYS,
    FIT,
    ATTRIBUTION,
    PEOPLE,
    SUBSCRIPTION,
    PQL,
    TICKET,
)
METRICS: dict[str, Metric] = {metric.name: metric for part in _ALL for metric in part}


def catalog_of(settings: MetricSettings) -> Mapping[str, Metric]:
    """The metrics of one mapping: every one of ours, and those it declares itself."""
    return {**METRICS, **custom_metrics(settings.custom)} if settings.custom else METRICS
