"""An account in a file: everything in it is there again after a restart."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from contract.sandbox.http_client import Http

from syncworker.sandbox import disk
from syncworker.sandbox.answers import Json
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.seed import seeded
from syncworker.sandbox.server import SandboxServer

SERVE = """
import sys
from pathlib import Path
from syncworker.sandbox import server
from syncworker.sandbox.portal import Portal
server._SAVE_SECONDS = float(sys.argv[2])
ready = lambda s: print(s.url, flush=True)
server.serve(0, portal=Portal(), state=Path(sys.argv[1]), on_ready=ready)
"""
COMPANIES = "/crm/v3/objects/companies"


def _again(portal: Portal) -> Portal:
    return _read(disk.dump(portal))


def _read(text: str, folder: Path | None = None) -> Portal:
    portal = Portal()
    disk._fill(portal, json.loads(text))
    return portal


def test_an_account_read_back_writes_the_same_file(sandbox: SandboxServer, http: Http) -> None:
    portal = sandbox.portal = seeded(Portal(portal_id=99, limits=False))
    portal.create_object(
        {
            "name": "licence",
            "labels": {"singular": "Licence", "plural": "Licences"},
            "properties": [{"name": "k", "label": "K", "type": "string", "fieldType": "text"}],
            "requiredProperties": ["k"],
            "associatedObjects": ["0-2"],
        }
    )
    portal.put("licence", {"k": "1"})
    portal.rules.require("deals", "closedate", when=("dealstage", "closedwon"))
    portal.track_recurring_revenue()
    text = disk.dump(portal)
    assert disk.dump(_again(portal)) == text


def test_merges_associations_secondary_addresses_and_new_ids_go_on(
    sandbox: SandboxServer, http: Http
) -> None:
    ids = [
        http.post("/crm/v3/objects/contacts", {"properties": {"email": f"{n}@a.example"}}).json()[
            "id"
        ]
        for n in "abc"
    ]
    company = http.post(COMPANIES, {"properties": {"name": "x"}}).json()["id"]
    http("PUT", f"/crm/v4/objects/contacts/{ids[0]}/associations/default/companies/{company}")
    body = {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
    merged = http.post("/crm/v3/objects/contacts/merge", body).json()["id"]
    http("DELETE", f"/crm/v3/objects/contacts/{ids[2]}")
    sandbox.portal = _again(sandbox.portal)
    sandbox.portal.limits.enabled = False
    assert http.get(f"/crm/v3/objects/contacts/{ids[1]}").json()["id"] == merged
    assert http.get("/crm/v3/objects/contacts/b@a.example?idProperty=email").json()["id"] == merged
    linked = http.get(f"/crm/v4/objects/companies/{company}/associations/contacts").json()
    assert [to["toObjectId"] for to in linked["results"]] == [merged]
    assert http.get(f"/crm/v3/objects/contacts/{ids[2]}?archived=true").status_code == 200
    made = http.post(COMPANIES, {"properties": {"name": "y"}}).json()["id"]
    assert int(made) > int(merged)
    listed = http.get(COMPANIES).json()["results"]
    assert [r["id"] for r in listed] == [company, made]
    past = http.get(f"{COMPANIES}/{company}?propertiesWithHistory=name").json()
    assert past["propertiesWithHistory"]["name"][0]["value"] == "x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "not the state of a sandbox portal"),
        ('{"format": "sandbox portal of syncworker", "version": 99}', "version 99"),
        (
            '{"format": "sandbox portal of syncworker", "version": 1}',
            "damaged: KeyError 'settings'",
        ),
    ],
)
def test_a_file_that_is_no_account_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "portal.json"
    path.write_text(text)
    with pytest.raises(disk.BadState, match=said):
        disk.load(path, Portal())
    assert path.read_text() == text


def _serving(path: Path, seconds: float) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-W", "error", "-c", SERVE, str(path), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def _create(url: str, name: str) -> None:
    headers = {"Authorization": f"Bearer {Portal().token}"}
    body: Json = {"properties": {"name": name}}
    answer = requests.post(f"{url}{COMPANIES}", json=body, headers=headers, timeout=5)
    assert answer.status_code == 201


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_written_is_in_the_file_after_a_stop_and_soon_even_without_one(
    tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "sub" / "portal.json"
    process, url = _serving(path, 0.05 if number == signal.SIGKILL else 60)
    with process:
        assert path.exists()
        _create(url, "kept")
        if number == signal.SIGKILL:
            while "kept" not in path.read_text():
                pass
        process.send_signal(number)
        process.wait(10)
    portal = disk.load(path, Portal())
    assert [r.values["name"] for r in portal.records("companies").live.values()] == ["kept"]
    assert list(path.parent.iterdir()) == [path]
