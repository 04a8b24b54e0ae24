"""From a mapping's `sources:` section to a source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from syncworker.engine.hubspot_reader import HubSpotReader
from syncworker.engine.ports import Source
from syncworker.engine.source_stores import Inbox
from syncworker.errors import SourceError
from syncworker.mapping.source_files import FilesSource as FilesConfig
from syncworker.mapping.source_http import HttpSource as HttpConfig
from syncworker.mapping.source_hubspot import HubSpotSource as HubSpotConfig
from syncworker.mapping.source_sql import SqlSource as SqlConfig
from syncworker.mapping.source_stripe import StripeSource as StripeConfig
from syncworker.mapping.source_webhook import WebhookSource as WebhookConfig
from syncworker.mapping.sources import SourceConfig
from syncworker.sources.files import FilesSource
from syncworker.sources.http import HttpSource, Time
from syncworker.sources.http_reading import Bounds
from syncworker.sources.hubspot import HubSpotSource
from syncworker.sources.sql import SqlSource
from syncworker.sources.stripe import StripeSource
from syncworker.sources.webhook import WebhookSource


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What sources are made with.

    Attributes:
        secret: Gives the value of a reference such as `env:APP_DATABASE`; raises SettingsError.
        clock: The time now; aware UTC.
        page_rows: Rows of a page.
        hubspot: Gives what the mapping's own portal is read with; raises SettingsError.
        portal: The portal's name.
        inbox: What webhooks received; None where there is no store to keep it.
    """

    secret: Callable[[str], str]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    page_rows: int = 20_000
    hubspot: Callable[[], HubSpotReader] | None = None
    portal: str = ""
    inbox: Inbox | None = None


def build(name: str, config: SourceConfig, around: Surroundings) -> Source:
    """Make a source; nothing is connected or read yet.

    Args:
        name: Its name in the mapping.
        config: Its section of the mapping.
        around: What it is made with.

    Raises:
        SettingsError: There is no such secret.
        SourceError: The secret is not what it should be, for example no database URL.
    """
    if isinstance(config, SqlConfig):
        return SqlSource(name, config, around.secret(config.url), page_rows=around.page_rows)
    if isinstance(config, FilesConfig):
        return FilesSource(name, config, page_rows=around.page_rows)
    if isinstance(config, HubSpotConfig) and around.hubspot is not None:
        return HubSpotSource(name, config, around.hubspot, page_rows=around.page_rows)
    if isinstance(config, StripeConfig):
        key = around.secret(config.api_key)
        return StripeSource(name, config, key, page_rows=around.page_rows)
    if isinstance(config, WebhookConfig) and around.inbox is not None:
        return WebhookSource(
            name, config, around.inbox, portal=around.portal, page_rows=around.page_rows
        )
    if isinstance(config, HttpConfig):
        bounds = Bounds(page_rows=around.page_rows)
        return HttpSource(name, config, around.secret, bounds=bounds, time=Time(around.clock))
    raise SourceError(f"source {name}: kind {config.kind} cannot be read yet", code="SOURCE_KIND")
