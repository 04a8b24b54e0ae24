"""How many custom properties a portal's objects may have."""

from __future__ import annotations

from syncworker.engine.ports import PropertyLimit
from syncworker.errors import Forbidden, PortalError
from syncworker.hubspot.paths import PROPERTY_LIMITS
from syncworker.hubspot.problems import entries
from syncworker.hubspot.transport import Transport

TYPE_IDS = {"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5"}
"""HubSpot's ids of its own objects; a custom object is called by its id anyway."""
_UNKNOWN = "HUBSPOT_404"


def custom_properties(transport: Transport, object_name: str) -> PropertyLimit | None:
    """The object's limit and how many there are, archived ones not counted.

    None where the portal does not tell: the token lacks the scope, there is no such address in
    this API version, or the object is not in the list.

    Raises:
        PortalError: HubSpot did not answer.
    """
    try:
        answer = transport.send(PROPERTY_LIMITS)
    except Forbidden:
        return None
    except PortalError as error:
        if error.code != _UNKNOWN:
            raise
        return None
    wanted = TYPE_IDS.get(object_name, object_name)
    for one in entries(answer, "byObjectType"):
        limit, used = one.get("limit"), one.get("usage")
        if one.get("objectTypeId") == wanted and isinstance(limit, int) and isinstance(used, int):
            return PropertyLimit(limit, used)
    return None
