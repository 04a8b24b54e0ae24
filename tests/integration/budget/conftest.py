"""A portal's budgets, once in this process and once on a real Valkey."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from support.budget_world import World
from support.valkey import start_valkey

from syncworker.hubspot import redis_budget


@pytest.fixture(scope="session")
def socket() -> Iterator[Path]:
    """Socket of a Valkey."""
    with tempfile.TemporaryDirectory() as folder, start_valkey(Path(folder)) as socket:
        yield socket


@pytest.fixture(scope="session")
def plain(socket: Path) -> Iterator[redis.Redis]:
    """A connection for the tests in time that is moved by hand."""
    client = redis.Redis(unix_socket_path=str(socket))
    yield client
    client.close()


@pytest.fixture
def punctual(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody come a little later than told."""
    monkeypatch.setattr(redis_budget, "_JITTER_SECONDS", 0)


@pytest.fixture(params=["local", "valkey"])
def world(request: pytest.FixtureRequest, plain: redis.Redis, punctual: None) -> World:
    """A portal of the tier professional in Berlin, at one o'clock."""
    return World(plain if request.param == "valkey" else None)
