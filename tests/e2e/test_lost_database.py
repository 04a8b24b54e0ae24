"""A state database that was lost is rebuilt from what HubSpot holds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import pytest
from support.workspace import PORTAL, Workspace, wait_until

pytestmark = pytest.mark.long
_KILLED = """
import os, signal
from syncworker.cli import main
from syncworker.engine import verify
verify.differences = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
main.run(["verify", "acme"])
"""


def test_after_adopting_into_an_empty_database_a_plan_changes_nothing(synced: Workspace) -> None:
    for file in (synced.folder / ".syncworker").glob("state.db*"):
        file.unlink()
    nothing = synced.run("verify", PORTAL)
    assert nothing.returncode == 0, nothing.stderr
    assert nothing.stdout.endswith("Nothing is linked yet. Next: syncworker verify acme --adopt\n")

    adopted = synced.run("verify", PORTAL, "--adopt")
    assert adopted.returncode == 0, adopted.stderr
    assert "Rebuilt: 24 records linked, with the values HubSpot has" in adopted.stdout
    assert "Plan: 0 create, 0 update, 24 unchanged" in adopted.stdout
    assert synced.portal.stats.writes == 0

    agreeing = synced.run("verify", PORTAL, "--json")
    document: dict[str, Any] = json.loads(agreeing.stdout)
    assert (agreeing.returncode, document["looked_at"], document["differences"]) == (0, 24, [])
    planned = synced.run("plan", PORTAL)
    assert "Plan: 0 create, 0 update, 24 unchanged" in planned.stdout
    synced.sql("UPDATE subscription_items SET unit_amount = 99900 WHERE item_id = 'i3'")
    changed = synced.run("plan", PORTAL)
    assert "saas_mrr" in changed.stdout
    assert "Plan: 0 create, 1 update, 23 unchanged" in changed.stdout


def test_a_verify_that_was_killed_does_not_hold_the_portal_for_ever(synced: Workspace) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED], cwd=synced.folder, env=synced.environment()
    ) as killed:
        assert killed.wait(60) == -signal.SIGKILL
    wait_until(lambda: synced.run("verify", PORTAL).returncode == 0, what="the portal is free")
    listed = synced.run("runs", "list", PORTAL).stdout.splitlines()
    assert [line.split()[2] for line in listed if " verify " in line][-2:] == ["verify", "verify"]
    assert any(" verify " in line and " failed " in line for line in listed)
