"""The day of a HubSpot account: when it ends, and what is said when its requests are used up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncworker.errors import RateLimited


def day_end(now: float, before: float | None, time_zone: str | None) -> float:
    """When the account's day ends.

    Args:
        now: Seconds since 1970.
        before: When its last known day ended.
        time_zone: Its time zone; None: whole days after `before`, else midnight UTC.
    """
    if time_zone is None and before is not None:
        days = (now - before) // 86_400 + 1
        return before + days * 86_400
    local = datetime.fromtimestamp(now, ZoneInfo(time_zone) if time_zone else UTC)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return (midnight + timedelta(days=1)).timestamp()


def day_used_up(
    now: float, until: float, time_zone: str | None, used: tuple[int, int] | None = None
) -> RateLimited:
    """The error that ends a day's requests.

    Args:
        now: Seconds since 1970.
        until: When it goes on, likewise.
        time_zone: The account's.
        used: Requests used by all apps, and the day's limit; None: HubSpot itself refused.
    """
    zone = time_zone or "UTC"
    when = datetime.fromtimestamp(until, ZoneInfo(zone))
    what = "the day's HubSpot requests are used up"
    if used:
        what = (
            f"our share of the day's HubSpot requests is used up: all apps together sent "
            f"{used[0]:,} of {used[1]:,}, and the rest is kept for the others"
        )
    return RateLimited(
        f"{what}; it goes on at {when:%Y-%m-%d %H:%M} {zone}",
        retry_after=max(0.0, until - now),
        policy="DAILY",
        help="nothing to do: what was deferred is sent then",
        code="DAILY_BUDGET",
    )
