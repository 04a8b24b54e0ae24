"""What a portal may set about its metrics; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HealthWeights:
    """Weights of the health components; any numbers, used in proportion."""

    usage_trend: int = 20
    frequency: int = 15
    breadth: int = 15
    seats: int = 15
    support: int = 15
    sentiment: int = 10
    billing: int = 10


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """The `metrics:` section of a mapping.

    Attributes:
        key_events: Names of the events that count as usage; empty: every event counts.
        key_features: Names of the events that count as features for breadth; empty: `key_events`.
        usage_quantity: Usage is the sum of `quantity` instead of the number of events.
        seat_prices: Price ids whose quantity is seats; empty: all licensed items.
        count_past_due: Whether past_due subscriptions count in MRR.
        count_draft_pause: Whether a pause that keeps drafts (keep_as_draft) counts in MRR.
        usage_warn_percent: A fall to this or below is a `warn`.
        usage_critical_percent: A fall to this or below is `critical`.
        usage_min_base: No alert when the earlier window has fewer events.
        trial_silent_days: Days without activity after which a trial is abandoned.
        health_weights: Weights of the health components.
        onboarding_days: An account younger than this is scored by the onboarding profile.
        stale_days: By stream, after how many days without a new row it is stale.
    """

    key_events: tuple[str, ...] = ()
    key_features: tuple[str, ...] = ()
    usage_quantity: bool = False
    seat_prices: tuple[str, ...] = ()
    count_past_due: bool = True
    count_draft_pause: bool = True
    usage_warn_percent: int = -25
    usage_critical_percent: int = -50
    usage_min_base: int = 20
    trial_silent_days: int = 7
    health_weights: HealthWeights = field(default_factory=HealthWeights)
    onboarding_days: int = 30
    stale_days: dict[str, int] = field(
        default_factory=lambda: {"events": 3, "usage_daily": 3, "subscriptions": 2}
    )
