"""Workspaces to start from: made once, and copied for each test."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.workspace import Workspace

from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer

ACCOUNTS = 12
"""Just above the ten records from which on the guard counts."""


@dataclass(frozen=True)
class Snapshot:
    """A workspace's folder and portal at one moment."""

    folder: Path
    portal: Portal


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer() as server:
        yield server


@pytest.fixture(scope="session")
def filled(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Twelve accounts in source and portal; properties created, nothing synced."""
    folder = tmp_path_factory.mktemp("filled")
    sandbox.portal = Portal()
    Workspace(folder, sandbox).ready(ACCOUNTS)
    return Snapshot(folder, copy.deepcopy(sandbox.portal))


@pytest.fixture(scope="session")
def once_synced(
    filled: Snapshot, sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory
) -> Snapshot:
    """The same after a sync at AS_OF."""
    folder = tmp_path_factory.mktemp("synced") / "work"
    workspace = _copied(filled, folder, sandbox)
    assert workspace.sync()["status"] == "done"
    return Snapshot(folder, copy.deepcopy(sandbox.portal))


@pytest.fixture
def workspace(filled: Snapshot, sandbox: SandboxServer, tmp_path: Path) -> Workspace:
    """Ready for its first sync."""
    return _copied(filled, tmp_path / "work", sandbox)


@pytest.fixture
def synced(once_synced: Snapshot, sandbox: SandboxServer, tmp_path: Path) -> Workspace:
    """Synced once; the portal's counters start from zero."""
    workspace = _copied(once_synced, tmp_path / "work", sandbox)
    workspace.portal.stats.reset()
    return workspace


@pytest.fixture
def restartable(
    once_synced: Snapshot, tmp_path: Path
) -> Iterator[tuple[Workspace, Callable[[], None], Callable[[], None]]]:
    """A synced workspace whose portal can be stopped and started: workspace, stop, start."""
    folder = tmp_path / "work"
    shutil.copytree(once_synced.folder, folder)
    server = SandboxServer(copy.deepcopy(once_synced.portal))
    port, url_before = server.port, ""
    server.__enter__()
    workspace = Workspace(folder, server)
    url_before = workspace.server.url
    workspace.write_mapping()

    def stop() -> None:
        workspace.server.__exit__(None, None, None)

    def start() -> None:
        workspace.server = SandboxServer(workspace.server.portal, port=port)
        workspace.server.__enter__()
        assert workspace.server.url == url_before

    yield workspace, stop, start
    stop()


def _copied(snapshot: Snapshot, folder: Path, server: SandboxServer) -> Workspace:
    shutil.copytree(snapshot.folder, folder)
    server.portal = copy.deepcopy(snapshot.portal)
    return Workspace(folder, server)
