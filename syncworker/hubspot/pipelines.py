"""A portal's pipelines of deals or tickets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncworker.engine.ports import Pipeline
from syncworker.hubspot.paths import LIST_PIPELINES
from syncworker.hubspot.problems import entries, text
from syncworker.hubspot.transport import Transport


def listed(transport: Transport, object_name: str) -> tuple[Pipeline, ...]:
    """The object's pipelines and their stages in the order people see, without archived ones.

    Raises:
        PortalError: HubSpot refused or did not answer.
    """
    answer = transport.send(LIST_PIPELINES, object_name)
    return tuple(
        Pipeline(
            text(one.get("id")),
            text(one.get("label")),
            tuple((text(s.get("id")), text(s.get("label"))) for s in _ordered(one, "stages")),
        )
        for one in _ordered(answer, "results")
    )


def _ordered(found: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    here = [one for one in entries(found, key) if one.get("archived") is not True]
    return sorted(here, key=_place)


def _place(one: Mapping[str, Any]) -> tuple[bool, int]:
    """HubSpot's display order; -1 means after all others."""
    place = one.get("displayOrder")
    number = place if isinstance(place, int) else -1
    return number < 0, number
