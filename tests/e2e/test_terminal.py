"""What a question on a real terminal does with y, n and Ctrl-C."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time

import pytest
from support.workspace import PORTAL, Workspace

from syncworker.cli import exits

pytestmark = pytest.mark.long
DEARER = "UPDATE subscription_items SET unit_amount = unit_amount + 5000 WHERE item_id = 'i1'"
CTRL_C = "\x03"
_SECONDS = 60
_AS_A_SHELL_DOES = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "syncworker", *sys.argv[1:]])
"""


def typed(workspace: Workspace, *words: str, answer: str) -> tuple[int, str]:
    """A command on a terminal of its own whose question is answered so: exit code, screen."""
    keyboard, screen = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", _AS_A_SHELL_DOES, *words],
        cwd=workspace.folder,
        env=workspace.environment(),
        stdin=screen,
        stdout=screen,
        stderr=screen,
        start_new_session=True,
    ) as process:
        os.close(screen)
        told, until = "", time.monotonic() + _SECONDS
        while (code := process.poll()) is None and time.monotonic() < until:
            if select.select([keyboard], [], [], 0.05)[0]:
                told += _read(keyboard)
            if answer and told.rstrip().endswith("[y/N]:"):
                time.sleep(0.2)  # a person reads the question first
                os.write(keyboard, answer.encode())
                answer = ""
        process.kill()
    while more := _read(keyboard):
        told += more
    os.close(keyboard)
    assert code is not None, f"still there after {_SECONDS} s: {told}"
    assert not answer, f"never asked: {told}"
    return code, told


def _read(keyboard: int) -> str:
    try:
        return os.read(keyboard, 65_536).decode(errors="replace")
    except OSError:  # what Linux says of a terminal that nobody has open any more
        return ""


def mrr(workspace: Workspace) -> str:
    companies = workspace.portal.records("companies").live.values()
    (one,) = [c.values for c in companies if c.values["domain"] == "company-1.example"]
    return one["saas_mrr"]


@pytest.mark.parametrize(
    ("answer", "code", "last"),
    [
        (CTRL_C, exits.INTERRUPTED, "interrupted"),
        ("n\n", exits.FAILED, "the answer was no"),
        ("y\n", exits.OK, "Next: "),
    ],
)
def test_a_rollback_asks_and_does_as_it_is_told(
    synced: Workspace, answer: str, code: int, last: str
) -> None:
    before = mrr(synced)
    synced.sql(DEARER)
    run = synced.sync_now()["id"]
    after = mrr(synced)
    assert after != before

    found, told = typed(synced, "rollback", run, answer=answer)

    assert (found, last in told) == (code, True), told
    assert mrr(synced) == (before if code == exits.OK else after)
    free = synced.run("status", PORTAL)
    assert "rollback" not in free.stdout.splitlines()[1].rpartition("  ")[2], free.stdout
    assert synced.run("rollback", run, "--yes").returncode == exits.OK


@pytest.mark.parametrize(
    ("answer", "code", "last"),
    [
        (CTRL_C, exits.INTERRUPTED, "interrupted"),
        ("n\n", exits.FAILED, "Nothing was sent."),
        ("y\n", exits.OK, " sent, 0 unchanged"),
    ],
)
def test_an_apply_asks_and_does_as_it_is_told(
    synced: Workspace, answer: str, code: int, last: str
) -> None:
    before = mrr(synced)
    synced.sql(DEARER)
    found, told = typed(synced, "apply", PORTAL, answer=answer)
    assert (found, last in told) == (code, True), told
    assert (mrr(synced) != before) == answer.startswith("y")
    assert synced.run("apply", PORTAL, "--yes").returncode == exits.OK
