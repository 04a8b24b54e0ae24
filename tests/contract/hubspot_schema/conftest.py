"""A connection to the sandbox portal, once per API version."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.credentials import Credentials, StaticToken
from syncworker.hubspot.retry import Patience
from syncworker.hubspot.transport import Transport
from syncworker.mapping.portal import ApiVersion
from syncworker.sandbox.portal import Portal as SandboxAccount
from syncworker.sandbox.server import SandboxServer

Connect = Callable[[Credentials], Transport]


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    """One server for all; stopping it takes longer than most tests."""
    with SandboxServer() as listening:
        yield listening


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxServer:
    """The server with a fresh account."""
    server.portal = SandboxAccount(limits=False)
    return server


@pytest.fixture(params=["v3", "2026-03", "2026-09"])
def version(request: pytest.FixtureRequest) -> ApiVersion:
    found: ApiVersion = request.param
    return found


@pytest.fixture
def connect(sandbox: SandboxServer, version: ApiVersion) -> Connect:
    """Connects with credentials."""

    def connected(credentials: Credentials) -> Transport:
        return Transport(
            credentials,
            api_version=version,
            base_url=sandbox.url,
            budget=LocalBudget("professional"),
            patience=Patience(connect=2, read=5, total=2),
        )

    return connected


@pytest.fixture
def transport(connect: Connect, sandbox: SandboxServer) -> Transport:
    return connect(StaticToken(lambda: sandbox.token))
