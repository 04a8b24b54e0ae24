"""A fresh portal on a real socket for each test, and a plain HTTP client that holds its token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hubspot import Client  # type: ignore[import-untyped]

from syncworker.sandbox.server import SandboxServer


class Http:
    """Requests to the portal with its token."""

    def __init__(self, sandbox: SandboxServer) -> None:
        self.url = sandbox.url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {sandbox.token}"

    def __call__(self, method: str, path: str, body: object = None, **more: Any) -> Any:  # noqa: ANN401
        return self.session.request(method, self.url + path, json=body, timeout=10, **more)

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401
        return self("POST", path, body)

    def get(self, path: str) -> Any:  # noqa: ANN401
        return self("GET", path)


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(limits=False) as server:
        yield server


@pytest.fixture
def http(sandbox: SandboxServer) -> Iterator[Http]:
    client = Http(sandbox)
    yield client
    client.session.close()


@pytest.fixture
def hubspot(sandbox: SandboxServer) -> Client:
    """The official client, used as its documentation shows."""
    return Client.create(access_token=sandbox.token, host=sandbox.url)
