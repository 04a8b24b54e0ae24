"""Other readings of the same facts: step by step from the portal's own to Stripe's dashboard."""

from __future__ import annotations

from dataclasses import replace

from syncworker.metrics.settings import MetricSettings

CAUSES = ("past_due", "discounts", "cancel_timing")
"""What a step from one reading to the next is about."""


def stripe_dashboard(settings: MetricSettings) -> MetricSettings:
    """The settings that count MRR as Stripe's dashboard does."""
    return replace(
        settings, count_past_due=True, count_draft_pause=True, count_once_discounts=False
    )


def steps(settings: MetricSettings) -> tuple[MetricSettings, ...]:
    """The settings after each of `CAUSES`, each with the steps before it."""
    late = replace(settings, count_past_due=True, count_draft_pause=True)
    discounted = replace(late, count_once_discounts=False)
    return (late, discounted, discounted)
