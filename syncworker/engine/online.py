"""A mapping against its portal: what only the portal can say about it."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.engine.ports import Pipeline, Portal, PropertyDefinition
from syncworker.errors import Forbidden
from syncworker.mapping.diagnostics import Diagnostic
from syncworker.mapping.loader import Loaded
from syncworker.mapping.online import check_online

_NOBODY = "1"
"""An id to ask for; whether there is such a record does not matter."""


def compared(portal: str, loaded: Loaded, hubspot: Portal) -> tuple[Diagnostic, ...]:
    """Scopes, properties, options, stages and pipelines; nothing where the mapping has errors.

    Args:
        portal: The portal's name, for the commands that mend what is found.
        loaded: The mapping.
        hubspot: The portal.

    Raises:
        PortalError: HubSpot refused the token, or did not answer.
    """
    if loaded.mapping is None:
        return ()
    properties: dict[str, Mapping[str, PropertyDefinition]] = {}
    pipelines: list[Pipeline] = []
    refused: dict[str, tuple[str, ...]] = {}
    for name, config in loaded.mapping.objects.items():
        try:
            properties[name] = hubspot.properties(name)
            hubspot.read(name, [_NOBODY], [])
            if config.pipeline is not None:
                pipelines += hubspot.pipelines(name)
        except Forbidden as error:
            refused[name] = (error.scope or f"crm.objects.{name}.read",)
    return check_online(loaded, portal, properties, pipelines, refused=refused)
