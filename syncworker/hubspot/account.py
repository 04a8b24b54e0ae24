"""What a portal says of itself: its time zone, its currency, and how many requests a day it has."""

from __future__ import annotations

from syncworker.engine.account import Account
from syncworker.errors import PortalError
from syncworker.hubspot.paths import ACCOUNT, DAILY_USAGE
from syncworker.hubspot.problems import entries, text
from syncworker.hubspot.transport import Transport

_NOT_FOR_US = ("HUBSPOT_403", "HUBSPOT_404")


def of(transport: Transport) -> Account:
    """The account; what the token may not ask is left empty.

    Raises:
        PortalError: HubSpot refused for another reason, or did not answer.
    """
    details = transport.send(ACCOUNT)
    daily = None
    try:
        for one in entries(transport.send(DAILY_USAGE), "results"):
            limit = one.get("usageLimit")
            daily = limit if isinstance(limit, int) and limit > 0 else daily
    except PortalError as error:
        if error.code not in _NOT_FOR_US:
            raise
    return Account(text(details.get("timeZone")), text(details.get("companyCurrency")), daily)
