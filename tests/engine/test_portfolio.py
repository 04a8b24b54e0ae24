"""Portfolio reports from a real store and real staging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.portfolio import Answer, Question, answer
from syncworker.errors import ConfigError

ONLY_ACCOUNTS = MAPPING.replace("      subscriptions: {query: x}\n", "").replace(
    "      subscription_items: {query: x}\n", ""
)


def read(engine: Engine, at: datetime = AS_OF) -> None:
    inline.carry_out(engine, sync.start(engine, "acme", as_of=at, kind="extract"), "me")


def amounts(found: Answer, metric: str) -> Iterator[int | None]:
    for told in found.reports:
        if not told.absent:
            for row in told.rows.iter_rows(named=True):
                if row["metric"] == metric:
                    yield row["amount"]


def test_six_periods_up_to_now_are_told_and_no_run_is_opened(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(3), FakeSource(3), clock=Clock())
    read(engine)
    runs = engine.runs.latest("acme", 10)
    found = answer(engine, "acme", Question(reports=("mrr",)))
    assert [period.label for period in found.periods] == [
        f"2026-{month:02}" for month in range(6, 12)
    ]
    assert [period.label for period in found.unfinished()] == ["2026-11"]
    # Three subscriptions of 1000, 1001 and 1002 since 12 August.
    assert list(amounts(found, "mrr_end")) == [0, 0, 3003, 3003, 3003, 3003]
    assert found.coverage["accounts"].rows == 3
    last = found.reports[0].rows.filter(period="2026-11")
    assert set(last["note"]) == {"not over: up to 2026-11-21 06:00 UTC"}
    assert engine.runs.latest("acme", 10) == runs


def test_a_report_whose_streams_are_missing_or_empty_is_absent_with_the_reason(
    tmp_path: Path,
) -> None:
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1), mapping=ONLY_ACCOUNTS)
    read(engine)
    found = answer(engine, "acme", Question(reports=("mrr", "ltv")))
    assert [told.absent for told in found.reports] == ["no source provides subscriptions"] * 2
    source = FakeSource(1)
    source.streams["subscription_items"] = []
    (tmp_path / "other").mkdir()
    engine = make_engine(tmp_path / "other", FakePortal(1), source)
    read(engine)
    found = answer(engine, "acme", Question(reports=("churn",)))
    assert [told.absent for told in found.reports] == ["subscription_items has no rows"]


def test_nothing_staged_and_nothing_begun_are_said(tmp_path: Path) -> None:
    engine = make_engine(tmp_path, FakePortal(1), FakeSource(1))
    with pytest.raises(ConfigError, match="nothing of portal acme is staged yet"):
        answer(engine, "acme", Question())
    read(engine)
    with pytest.raises(ConfigError, match="2026-12 has not begun on"):
        answer(engine, "acme", Question(first=2026 * 12 + 11))
    with pytest.raises(ConfigError, match="no source provides web_visits"):
        answer(engine, "acme", Question(by="campaign"))


def test_an_earlier_moment_knows_only_what_had_been_read_and_the_rest_is_restated(
    tmp_path: Path,
) -> None:
    source = FakeSource(2)
    clock = Clock()
    clock.now = datetime(2026, 12, 20, tzinfo=UTC)
    engine = make_engine(tmp_path, FakePortal(3), source, clock=clock)
    read(engine)
    source.streams = FakeSource(3).streams
    read(engine, datetime(2026, 12, 15, tzinfo=UTC))
    october = Question(
        first=2026 * 12 + 9, last=2026 * 12 + 10, reports=("mrr", "restated"), as_of=AS_OF
    )
    assert list(amounts(answer(engine, "acme", october), "mrr_end")) == [2001, 2001]
    found = answer(engine, "acme", replace(october, as_of=None))
    assert list(amounts(found, "mrr_end")) == [3003, 3003]
    # October was closed on 8 November, before anything was read; November on 8 December.
    assert list(amounts(found, "mrr_as_closed")) == [None, 2001]
    assert list(amounts(found, "mrr_restated")) == [None, 1002]
