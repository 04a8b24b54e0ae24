"""Every metric by name: what a mapping can use and what the documentation lists."""

from __future__ import annotations

from syncworker.metrics.catalog_attribution import ATTRIBUTION
from syncworker.metrics.catalog_fit import FIT
from syncworker.metrics.catalog_health import HEALTH
from syncworker.metrics.catalog_journey import JOURNEYS
from syncworker.metrics.catalog_people import PEOPLE
from syncworker.metrics.catalog_revenue import REVENUE
from syncworker.metrics.catalog_subscriptions import SUBSCRIPTION
from syncworker.metrics.catalog_surveys import SURVEYS
from syncworker.metrics.catalog_tickets import TICKET
from syncworker.metrics.catalog_trials import TRIALS
from syncworker.metrics.catalog_usage import USAGE
from syncworker.metrics.metric import Metric

_ALL: tuple[tuple[Metric, ...], ...] = (
    REVENUE,
    USAGE,
    TRIALS,
    HEALTH,
    SURVEYS,
    JOURNEYS,
    FIT,
    ATTRIBUTION,
    PEOPLE,
    SUBSCRIPTION,
    TICKET,
)
METRICS: dict[str, Metric] = {metric.name: metric for part in _ALL for metric in part}
