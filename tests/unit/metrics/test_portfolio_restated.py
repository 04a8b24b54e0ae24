"""The report `restated`: a closed month as it was closed, and what became known since."""

from __future__ import annotations

from datetime import datetime

import pytest
from support.metric_facts import facts, item, sub, utc
from support.portfolio_world import AS_OF, numbers, portfolio, rows

from syncworker.metrics.inputs import Inputs, inputs_of
from syncworker.metrics.settings import MetricSettings


def known(at: datetime) -> Inputs:
    """s1 was known from 3 February on; that s2 had begun in January only from 9 March on."""
    subs = [("s1", utc("2026-02-03")), ("s2", utc("2026-03-09"))]
    read = [name for name, since in subs if since <= at]
    return inputs_of(
        facts(
            as_of=at,
            subscriptions=[sub(sub_id=name, started_at=utc("2026-01-05")) for name in read],
            subscription_items=[item(item_id=name, sub_id=name) for name in read],
        ),
        MetricSettings(),
    )


def test_what_became_known_after_the_close_is_a_line_of_its_own() -> None:
    now = known(AS_OF).facts
    found = numbers("restated", portfolio(given=now, known_at=known, last="2026-03"))
    lines = {
        period: [
            found[f"mrr_{m}", period]["amount"] for m in ("as_closed", "restated", "known_now")
        ]
        for period in ("2026-01", "2026-02", "2026-03")
    }
    # Closed seven days after the end: January on 8 February, February on 8 March.
    assert lines == {
        "2026-01": [1000, 1000, 2000],
        "2026-02": [1000, 1000, 2000],
        "2026-03": [2000, 0, 2000],
    }
    june = portfolio(given=now, known_at=known, first="2026-06")
    assert numbers("restated", june) == {}  # it ended today and is not closed


@pytest.mark.parametrize(
    ("known_at", "note"),
    [
        (None, "what was known earlier cannot be told"),
        (known, "no subscription had been read by 2026-02-02 00:00 UTC"),
    ],
)
def test_where_nothing_was_known_then_the_line_is_empty_and_says_why(
    known_at: object, note: str
) -> None:
    given = portfolio(given=known(AS_OF).facts, known_at=known_at, close_days=1, last="2026-01")
    found = numbers("restated", given)
    for metric in ("mrr_as_closed", "mrr_restated"):
        assert (found[metric, "2026-01"]["amount"], found[metric, "2026-01"]["note"]) == (
            None,
            note,
        )
    assert found["mrr_known_now", "2026-01"]["amount"] == 2000


def test_what_was_known_at_once_is_never_restated() -> None:
    def at_once(at: datetime) -> Inputs:
        return inputs_of(known(AS_OF).facts, MetricSettings())

    frame = rows("restated", portfolio(given=known(AS_OF).facts, known_at=at_once, last="2026-01"))
    assert set(frame.filter(metric="mrr_restated")["amount"]) == {0}
