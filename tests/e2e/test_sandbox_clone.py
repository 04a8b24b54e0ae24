"""A portal's definitions, and no record, become a sandbox that a mapping is tried on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from support.workspace import MAPPING, PORTAL, Workspace

FILE = "acme.sandbox.json"
LICENCE = {
    "name": "licence",
    "labels": {"singular": "Licence", "plural": "Licences"},
    "properties": [{"name": "k", "label": "K", "type": "string", "fieldType": "text"}],
    "requiredProperties": ["k"],
    "associatedObjects": ["0-2"],
}


@pytest.mark.long
def test_a_portal_is_cloned_without_records_and_a_mapping_is_tried_on_the_clone(
    workspace: Workspace,
) -> None:
    portal = workspace.portal
    portal.create_object(LICENCE)
    stages = [{"value": "lead", "label": "Lead"}, {"value": "4711", "label": "Trial user"}]
    companies = portal.records("companies").definitions
    stage = companies.properties["lifecyclestage"].definition
    stage["options"] = [{**stage["options"][0], **one} for one in stages]
    portal.missing_scopes.add("crm.schemas.tickets.read")
    written_before = portal.stats.writes

    cloned = workspace.run("sandbox", "clone", PORTAL)
    assert cloned.returncode == 0, cloned.stderr
    assert f"Wrote {FILE}. No record was read, and nothing was sent to acme.\n" in cloned.stdout
    assert cloned.stdout.endswith(f"Next: syncworker sandbox up --definitions {FILE}\n")
    assert portal.stats.writes == written_before
    text = (workspace.folder / FILE).read_text()
    assert "company-1.example" not in text
    assert {"companies", "deals", "licence"} <= json.loads(text)["objects"].keys()

    environment = workspace.environment({"SYNCWORKER_LEASE_SECONDS": "60"})
    with subprocess.Popen(
        [sys.executable, "-m", "syncworker", "sandbox", "up", "--port", "0", "--definitions", FILE],
        cwd=workspace.folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as up:
        try:
            assert up.stdout is not None
            up.stdout.readline()
            said = up.stdout.readline()
            url = said.partition("base_url: ")[2].rstrip("}\n")
            more = "lifecycle: {companies: [{stage: '4711', when: [{metric: mrr, gt: 0}]}]}"
            text = MAPPING.format(url=url, more=more)
            (workspace.folder / "mappings" / "trial.yaml").write_text(text)
            listed = workspace.run("properties", "list", "trial", "--format", "json")
            assert listed.returncode == 0, listed.stderr
            states = {
                one["name"]: one["state"]
                for of_object in json.loads(listed.stdout)["objects"].values()
                for one in of_object
            }
            assert set(states.values()) == {"there"}, "no property has to be made first"
            checked = workspace.run("validate", "trial", "--online")
            assert checked.returncode == 0, checked.stdout + checked.stderr
        finally:
            os.kill(up.pid, signal.SIGINT)


@pytest.mark.long
def test_a_clone_that_cannot_be_written_or_read_says_so(workspace: Workspace) -> None:
    unwritable = workspace.run("sandbox", "clone", PORTAL, "--out", "no/such/folder.json")
    assert (unwritable.returncode, "cannot be written" in unwritable.stderr) == (1, True)
    nobody = workspace.run("sandbox", "clone", "nobody")
    assert (nobody.returncode, "has no mapping" in nobody.stderr) == (1, True)
    for text, wrong in (
        ("{", "it is not JSON"),
        ("{}", "is not a file of a portal's definitions"),
        ('{"format": "definitions of a HubSpot portal", "version": 9}', "it is of version 9"),
        ('{"format": "definitions of a HubSpot portal", "version": 1}', "it is damaged"),
    ):
        (workspace.folder / "bad.json").write_text(text)
        bad = workspace.run("sandbox", "up", "--port", "0", "--definitions", "bad.json")
        assert (bad.returncode, wrong in bad.stderr) == (1, True), bad.stderr
    (workspace.folder / "kept.json").write_text("{}")
    both = workspace.run(
        *("sandbox", "up", "--definitions", "bad.json", "--state", "kept.json", "--port", "0")
    )
    assert both.returncode == 64
