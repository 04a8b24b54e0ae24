"""A saved plan is applied exactly as it was made, or refused with what has moved."""

from __future__ import annotations

import copy
import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import apply, canary, control, inline, plan_file, push, ready_plan, sync
from syncworker.engine.engine import Engine
from syncworker.engine.forgotten import LET_IN, Receipt
from syncworker.engine.memory import Run
from syncworker.engine.plan_cost import cost
from syncworker.engine.proposal import Proposal, of_run
from syncworker.errors import ConfigError, StalePlan, StoreError, SyncworkerError, UnsafePlan
from syncworker.planning.guard import Tally
from syncworker.planning.records import Batch, Change, RecordOutcome, RecordPlan
from syncworker.planning.saved import summarized

CHEAP = {"a0": "10", "a1": "10.01", "a2": "10.02", "a3": "10.03"}
DEARER = {"a0": "99", "a1": "99.01", "a2": "99.02", "a3": "99.03"}


def priced(source: FakeSource, first: int) -> None:
    for number, item in enumerate(source.streams["subscription_items"]):
        item["unit_amount"] = first + number


@dataclass
class World:
    """Four companies, synced; then every price changed and a plan was saved, and nothing sent."""

    folder: Path
    portal: FakePortal
    source: FakeSource
    clock: Clock
    mapping: str = MAPPING

    @property
    def engine(self) -> Engine:
        return make_engine(
            self.folder, self.portal, self.source, clock=self.clock, mapping=self.mapping
        )

    @property
    def plan(self) -> Proposal:
        return plan_file.read(self.folder / "plan.json")

    @property
    def first(self) -> str:
        """Our key of the plan's first record."""
        return next(self.plan.records()).key

    def apply(self, *, canary: int = 0, force: bool = False) -> Run:
        apply.verify(self.engine, self.plan)
        apply.judge(self.engine, self.plan, force=force, max_changes=None)
        run = apply.start(self.engine, self.plan, target="plan.json", canary=canary, force=force)
        return inline.carry_out(self.engine, run, "me")

    def held(self) -> dict[str, str]:
        """What HubSpot holds, by our key."""
        return {f"a{i}": c.get("saas_mrr", "") for i, c in self.portal.companies.items()}

    def write(self, key: str, **values: str) -> Run:
        """Another run writes to a record."""
        number = key.removeprefix("a")
        known = self.engine.ledger.get("acme", "companies", [key])[key].values
        changes = tuple(Change(name, known.get(name, ""), new) for name, new in values.items())
        record = RecordPlan("companies", key, key, number, "update", changes)
        run = ready_plan.start(self.engine, "acme", [record], kind="apply")
        return inline.carry_out(self.engine, run, "me")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("made"), FakePortal(4), FakeSource(4), Clock())
    engine = world.engine
    inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")
    priced(world.source, 9900)
    later = AS_OF + timedelta(hours=1)
    run = inline.carry_out(engine, sync.start(engine, "acme", as_of=later, kind="plan"), "me")
    position = engine.ledger.position("acme")
    plan_file.write(world.folder / "plan.json", of_run(engine, run, position=position))
    return world


@pytest.fixture
def world(made: World, tmp_path: Path) -> World:
    shutil.copytree(made.folder, tmp_path / "work")
    portal, source, clock = copy.deepcopy((made.portal, made.source, made.clock))
    return World(tmp_path / "work", portal, source, clock)


def test_a_plan_from_before_a_forgetting_is_refused_and_one_from_after_it_is_not(
    world: World,
) -> None:
    book, planned = world.engine.forgotten, world.plan.header.planned_at
    before, after = planned - timedelta(minutes=1), planned + timedelta(minutes=1)
    book.put(Receipt("1", "acme", before, "person", {}, finished=True))
    book.put(Receipt("2", "acme", after, LET_IN, {}, finished=True))
    apply.verify(world.engine, world.plan)
    book.put(Receipt("3", "acme", after, "person", {}, finished=True))
    with pytest.raises(StalePlan, match="somebody was forgotten since") as refused:
        apply.verify(world.engine, world.plan)
    assert refused.value.code == "FORGOTTEN_SINCE"


def test_nothing_is_applied_while_a_forgetting_is_cut_short(world: World) -> None:
    planned = world.plan.header.planned_at
    world.engine.forgotten.put(Receipt("1", "acme", planned - timedelta(1), "person", {}))
    with pytest.raises(StoreError) as refused:
        world.apply()
    assert refused.value.code == "FORGETTING_CUT_SHORT"
    assert world.engine.runs.running("acme") is None


def test_exactly_the_plan_is_sent_whatever_the_source_says_now(world: World) -> None:
    priced(world.source, 1)
    run = world.apply()
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 4})
    assert world.held() == DEARER
    ledger = world.engine.ledger.get("acme", "companies", list(DEARER))
    assert {key: record.values["saas_mrr"] for key, record in ledger.items()} == DEARER
    assert run.as_of == AS_OF + timedelta(hours=1)


def test_a_saved_plan_may_be_read_by_its_owner_only_and_is_whole(world: World) -> None:
    path = world.folder / "plan.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {p.key for p in world.plan.records()} == set(DEARER)
    assert not [p for p in world.folder.iterdir() if p.name.startswith(".")]
    (world.folder / "odd.json").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="it is no text"):
        plan_file.read(world.folder / "odd.json")


def moved(world: World, what: Callable[[World], object]) -> str:
    """Do something after planning, and return why the plan is refused then."""
    what(world)
    with pytest.raises(StalePlan) as refused:
        world.apply()
    assert refused.value.help.startswith("nothing was sent; make the plan again")
    return refused.value.message


def another_mapping(world: World) -> None:
    world.mapping = MAPPING + "guard: {min_records: 20}\n"


def another_link(world: World) -> None:
    _forged(world, hubspot_id="77")


def no_link(world: World) -> None:
    _forged(world, key="a77")


def _forged(world: World, **values: str) -> None:
    """A plan, whole and with a digest that fits, of a record that is not as the ledger has it."""
    records = [replace(r, **values) if r.key == "a1" else r for r in world.plan.records()]
    _saved(world, records)


def _saved(world: World, records: list[RecordPlan], **header: object) -> None:
    old = world.plan.header
    plan = summarized(old.plan, "companies", records)
    new = replace(old, **{"plan": plan, **header})
    plan_file.write(world.folder / "plan.json", Proposal(new, lambda: iter(records)))


def created_since(world: World) -> None:
    records = [replace(r, action="create", hubspot_id=None) for r in world.plan.records()]
    _saved(world, records)


def of_another_database(world: World) -> None:
    _saved(world, list(world.plan.records()), run_id="20260101T000000000000-000000")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (another_mapping, "the mapping of acme has changed since the plan was made"),
        (lambda w: w.apply(), "the plan was applied already, by run "),
        (lambda w: w.write("a2", saas_mrr="5"), "companies c2.example was written to since, by"),
        (lambda w: w.write("a2", other="5"), "companies c2.example was written to since, by run"),
        (
            lambda w: w.engine.ledger.doubt("acme", "companies", ["a3"]),
            "companies c3.example may have been written to by a run that was cut short",
        ),
        (another_link, "is linked to HubSpot record 1 now, and was to 77 then"),
        (no_link, "companies c1.example has no link to a HubSpot record any more"),
        (created_since, ".example is linked to HubSpot record "),
        (of_another_database, "which made the plan, is not in this state database"),
    ],
    ids=["mapping", "applied", "value written", "record written", "in doubt", "other link",
         "no link", "made since", "other database"],
)  # fmt: skip
def test_a_stale_plan_is_refused_with_what_has_moved(
    world: World, what: Callable[[World], object], said: str
) -> None:
    assert said in moved(world, what)


def test_a_value_that_the_ledger_no_longer_holds_is_named(world: World) -> None:
    records = [
        replace(
            r, changes=tuple(c._replace(old="77") for c in r.changes if c.property == "saas_mrr")
        )
        for r in world.plan.records()
    ]
    _saved(world, records)
    said = moved(world, lambda _: None)
    assert said.endswith(f"now: saas_mrr is {CHEAP[world.first]}, and was 77")


def test_a_file_that_was_edited_sends_nothing(world: World) -> None:
    path = world.folder / "plan.json"
    path.write_text(path.read_text().replace('"99.02"', '"1.00"'))
    with pytest.raises(StalePlan, match="is not as it was saved"):
        world.apply()
    # Also where it is edited after it was looked at.
    with pytest.raises(StalePlan, match="is not as it was saved"):
        apply.start(world.engine, world.plan, target="plan.json")
    (run,) = [r for r in world.engine.runs.latest("acme", 9) if r.kind == "apply"]
    assert (run.status, run.code) == ("failed", "PLAN_EDITED")
    assert world.held() == CHEAP


def test_a_file_that_was_replaced_while_a_person_was_asked_sends_nothing(world: World) -> None:
    shown = world.plan
    _saved(world, list(shown.records())[:1])
    with pytest.raises(StalePlan, match="is not as it was saved") as refused:
        apply.start(world.engine, shown, target="plan.json")
    assert refused.value.code == "PLAN_EDITED"
    assert world.held() == CHEAP


def test_the_guard_judges_what_was_saved_and_force_lets_it_through(world: World) -> None:
    tallies = (Tally("companies", "saas_mrr", 20, 15, 0),)
    _saved(world, list(world.plan.records()), tallies=tallies)
    with pytest.raises(UnsafePlan, match="75 % of companies"):
        world.apply()
    assert world.apply(force=True).status == "done"


def test_no_more_records_change_than_are_allowed_not_even_by_force(world: World) -> None:
    with pytest.raises(UnsafePlan, match="4 records would change, and --max-changes allows 3"):
        apply.judge(world.engine, world.plan, force=True, max_changes=3)
    apply.judge(world.engine, world.plan, force=False, max_changes=4)


def test_a_sync_that_would_change_too_many_is_refused_and_the_next_one_is_not(
    world: World,
) -> None:
    engine = world.engine
    later = AS_OF + timedelta(hours=1)
    for most, status in ((3, "refused"), (4, "done")):
        run = sync.start(engine, "acme", as_of=later, force=True, options={"max_changes": most})
        assert inline.carry_out(engine, run, "me").status == status
    assert world.held() == DEARER


def test_what_people_changed_in_hubspot_while_the_plan_waited_is_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(push, "brought_up_to_date", lambda *a, **_: (asked.append(1), a[2:])[1])
    world.clock.now += timedelta(hours=2)
    assert world.apply().status == "done"
    assert asked == [1, 1]


def test_the_canary_is_sent_first_read_back_and_followed_by_the_rest(world: World) -> None:
    run = world.apply(canary=2)
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 4})
    assert world.held() == DEARER
    first, rest = (
        {key for key, _ in part} for part in (world.portal.written[4:6], world.portal.written[6:])
    )
    assert (len(first), first | rest) == (2, set(DEARER))


def test_a_canary_larger_than_the_plan_is_all_of_it(world: World) -> None:
    assert world.apply(canary=50).summary["outcomes"] == {"sent": 4}


def overruling(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another app sets MRR to 7 as soon as it is written."""
    write = world.portal.write

    def overruled(batch: Batch) -> tuple[RecordOutcome, ...]:
        outcomes = write(batch)
        for one in batch.inputs:
            world.portal.companies[str(one.hubspot_id)]["saas_mrr"] = "7"
        return outcomes

    monkeypatch.setattr(world.portal, "write", overruled)


def test_a_canary_that_does_not_hold_what_was_planned_stops_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    overruling(world, monkeypatch)
    run = world.apply(canary=1)
    assert (run.status, run.code) == ("refused", "CANARY_DIFFERS")
    assert run.message == (
        "1 of the first 1 record does not hold what was planned: companies "
        f"{world.first.replace('a', 'c')}.example: saas_mrr should be {DEARER[world.first]}, "
        "and HubSpot holds 7; the rest was not sent"
    )
    assert run.help.endswith(f"syncworker rollback {run.id}")
    assert run.summary["outcomes"] == {"sent": 1, "planned": 3}
    assert run.summary["writes"] == 1
    assert world.held() == {**CHEAP, world.first: "7"}


def test_what_was_rejected_of_the_canary_is_sent_before_a_second_try_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HubSpot rejects the first record and then holds what was planned: the rest was sent."""
    world.portal.refuse[world.first] = RecordOutcome("", "rejected", cause="INVALID", message="no")
    monkeypatch.setattr(canary, "_compared", lambda *_: iter(()))
    engine, records = world.engine, world.plan.records()
    run = ready_plan.start(engine, "acme", records, kind="apply", options={"canary": 1})
    run = inline.carry_out(engine, run, "me")
    assert run.status == "rejects"
    world.portal.refuse.clear()
    again = control.retry(engine, run.id, mode="queue")
    todos = sync.onward(engine, again.id)
    assert sync.onward(engine, again.id) == [], "the canary is at work"
    while todos:
        todos = [more for todo in todos for more in inline.do(engine, todo, "worker")]
    assert (engine.runs.get(run.id).status, world.held()) == ("done", DEARER)


def test_a_canary_that_hubspot_refuses_stops_the_rest(world: World) -> None:
    world.portal.refuse[world.first] = RecordOutcome("", "rejected", cause="INVALID", message="no")
    run = world.apply(canary=1)
    assert (run.status, run.summary["dead_letters"]) == ("refused", {"record": 1})
    assert f"should be {DEARER[world.first]}, and HubSpot holds 10" in run.message
    assert world.held() == CHEAP


def test_a_canary_whose_record_is_gone_stops_the_rest(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.portal, "read", lambda *_: {})
    assert ".example is not in HubSpot" in world.apply(canary=1).message


@pytest.mark.parametrize("step", ["canary", "push"])
def test_killed_and_applied_again_it_goes_on_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    engine = world.engine
    killed = apply.start(engine, world.plan, target="plan.json", canary=2)
    write, sent = world.portal.write, []

    def dies(batch: Batch) -> tuple[RecordOutcome, ...]:
        if (step == "canary") != bool(sent):
            sent.append(1)
            write(batch)
            raise KeyboardInterrupt
        sent.append(1)
        return write(batch)

    with monkeypatch.context() as patch:
        patch.setattr(world.portal, "write", dies)
        with pytest.raises(KeyboardInterrupt):
            inline.carry_out(engine, killed, "me")
    assert engine.runs.get(killed.id).step == step
    run = inline.carry_out(world.engine, engine.runs.get(killed.id), "me again")
    assert (run.status, run.summary["outcomes"]) == ("done", {"sent": 4})
    assert world.held() == DEARER


def test_what_it_costs_is_said_with_what_is_left_of_the_day(world: World) -> None:
    found = cost(world.engine, "acme", MAPPING, world.plan.records())
    # Three records at a time are pushed here.
    assert (found.requests, found.seconds, found.left, found.today) == (2, 1, 200_000, True)
    assert found.percent == pytest.approx(0.001)
    world.portal.quota = replace(world.portal.quota, daily=None)
    assert cost(world.engine, "acme", MAPPING, []).percent is None


def test_a_plan_names_the_run_and_the_version_that_made_it(world: World) -> None:
    header = json.loads((world.folder / "plan.json").read_text().splitlines()[0])
    assert world.engine.runs.get(header["run_id"]).kind == "plan"
    assert (header["kind"], header["schema_version"]) == ("syncworker plan", 1)
    assert header["plan"]["objects"]["companies"]["update"] == 4
    assert isinstance(StalePlan(""), SyncworkerError)
