"""Profiles: named choices of metrics, so that a mapping need not list what a team wants to see.

Few columns that people act on are worth more than many; `starter` is where to begin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syncworker.metrics.metric import Entity, Metric, Owner


@dataclass(frozen=True, slots=True)
class Profile:
    """Which metrics a profile holds; any of the three ways is enough.

    Attributes:
        meaning: For whom it is, and what is in it.
        names: Metrics by name.
        begins: What the names of its metrics begin with.
        owners: Whose metrics it holds.
        every: Whether it holds all there are.
    """

    meaning: str
    names: tuple[str, ...] = ()
    begins: tuple[str, ...] = ()
    owners: frozenset[Owner] = frozenset()
    every: bool = False


PROFILES: Mapping[str, Profile] = {
    "starter": Profile(
        "The few to begin with: MRR, usage with its alert, the trial, who has left",
        names=(
            "mrr",
            "usage_28d",
            "usage_alert",
            "trial_status",
            "churned",
            "user_usage_28d",
            "user_last_seen_at",
            "subscription_state",
            "subscription_mrr",
            "ticket_risk",
            "ticket_risk_types",
        ),
    ),
    "sales": Profile(
        "Trials, demos, who is qualified and whom to call first, fit, the journey, and MRR",
        names=(
            "mrr",
            "mrr_currency",
            "user_last_seen_at",
            "ticket_risk",
            "ticket_risk_types",
        ),
        begins=(
            "trial_",
            "days_trial_",
            "demo_",
            "first_demo_",
            "last_demo_",
            "days_demo_",
            "days_last_demo_",
            "pql",
            "user_pql",
            "quota_",
            "milestones_",
            "user_milestones_",
            "next_milestone",
            "user_next_milestone",
            "readiness",
            "sales_priority",
            "fit",
            "disqualif",
            "journey_",
            "subscription_",
        ),
        owners=frozenset({"sales"}),
    ),
    "customer_success": Profile(
        "Usage, seats and quota, health, tickets, surveys, renewal and churn, with MRR",
        names=(
            "mrr",
            "mrr_currency",
            "subscription_status",
            "subscription_state",
            "subscription_mrr",
            "subscription_currency",
            "subscription_started_at",
            "subscription_ends_at",
            "stickiness",
            "feature_breadth_percent",
        ),
        begins=(
            "usage_",
            "seat",
            "quota_",
            "expansion_",
            "health_",
            "ticket",
            "nps_",
            "csat_",
            "esat_",
            "renewal_",
            "churn",
            "cancel",
        ),
        owners=frozenset({"customer success"}),
    ),
    "full": Profile("Every metric there is of the object's rows", every=True),
}
"""By the name a mapping gives; every object has metrics in each of them."""


def holds(profile: Profile, metric: Metric) -> bool:
    """Whether a metric is in a profile."""
    return (
        profile.every
        or metric.name in profile.names
        or metric.name.startswith(profile.begins)
        or metric.owner in profile.owners
    )


def metrics_in(name: str, entity: Entity, catalog: Mapping[str, Metric]) -> tuple[Metric, ...]:
    """The metrics of an entity that a profile holds, in the catalog's order.

    Args:
        name: One of `PROFILES`.
        entity: Whom they describe.
        catalog: All metrics.
    """
    return tuple(
        metric
        for metric in catalog.values()
        if metric.entity == entity and holds(PROFILES[name], metric)
    )


def profiles_of(metric: Metric) -> tuple[str, ...]:
    """The names of the profiles that hold a metric."""
    return tuple(name for name, profile in PROFILES.items() if holds(profile, metric))
