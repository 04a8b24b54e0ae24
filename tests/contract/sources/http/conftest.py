"""An API on a socket, and a source that reads it without waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from support.http_server import Api, http_server

from syncworker.mapping.source_http import HttpSource as HttpConfig
from syncworker.sources.http import HttpSource, Time
from syncworker.sources.http_reading import Bounds

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRETS = {
    "env:KEY": "k3y-Of-acme",
    "env:USER": "someone",
    "env:PASSWORD": "pa55-word",
    "env:CLIENT": "client-1",
    "env:CLIENT_SECRET": "cl13nt-s3cret",
}
Make = Callable[..., HttpSource]


@dataclass
class Clock:
    """A clock that moves when somebody sleeps."""

    seconds: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def api() -> Iterator[Api]:
    with http_server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make(api: Api, clock: Clock) -> Make:
    """A source of `users` from `/users`; `stream` and `source` change its configuration."""

    def made(
        stream: Mapping[str, Any] | None = None,
        *,
        name: str = "users",
        secrets: Mapping[str, str] = SECRETS,
        bounds: Bounds | None = None,
        **source: Any,
    ) -> HttpSource:
        fields = {"user_id": "id", "email": "email", "role": "role"}
        asked = {"path": "/users", "records": "data", "fields": fields, **(stream or {})}
        config = HttpConfig.model_validate(
            {"kind": "http", "base_url": api.url, "streams": {name: asked}, **source}
        )
        time = Time(lambda: NOW, clock.now, clock.sleep)
        return HttpSource("app", config, secrets.__getitem__, bounds=bounds or Bounds(), time=time)

    return made
