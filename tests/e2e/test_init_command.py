"""`syncworker init`, as its user types it."""

from __future__ import annotations

import json

import pytest
from support.workspace import Workspace


def test_a_mapping_from_portal_and_database_is_right_and_can_be_planned(
    workspace: Workspace,
) -> None:
    looked = ("--source", "sql:env:ACME_DATABASE", "--base-url", workspace.server.url)
    written = workspace.run(
        "init", "fresh", "--from-portal", "--credentials", "env:ACME_TOKEN", *looked
    )
    text = (workspace.folder / "mappings" / "fresh.yaml").read_text("utf-8")
    checked = workspace.run("validate", "fresh", "--strict")
    created = workspace.run("properties", "create", "fresh")
    online = workspace.run("validate", "fresh", "--online")

    assert written.returncode == 0, written.stderr
    assert written.stdout.endswith(
        "mappings/fresh.yaml is written.\nNext: syncworker validate fresh\n"
    )
    assert "tier: enterprise # by its daily requests" in text or "tier: professional" in text
    assert "currency: EUR" in text
    assert "# The portal's stages: Subscriber (subscriber), " in text
    assert "cursor: received_at" in text
    assert (checked.returncode, created.returncode, online.returncode) == (0, 0, 0), (
        checked.stdout + created.stderr + online.stdout
    )
    assert online.stdout.endswith("Next: syncworker plan fresh\n")


def test_a_mapping_that_is_there_is_left_alone_unless_it_is_forced(workspace: Workspace) -> None:
    path = workspace.folder / "mappings" / "acme.yaml"
    before = path.read_text("utf-8")
    refused = workspace.run("init", "acme")
    kept = path.read_text("utf-8")
    forced = workspace.run("init", "acme", "--force", "--json")

    assert (refused.returncode, kept) == (1, before)
    assert "acme.yaml is there already" in refused.stderr
    assert "syncworker init acme --force" in refused.stderr
    assert forced.returncode == 0
    document = json.loads(forced.stdout)
    assert (document["portal"], document["mapping"]) == ("acme", path.read_text("utf-8"))
    assert (path.parent / "acme.yaml.bak").read_text("utf-8") == before


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--source", "sql:env:NOWHERE"), 1, "env:NOWHERE: there is no such variable"),
        (("--source", "files:nothing-here"), 1, "no file"),
        (("--source", "sql:postgresql://u:geheim@h/x"), 64, "never typed here"),
        (("--credentials", "pat-na1-secret"), 64, "never typed here"),
        (("--object", "leads"), 64, "leads is no object"),
        (("--from-portal",), 1, "env:NEW_TOKEN: there is no such variable"),
    ],
)
def test_where_it_cannot_be_done_nothing_is_written(
    workspace: Workspace, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = workspace.run("init", "new", *arguments)

    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "geheim" not in done.stderr
    assert "pat-na1-secret" not in done.stderr
    assert not (workspace.folder / "mappings" / "new.yaml").exists()
