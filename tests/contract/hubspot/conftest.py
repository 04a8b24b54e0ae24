"""The adapter at the sandbox portal, once per API version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience
from syncworker.mapping.portal import ApiVersion
from syncworker.sandbox.server import SandboxServer


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(limits=False) as server:
        yield server


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
        patience=Patience(connect=2, read=5, sleep=slept.append),
        name="acme",
    )
