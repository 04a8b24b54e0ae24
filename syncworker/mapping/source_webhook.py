"""`kind: webhook`: what other systems send to `syncworker webhook` by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import KIND, Part, Reference, Text

WebhookFormat = Literal["form", "stripe"]
WebhookStream = Literal["demo_requests", "trials", "subscriptions"]
STREAMS_OF: Mapping[WebhookFormat, tuple[WebhookStream, ...]] = {
    "form": ("demo_requests", "trials"),
    "stripe": ("subscriptions",),
}
"""Which streams a format's requests can fill."""


class WebhookSource(Part):
    """Requests to the webhook endpoint, checked by their signature."""

    kind: Literal["webhook"] = Field(description=KIND)
    format: WebhookFormat = Field(
        default="form",
        description="form: submissions of a form as JSON; stripe: Stripe's events of subscriptions",
    )
    secret: Reference = Field(description="Where the secret is that requests are signed with")
    streams: Annotated[list[WebhookStream], Field(min_length=1)] = Field(
        description="A form's submissions are demo_requests or trials, Stripe's events are "
        "subscriptions"
    )
    fields: dict[str, Text] = Field(
        default_factory=dict,
        description="Of a form: stream column: where its value stands in the JSON, dotted "
        "(data.email); a column that is not named here stands under its own name",
    )
    tolerance_seconds: int = Field(
        default=300, ge=1, description="How old a request may be; an older one is a replay"
    )
