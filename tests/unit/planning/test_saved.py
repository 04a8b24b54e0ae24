"""A saved plan is read as it was written, or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from syncworker.errors import ConfigError, StalePlan
from syncworker.planning.guard import Tally
from syncworker.planning.plan import summarize, to_json
from syncworker.planning.records import Change, RecordPlan
from syncworker.planning.saved import Header, empty, header_of, records_of, summarized

WHEN = datetime(2026, 11, 21, 6, tzinfo=UTC)
RECORDS = [
    RecordPlan(name, f"{name}{i}", "Zoë\u2028\r\n", str(i), "update", (Change("mrr", "1", "2"),))
    for name in ("companies", "contacts")
    for i in range(2)
]
PLAN = summarize("acme", WHEN, "4f1c9a77", "companies", [*RECORDS[:2], None]).plus(
    summarize("acme", WHEN, "4f1c9a77", "contacts", RECORDS[2:])
)
HEADER = Header(
    PLAN, "run-1", WHEN, 7, (Tally("companies", "mrr", 3, 1, 0),), ("object:companies",), "1.0"
)
LINES = [to_json(record) + "\n" for record in RECORDS]


def test_it_is_read_as_it_was_written() -> None:
    again = header_of(HEADER.to_json() + "\n", "plan.json")
    assert again == HEADER
    assert again.digest.startswith(again.short)
    assert list(records_of(LINES, again, "plan.json")) == RECORDS


def test_parts_add_up_to_the_plan() -> None:
    whole = empty(PLAN)
    for record in RECORDS:
        whole = whole.plus(summarized(PLAN, record.object, [record]))
    assert whole.fingerprint == PLAN.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"tallies": []},
        {"run_id": "run-2"},
        {"position": 8},
        {"planned_at": "2026-11-22T06:00:00+00:00"},
        {"select": []},
        {"plan": None},
        {"plan": 5},
        {"planned_at": "yesterday"},
        {"tallies": [[1, 2, 3, 4, 5, 6]]},
        {"more": 1},
        {"digest": "0"},
    ],
    ids=str,
)
def test_a_header_that_was_changed_is_refused(change: dict[str, object]) -> None:
    line = json.dumps({**json.loads(HEADER.to_json()), **change})
    with pytest.raises(StalePlan, match=r"plan\.json is not as it was saved") as raised:
        header_of(line, "plan.json")
    assert raised.value.code == "PLAN_EDITED"


@pytest.mark.parametrize(
    "lines",
    [
        LINES[:-1],
        [*LINES, LINES[0]],
        [LINES[0].replace('"2"', '"9"'), *LINES[1:]],
        [LINES[0].replace('"key"', '"kez"'), *LINES[1:]],
        [LINES[0].replace(":", ": "), *LINES[1:]],
        ["not JSON\n"],
        ["[]\n"],
        ["{}\n"],
    ],
    ids=["one gone", "one twice", "a value", "a name", "spaces", "no JSON", "a list", "empty"],
)
def test_records_that_were_changed_are_refused(lines: list[str]) -> None:
    with pytest.raises(StalePlan, match="its digest does not match its content"):
        list(records_of(lines, HEADER, "plan.json"))


@pytest.mark.parametrize("line", ["", "hello", "[1]", "{}", '{"kind": "another"}'])
def test_what_is_no_plan_is_said_to_be_none(line: str) -> None:
    with pytest.raises(ConfigError, match=r"plan\.json is no saved plan"):
        header_of(line, "plan.json")


def test_a_plan_of_another_version_of_the_format_is_refused() -> None:
    line = json.dumps({**json.loads(HEADER.to_json()), "schema_version": 2})
    with pytest.raises(ConfigError, match="has version 2 of the plan's format"):
        header_of(line, "plan.json")
