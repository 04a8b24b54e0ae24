"""What a portal may set about usage; every default is a documented ruling."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class UsageSettings:
    """How usage is judged over time.

    Attributes:
        floors: By size class (`size` of the account), the key events in 28 days below which an
            account is warned of, whatever it did before. A class not named has no floor.
        calm_percent: An alert ends when the usage change has been above this ...
        calm_days: ... at so many local midnights in a row.
        quota_event: The event, or daily count, whose quantity tells how much of its quota an
            account uses; empty: nothing does.
        quota_kind: `level`: its last quantity is what is in use now (contacts stored); `sum`: its
            quantities of the last 28 days add up (mails sent).
        quotas: By price id or product id, how much a subscription with it may use; several add up.
        free_quota: How much an account without a live subscription may use; 0: not known.
        expansion_quota_percent: From so much of its quota on a paying account is ready to expand.
        expansion_seat_percent: Likewise, from so many of its seats in use on.
    """

    floors: dict[str, int] = field(default_factory=dict)
    calm_percent: int = -15
    calm_days: int = 3
    quota_event: str = ""
    quota_kind: Literal["level", "sum"] = "level"
    quotas: dict[str, int] = field(default_factory=dict)
    free_quota: int = 0
    expansion_quota_percent: int = 80
    expansion_seat_percent: int = 90
