"""A plan that is there already is pushed as any other, and the guard looks at it too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import AS_OF, FakePortal, FakeSource, make_engine

from syncworker.cli import progress
from syncworker.engine import inline, ready_plan, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.errors import ClaimLost
from syncworker.mapping.portal import PortalMapping
from syncworker.planning.guard import Tally
from syncworker.planning.records import Change, RecordPlan


def synced(folder: Path, portal: FakePortal) -> Engine:
    engine = make_engine(folder, portal, FakeSource(4))
    inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    return engine


def priced(number: int, mrr: str) -> RecordPlan:
    change = Change("saas_mrr", f"1{number}", mrr, "by hand")
    return RecordPlan("companies", f"a{number}", f"c{number}.example", str(number), "update",
                      (change,))  # fmt: skip


def test_its_values_reach_hubspot_the_ledger_and_the_history_and_nothing_is_read(
    tmp_path: Path,
) -> None:
    portal = FakePortal(4)
    engine = synced(tmp_path, portal)
    plans = [priced(number, "99") for number in range(4)]
    run = ready_plan.start(engine, "acme", plans, kind="apply")
    run = inline.carry_out(engine, run, "me")
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 4})
    assert {company["saas_mrr"] for company in portal.companies.values()} == {"99"}
    assert engine.ledger.get("acme", "companies", ["a1"])["a1"].values["saas_mrr"] == "99"
    assert engine.ledger.history("acme", "companies", "a1", 1)[0].run_id == run.id
    assert engine.runs.read_until("acme") == AS_OF


def test_the_guard_refuses_it_by_the_whole_portals_counts(tmp_path: Path) -> None:
    portal = FakePortal(4)
    engine = synced(tmp_path, portal)
    tallies = (Tally("companies", "saas_mrr", with_value=20, cleared=15),)
    run = ready_plan.start(engine, "acme", [priced(1, "")], kind="apply", tallies=tallies)
    run = inline.carry_out(engine, run, "me")
    assert (run.status, portal.companies["1"]["saas_mrr"]) == ("refused", "10.01")
    assert "75 % of companies (15 of 20) would lose saas_mrr" in run.message


def test_a_run_that_another_command_ends_before_its_plan_is_stored_says_so_and_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = FakePortal(4)
    engine = synced(tmp_path, portal)
    asked_of_hubspot = sync.asked_of_hubspot

    def slowly(engine: Engine, run: Run, mapping: PortalMapping) -> dict[str, Any]:
        assert progress.cut_short(engine, "acme", "plan", {}) is None
        return asked_of_hubspot(engine, run, mapping)

    monkeypatch.setattr(sync, "asked_of_hubspot", slowly)
    before = len(portal.written)
    with pytest.raises(ClaimLost, match="was ended by another command"):
        ready_plan.start(engine, "acme", [priced(1, "99")], kind="rollback")
    assert len(portal.written) == before
    assert engine.runs.running("acme") is None


def test_ctrl_c_while_it_is_made_leaves_the_portal_free(tmp_path: Path) -> None:
    def plans() -> Iterator[RecordPlan]:
        yield priced(1, "99")
        raise KeyboardInterrupt

    portal = FakePortal(4)
    engine = synced(tmp_path, portal)
    with pytest.raises(KeyboardInterrupt):
        ready_plan.start(engine, "acme", plans(), kind="apply")
    (run,) = engine.turns.list(
        portal="acme", statuses=("cancelled",), kind=None, since=None, most=9
    )
    assert (run.kind, run.code) == ("apply", "CUT_SHORT")
    again = ready_plan.start(engine, "acme", [priced(1, "99")], kind="apply")
    assert inline.carry_out(engine, again, "me").summary["outcomes"] == {"sent": 1}


def test_a_run_that_died_before_its_plan_was_stored_ends_and_reads_no_source(
    tmp_path: Path,
) -> None:
    engine = synced(tmp_path, FakePortal(4))
    started = sync.start(engine, "acme", kind="rollback", mode="queue")
    assert sync.begin(engine, started.id) == []
    run = engine.runs.get(started.id)
    assert (run.status, run.code) == ("failed", "CUT_SHORT")
