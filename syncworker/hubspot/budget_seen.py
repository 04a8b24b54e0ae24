"""What the shared budget remembers of a portal's day; nothing is taken from it and nobody asked."""

from __future__ import annotations

from datetime import datetime

import redis

from syncworker.hubspot.budget_limits import Limits
from syncworker.hubspot.redis_budget import state_key


def used_today(
    client: redis.Redis, key: str, allowed: Limits, now: datetime
) -> tuple[int, int | None] | None:
    """Requests that all apps have used in the account's day, and its limit.

    Args:
        client: Where the budget is.
        key: What the portal and app are known by there.
        allowed: The limits until HubSpot says otherwise.
        now: The time.

    Returns:
        None where nothing has been sent through this budget yet, its day is over, or it does not
        answer. The limit is None where the app has none.
    """
    try:
        told = client.hmget(state_key(key), ["used", "daily", "day_end"])
    except (redis.RedisError, OSError):
        return None
    used, daily, day_end = (None if value is None else float(value) for value in told)
    if used is None or (day_end is not None and day_end <= now.timestamp()):
        return None
    return int(used), allowed.daily if daily is None else int(daily)
