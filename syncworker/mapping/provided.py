"""Which streams the sources of a mapping fill, told without opening any of them."""

from __future__ import annotations

from collections.abc import Mapping

from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.source_files import FilesSource
from syncworker.mapping.source_stripe import StripeSource
from syncworker.mapping.source_webhook import WebhookSource
from syncworker.mapping.sources import SourceConfig
from syncworker.model.stripe import STREAMS as STRIPES_SUBSCRIPTION

_STRIPES: Mapping[str, tuple[str, ...]] = {
    "subscriptions": (*STRIPES_SUBSCRIPTION, "subscription_states"),
    "invoices": ("invoices", "invoice_lines"),
}
"""By stream of Stripe's API, what it fills besides itself."""


def provided(mapping: PortalMapping) -> frozenset[str]:
    """The canonical streams that some source of the mapping fills."""
    return frozenset(
        name
        for source in mapping.sources.values()
        for stream in source.streams
        for name in filled_by(source, stream)
    )


def filled_by(source: SourceConfig, stream: str) -> tuple[str, ...]:
    """The canonical streams that one configured stream of a source fills."""
    if isinstance(source, StripeSource):
        return _STRIPES.get(stream, (stream,))
    if isinstance(source, WebhookSource) and source.format == "stripe":
        return STRIPES_SUBSCRIPTION
    if isinstance(source, FilesSource):
        shape = source.streams[stream].shape
        return {"stripe": STRIPES_SUBSCRIPTION, "segment": ("events",)}.get(shape, (stream,))
    return (stream,)
