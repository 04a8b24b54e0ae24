"""A saved plan's values count as they were, in whatever spelling the ledger has them now."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from support.fake_engine import AS_OF

from syncworker.engine import stale
from syncworker.engine.engine import Engine
from syncworker.engine.mappings import digest
from syncworker.engine.ports import PropertyDefinition
from syncworker.errors import StalePlan
from syncworker.planning.plan import Plan
from syncworker.planning.records import Change, LedgerRecord, RecordPlan
from syncworker.planning.saved import Header

TYPES = {"since": "datetime", "mrr": "number", "note": "string"}
HEADER = Header(Plan("acme", AS_OF, digest("")), "r1", AS_OF, 0)


def verified(name: str, planned: str, now: str) -> None:
    ledger = {"a1": LedgerRecord("companies", "a1", "1", {name: now})}
    definitions = {n: PropertyDefinition(n, kind, "text") for n, kind in TYPES.items()}
    engine = SimpleNamespace(
        mapping_text=lambda _: "",
        forgotten=SimpleNamespace(receipts=lambda _: []),
        runs=SimpleNamespace(latest=lambda *_: [], get=lambda _: SimpleNamespace(portal="acme")),
        ledger=SimpleNamespace(get=lambda *_: ledger, written_since=lambda *_: {}),
        definitions=SimpleNamespace(get=lambda *_, **__: definitions),
    )
    change = Change(name, planned, "new")
    plan = RecordPlan("companies", "a1", "Shop", "1", "update", (change,))
    assert [*stale.verified(cast("Engine", engine), HEADER, [plan])] == [plan]


@pytest.mark.parametrize(
    ("name", "planned", "now"),
    [
        ("since", "2026-11-21T06:00:00.000Z", "2026-11-21T06:00:00Z"),
        ("since", "1795327200000", "2026-11-22T06:00:00Z"),
        ("mrr", "10", "10.00"),
    ],
)
def test_another_spelling_is_the_same_value(name: str, planned: str, now: str) -> None:
    verified(name, planned, now)


@pytest.mark.parametrize(
    ("name", "planned", "now"),
    [
        ("since", "2026-11-21T06:00:00Z", "2026-11-21T06:00:01Z"),
        ("note", "10", "10.00"),
        ("unknown", "10", "10.00"),
        ("mrr", "10", ""),
    ],
)
def test_another_value_is_named(name: str, planned: str, now: str) -> None:
    with pytest.raises(StalePlan, match=f"{name} is {now or 'empty'}, and was {planned}"):
        verified(name, planned, now)
