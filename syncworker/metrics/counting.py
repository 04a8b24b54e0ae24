"""What counts as MRR: the switches as the mode and the mapping set them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from syncworker.metrics.settings_revenue import Coupons, Paused, Rate, RevenueSettings, Timing


@dataclass(frozen=True, slots=True)
class Counting:
    """The switches of `RevenueSettings`, none of them open."""

    recurring_coupons: Coupons
    once_coupons: bool
    churn_timing: Timing
    past_due: bool
    unpaid: bool
    paused: Paused
    currency_rate: Rate

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of a subscription whose items are MRR."""
        late = ("past_due",) if self.past_due else ()
        given_up = ("unpaid",) if self.unpaid else ()
        return ("active", *late, *given_up)


MODES: dict[str, Counting] = {
    "standard": Counting(
        recurring_coupons="all",
        once_coupons=False,
        churn_timing="effective_end",
        past_due=True,
        unpaid=False,
        paused="draft",
        currency_rate="daily",
    ),
    # https://support.stripe.com/questions/billing-analytics: coupons that last forever lower MRR,
    # others do not; https://docs.stripe.com/billing/subscriptions/analytics/glossary: active and
    # past_due count, unpaid and canceled do not.
    "stripe_dashboard": Counting(
        recurring_coupons="forever",
        once_coupons=False,
        churn_timing="at_request",
        past_due=True,
        unpaid=False,
        paused="all",
        currency_rate="daily",
    ),
}


def counting(settings: RevenueSettings) -> Counting:
    """The mode's switches, with those that the mapping sets."""
    return replace(MODES[settings.mode], **_set(settings))


def mode_name(settings: RevenueSettings) -> str:
    """The mode, and every switch that is set otherwise: `standard, past_due: false`."""
    usual = MODES[settings.mode]
    other = [
        f"{name}: {str(value).lower()}"
        for name, value in _set(settings).items()
        if value != getattr(usual, name)
    ]
    return ", ".join([settings.mode, *other])


def _set(settings: RevenueSettings) -> dict[str, Any]:
    """The switches that the mapping sets, by name."""
    named = {each.name: getattr(settings, each.name) for each in fields(Counting)}
    return {name: value for name, value in named.items() if value is not None}
