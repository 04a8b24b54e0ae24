"""How many of the day's requests a portal has used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from syncworker.engine.account import Day
from syncworker.errors import PortalError
from syncworker.hubspot.paths import DAILY_USAGE
from syncworker.hubspot.problems import entries, text
from syncworker.hubspot.transport import Transport

_NOT_FOR_US = ("HUBSPOT_403", "HUBSPOT_404")


def learn(transport: Transport) -> Day | None:
    """Ask HubSpot and tell the budget; nothing happens where the token may not ask.

    Raises:
        PortalError: HubSpot refused for another reason, or did not answer.
    """
    told = None
    try:
        answer = transport.send(DAILY_USAGE)
    except PortalError as error:
        if error.code not in _NOT_FOR_US:
            raise
        return None
    for result in entries(answer, "results"):
        usage = _usage(result)
        if usage is not None:
            transport.budget.learn_usage(usage)
            told = usage
    return told


def _usage(result: Mapping[str, Any]) -> Day | None:
    limit, used = result.get("usageLimit"), result.get("currentUsage")
    if not isinstance(limit, int) or not isinstance(used, int) or limit <= 0:
        return None
    return Day(limit, used, _moment(text(result.get("resetsAt"))))


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
