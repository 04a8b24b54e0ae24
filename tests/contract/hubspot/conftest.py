"""The adapter at the sandbox portal, once per API version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion
from syncworker.sandbox.portal import Portal as SandboxAccount
from syncworker.sandbox.server import SandboxServer


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
def slept() -> list[float]:
    """What the portal of the test has slept between attempts."""
    return []


@pytest.fixture
def portal(sandbox: SandboxServer, version: ApiVersion, slept: list[float]) -> HubSpotPortal:
    return HubSpotPortal(
        sandbox.token,
        api_version=version,
        base_url=sandbox.url,
        budget=LocalBudget("professional", clock=lambda: sum(slept), sleep=slept.append),
        patience=Patience(connect=2, read=5, sleep=slept.append),
        name="acme",
    )
