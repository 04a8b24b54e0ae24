"""A sandbox portal on a real socket with a fresh account for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    with SandboxServer() as listening:
        yield listening


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    server.portal = Portal(limits=False)
    return server
