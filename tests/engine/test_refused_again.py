"""What of a refused record waits for the day, and what counts as another cause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from support.fake_engine import AS_OF

from syncworker.engine.engine import Engine
from syncworker.engine.memory import DeadLetter, Run
from syncworker.engine.refused import without_refused
from syncworker.engine.settle import settled
from syncworker.engine.target import Target
from syncworker.mapping.desired import DesiredRecord, PropertyRule
from syncworker.planning.records import Change, Held, LedgerRecord, RecordOutcome, RecordPlan

MRR, TIME = "saas_mrr", "saas_computed_at"
RULES = {MRR: PropertyRule(MRR, "number"), TIME: PropertyRule(TIME, "datetime", volatile=True)}
TARGET = cast("Target", SimpleNamespace(name="companies", rules=RULES))
RUN = Run("1", "acme", "sync", "inline", AS_OF, force=False, mapping="", created_at=AS_OF)
Values = Mapping[str, str]


def planned(values: Values, created: Values) -> RecordPlan:
    changes = tuple(Change(name, "", value) for name, value in sorted(values.items()))
    action = "create" if created else "update"
    return RecordPlan("companies", "a1", "", None, action, changes, create_values=created)


def again(record: DesiredRecord, _: LedgerRecord | None) -> RecordPlan:
    held = tuple(Held(name, "", "", why) for name, why in record.refused.items())
    return replace(planned(record.values, record.create_values), refused=held)


def sent(blamed: str, before: Values, now: Values, **created: str) -> Values | None:
    """What is sent of a record of which HubSpot refused `before`; None: it waits as a whole."""
    outcome = RecordOutcome("a1", "rejected", cause="INVALID_ALPHA", property=blamed)
    letter = settled(1, planned(before, created), outcome, None, RULES, AS_OF).letters[0]

    def refused(*_: object, **__: object) -> Mapping[str, list[DeadLetter]]:
        return {"a1": [letter]}

    engine = cast("Engine", SimpleNamespace(letters=SimpleNamespace(refused=refused)))
    record = DesiredRecord("companies", "a1", (), now, create_values=created)
    row = (record, None, planned(now, created))
    rows, waiting = without_refused(engine, RUN, TARGET, [row], again)
    if waiting:
        return None
    plan = rows[0][2]
    return {change.property: change.new for change in plan.changes} if plan else {}


OLD, LATER = {MRR: "10", TIME: "1", "name": "A"}, {MRR: "10", TIME: "2", "name": "A"}


@pytest.mark.parametrize("blamed", ["", "owner"], ids=["nothing", "what was not sent"])
@pytest.mark.parametrize("created", [{}, {"domain": "a.example"}], ids=["update", "create"])
def test_a_record_of_which_no_sent_value_is_blamed_waits_until_one_that_matters_changes(
    blamed: str, created: dict[str, str]
) -> None:
    assert sent(blamed, OLD, LATER, **created) is None
    dearer = {**LATER, MRR: "20"}
    assert sent(blamed, OLD, dearer, **created) == dearer
    more = {**LATER, "plan": "pro"}
    assert sent(blamed, OLD, more, **created) == more


def test_only_the_blamed_value_waits_until_it_changes() -> None:
    assert sent(MRR, OLD, {**LATER, "name": "B"}) == {TIME: "2", "name": "B"}
    dearer = {**LATER, MRR: "20"}
    assert sent(MRR, OLD, dearer) == dearer


def test_a_blamed_value_that_changes_with_every_run_waits() -> None:
    assert sent(TIME, OLD, LATER) == {MRR: "10", "name": "A"}


def test_a_record_that_cannot_be_made_without_the_blamed_value_waits_until_that_changes() -> None:
    assert sent("domain", OLD, {**LATER, MRR: "20"}, domain="a.example") is None
