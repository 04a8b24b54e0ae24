"""What a plan costs: HubSpot requests, the time they take, and their share of the day's."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from syncworker.engine.engine import Engine
from syncworker.engine.mappings import checked
from syncworker.engine.ports import Quota
from syncworker.mapping.objects import created_by
from syncworker.planning.records import RecordPlan
from syncworker.planning.requests import requests_of


@dataclass(frozen=True, slots=True)
class Cost:
    """What it takes to send a plan.

    Attributes:
        requests: HubSpot requests, where it takes every record at once.
        seconds: How long the portal's limits make them last.
        left: Requests that are left today, or that a day has where HubSpot has not told; None:
            the portal has no daily limit.
        today: Whether HubSpot has told how many are left today.
    """

    requests: int
    seconds: int
    left: int | None
    today: bool

    @property
    def percent(self) -> float | None:
        """The requests as a share of `left`; None where there is no limit or nothing left."""
        return 100 * self.requests / self.left if self.left else None


def cost(engine: Engine, portal: str, mapping_text: str, records: Iterable[RecordPlan]) -> Cost:
    """The requests are counted as pushing makes them, with the portal's limits as known now."""
    mapping = checked(portal, mapping_text)
    ways = {name: created_by(name, config) for name, config in mapping.objects.items()}
    match = {name: way.property for name, way in ways.items() if way}
    rest, requests = iter(records), 0
    while stretch := list(islice(rest, engine.limits.push_records)):
        requests += requests_of(stretch, match)
    return _of(requests, engine.connect(portal, mapping, "interactive").quota)


def _of(requests: int, quota: Quota) -> Cost:
    left = quota.daily
    if quota.daily is not None and quota.used is not None:
        left = max(0, quota.daily - quota.used)
    seconds = math.ceil(requests * quota.window / quota.burst)
    return Cost(requests, seconds, left, today=quota.used is not None)
