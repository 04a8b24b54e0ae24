"""Every metric by name: what a mapping can use and what the documentation lists."""

from __future__ import annotations

from syncworker.metrics.catalog_health import HEALTH
from syncworker.metrics.catalog_movement import MOVEMENT
from syncworker.metrics.catalog_people import PEOPLE
from syncworker.metrics.catalog_revenue import REVENUE
from syncworker.metrics.catalog_subscriptions import SUBSCRIPTION
from syncworker.metrics.catalog_tickets import TICKET
from syncworker.metrics.catalog_trials import TRIALS
from syncworker.metrics.catalog_usage import USAGE
from syncworker.metrics.metric import Metric

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (*REVENUE, *USAGE, *TRIALS, *HEALTH, *PEOPLE, *SUBSCRIPTION, *TICKET, *MOVEMENT)
}
