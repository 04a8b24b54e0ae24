"""A portal's lifecycle stages."""

from __future__ import annotations

from syncworker.hubspot.properties import listed
from syncworker.hubspot.transport import Transport

LIFECYCLE_STAGE = "lifecyclestage"


def stages(transport: Transport, object_name: str) -> tuple[tuple[str, str], ...]:
    """The object's stages, first to last, as (internal name, label).

    Admins add, delete and reorder stages, so the order is read and never assumed; a stage of
    their own has a number as its internal name. Empty for an object without stages.
    """
    definition = listed(transport, object_name).get(LIFECYCLE_STAGE)
    return definition.options if definition else ()
