"""A wait of hours is the run's: no request hangs for it, and no message outlives its queue."""

from __future__ import annotations

from typing import Any

import pytest
from support.scripted_hubspot import Answer, Script

from syncworker.errors import PortalError, RateLimited, SourceError, Unavailable
from syncworker.hubspot.portal import HubSpotPortal
from tasks.sync import _wait, push_chunk

DAILY = Answer(429, {"category": "RATE_LIMITS", "policyName": "DAILY", "message": "x"})


def test_after_the_daily_limit_the_next_request_is_refused_at_once_and_nothing_sleeps(
    portal: HubSpotPortal, script: Script, slept: list[float]
) -> None:
    script.add(DAILY)
    for _ in range(2):
        with pytest.raises(RateLimited) as limit:
            portal.read("contacts", ["1"], [])
        assert limit.value.policy == "DAILY"
        assert 3500 < limit.value.retry_after <= 3600
    assert slept == []
    assert portal.requests == 1


@pytest.mark.parametrize(
    ("error", "waits"),
    [
        (Unavailable("503"), [5, 30, 180]),
        (SourceError("gone", retry=True), [5, 30, 180]),
        (RateLimited("429", retry_after=10), [10, 30, 180]),
        (RateLimited("the day's", retry_after=3600), [1800, 1800, 1800]),
    ],
)
def test_a_task_waits_as_long_as_asked_and_longer_each_time(
    monkeypatch: pytest.MonkeyPatch, error: PortalError, waits: list[float]
) -> None:
    task: Any = push_chunk
    monkeypatch.setattr(task, "default_retry_delay", 5)
    told = []
    for retries in range(3):
        task.push_request(retries=retries)
        told.append(_wait(task, error))
        task.pop_request()
    assert told == waits
