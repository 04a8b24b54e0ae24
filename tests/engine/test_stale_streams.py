"""A stream that stands still is told as stale, whatever a clock running ahead has written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync

pytestmark = pytest.mark.every_metric

EVENTS = MAPPING.replace("saas_mrr: mrr,", "saas_usage: usage_28d, saas_mrr: mrr,").replace(
    "      subscription_items:", "      events: {query: x}\n      subscription_items:"
)


@pytest.mark.parametrize(("days", "held"), [(1, False), (5, True)])
@pytest.mark.parametrize("ahead", [False, True])
def test_an_event_ahead_of_the_clock_does_not_make_a_stale_stream_fresh(
    tmp_path: Path, days: int, held: bool, ahead: bool
) -> None:
    source, portal = FakeSource(2), FakePortal(2)
    portal.types["saas_usage"] = "number"
    old = {"event_id": "e1", "account_id": "a1", "name": "x", "ts": AS_OF - timedelta(days=days)}
    future = {**old, "event_id": "e2", "ts": AS_OF + timedelta(days=30)}
    source.streams["events"] = [old, future] if ahead else [old]
    engine = make_engine(tmp_path, portal, source, mapping=EVENTS)

    run = inline.carry_out(engine, sync.start(engine, "acme", as_of=AS_OF), "me")

    assert run.status == "done"
    assert ("usage_28d" in run.summary["held_metrics"]) is held
    assert ("saas_usage" in portal.companies["1"]) is not held
