from collections.abc import Callable
from datetime import datetime

import pytest

from syncworker.planning.plan import summarize
from syncworker.planning.records import Change, Held, RecordPlan
from syncworker.planning.text import plan_lines, record_lines, summary

Lines = Callable[..., list[str]]

NORTHWIND = RecordPlan(
    "companies",
    "A1",
    "northwind.example",
    "501",
    "update",
    (
        Change("churn_risk", "false", "true", "health_score < 70 for 14 days"),
        Change("health_score", "81", "64", "active users 14d 22 -> 9"),
    ),
    (Held("lifecyclestage", "customer", "lead", "kept: rule says lead, stages only move forward"),),
)
NEW = RecordPlan("companies", "A2", "new.example", None, "create", (Change("mrr", "", "1200"),))
KEPT = RecordPlan("companies", "A3", "kept.example", "503", "update", (), NORTHWIND.held)


@pytest.fixture
def lines(as_of: datetime) -> Lines:
    def make(
        *records: RecordPlan, unchanged: int = 0, unlinked: int = 0, limit: int | None = 20
    ) -> list[str]:
        plans = [*records, *[None] * unchanged]
        plan = summarize("acme", as_of, "4f1c9a77", "companies", plans, unlinked=unlinked)
        return list(plan_lines(plan, {"companies": records}, limit=limit))

    return make


def test_a_plan_reads_old_new_because(lines: Lines) -> None:
    assert lines(NORTHWIND, NEW, KEPT, unchanged=4650, unlinked=1) == [
        (
            "acme  companies  as of 2026-11-21 06:00 UTC   mapping 4f1c9a   "
            "4,654 read, 4,650 unchanged"
        ),
        "  ~ northwind.example                  2 changes, 1 held back",
        "      churn_risk      false -> true  because health_score < 70 for 14 days",
        "      health_score    81 -> 64       because active users 14d 22 -> 9",
        "      lifecyclestage  customer       kept: rule says lead, stages only move forward",
        "  + new.example                        new, 1 change",
        "      mrr  (empty) -> 1200",
        "  = kept.example                       1 held back",
        "      lifecyclestage  customer  kept: rule says lead, stages only move forward",
        "Plan: 1 create, 1 update, 4,650 unchanged, 2 held back, 1 not linked",
    ]


def test_records_over_the_limit_are_counted_not_shown(lines: Lines) -> None:
    found = lines(NORTHWIND, NEW, KEPT, limit=1)

    assert "  … 2 more: --full" in found
    assert not any("new.example" in line for line in found)


def test_all_records_are_shown_without_a_limit(lines: Lines) -> None:
    found = lines(*[NEW] * 25, limit=None)

    assert sum("new.example" in line for line in found) == 25
    assert not any("more" in line for line in found)


def test_a_plan_without_changes_says_so(as_of: datetime) -> None:
    plan = summarize("acme", as_of, "4f1c9a77", "companies", [None])

    assert summary(plan) == "Plan: 0 create, 0 update, 1 unchanged"
    assert summary(plan, "no request") == "Plan: 0 create, 0 update, 1 unchanged, no request"


def test_a_new_record_without_values_has_one_line() -> None:
    record = RecordPlan("companies", "A2", "new.example", None, "create")

    assert list(record_lines(record)) == ["  + new.example                        new"]


def test_e_mail_addresses_are_masked_unless_asked_for() -> None:
    change = Change("owner", "", "jane.doe@acme.example", "asked by jane.doe@acme.example")
    record = RecordPlan("contacts", "U1", "jane.doe@acme.example", "7", "update", (change,))

    masked = "\n".join(record_lines(record))
    assert "jane" not in masked
    assert masked.count("j…@acme.example") == 3
    assert "jane.doe@acme.example" in "\n".join(record_lines(record, mask=False))


def test_a_record_without_match_value_is_shown_by_its_key() -> None:
    record = RecordPlan("contacts", "email:jane@acme.example", "", "7", "update", KEPT.changes)

    assert "email:j…@acme.example" in next(record_lines(record))


def test_a_value_can_neither_flood_nor_steer_the_terminal() -> None:
    change = Change("notes", "a\x1b[2J\nb", "x" * 500)
    lines = list(record_lines(RecordPlan("companies", "A", "m", "1", "update", (change,))))

    assert len(lines) == 2
    assert "a [2J b -> " in lines[1]
    assert "\x1b" not in lines[1]
    assert len(lines[1]) < 100
