from collections.abc import Iterator

import pytest

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A fresh sandbox portal without limits."""
    with SandboxServer(Portal(limits=False)) as running:
        yield running
