"""What a first mapping is made from: what was asked for, and what the portal says of itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from syncworker.engine.ports import Pipeline, PropertyDefinition

OBJECTS = ("companies", "contacts", "deals", "tickets")


@dataclass(frozen=True, slots=True)
class PortalFacts:
    """What a portal says of itself; everything empty where it was not asked.

    Attributes:
        timezone: IANA name, or "".
        currency: ISO 4217, or "".
        tier: The tier that fits its daily requests, or "".
        properties: By object, its properties by name.
        pipelines: Pipelines of deals.
    """

    timezone: str = ""
    currency: str = ""
    tier: str = ""
    properties: Mapping[str, Mapping[str, PropertyDefinition]] = field(default_factory=dict)
    pipelines: Sequence[Pipeline] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for.

    Attributes:
        portal: The portal's name.
        credentials: The reference to its token.
        profile: The profile of every object.
        objects: The objects that are wanted.
        base_url: Where HubSpot is; "" for the real one.
    """

    portal: str
    credentials: str
    profile: str = "starter"
    objects: tuple[str, ...] = ("companies", "contacts")
    base_url: str = ""
