"""`syncworker beat` ticks beside workers that have none, until it is stopped."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from support.workspace import Workspace, kill_tree, wait_until

from syncworker.cli import broker
from syncworker.settings import Settings


@pytest.mark.long
def test_a_beat_gives_signs_of_life_and_stops_when_it_is_asked_to(workspace: Workspace) -> None:
    home = workspace.folder / ".syncworker"
    with (
        broker.running(Settings(home=home)),
        (workspace.folder / "beat.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "syncworker", "beat"],
            cwd=workspace.folder,
            env=workspace.environment(),
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            wait_until(lambda: workspace.run("health", "--beat").returncode == 0, what="a tick")
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            kill_tree(process.pid)
