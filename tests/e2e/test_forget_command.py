"""`syncworker forget`, as it is typed."""

from __future__ import annotations

import json
import stat

import pytest
from support.workspace import Workspace

WHO = "user@company-3.example"


@pytest.mark.long
def test_somebody_is_forgotten_with_a_receipt_and_let_in_again(synced: Workspace) -> None:
    told = synced.run("forget", "acme", WHO, "--dry-run", "--json")
    assert (told.returncode, json.loads(told.stdout)["rows"]) == (0, {"users": 1, "events": 5})
    asked = synced.run("forget", "acme", WHO)
    assert (asked.returncode, asked.stdout, "add --yes" in asked.stderr) == (64, "", True)
    tried = synced.run("forget", "acme", WHO, "--dry-run")
    assert "Nothing was removed." in tried.stdout
    done = synced.run("forget", "acme", WHO, "--yes", "--out", "receipt.json")
    assert done.returncode == 0, done.stderr
    assert "one person was forgotten and is kept out" in done.stdout
    assert "not removed: HubSpot's own record" in done.stdout
    path = synced.folder / "receipt.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    receipt = json.loads(path.read_text())
    assert receipt["removed"]["staging.events"] == 5
    assert "company-3" not in path.read_text()
    assert WHO not in done.stdout + done.stderr
    home = [p for p in (synced.folder / ".syncworker").rglob("*") if p.is_file()]
    assert [p.name for p in home if WHO.encode() in p.read_bytes()] == []
    listed = synced.run("forget", "acme", "--json")
    assert json.loads(listed.stdout)["receipts"][0]["id"] == receipt["id"]
    undone = synced.run("forget", "acme", WHO, "--undo")
    assert (undone.returncode, "let in again" in undone.stdout) == (0, True)
    again = synced.run("forget", "acme", WHO, "--undo")
    assert (again.returncode, "was forgotten in acme" in again.stderr) == (1, True)


def test_who_is_nobody_is_named(synced: Workspace) -> None:
    done = synced.run("forget", "acme", "nobody-at-all", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is called nobody-at-all" in done.stderr
    assert synced.run("forget").returncode == 64
