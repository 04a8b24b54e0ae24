import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncworker.errors import StalePlan
from syncworker.planning.plan import (
    Counts,
    Plan,
    from_json,
    plan_from_json,
    plan_to_json,
    summarize,
    to_document,
    to_json,
)
from syncworker.planning.records import Change, Held, RecordPlan

Summed = Callable[..., Plan]

UPDATE = RecordPlan(
    "companies",
    "A1",
    "northwind.example",
    "501",
    "update",
    (Change("score", "81", "64", "usage fell"),),
    (Held("lifecyclestage", "customer", "lead", "kept"),),
)
HELD = replace(UPDATE, key="A2", hubspot_id="502", changes=())
CREATE = RecordPlan(
    "companies", "A3", "new.example", None, "create", create_values={"domain": "new.example"}
)


@pytest.fixture
def summed(as_of: datetime) -> Summed:
    def make(*plans: RecordPlan | None, object_name: str = "companies", unlinked: int = 0) -> Plan:
        return summarize("acme", as_of, "4f1c9a77", object_name, plans, unlinked=unlinked)

    return make


def test_every_record_counts_once(summed: Summed) -> None:
    plan = summed(UPDATE, HELD, CREATE, None, None, unlinked=3)

    assert plan.objects == {
        "companies": Counts(create=1, update=1, unchanged=2, held=1, unlinked=3, held_changes=2)
    }
    assert plan.total.read == 8


def test_shards_added_in_any_order_are_one_plan(summed: Summed) -> None:
    whole = summed(UPDATE, HELD, CREATE, None)
    one, two, contacts = summed(UPDATE, None), summed(CREATE, HELD), summed(object_name="contacts")

    assert one.plus(two).digest == whole.digest
    assert one.plus(two) == whole
    assert contacts.plus(two).plus(one) == one.plus(contacts).plus(two)
    assert len(whole.digest) == 64


@pytest.mark.parametrize(
    "other",
    [
        replace(UPDATE, changes=(Change("score", "81", "63", "usage fell"),)),
        replace(UPDATE, held=()),
        replace(UPDATE, hubspot_id="900"),
        None,
    ],
)
def test_another_plan_has_another_digest(summed: Summed, other: RecordPlan | None) -> None:
    assert summed(UPDATE).digest != summed(other).digest


def test_a_record_planned_twice_is_not_the_same_plan(summed: Summed) -> None:
    assert summed(UPDATE, UPDATE).digest != summed().digest


def test_shards_of_different_plans_are_not_added(summed: Summed, as_of: datetime) -> None:
    plan = summed(UPDATE)
    later = replace(plan, as_of=as_of + timedelta(hours=1))

    with pytest.raises(StalePlan, match="parts of two different plans: acme as of 2026") as error:
        plan.plus(later)
    assert error.value.help == "make the plan again: syncworker plan acme"


@pytest.mark.parametrize("record", [UPDATE, HELD, CREATE])
def test_a_record_plan_survives_json(record: RecordPlan) -> None:
    assert from_json(to_json(record)) == record
    assert "\n" not in to_json(record)


@pytest.mark.parametrize("record", [UPDATE, HELD, CREATE])
def test_a_record_plan_is_told_by_names_to_peoples_programs(record: RecordPlan) -> None:
    told = to_document(record)
    assert told["key"] == record.key
    assert told["changes"] == [change._asdict() for change in record.changes]


def test_a_plan_survives_json_and_shows_its_digest(summed: Summed) -> None:
    plan = summed(UPDATE, None, unlinked=1)

    assert plan_from_json(plan_to_json(plan)) == plan
    assert json.loads(plan_to_json(plan))["digest"] == plan.digest
