"""`kind: hubspot`: what people and forms entered in the portal itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import KIND, Part

HubSpotStream = Literal["demo_requests", "tickets"]


class HubSpotSource(Part):
    """The mapping's own HubSpot account as a source."""

    kind: Literal["hubspot"] = Field(description=KIND)
    streams: Annotated[list[HubSpotStream], Field(min_length=1)] = Field(description="What is read")
