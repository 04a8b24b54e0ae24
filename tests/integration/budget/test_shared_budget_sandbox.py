"""The shared budget at a portal that counts strictly; benchmarks/budget_run.py takes longer."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import pytest
import redis
from support.valkey import start_valkey

from syncworker.hubspot.budget import limits
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.hubspot.redis_budget import RedisBudget
from syncworker.sandbox.server import SandboxServer

BURST = 40
SECONDS = 11.5


@pytest.mark.long
def test_workers_get_no_429_and_use_nearly_all_that_the_portal_takes() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        start_valkey(Path(folder)) as socket,
        SandboxServer() as sandbox,
    ):
        sandbox.portal.limits.burst = BURST
        until = time.monotonic() + SECONDS

        def work() -> None:
            client = redis.Redis(unix_socket_path=str(socket))
            budget = RedisBudget(client, "acme", "free", allowed=limits("free", burst=BURST))
            hubspot = HubSpotPortal(sandbox.token, base_url=sandbox.url, budget=budget)
            while time.monotonic() < until:
                hubspot.read("companies", ["1"], ["name"])
            client.close()

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answered = sandbox.portal.stats.by_status
        assert answered[429] == 0
        assert sum(answered.values()) >= 0.97 * BURST * SECONDS / 10
