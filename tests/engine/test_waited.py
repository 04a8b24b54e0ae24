"""A plan that waited drops what people have changed meanwhile, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from support.fake_engine import AS_OF, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import assemble, inline, ready_plan, sync
from syncworker.engine.existing import Written
from syncworker.engine.ports import PortalRecord
from syncworker.engine.proposal import of_run
from syncworker.engine.waited import brought_up_to_date, has_waited, read_at
from syncworker.mapping.desired import PropertyRule
from syncworker.planning.records import Change, LedgerRecord, RecordPlan

RULES = (
    PropertyRule("mrr", "number"),
    PropertyRule("source", "string", "fill_empty"),
    PropertyRule("dealstage", "enumeration"),
)
WRITTEN = Written(
    rules={rule.name: rule for rule in RULES},
    stages=("lead", "customer"),
    volatile_days=7,
    create_only=False,
    keep_peoples=False,
    own_keys=(),
)


def plan(*changes: Change) -> RecordPlan:
    return RecordPlan("companies", "a0", "a0", "0", "update", changes)


def after(
    there: dict[str, str] | None, *changes: Change, every: bool = False
) -> tuple[list[str], int, dict[str, str]]:
    """What is still sent, what was asked, and what is known then."""
    portal = FakePortal(1)
    portal.companies = {} if there is None else {"0": there}
    known = {"a0": LedgerRecord("companies", "a0", "0", {"other": "1"})}
    plans, records = brought_up_to_date(portal, WRITTEN, {"a0": plan(*changes)}, known, every=every)
    values = {name: value for name, value in records["a0"].values.items() if value}
    return [c.property for c in plans["a0"].changes], portal.requests, values


def test_values_of_ours_are_sent_without_asking() -> None:
    assert after({"mrr": "7"}, Change("mrr", "1", "2")) == (["mrr"], 0, {"other": "1"})


def test_what_is_as_it_was_is_sent() -> None:
    changes = Change("source", "", "us"), Change("dealstage", "won", "lost")
    there = {"dealstage": "won"}
    sent, asked, known = after(there, *changes)
    assert (sent, asked, known) == (["source", "dealstage"], 1, {"other": "1", "dealstage": "won"})


def test_what_people_filled_or_moved_is_theirs_and_known_then() -> None:
    changes = (
        Change("mrr", "1", "2"),
        Change("source", "", "us"),
        Change("dealstage", "won", "lost"),
        Change("lifecyclestage", "lead", "customer"),
    )
    there = {"mrr": "1", "source": "x", "dealstage": "due", "lifecyclestage": "evangelist"}
    assert after(there, *changes) == (["mrr"], 1, {"other": "1", **there})


def test_a_stage_that_was_emptied_before_the_wait_is_set_after_it() -> None:
    back = Change("lifecyclestage", "customer", "lead", clear_first=True)
    assert after({}, back)[0] == ["lifecyclestage"]
    assert after({}, back._replace(clear_first=False))[0] == []


def test_a_record_that_is_gone_is_left_to_the_answer_of_the_write() -> None:
    assert after(None, Change("source", "", "us")) == (["source"], 1, {"other": "1"})


def test_where_every_change_is_looked_at_values_of_ours_stay_too() -> None:
    changes = Change("mrr", "1", "2"), Change("unmapped", "1", "2")
    assert after({"mrr": "1.0", "unmapped": "1"}, *changes, every=True)[0] == ["mrr"]
    assert after({"mrr": "7"}, *changes, every=True)[0] == []


def test_what_was_sent_before_the_wait_is_sent_again() -> None:
    assert after({"mrr": "2"}, Change("mrr", "1", "2"), every=True)[0] == ["mrr"]


def test_a_property_that_is_gone_is_no_hindrance() -> None:
    changes = Change("gone", "1", "2"), Change("source", "", "us")
    assert after({}, *changes)[0] == ["gone", "source"]


class SlowPortal(FakePortal):
    """Needs two hours to find a record."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(1)
        self.clock = clock

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
        *,
        unique: bool = False,
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        self.clock.now += timedelta(hours=2)
        return super().find(object_name, match_property, values, properties, unique=unique)


def test_a_plan_is_as_old_as_the_beginning_of_its_computing(tmp_path: Path) -> None:
    clock = Clock()
    begun = clock.now
    engine = make_engine(tmp_path, SlowPortal(clock), FakeSource(1), clock=clock)
    started = sync.start(engine, "acme", as_of=AS_OF, kind="plan")
    run = inline.carry_out(engine, started, "me")
    assert (run.status, read_at(run), clock.now) == ("planned", begun, begun + timedelta(hours=2))
    assert has_waited(engine, run)
    assert of_run(engine, run, position=0).header.planned_at == begun


def test_a_ready_plan_is_as_old_as_its_first_record(tmp_path: Path) -> None:
    clock = Clock()
    begun = clock.now
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1), clock=clock)

    def slowly() -> Iterator[RecordPlan]:
        clock.now += timedelta(hours=2)
        yield plan(Change("saas_mrr", "", "2"))

    run = ready_plan.start(engine, "acme", slowly(), kind="rollback")
    summary, _ = assemble.assemble(engine, run)
    assert summary["read_at"] == begun.isoformat()
    assert summary["computed_at"] == clock.now.isoformat()
