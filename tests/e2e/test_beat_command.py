"""`syncworker beat` ticks beside workers that have none, until it is stopped."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request

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
            [sys.executable, "-m", "syncworker", "beat", "--metrics-port", "0"],
            cwd=workspace.folder,
            env=workspace.environment(),
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            wait_until(lambda: workspace.run("health", "--beat").returncode == 0, what="a tick")
            said = (workspace.folder / "beat.log").read_text("utf-8")
            address = re.search(r"metrics: (http\S+)", said)
            assert address is not None
            with urllib.request.urlopen(address[1], timeout=10) as answer:  # noqa: S310
                served = answer.read().decode()
            assert re.search(
                r'syncworker_heartbeat_timestamp_seconds{kind="beat",name="beat@\S+"} 1', served
            )
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            kill_tree(process.pid)
