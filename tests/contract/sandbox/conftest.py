"""A portal on a real socket with a fresh account for each test, and clients for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract.sandbox.http_client import Http
from hubspot import Client

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    """The one server with a fresh account for each test; requests are not limited."""
    server.portal = Portal(limits=False)
    return server


@pytest.fixture
def http(sandbox: SandboxServer) -> Iterator[Http]:
    client = Http(sandbox)
    yield client
    client.session.close()


@pytest.fixture
def hubspot(sandbox: SandboxServer) -> Client:
    """The official client, used as its documentation shows."""
    return Client.create(access_token=sandbox.token, host=sandbox.url)
