"""Why a value stays or changes, for every way a record can stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncworker.engine.explain_destination import Record, destination
from syncworker.engine.explain_parts import components_of
from syncworker.engine.memory import DeadLetter, Written
from syncworker.mapping.desired import DesiredRecord, PropertyRule, WriteMode
from syncworker.mapping.portal import PropertyMapping
from syncworker.metrics.catalog import METRICS
from syncworker.planning.records import Change, LedgerRecord

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
RULE = PropertyRule("p", "number")


def record(wanted: str | None, has: str | None, **more: object) -> Record:
    values = {} if wanted is None else {"p": wanted}
    there = {} if has is None else {"p": has}
    made = Record(
        desired=DesiredRecord("companies", "a", (("domain", "a.example"),), values),
        ledger=LedgerRecord("companies", "a", "77", there, NOW),
        rules={"p": RULE},
        unlinked="",
        history=(),
        letters=(),
        as_of=NOW,
        volatile_days=7,
    )
    return replace(made, **more)


def stands(given: Record, mode: WriteMode = "always", held: str = "") -> tuple[str, str]:
    found = destination(given, "p", PropertyMapping(metric="mrr", mode=mode), held)
    return found.state, found.reason


def ruled(**more: object) -> dict[str, PropertyRule]:
    return {"p": replace(RULE, **more)}


LETTER = DeadLetter("record", "companies", "a", "INVALID_OPTION", "p", "no such option")
CONFLICT = DeadLetter(
    "record", "companies", "a", "LINK_CONFLICT", "domain", "b has this domain too"
)


@pytest.mark.parametrize(
    ("given", "state", "reason"),
    [
        (record("1", "1.0"), "unchanged", "HubSpot has this value"),
        (record("2", "1"), "changes", "the next sync writes it"),
        (record("2", None), "changes", "the next sync writes it"),
        (record("2", "1", letters=(LETTER,)), "rejected", "no such option (INVALID_OPTION)"),
        (record("1", "1", letters=(LETTER,)), "unchanged", "HubSpot has this value"),
        (record(None, "1"), "left alone", "the portal has no such property to write"),
        (record("2", None, ledger=None), "not linked", "the next sync looks for"),
        (record("2", None, ledger=None, unlinked="no domain"), "not linked", "no domain"),
        (record("2", None, ledger=None, letters=(CONFLICT,)), "not linked", "b has this domain"),
        (record("", "1", rules=ruled(mode="never_clear")), "kept", "never_clear keeps"),
        (record("2", "1", rules=ruled(mode="fill_empty")), "kept", "as people have it"),
        (
            record("a", "b;a", rules=ruled(mode="append", type="enumeration")),
            "kept",
            "append takes no option away",
        ),
        (record("2", "1", rules=ruled(volatile=True)), "waits", "rides along"),
        (
            record("2", "1", rules=ruled(volatile=True), as_of=NOW + timedelta(days=8)),
            "changes",
            "the next sync",
        ),
    ],
)
def test_a_value_stands_as_the_next_sync_would_treat_it(
    given: Record, state: str, reason: str
) -> None:
    found = stands(given)
    assert found[0] == state
    assert reason in found[1]


def test_what_cannot_be_told_or_taken_says_why() -> None:
    given = record(None, "1")
    unknown = replace(given.desired, unknown={"p": "two currencies"})
    assert stands(replace(given, desired=unknown)) == (
        "not known",
        "two currencies; the last value stays",
    )
    refused = replace(given.desired, refused={"p": "no option"})
    assert stands(replace(given, desired=refused)) == ("rejected", "no option")
    assert stands(record("2", "1"), held="events is stale") == ("left alone", "events is stale")


def test_the_last_run_that_wrote_the_property_is_named() -> None:
    writings = (
        Written("r3", NOW, (Change("q", "", "1"),)),
        Written("r2", NOW - timedelta(days=1), (Change("q", "", "1"), Change("p", "", "1"))),
        Written("r1", NOW - timedelta(days=2), (Change("p", "", "0"),)),
    )
    found = destination(record("1", "1", history=writings), "p", PropertyMapping(metric="mrr"), "")
    assert (found.run_id, found.written_at) == ("r2", NOW - timedelta(days=1))
    assert (found.desired, found.has, found.hubspot_id) == ("1", "1", "77")


def test_a_stage_that_waits_does_not_make_a_value_change() -> None:
    given = record("1", "1")
    staged = replace(given.desired, stage="customer")
    assert stands(replace(given, desired=staged))[0] == "unchanged"


def test_components_are_what_reason_problem_and_formula_speak_of() -> None:
    columns = ("name", "mrr", "arr", "mrr_because", "mrr_items", "mrr_problem", "usage_28d")
    assert components_of(METRICS["mrr"], columns, ("name",)) == ["mrr_problem", "mrr_items"]
    assert components_of(METRICS["arr"], columns, ()) == ["mrr_problem", "mrr", "mrr_items"]
    assert components_of(METRICS["usage_28d"], columns, ()) == []
