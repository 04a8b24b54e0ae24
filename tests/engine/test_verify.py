"""Every way in which HubSpot can differ from the ledger is told by its cause, and can be mended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.fake_engine import MAPPING
from support.trust_world import OWN, World

from syncworker.cli import show_verify
from syncworker.engine import repair, verify
from syncworker.engine.differences import Difference
from syncworker.engine.letter_stores import Letters
from syncworker.engine.memory import DeadLetter
from syncworker.engine.verify import Found
from syncworker.errors import ConfigError, Unavailable
from syncworker.planning.plan import from_json

FILLED = MAPPING.replace("saas_mrr: mrr", "saas_mrr: {metric: mrr, mode: fill_empty}")


def verified(world: World, *, sample: int | None = None, adopt: bool = False) -> Found:
    scope = verify.scope_of(world.engine, "acme", object_name=None, sample=sample)
    run, found = verify.verify(world.engine, "acme", scope, adopt=adopt)
    assert run.status == "done"
    return found


def kinds(found: Found) -> dict[str, list[str]]:
    return {kind: [one.key for one in found.examples[kind, name, prop]]
            for kind, name, prop in found.counts}  # fmt: skip


def of_kind(found: Found, kind: str) -> Difference:
    (one,) = [one for group, ones in found.examples.items() if group[0] == kind for one in ones]
    return one


def spoilt(folder: Path, mapping: str = MAPPING) -> World:
    """One company for each cause; a7 is as it should be."""
    world = World(folder, 8, mapping)
    world.write(**world.all("20", 8))
    world.portal.companies["0"][OWN] = "10"  # as if our write had never arrived
    world.portal.edit("1", OWN, "77")
    world.portal.edit("2", OWN, "78", "AUTOMATION_PLATFORM")
    world.refuse("a3")
    del world.portal.companies["4"]
    world.portal.merged = {"5": "6"}
    return world


def test_nothing_differs_after_a_write(tmp_path: Path) -> None:
    world = World(tmp_path, 3)
    world.write(a0="20", a1="30")
    found = verified(world)
    assert (found.looked_at, found.total) == (3, 0)
    assert world.engine.runs.running("acme") is None


def test_every_difference_is_told_by_its_cause(tmp_path: Path) -> None:
    world = spoilt(tmp_path)
    found = verified(world)
    assert kinds(found) == {
        "stale": ["a0"],
        "person": ["a1"],
        "app": ["a2"],
        "rejected": ["a3"],
        "deleted": ["a4"],
        "merged": ["a5"],
    }
    edited = of_kind(found, "person")
    assert (edited.ours, edited.theirs, edited.by) == ("20", "77", "CRM_UI user 7")
    assert f"{edited.at:%Y-%m-%d %H:%M}" == "2026-11-21 12:00"
    assert of_kind(found, "stale").theirs == "10"
    assert of_kind(found, "merged").merged_into == "6"
    assert of_kind(found, "rejected").ours == "x"
    assert of_kind(found, "app").by == "AUTOMATION_PLATFORM user 7"


def test_only_the_letters_of_the_records_in_hand_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "STRETCH", 2)
    world = World(tmp_path, 5)
    for key in ("a0", "a4", "gone1", "gone2", "gone3"):
        world.refuse(key)
    letters = _Counting(world.engine.letters)
    world.engine = replace(world.engine, letters=letters)
    assert verified(world).counts == {("rejected", "companies", OWN): 2}
    assert letters.loaded == [1, 0, 1]


def test_an_apps_write_of_one_of_our_earlier_values_is_not_taken_for_a_lost_one(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, 1)
    world.write(a0="20")
    world.portal.edit("0", OWN, "10", "INTEGRATION")
    assert list(kinds(verified(world))) == ["app"]


def test_a_write_of_our_own_that_a_restored_database_does_not_know_is_told_as_ours(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, 3)
    world.write(**world.all("20", 3))
    world.portal.edit("0", OWN, "30", "INTEGRATION", "4711")
    world.portal.edit("1", OWN, "30", "INTEGRATION", "12")
    world.portal.edit("2", OWN, "30", "AUTOMATION_PLATFORM", "4711")
    found = verified(world)
    assert kinds(found)["own"] == ["a0"]
    assert sorted(one.key for one in found.examples["app", "companies", OWN]) == ["a1", "a2"]
    told = "\n".join(show_verify.lines("acme", found))
    assert "1 record written by us, unknown to this state database" in told
    assert "restored from a backup? Take HubSpot's values: syncworker verify acme --adopt" in told

    scope = verify.scope_of(world.engine, "acme", object_name=None, sample=None)
    run, _ = repair.start(world.engine, "acme", scope, force=True, on_stretch=lambda *_: None)
    world.sent(run)
    assert world.held() == ["30", "20", "20"], "what is newer than the ledger is not put back"


def test_an_archived_property_is_one_difference_and_not_one_of_every_record(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, 5)
    del world.portal.types[OWN]
    world.portal.archived = frozenset({OWN})
    found = verified(world)
    assert found.counts == {("property", "companies", OWN): 1}
    assert of_kind(found, "property").by == "archived"


def test_a_sample_is_spread_over_all_and_the_same_each_time(tmp_path: Path) -> None:
    world = World(tmp_path, 10)
    for record in world.portal.companies.values():
        record[OWN] = "11"
    first, second = verified(world, sample=3), verified(world, sample=3)
    assert first.looked_at == 3
    assert kinds(first) == kinds(second) == {"app": ["a3", "a6", "a9"]}
    assert verified(world, sample=99).looked_at == 10


def test_adopting_takes_hubspots_values_and_links(tmp_path: Path) -> None:
    world = spoilt(tmp_path)
    verified(world, adopt=True)
    assert [world.ledger(key).values[OWN] for key in ("a0", "a1", "a2")] == ["10", "77", "78"]
    assert "a4" not in world.engine.ledger.get("acme", "companies", ["a4"])
    assert world.ledger("a5").values == {}  # 6 is a6's: the next plan tells the conflict
    again = verified(world)
    assert kinds(again) == {"rejected": ["a3"], "merged": ["a5"]}
    assert again.unknown == 1


def test_adopting_follows_a_merge_into_a_record_that_is_nobodys(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    world.portal.companies["9"] = {"domain": "c0.example", OWN: "30"}
    del world.portal.companies["0"]
    world.portal.merged = {"0": "9"}
    verified(world, adopt=True)
    assert (world.ledger("a0").hubspot_id, world.ledger("a0").values[OWN]) == ("9", "30")
    assert verified(world).total == 0


def test_adopting_leaves_a_value_alone_that_hubspot_only_spells_otherwise(tmp_path: Path) -> None:
    world = World(tmp_path, 2)
    verified(world, adopt=True)
    world.portal.companies["0"][OWN] = "10.00"
    assert verified(world, adopt=True).adopted == 0
    assert world.ledger("a0").values[OWN] == "10"


def test_a_repair_sends_what_never_arrived_and_what_is_ours(tmp_path: Path) -> None:
    world = spoilt(tmp_path)
    scope = verify.scope_of(world.engine, "acme", object_name="companies", sample=None)
    run, meant = repair.start(
        world.engine, "acme", scope, force=False, on_stretch=lambda _done, _of: None
    )
    assert (meant.peoples, meant.again) == (2, 2)
    assert world.portal.companies["0"][OWN] == "10"  # nothing is sent before it is agreed to
    assert world.sent(run).summary["outcomes"] == {"sent": 3}
    assert [world.portal.companies[i][OWN] for i in "012"] == ["20", "20", "20"]
    assert world.ledger("a4").values == {}  # the next sync looks for it


def test_a_repair_leaves_people_what_the_mapping_leaves_to_them(tmp_path: Path) -> None:
    world = spoilt(tmp_path, FILLED)
    scope = verify.scope_of(world.engine, "acme", object_name=None, sample=None)
    run, meant = repair.start(
        world.engine, "acme", scope, force=False, on_stretch=lambda _done, _of: None
    )
    plans = [from_json(one.body) for one in world.engine.plans.show(run.id, 9)]
    assert meant.peoples == 0
    assert [plan.key for plan in plans if plan.changes] == ["a0"]
    assert [held.reason for plan in plans for held in plan.held] == [
        "kept: a person set it on 2026-11-21 12:00 UTC",
        "kept: another app set it on 2026-11-21 12:00 UTC",
    ]


def test_a_portal_that_goes_away_ends_the_run_and_verifying_again_is_fine(tmp_path: Path) -> None:
    world = spoilt(tmp_path)
    before = {run.id for run in world.engine.runs.latest("acme", 99)}
    read, world.portal.read = world.portal.read, _gone
    with pytest.raises(Unavailable):
        verified(world)
    (ended,) = (run for run in world.engine.runs.latest("acme", 99) if run.id not in before)
    assert ended.status == "failed"
    world.portal.read = read
    assert verified(world).total == 6


def test_an_object_that_is_not_mapped_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no object company") as raised:
        verify.scope_of(World(tmp_path, 0).engine, "acme", object_name="company", sample=None)
    assert "`companies`" in raised.value.help


class _Counting(SimpleNamespace):
    """Letters by record only, that count how many are loaded at once."""

    def __init__(self, letters: Letters) -> None:
        super().__init__(count=letters.count)
        self.letters, self.loaded = letters, list[int]()

    def of_records(self, *asked: Any) -> Mapping[str, list[DeadLetter]]:
        found = self.letters.of_records(*asked)
        self.loaded.append(sum(map(len, found.values())))
        return found


def _gone(*_: object) -> dict[str, object]:
    raise Unavailable("HubSpot is away")
