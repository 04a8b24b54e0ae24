"""From a mapping's `sources:` section to a source."""

from __future__ import annotations

from collections.abc import Callable

from syncworker.engine.ports import Source
from syncworker.mapping import portal
from syncworker.sources.files import FilesSource
from syncworker.sources.sql import SqlSource


def build(
    name: str,
    config: portal.SourceConfig,
    secret: Callable[[str], str],
    *,
    page_rows: int = 20_000,
) -> Source:
    """Make a source; nothing is connected or read yet.

    Args:
        name: Its name in the mapping.
        config: Its section of the mapping.
        secret: Gives the value of a reference such as `env:APP_DATABASE`.
        page_rows: Rows of a page.

    Raises:
        SettingsError: From `secret`: there is no such value.
        SourceError: The value is not a database URL.
    """
    if isinstance(config, portal.SqlSource):
        return SqlSource(name, config, secret(config.url), page_rows=page_rows)
    return FilesSource(name, config, page_rows=page_rows)
