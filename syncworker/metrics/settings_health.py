"""What a portal may set about health; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """How the health score is kept steady and by which profile an account is scored.

    Attributes:
        hysteresis: A band changes when the score is so many points past the border.
        onboarding: Weights of an account younger than `onboarding_days`, by component; those not
            named are as after it.
        profiles: By size class (`size` of the account), weights by component; those not named are
            `health_weights`.
        disagree_points: Health and revenue disagree where the score moved at least so many points
            in 30 days ...
        disagree_percent: ... and MRR at least so many percent the other way.
    """

    hysteresis: int = 3
    onboarding: dict[str, int] = field(
        default_factory=lambda: {"usage_trend": 0, "seats": 0, "frequency": 30, "breadth": 30}
    )
    profiles: dict[str, dict[str, int]] = field(default_factory=dict)
    disagree_points: int = 10
    disagree_percent: int = 5
