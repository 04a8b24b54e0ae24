"""A JSON API as a source, by configuration alone.

A stream with a cursor asks for what changed since the newest value of the last finished run, less
the overlap; rows that are newer than the run's watermark wait for the next one. A stream without a
cursor is read whole each run. Pages of the API are gathered to pages of rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from syncworker.engine.ports import Page, Reach
from syncworker.errors import SourceError
from syncworker.mapping.duration import duration
from syncworker.mapping.source_http import HttpSource as HttpConfig
from syncworker.sources.http_auth import credentials
from syncworker.sources.http_client import Client
from syncworker.sources.http_pace import Pace
from syncworker.sources.http_position import Position
from syncworker.sources.http_reading import Bounds, Reading
from syncworker.sources.http_sender import Sender
from syncworker.sources.http_times import asks_until, first_start, whole_unit
from syncworker.sources.pages import stream_of


@dataclass(frozen=True, slots=True)
class Time:
    """The clocks of a source.

    Attributes:
        clock: The time now; aware UTC.
        now: Seconds of a clock that only goes forward.
        sleep: Waits for so many seconds.
    """

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class HttpSource:
    """Reads an API.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        secret: Gives the value of a reference such as `env:ACME_KEY`.
        bounds: How much is read at a time.
        time: Its clocks.

    Raises:
        SettingsError: A reference leads nowhere.
        SourceError: A secret has letters that no header may have, or the URL is none.
    """

    def __init__(
        self,
        name: str,
        config: HttpConfig,
        secret: Callable[[str], str],
        *,
        bounds: Bounds = Bounds(),  # noqa: B008 - frozen
        time: Time = Time(),
    ) -> None:
        self.name = name
        self._config = config
        _require_url(name, config.base_url)
        self._bounds = bounds
        self._time = time
        self._credentials = credentials(name, config.auth, secret, time.now)
        self._pace = Pace(config.rate_limit, time.now, time.sleep)

    def provides(self, stream: str) -> tuple[str, ...]:
        """The stream itself."""
        return (stream_of(self.name, stream).name,)

    def incremental(self, stream: str) -> bool:
        """Whether the stream has a cursor."""
        return self._config.streams[stream].cursor is not None

    def full_every(self, stream: str) -> timedelta | None:
        """As configured."""
        every = self._config.streams[stream].full_every
        return None if every is None else duration(every)

    def count(self, stream: str) -> int | None:  # noqa: ARG002 - a Source is asked by stream
        """None: only reading them all would tell."""
        return None

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one."""
        config = self._config.streams[stream]
        if resume is not None:
            position = Position.load(resume)
        else:
            newest = None if since is None else datetime.fromisoformat(since)
            position = Position(start=first_start(config, since), newest=newest)
        yield from self._read(stream, position, watermark, watermark)

    def reach(self, stream: str) -> Reach:
        """In slices where the API is asked until when; where it is not, from the start to now."""
        cursor = self._config.streams[stream].cursor
        if cursor is None:
            return "whole"
        return "slices" if asks_until(self._config.streams[stream]) else "stretch"

    def between(
        self,
        stream: str,
        *,
        start: datetime,
        end: datetime,
        resume: str | None,
        watermark: datetime,
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`."""
        config = self._config.streams[stream]
        position = Position(start=whole_unit(config, start))
        if resume is not None:
            position = Position.load(resume)
        until = end - timedelta(microseconds=1)
        yield from self._read(stream, position, until, watermark, start)

    def _read(
        self,
        stream: str,
        position: Position,
        until: datetime,
        watermark: datetime,
        since: datetime | None = None,
    ) -> Iterator[Page]:
        definition, config = stream_of(self.name, stream), self._config.streams[stream]
        sender = Sender(
            self._config.timeout_seconds, self._pace, self._time.sleep, self._time.clock
        )
        with sender:
            api = self._config
            reading = Reading(
                source=self.name,
                base_url=api.base_url,
                stream=definition,
                config=config,
                client=Client(api.base_url, api.headers, self._credentials, sender),
                bounds=self._bounds,
                since=since,
                until=until,
                watermark=watermark,
                now=self._time.now,
                secrets=self._credentials.secrets,
            )
            yield from reading.pages(position)


def _require_url(source: str, url: str) -> None:
    try:
        host = urlsplit(url).hostname and (urlsplit(url).port or True)
    except ValueError:
        host = None
    if not host:
        raise SourceError(
            f"source {source}: its base_url is not a URL",
            help="Write https://, the host and, if any, the path that all streams share.",
            code="SOURCE_URL",
        )
