"""`kind: stripe`: Stripe's API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from syncworker.mapping.part import (
    FULL_EVERY,
    KIND,
    OVERLAP,
    BaseUrl,
    Duration,
    Part,
    Reference,
    Text,
)

StripeStream = Literal["subscriptions", "invoices", "accounts", "identity"]


class StripeSource(Part):
    """A Stripe account."""

    kind: Literal["stripe"] = Field(description=KIND)
    api_key: Reference = Field(
        description="Where the key is; a restricted one that may read is enough"
    )
    streams: Annotated[list[StripeStream], Field(min_length=1)] = Field(
        default=["subscriptions", "invoices"],
        description="subscriptions (with items, discounts and states), invoices (with lines), "
        "accounts and identity (of customers)",
    )
    account_id: Text = Field(
        default="account_id", description="Key in Stripe's metadata that holds the app's account id"
    )
    overlap: Duration = Field(default="1h", description=OVERLAP)
    full_every: Duration = Field(default="1d", description=FULL_EVERY)
    base_url: BaseUrl | None = Field(default=None, description="Only for a proxy or a test server")
