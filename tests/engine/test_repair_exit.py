"""What `verify --repair` exits with: 0 means that HubSpot holds what the ledger says."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.fake_engine import MAPPING
from support.trust_world import OWN, World

from syncworker.cli import exits, mend
from syncworker.engine import verify

THEIRS = MAPPING.replace("saas_mrr: mrr", "saas_mrr: {metric: mrr, mode: fill_empty}")


def repaired(world: World) -> int:
    scope = verify.scope_of(world.engine, "acme", object_name=None, sample=None)
    return mend.repair(world.engine, "acme", scope, yes=True, force=False, format_="text")


def test_where_all_agree_or_was_sent_again_it_is_0(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    assert repaired(world) == exits.OK
    world.portal.edit("0", OWN, "77")
    assert (repaired(world), world.held()) == (exits.OK, ["10", "10"])


def test_where_nothing_of_what_differs_is_ours_to_send_it_is_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(tmp_path, 2, THEIRS)
    world.portal.edit("0", OWN, "77")
    assert (repaired(world), world.held()) == (exits.DEAD_LETTERS, ["77", "10"])
    assert "nothing to send again" in capsys.readouterr().out
