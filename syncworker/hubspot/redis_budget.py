"""The budget of all processes and hosts that call a portal, in Redis or Valkey.

One script decides by the server's own clock, so the clocks of the hosts do not matter. While Redis
does not answer, each process goes on with a quarter of what the portal allows.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

import redis

from syncworker.engine.account import Day
from syncworker.engine.ports import Quota
from syncworker.hubspot.budget_answers import stated
from syncworker.hubspot.budget_day import day_end, day_used_up
from syncworker.hubspot.budget_limits import Limits, Priority, limits
from syncworker.hubspot.budget_rules import PRIORITIES, RULES
from syncworker.hubspot.local_budget import LocalBudget
from syncworker.hubspot.local_state import LocalState
from syncworker.mapping.portal import Tier

_LOG = logging.getLogger(__name__)
_SCRIPT = (files(__package__) / "budget.lua").read_text(encoding="utf-8")
_WITHOUT_REDIS = 0.25
_ASK_AGAIN_SECONDS = 5.0
# Several that wait for the same moment do not come all at once.
_JITTER_SECONDS = 0.002


class RedisBudget:
    """A budget shared through Redis or Valkey.

    Args:
        client: Its timeouts and retries say how long a request is held up when Redis is gone:
            `socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 1)`.
        key: What the portal and app are known by there: a digest, no token.
        tier: The portal's HubSpot tier; HubSpot's own headers overrule it.
        priority: Who is served first while several wait.
        allowed: The limits; None: the tier's.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        client: redis.Redis,
        key: str,
        tier: Tier,
        *,
        priority: Priority = "scheduled",
        allowed: Limits | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._priority = priority
        self._limits = allowed or limits(tier)
        self._sleep = sleep
        self._script = client.register_script(_SCRIPT)
        names = ("sent", "searched", *(f"waiting-{p}" for p in PRIORITIES))
        self._keys = [state_key(key), *(_key(key, name) for name in names)]
        self._rules = {"limits": asdict(self._limits), "rules": RULES}
        self._name = uuid.uuid4().hex
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._waited = 0.0
        self._gone_until = 0.0
        burst = max(1, int(self._limits.burst * _WITHOUT_REDIS))
        searches = max(1, int(self._limits.searches * _WITHOUT_REDIS))
        state = LocalState(replace(self._limits, burst=burst, searches=searches))
        self._alone = LocalBudget(tier, priority=priority, state=state, sleep=sleep)

    @property
    def waited(self) -> float:
        """Seconds for which the callers of this object have waited so far."""
        return self._waited + self._alone.waited

    def quota(self) -> Quota:
        """See `Budget.quota`."""
        told = self._ask("quota")
        if told is None:
            return replace(self._alone.quota(), burst=self._limits.burst)
        limit, window, *day = map(float, told[1:])
        daily, used = map(int, day) if day else (self._limits.daily, None)
        return Quota(int(limit), window, daily, used)

    def acquire(self, *, search: bool = False) -> None:
        """See `Budget.acquire`; never raises for Redis itself."""
        began = time.monotonic()
        while (told := self._take(search=search)) and told[0] == "wait":
            self._sleep(float(told[1]) + random.uniform(0, _JITTER_SECONDS))  # noqa: S311 - no secret
        waited = time.monotonic() - began
        with self._lock:
            self._waited += waited
        self._mine.sent = float(told[1]) if told else None
        if not told:
            self._alone.acquire(search=search)

    def learn(self, headers: Mapping[str, str]) -> None:
        """See `Budget.learn`."""
        said = stated(headers)
        if self._ask("learn", sent=self._sent(), said=asdict(said)) is None:
            # What the portal allows is for all processes together.
            told = ("x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining")
            self._alone.learn({n: v for n, v in headers.items() if n in told})

    def refused(self, policy: str, seconds: float) -> None:
        """See `Budget.refused`."""
        known = self._limits.time_zone is not None
        asked = {"sent": self._sent(), "policy": policy, "seconds": seconds, "day_known": known}
        if self._ask("refused", **asked) is None:
            self._alone.refused(policy, seconds)

    def learn_usage(self, usage: Day) -> None:
        """See `Budget.learn_usage`."""
        resets_at = usage.resets_at.timestamp() if usage.resets_at else None
        self._alone.learn_usage(usage)
        self._ask("learn_usage", daily=usage.limit, used=usage.used, resets_at=resets_at)

    def _take(self, *, search: bool) -> list[str] | None:
        asked: dict[str, Any] = {
            "priority": self._priority,
            "waiter": f"{self._name}:{threading.get_ident()}",
            "search": search,
            "share_of_day": self._limits.share_of_day(self._priority),
        }
        told = self._ask("take", **asked)
        if told and told[0] == "day_end":
            now, before = map(float, told[1:])
            end = day_end(now, before or None, self._limits.time_zone)
            told = self._ask("take", **asked, day_end=end)
        if told and told[0] == "used_up":
            now, until, *counts = map(float, told[1:])
            used = (int(counts[0]), int(counts[1])) if counts else None
            raise day_used_up(now, until, self._limits.time_zone, used)
        return told

    def _ask(self, operation: str, **asked: Any) -> list[str] | None:
        """What the script answers, or None while Redis does not answer."""
        if time.monotonic() < self._gone_until:
            return None
        # Lua tells an absent value from null.
        arguments = {name: value for name, value in asked.items() if value is not None}
        try:
            told: Any = self._script(self._keys, [operation, _json(arguments | self._rules)])
        except (redis.RedisError, OSError) as error:
            if not self._gone_until:
                _LOG.warning(
                    "Redis does not answer (%s): until it does, each process keeps to a quarter "
                    "of what HubSpot allows",
                    type(error).__name__,
                )
            self._gone_until = time.monotonic() + _ASK_AGAIN_SECONDS
            return None
        if self._gone_until:
            self._gone_until = 0.0
            _LOG.info("Redis answers again: the budget is shared")
        return [part.decode() if isinstance(part, bytes) else part for part in told]

    def _sent(self) -> float | None:
        sent: float | None = getattr(self._mine, "sent", None)
        return sent


def state_key(key: str) -> str:
    """The hash with what is known of a portal and app."""
    return _key(key, "state")


def _key(key: str, name: str) -> str:
    # The braces keep a portal's keys on one node of a cluster.
    return f"syncworker:budget:{{{key}}}:{name}"


def _json(value: Mapping[str, Any]) -> str:
    def without_nulls(part: object) -> object:
        if isinstance(part, Mapping):
            return {k: without_nulls(v) for k, v in part.items() if v is not None}
        return part

    return json.dumps(without_nulls(value), separators=(",", ":"))
