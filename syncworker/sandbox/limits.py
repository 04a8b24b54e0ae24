"""How many requests HubSpot takes: 10-second window per app, searches per second, a day.

Source: HubSpot's API usage guidelines: the burst is counted per app (here: per static token, per
OAuth app), the day per account. A refused request does not count. Searches have their own limit
and, as far as known, their answers carry no rate headers.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncworker.sandbox.answers import ApiError, correlation_id

WINDOW_SECONDS = 10.0
OAUTH_BURST = 110
TIERS = {
    "free": (100, 250_000),
    "starter": (100, 250_000),
    "professional": (190, 625_000),
    "enterprise": (190, 1_000_000),
}


@dataclass(slots=True)
class Limits:
    """The account's limits and what is used of them.

    Attributes:
        tier: free, starter, professional or enterprise.
        timezone: IANA name; the day starts at its midnight.
        portal_id: For error bodies.
        enabled: Whether anything is refused and rate headers are sent.
        burst: Requests in any 10 seconds of one static token; the tier's unless set.
        oauth_burst: Requests in any 10 seconds of one OAuth app.
        daily: Requests a day; the tier's unless set.
        search: Searches in any second.
        used_today: Requests counted today.
        day: Today, in the account's time zone.
    """

    tier: str
    timezone: str
    portal_id: int
    enabled: bool = True
    burst: int = 0
    oauth_burst: int = OAUTH_BURST
    daily: int = 0
    search: int = 5
    used_today: int = 0
    day: date | None = None
    _windows: dict[str, deque[float]] = field(default_factory=dict)
    _searches: deque[float] = field(default_factory=deque)

    def __post_init__(self) -> None:
        burst, daily = TIERS[self.tier]
        self.burst = self.burst or burst
        self.daily = self.daily or daily

    def take(
        self, now: datetime, *, search: bool, app: str = "", oauth: bool = False
    ) -> dict[str, str]:
        """Count a request of an app and return its rate headers, or refuse it with 429."""
        today = now.astimezone(ZoneInfo(self.timezone)).date()
        if today != self.day:
            self.day, self.used_today = today, 0
        if not self.enabled:
            self.used_today += 1
            return {}
        if self.used_today >= self.daily:
            raise self._refusal("daily", "DAILY")
        log, seconds = self._windows.setdefault(app, deque()), WINDOW_SECONDS
        limit = self.oauth_burst if oauth else self.burst
        if search:
            log, limit, seconds = self._searches, self.search, 1.0
        clock = now.timestamp()
        while log and log[0] <= clock - seconds:
            log.popleft()
        if len(log) >= limit:
            if search:
                raise self._refusal("secondly", "SECONDLY")
            raise self._refusal("ten_secondly_rolling", "TEN_SECONDLY_ROLLING")
        log.append(clock)
        self.used_today += 1
        return {} if search else self.headers(app, oauth=oauth)

    def headers(self, app: str = "", *, oauth: bool = False) -> dict[str, str]:
        """The rate headers as they stand for an app; OAuth apps are not told about the day."""
        limit = self.oauth_burst if oauth else self.burst
        left = max(0, limit - len(self._windows.get(app, ())))
        headers = {
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(WINDOW_SECONDS * 1000)),
            "X-HubSpot-RateLimit-Max": str(limit),
            "X-HubSpot-RateLimit-Remaining": str(left),
        }
        if oauth:
            return headers
        return {
            "X-HubSpot-RateLimit-Daily": str(self.daily),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, self.daily - self.used_today)),
            **headers,
        }

    def midnight(self, now: datetime) -> datetime:
        """When the day starts anew."""
        local = now.astimezone(ZoneInfo(self.timezone))
        return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    def _refusal(self, which: str, policy: str) -> ApiError:
        more: dict[str, object] = {"errorType": "RATE_LIMIT", "policyName": policy}
        if policy != "DAILY":
            period = "ten-secondly" if policy == "TEN_SECONDLY_ROLLING" else "secondly"
            group = f"publicapi:private_app-api-calls-{period}:1:{self.portal_id}"
            more["groupName"] = group
        if policy != "TEN_SECONDLY_ROLLING":
            more["requestId"] = correlation_id()
        # HubSpot's 429 bodies have no category, and no Retry-After is documented for them.
        return ApiError(429, "", f"You have reached your {which} limit.", **more)
