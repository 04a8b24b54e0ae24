"""Every kind of source as a world of its own, and the servers they need."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support import sql_world
from support.files_world import FORMATS, FilesWorld
from support.http_server import http_server
from support.http_world import HttpWorld
from support.hubspot_world import HubSpotWorld
from support.postgres import start_postgres
from support.source_world import SourceWorld
from support.stripe_server import stripe_server
from support.stripe_world import StripeWorld
from support.webhook_world import WebhookWorld

from syncworker.sandbox.server import SandboxServer


def _files(format_: str, folder: Path, _request: pytest.FixtureRequest) -> SourceWorld:
    return FilesWorld(folder, format_)


def _http(_folder: Path, request: pytest.FixtureRequest) -> SourceWorld:
    return HttpWorld(_while(request, http_server()))


def _stripe(_folder: Path, request: pytest.FixtureRequest) -> SourceWorld:
    return StripeWorld(_while(request, stripe_server()))


def _hubspot(_folder: Path, request: pytest.FixtureRequest) -> SourceWorld:
    return HubSpotWorld(_while(request, SandboxServer()))


def _webhook(folder: Path, _request: pytest.FixtureRequest) -> SourceWorld:
    return WebhookWorld(folder)


def _while(request: pytest.FixtureRequest, server: AbstractContextManager[Any]) -> Any:
    """A server for as long as the test lasts."""
    running = server.__enter__()
    request.addfinalizer(lambda: server.__exit__(None, None, None))
    return running


# A kind joins the shared suite by one line: its id, and what makes its world.
WORLDS: list[tuple[str, Callable[[Path, pytest.FixtureRequest], SourceWorld]]] = [
    ("sqlite", sql_world.sqlite),
    ("sqlite-whole", sql_world.sqlite_whole),
    ("postgresql", sql_world.postgresql),
    ("postgresql-whole", sql_world.postgresql_whole),
    *((f"files-{format_}", partial(_files, format_)) for format_ in FORMATS),
    ("http", _http),
    ("stripe", _stripe),
    ("hubspot", _hubspot),
    ("webhook", _webhook),
]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))
    folder.chmod(0o755)
    with start_postgres(folder / "data") as url:
        yield url
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=[factory for _, factory in WORLDS], ids=[name for name, _ in WORLDS])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> SourceWorld:
    """An empty source of each kind."""
    made: SourceWorld = request.param(tmp_path, request)
    return made
