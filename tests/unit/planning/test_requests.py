"""The requests a plan takes are those that pushing makes."""

from dataclasses import replace

import pytest

from syncworker.planning.records import Change, RecordPlan
from syncworker.planning.requests import requests_of

WAYS = {"contacts": "email"}
UPDATE = RecordPlan("companies", "a", "a.example", "1", "update", (Change("mrr", "1", "2"),))
HELD = replace(UPDATE, changes=())
BACK = replace(UPDATE, changes=(Change("lifecyclestage", "customer", "lead", clear_first=True),))


def updates(number: int, of: RecordPlan = UPDATE) -> list[RecordPlan]:
    return [replace(of, key=f"{of.object}{i}", hubspot_id=str(i)) for i in range(number)]


def creations(number: int) -> list[RecordPlan]:
    return [
        RecordPlan("contacts", f"u{i}", "", None, "create", create_values={"email": f"{i}@a.b"})
        for i in range(number)
    ]


@pytest.mark.parametrize(
    ("plans", "requests"),
    [
        ([], 0),
        ([HELD], 0),
        (updates(100), 1),
        (updates(101), 2),
        ([UPDATE, replace(UPDATE, key="b")], 2),
        (creations(100), 1),
        ([*updates(1), *creations(1), *updates(1, replace(UPDATE, object="contacts"))], 3),
        ([BACK], 3),
        ([*updates(101, BACK)], 6),
        ([BACK, replace(UPDATE, key="b", hubspot_id="2")], 3),
    ],
    ids=["nothing", "held", "a full batch", "one more", "one record twice", "creations",
         "by object and action", "a stage emptied, set and read", "two batches of them",
         "with others"],
)  # fmt: skip
def test_requests_are_counted_as_they_are_made(plans: list[RecordPlan], requests: int) -> None:
    assert requests_of(plans, WAYS) == requests
