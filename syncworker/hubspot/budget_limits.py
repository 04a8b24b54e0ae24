"""What HubSpot allows, by tier and kind of app, until its own headers say otherwise.

Source of the figures: HubSpot's API usage guidelines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from syncworker.mapping.portal import Tier

App = Literal["private", "oauth"]
Priority = Literal["interactive", "scheduled", "backfill"]

BURST: dict[Tier, int] = {"free": 100, "starter": 100, "professional": 190, "enterprise": 190}
DAILY: dict[Tier, int] = {
    "free": 250_000,
    "starter": 250_000,
    "professional": 625_000,
    "enterprise": 1_000_000,
}
OAUTH_BURST = 110
SEARCHES = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """What a portal allows one app until HubSpot itself says otherwise.

    Attributes:
        burst: Requests in any `window`.
        window: Seconds.
        searches: Searches in any second.
        daily: Requests of all apps a day; None: no such limit (OAuth apps).
        daily_reserve: The share of a day's requests that is left to other apps. Interactive
            requests may take half of it.
        time_zone: IANA name of the account's time zone, in which its day begins; None: the day
            begins when HubSpot said it would, else at midnight UTC.
    """

    burst: int
    window: float = 10.0
    searches: int = SEARCHES
    daily: int | None = None
    daily_reserve: float = 0.1
    time_zone: str | None = None

    def share_of_day(self, priority: Priority) -> float:
        """The share of a day's requests that requests of this priority may use up."""
        return 1 - self.daily_reserve / (2 if priority == "interactive" else 1)


def limits(
    tier: Tier,
    *,
    app: App = "private",
    burst: int | None = None,
    searches: int = SEARCHES,
    daily_reserve: float = 0.1,
    time_zone: str | None = None,
) -> Limits:
    """The limits of a tier.

    Args:
        tier: The portal's HubSpot tier.
        app: A private app or service key, or an OAuth app, which has a burst of its own and no
            daily limit.
        burst: Overrules the tier's requests per 10 seconds: 250 with HubSpot's API limit increase.
        searches: Searches per second.
        daily_reserve: The share of a day's requests left to other apps, from 0 to 1.
        time_zone: IANA name of the account's time zone.
    """
    if app == "oauth":
        return Limits(burst or OAUTH_BURST, searches=searches, time_zone=time_zone)
    return Limits(
        burst or BURST[tier],
        searches=searches,
        daily=DAILY[tier],
        daily_reserve=daily_reserve,
        time_zone=time_zone,
    )
