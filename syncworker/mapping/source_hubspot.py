"""`kind: hubspot`: what people and forms entered in the portal itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import FULL_EVERY, KIND, OVERLAP, Duration, Part, Text

HubSpotStream = Literal[
    "demo_requests",
    "trials",
    "tickets",
    "survey_responses",
    "crm_values",
    "crm_deals",
    "crm_stage_history",
]
FormStream = Literal["demo_requests", "trials"]
FORM_STREAMS: tuple[FormStream, ...] = ("demo_requests", "trials")


class HubSpotForm(Part):
    """What a form's submissions are."""

    stream: FormStream = Field(description="demo_requests or trials")
    type: Text | None = Field(
        default=None, description="Of demo requests: the kind of demo, for example live or video"
    )


class HubSpotProperties(Part):
    """Properties that people fill, by object."""

    contacts: list[Text] = Field(default_factory=list, description="Internal names")
    companies: list[Text] = Field(default_factory=list, description="Internal names")
    deals: list[Text] = Field(default_factory=list, description="Internal names")


class HubSpotSource(Part):
    """The mapping's own HubSpot account as a source; `hubspot:` says how it is reached."""

    kind: Literal["hubspot"] = Field(description=KIND)
    streams: Annotated[list[HubSpotStream], Field(min_length=1)] = Field(
        description="demo_requests and trials (of forms), tickets, survey_responses, "
        "crm_values (what people entered), crm_deals, crm_stage_history"
    )
    forms: dict[str, HubSpotForm] = Field(
        default_factory=dict, description="By a form's GUID, what its submissions are"
    )
    properties: HubSpotProperties = Field(
        default_factory=HubSpotProperties, description="Of crm_values: the properties that are read"
    )
    account_property: Text | None = Field(
        default=None, description="Property of tickets that holds the app's account id"
    )
    csat_scale: int = Field(
        default=2, ge=1, le=10, description="The best answer to a CSAT survey; HubSpot's own: 2"
    )
    overlap: Duration = Field(default="10m", description=OVERLAP)
    full_every: Duration = Field(default="7d", description=FULL_EVERY)
