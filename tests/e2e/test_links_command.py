"""`syncworker links`: who has a HubSpot record and who has not, on the screen and as CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from support.workspace import AS_OF, PORTAL, Workspace

pytestmark = pytest.mark.long


def test_links_after_a_plan_on_the_screen_as_csv_and_as_json(workspace: Workspace) -> None:
    workspace.sql("""
        UPDATE accounts SET domain = 'company-1.example' WHERE account_id = 'a0';
        INSERT INTO accounts VALUES ('a12', 'New', 'new.example', '2026-01-01');
    """)
    assert workspace.run("plan", PORTAL, "--as-of", AS_OF.isoformat()).returncode == 0

    shown = workspace.run("links", PORTAL)
    as_csv = workspace.run("links", PORTAL, "--object", "companies", "--format", "csv")
    as_json = workspace.run("links", PORTAL, "--state", "linked", "--format", "json")

    assert (shown.returncode, as_csv.returncode, as_json.returncode) == (0, 0, 0)
    assert shown.stdout.splitlines()[0] == "companies  10 linked  1 unlinked  2 conflicts"
    conflict = "2 source rows have the domain company-1.example: a0, a1"
    assert f"  ! companies a0: {conflict}\n      = help: give each row" in shown.stdout
    assert f"  ! companies a1: {conflict}\n" in shown.stdout
    assert "  - companies a12 (new.example): HubSpot has none with this domain" in shown.stdout
    assert shown.stdout.splitlines()[-1].endswith("then syncworker sync acme")
    rows = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert [(row["key"], row["state"]) for row in rows[:3]] == [
        ("a0", "conflict"),
        ("a1", "conflict"),
        ("a12", "unlinked"),
    ]
    assert sorted(row["key"] for row in rows) == sorted(f"a{n}" for n in range(13))
    assert {row["linked_by"] for row in rows[3:]} == {"domain"}
    ids = {row["hubspot_id"] for row in rows[3:]}
    assert ids < set(workspace.portal.objects["companies"].live)
    found = json.loads(as_json.stdout)
    assert found["counts"]["companies"] == {"conflict": 2, "unlinked": 1, "linked": 10}
    assert {row["hubspot_id"] for row in found["rows"]} == ids


def test_links_that_cannot_be_shown_say_what_to_type(synced: Workspace, tmp_path: Path) -> None:
    never = synced.run("links", PORTAL, SYNCWORKER_HOME=str(tmp_path / "new"))
    unknown = synced.run("links", "acne")
    no_deals = synced.run("links", PORTAL, "--object", "deals")

    assert (never.returncode, unknown.returncode, no_deals.returncode) == (1, 1, 1)
    assert "error: portal acme has not been planned or synced yet" in never.stderr
    assert "= help: syncworker plan acme" in never.stderr
    assert "portals with a mapping: acme" in unknown.stderr
    assert "had no rows of deals" in no_deals.stderr
    assert "= help: it had: companies, contacts" in no_deals.stderr
