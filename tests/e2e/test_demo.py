"""`syncworker demo`, as someone types it who has just installed syncworker."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from support.workspace import kill_tree, wait_until


def command(folder: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "syncworker", "demo", "--folder", str(folder), *arguments]


def clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("SYNCWORKER_")}


def processes_of(folder: Path) -> list[str]:
    """Command lines of running processes that work in the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.joinpath("cwd").readlink() == folder:
                found.append(process.joinpath("cmdline").read_text().replace("\0", " "))
    return found


def test_the_demo_shows_the_whole_way_and_leaves_no_process_behind(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        command(folder), cwd=tmp_path, env=clean(), capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    shown = done.stdout
    assert done.returncode == 0, shown + done.stderr
    assert "Traceback" not in shown + done.stderr
    # It checks, creates, plans with reasons, syncs, says what was rejected and what is next.
    assert "No errors in 1 file" in shown
    assert "companies: created 1" in shown
    assert re.search(r"saas_mrr +\(empty\) -> [\d.]+ +because \d+ priced item", shown)
    assert "evangelist" in shown
    assert "LINK_CONFLICT" in shown
    assert "ROW_REJECTED" in shown
    assert "Next: syncworker" in shown
    # Its own figures are the portal's, and the second sync sends only what changed.
    counted = re.findall(r"portal itself counted (\d+) requests, (\d+) of them writes", shown)
    told = re.findall(r"sync: (\d+) records sent, (\d+) HubSpot requests \((\d+) of", shown)
    assert [(requests, writes) for _, requests, writes in told] == counted
    first, second = (int(sent) for sent, _, _ in told)
    assert first > 100
    assert 1 <= second < 15
    assert processes_of(folder) == []


def kept_demo(tmp_path: Path) -> tuple[subprocess.Popen[bytes], Path, Path]:
    """A demo that goes on, its folder, and the file of what it says."""
    folder = tmp_path / "demo"
    log = tmp_path / "out.txt"
    with log.open("wb") as out:
        demo = subprocess.Popen(
            command(folder, "--keep"), cwd=tmp_path, env=clean(), stdout=out, stderr=out
        )
    return demo, folder, log


@pytest.mark.long
def test_the_demo_with_keep_goes_on_for_other_commands_until_ctrl_c(tmp_path: Path) -> None:
    demo, folder, log = kept_demo(tmp_path)
    try:
        wait_until(lambda: "until Ctrl-C" in log.read_text(), what="the end of the show")
        plan = subprocess.run(
            [sys.executable, "-m", "syncworker", "plan", "demo"],
            cwd=folder, env=clean(), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert plan.returncode == 0, plan.stderr
        assert "Plan: " in plan.stdout
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0, log.read_text()
    finally:
        kill_tree(demo.pid)
        demo.wait()
    assert processes_of(folder) == []


@pytest.mark.long
@pytest.mark.parametrize("moment", ["Sync, through the Celery worker", "until Ctrl-C"])
def test_a_demo_that_is_terminated_leaves_no_process_behind(tmp_path: Path, moment: str) -> None:
    demo, folder, log = kept_demo(tmp_path)
    try:
        wait_until(lambda: moment in log.read_text(), what=moment)
        demo.terminate()
        assert demo.wait(30) == 128 + signal.SIGTERM, log.read_text()
        assert processes_of(folder) == []
    finally:
        kill_tree(demo.pid)
        demo.wait()


def test_the_demo_never_overwrites_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    precious = tmp_path / "mine" / "precious.txt"
    precious.write_text("mine")
    done = subprocess.run(
        command(tmp_path / "mine"), cwd=tmp_path, env=clean(), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "has files that are not a demo's" in done.stderr
    assert "--folder" in done.stderr
    assert precious.read_text() == "mine"


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_readmes_first_command_works_as_written_in_a_fresh_copy(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    readme = (root / "README.md").read_text("utf-8")
    line = re.search(r"<!-- demo -->\n```sh\n(.+)\n```", readme)
    assert line is not None
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    for name in filter(None, files):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((root / name).read_bytes())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", line[1]],
        cwd=tmp_path, env=clean(), capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "What you saw" in done.stdout
