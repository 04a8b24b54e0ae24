"""Where people see the records of a HubSpot account."""

from __future__ import annotations

from syncworker.errors import PortalError
from syncworker.hubspot.paths import ACCOUNT
from syncworker.hubspot.problems import text
from syncworker.hubspot.transport import Transport


def home(transport: Transport) -> str:
    """The address that a record's stands below; "" where HubSpot does not say."""
    try:
        answer = transport.send(ACCOUNT)
    except PortalError:
        return ""  # a link is worth no error
    domain, number = text(answer.get("uiDomain")), answer.get("portalId")
    return f"https://{domain}/contacts/{number}" if domain and isinstance(number, int) else ""
