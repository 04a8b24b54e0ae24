"""A refused value is not sent with every run, its record's others are, and a mend is noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import (
    AS_OF,
    MAPPING,
    WITH_CONTACTS,
    Clock,
    FakePortal,
    FakeSource,
    make_engine,
)

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Run
from syncworker.engine.ports import Pair, PairOutcome, PropertyDefinition
from syncworker.planning.records import Batch, RecordOutcome

MRR = "saas_mrr"
COMPUTED = "saas_health_computed_at"
WITH_TIME = MAPPING.replace("saas_mrr: mrr", f"saas_mrr: mrr, {COMPUTED}: health_computed_at")
LIMITS = Limits(push_records=9, shard_accounts=9)


class Strict(FakePortal):
    """Refuses records that are sent a value of `wrong`, by property; keeps what `kept` names."""

    def __init__(self, companies: int) -> None:
        super().__init__(companies)
        self.wrong: dict[str, set[str]] = {}
        self.kept: set[str] = set()
        self.cause = "INVALID_ALPHA"
        self.blamed: str | None = None
        self.labels: dict[str, str] = {}

    def properties(self, object_name: str) -> Mapping[str, PropertyDefinition]:
        found = super().properties(object_name)
        return {n: replace(one, label=self.labels.get(n, "")) for n, one in found.items()}

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        outcomes: dict[str, RecordOutcome] = {}
        for one in batch.inputs:
            bad = [n for n, v in one.properties.items() if v in self.wrong.get(n, ())]
            if bad:
                name = bad[0] if self.blamed is None else self.blamed
                outcomes[one.key] = RecordOutcome(
                    one.key, "rejected", cause=self.cause, property=name, message="it is wrong"
                )
        good = tuple(one for one in batch.inputs if one.key not in outcomes)
        self.sent = [*getattr(self, "sent", []), *(one.key for one in batch.inputs)]
        for outcome in super().write(replace(batch, inputs=good)) if good else ():
            held = {n: "" if n in self.kept else v for n, v in outcome.values.items()}
            outcomes[outcome.key] = replace(outcome, values=held)
        return tuple(outcomes[one.key] for one in batch.inputs)


class World:
    def __init__(self, folder: Path, mapping: str = MAPPING) -> None:
        self.portal, self.source, self.clock = Strict(2), FakeSource(2), Clock()
        self.engine: Engine = make_engine(
            folder, self.portal, self.source, mapping=mapping, clock=self.clock, limits=LIMITS
        )

    def sync(self, hours: float, **options: Any) -> Run:
        self.clock.now = AS_OF + timedelta(hours=hours)
        self.portal.sent = []
        self.portal.requests = 0
        run = sync.start(self.engine, "acme", as_of=AS_OF + timedelta(hours=hours), options=options)
        return inline.carry_out(self.engine, run, "me")

    def letters(self) -> list[tuple[str, str, str]]:
        found = self.engine.letters.open("acme", run_id=None, most=99)
        return [(one.key, one.cause, one.property) for one in found]


def test_the_others_of_the_record_go_through_and_the_refused_one_is_sent_once_a_day(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    world.portal.wrong = {MRR: {"10.01"}}
    assert world.sync(0).status == "rejects"
    assert world.letters() == [("a1", "INVALID_ALPHA", MRR)]
    assert "saas_subscription_status" not in world.portal.companies["1"]

    world.sync(1)
    assert world.portal.companies["1"]["saas_subscription_status"] == "active"
    assert world.portal.sent == ["a1"]
    for hours in (2, 2.5, 23):
        run = world.sync(hours)
        assert (run.status, world.portal.sent, run.summary["writes"]) == ("rejects", [], 0)
        assert world.letters() == [("a1", "INVALID_ALPHA", MRR)]
        assert world.portal.requests == (hours != 2.5), "definitions, where older than an hour"
    world.sync(24)
    assert world.portal.sent == ["a1"], "a day after it was last sent"
    world.sync(25)
    assert world.portal.sent == []


@pytest.mark.long
def test_another_value_is_sent_at_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.portal.wrong = {MRR: {"10.01"}}
    world.sync(0)
    world.source.streams["subscription_items"][1]["unit_amount"] = 2_000
    assert world.sync(1).status == "done"
    assert world.portal.companies["1"][MRR] == "20"
    assert world.letters() == []


def test_a_property_that_was_changed_in_hubspot_is_tried_at_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.portal.cause, world.portal.wrong = "INVALID_OPTION", {MRR: {"10.01"}}
    world.sync(0)
    world.sync(1)
    world.sync(2)
    assert world.portal.sent == []
    world.portal.wrong, world.portal.labels = {}, {MRR: "mended"}
    assert world.sync(3).status == "done"
    assert world.portal.companies["1"][MRR] == "10.01"


@pytest.mark.long
def test_a_value_hubspot_does_not_keep_is_not_sent_again_within_the_day(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.portal.kept = {MRR}
    world.sync(0)
    assert {cause for _, cause, _ in world.letters()} == {"VALUE_NOT_KEPT"}
    world.sync(1)
    assert world.portal.sent == []
    assert len(world.letters()) == 2


@pytest.mark.long
def test_a_record_refused_without_a_name_waits_as_a_whole(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.portal.wrong, world.portal.blamed = {MRR: {"10.01"}}, ""
    world.sync(0)
    world.sync(1)
    assert (world.portal.sent, world.letters()) == ([], [("a1", "INVALID_ALPHA", "")])
    world.source.streams["subscription_items"][1]["unit_amount"] = 2_000
    assert world.sync(2).status == "done"


@pytest.mark.every_metric
@pytest.mark.long
def test_a_time_that_changes_with_every_run_is_no_reason_to_send_a_refused_record(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, WITH_TIME)
    world.portal.types[COMPUTED] = "datetime"
    world.portal.wrong, world.portal.blamed = {MRR: {"10.01"}}, ""
    world.sync(0)
    world.sync(1)
    assert (world.portal.sent, world.letters()) == ([], [("a1", "INVALID_ALPHA", "")])
    world.sync(25)
    assert world.portal.sent == ["a1"], "a day after it was last sent"


def test_a_retry_sends_todays_value_at_once_and_no_other_record(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.portal.wrong = {MRR: {"10", "10.01"}}
    world.sync(0)
    world.source.streams["subscription_items"][0]["unit_amount"] = 3_000
    world.source.streams["subscription_items"][1]["unit_amount"] = 2_000
    run = world.sync(1, people=[], records={"companies": ["a1"]})
    assert (run.status, world.portal.sent) == ("done", ["a1"])
    assert world.portal.companies["1"][MRR] == "20"
    assert world.letters() == [("a0", "INVALID_ALPHA", MRR)]


@pytest.mark.long
def test_a_retry_does_not_wait_for_the_day(tmp_path: Path) -> None:
    world = World(tmp_path, WITH_CONTACTS)
    world.portal.wrong = {MRR: {"10.01"}}
    world.sync(0)
    world.portal.wrong = {}
    assert world.sync(1, people=[], records={"companies": ["a1"], "deals": ["x"]}).status == "done"
    assert world.portal.companies["1"][MRR] == "10.01"


def test_a_discarded_letter_stays_so_until_cause_or_value_are_others(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.portal.wrong = {MRR: {"10.01"}}
    world.sync(0)
    found = world.engine.letters.open("acme", run_id=None, most=9)
    world.engine.letters.discard("acme", found, "a test account", world.clock())
    for hours in (1, 30):  # held back, then sent and refused again
        assert (world.sync(hours).status, world.letters()) == ("done", [])
    world.portal.cause = "INVALID_BETA"
    assert world.sync(60).status == "rejects"
    assert world.letters() == [("a1", "INVALID_BETA", MRR)]


def test_a_refused_association_is_sent_once_a_day_and_on_a_retry(tmp_path: Path) -> None:
    world = World(tmp_path, WITH_CONTACTS)
    world.portal.unwanted = {"p1": PairOutcome(Pair("p1", "1"), "LIMIT", "too many")}
    asked: list[Sequence[Pair]] = []
    associate = world.portal.associate

    def counting(a: str, b: str, pairs: Sequence[Pair]) -> tuple[PairOutcome, ...]:
        asked.append(pairs)
        return associate(a, b, pairs)

    world.portal.associate = counting
    world.sync(0)
    assert world.sync(1).summary["association_requests"] == 0
    assert (len(asked), world.letters()) == (1, [("u1", "LIMIT", "association:companies")])
    world.portal.unwanted = {}
    assert world.sync(2, people=[], records={"contacts": ["u1"]}).status == "done"
    assert (len(asked), world.letters()) == (2, [])


@pytest.mark.long
@pytest.mark.parametrize("option", ["gone", "added"])
def test_an_option_that_is_missing_is_never_sent_and_noticed_once_it_is_added(
    tmp_path: Path, option: str
) -> None:
    world = World(tmp_path)
    missing = (("none", "None"),)

    def properties(object_name: str) -> Mapping[str, PropertyDefinition]:
        found = Strict.properties(world.portal, object_name)
        status = found["saas_subscription_status"]
        return {**found, status.name: replace(status, options=missing)}

    world.portal.properties = properties
    world.sync(0)
    assert {cause for _, cause, _ in world.letters()} == {"INVALID_OPTION"}
    if option == "added":
        missing = (("none", "None"), ("active", "Active"))
    world.sync(1)
    assert bool(world.portal.sent) == (option == "added")
    assert bool(world.letters()) == (option == "gone")
