"""Other readings of the same facts: step by step from the portal's own to Stripe's dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from syncworker.metrics.counting import MODES, Counting, counting
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings

CAUSES: Mapping[str, tuple[str, ...]] = {
    "past_due": ("past_due", "unpaid", "paused"),
    "discounts": ("recurring_coupons", "once_coupons"),
    "cancel_timing": ("churn_timing",),
}
"""What a step from one reading to the next is about, and the switches that it sets."""


def stripe_dashboard(settings: MetricSettings) -> MetricSettings:
    """The settings that count MRR as Stripe's dashboard does."""
    usual: dict[str, Any] = {each.name: None for each in fields(Counting)}
    return replace(settings, revenue=replace(settings.revenue, mode="stripe_dashboard", **usual))


def steps(settings: MetricSettings) -> tuple[MetricSettings, ...]:
    """The settings after each of `CAUSES`, each with the steps before it."""
    stripe, revenue = MODES["stripe_dashboard"], _explicit(settings.revenue)
    found = []
    for switches in CAUSES.values():
        revenue = replace(revenue, **{name: getattr(stripe, name) for name in switches})
        found.append(replace(settings, revenue=revenue))
    return tuple(found)


def _explicit(revenue: RevenueSettings) -> RevenueSettings:
    """The same with every switch said."""
    now = counting(revenue)
    return replace(revenue, **{each.name: getattr(now, each.name) for each in fields(now)})
