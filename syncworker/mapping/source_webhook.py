"""`kind: webhook`: what other systems send to `syncworker webhook` by themselves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import KIND, Part, Reference

WebhookStream = Literal["demo_requests", "subscriptions"]


class WebhookSource(Part):
    """Requests to the webhook endpoint, checked by their signature."""

    kind: Literal["webhook"] = Field(description=KIND)
    secret: Reference = Field(description="Where the secret is that requests are signed with")
    streams: Annotated[list[WebhookStream], Field(min_length=1)] = Field(
        description="demo_requests: a form's submissions; subscriptions: Stripe's events"
    )
