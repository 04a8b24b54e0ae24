"""What a portal may set about the journey; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Stage = Literal["signed_up", "activated", "customer", "succeeding", "expanded", "renewed", "left"]
STAGES: tuple[Stage, ...] = (
    "signed_up",
    "activated",
    "customer",
    "succeeding",
    "expanded",
    "renewed",
    "left",
)


@dataclass(frozen=True, slots=True)
class JourneySettings:
    """Which steps a customer goes through, and what tells them.

    Attributes:
        stages: The stages in order, of signed_up, activated (first key event), customer (first
            payment), succeeding, expanded (MRR above that of the first day), renewed and left
            (pays no more). A stage that is left out is not told.
        success_features: A customer is succeeding once this many of the key features were used;
            0: features do not tell.
        success_users: A customer is succeeding once this many of its users were active; 0: users
            do not tell. Where both are set both are needed, where none is nobody is succeeding.
        renewal_months: A customer has renewed after this many months of paying without a break.
        milestone_by: What the seat milestone is told by: `users` active in 28 days, or `seats`.
        team_size: From this many on it is a team.
        group_size: From this many on it is a group.
        check_in_months: A check-in is due this many months after a customer began to pay.
    """

    stages: tuple[Stage, ...] = STAGES
    success_features: int = 0
    success_users: int = 0
    renewal_months: int = 12
    milestone_by: Literal["users", "seats"] = "users"
    team_size: int = 5
    group_size: int = 25
    check_in_months: int = 3
