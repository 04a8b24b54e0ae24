"""A portal at a server that answers what a test has put down for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest
from support.scripted_hubspot import Handler, Script

from syncworker.hubspot.budget import LocalBudget
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.retry import Patience


@pytest.fixture
def script() -> Iterator[Script]:
    told = Script()
    handler = type("Scripted", (Handler,), {"script": told})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_port}"
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def slept() -> list[float]:
    """What the portal of the test has slept."""
    return []


@pytest.fixture
def portal(script: Script, slept: list[float]) -> HubSpotPortal:
    """A portal at the scripted server that remembers its waits in `slept` instead of waiting."""
    return HubSpotPortal(
        "pat-eu1-0000-secret",
        base_url=script.url,
        budget=LocalBudget("professional", clock=lambda: sum(slept), sleep=slept.append),
        patience=Patience(connect=1, read=0.3, total=45, sleep=slept.append),
        name="acme",
    )
