"""The kinds of source that a mapping's `sources:` may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from syncworker.mapping.part import Part
from syncworker.mapping.source_files import FilesSource
from syncworker.mapping.source_http import HttpSource
from syncworker.mapping.source_hubspot import HubSpotSource
from syncworker.mapping.source_sql import SqlSource
from syncworker.mapping.source_stripe import StripeSource
from syncworker.mapping.source_webhook import WebhookSource

SourceConfig = Annotated[
    SqlSource | FilesSource | StripeSource | HttpSource | HubSpotSource | WebhookSource,
    Field(discriminator="kind"),
]
KINDS: Mapping[str, type[Part]] = {
    "sql": SqlSource,
    "files": FilesSource,
    "stripe": StripeSource,
    "http": HttpSource,
    "hubspot": HubSpotSource,
    "webhook": WebhookSource,
}
