"""Sending a request again: when the table says so, after as long as it or HubSpot says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

import tenacity

from syncworker.hubspot.refusals import Refusal

T = TypeVar("T")

_GROWING = tenacity.wait_exponential_jitter(multiplier=0.5, max=20, jitter=0.5)
_A_LITTLE_MORE = tenacity.wait_random(0, 0.2)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for HubSpot.

    Attributes:
        connect: Seconds to connect.
        read: Seconds without a byte of an answer.
        total: Seconds after which a request that keeps failing is given up.
        sleep: Waits for so many seconds.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 45.0
    sleep: Callable[[float], None] = time.sleep


def retried(
    send: Callable[[], T | Refusal],
    patience: Patience,
    again: Callable[[Refusal], bool] = lambda _: True,
) -> T | Refusal:
    """Send until there is an answer, or the table's attempts or the patience are used up.

    A wait that HubSpot names is never cut short: where it would end too late the refusal is
    returned at once.

    Args:
        send: Sends once.
        patience: How long to wait.
        again: Whether a refusal may be answered by sending again; else it is returned at once.
    """

    def stop(state: tenacity.RetryCallState) -> bool:
        used_up = (state.seconds_since_start or 0) + state.upcoming_sleep >= patience.total
        return used_up or state.attempt_number >= _refusal(state).rule.attempts

    policy = tenacity.Retrying(
        retry=tenacity.retry_if_result(lambda one: isinstance(one, Refusal) and again(one)),
        wait=_wait,
        stop=stop,
        sleep=patience.sleep,
        retry_error_callback=_refusal,
    )
    return policy(send)


def _refusal(state: tenacity.RetryCallState) -> Refusal:
    return cast("Refusal", cast("tenacity.Future", state.outcome).result())


def _wait(state: tenacity.RetryCallState) -> float:
    named = _refusal(state).wait
    return _GROWING(state) if named is None else named + _A_LITTLE_MORE(state)
