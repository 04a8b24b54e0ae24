"""A stream that cannot be read stops by itself: the rest goes on without what needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support.fake_engine import AS_OF, MAPPING, Clock, FakePortal, FakeSource, make_engine

from syncworker.engine import control, inline, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.memory import Run
from syncworker.engine.ports import Page
from syncworker.errors import SourceError

TRIALS = MAPPING.replace(
    "      subscription_items:", "      trials: {query: x}\n      subscription_items:"
).replace("saas_mrr: mrr,", "saas_mrr: mrr, saas_trial: trial_status,")


class Failing(FakeSource):
    """One of its streams breaks behind its first page."""

    def __init__(self, accounts: int, broken: str = "", *, retry: bool = False) -> None:
        super().__init__(accounts)
        self.broken = broken
        self.retry = retry
        self.tries = 0
        self.streams["trials"] = [
            {"trial_id": f"t{i}", "account_id": f"a{i}", "requested_at": AS_OF - timedelta(days=1)}
            for i in range(accounts)
        ]

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        for page in super().pages(stream, since=since, resume=resume, watermark=watermark):
            if stream == self.broken:
                self.tries += 1
                raise SourceError(
                    f"source app, stream {stream}: it is broken at page 1",
                    help="mend it",
                    code="SOURCE_BROKEN",
                    retry=self.retry,
                )
            yield page


def run(engine: Engine, hours: int = 0) -> Run:
    started = sync.start(engine, "acme", as_of=AS_OF + timedelta(hours=hours))
    return inline.carry_out(engine, started, "me")


def portal_with_trials(records: int) -> FakePortal:
    portal = FakePortal(records)
    portal.types["saas_trial"] = "string"
    return portal


@pytest.mark.every_metric
def test_the_other_streams_go_on_and_its_metrics_are_left_alone_until_it_is_read_again(
    tmp_path: Path,
) -> None:
    source, portal = Failing(3), portal_with_trials(3)
    engine = make_engine(tmp_path, portal, source, mapping=TRIALS)
    assert run(engine).status == "done"
    assert portal.companies["0"]["saas_trial"] == "converted"

    source.broken = "trials"
    source.streams["trials"] = []
    source.streams["subscription_items"][0]["unit_amount"] = 77_00
    ended = run(engine, 1)
    assert ended.status == "rejects"
    assert ended.summary["stopped"] == {"app.trials": "SOURCE_BROKEN"}
    held = ended.summary["held_metrics"]
    assert held == {"trial_status": "trials could not be read: SOURCE_BROKEN"}
    assert portal.companies["0"]["saas_mrr"] == "77"
    assert portal.companies["0"]["saas_trial"] == "converted"
    (letter,) = engine.letters.open("acme", run_id=None, most=9)
    assert (letter.kind, letter.subject, letter.key) == ("stream", "app", "trials")
    assert (letter.message, letter.help) == (
        "source app, stream trials: it is broken at page 1",
        "mend it",
    )
    reads = {read.stream: read.read_at for read in engine.pages.read("acme")}
    assert reads["trials"] == AS_OF

    source.broken = ""
    source.streams["trials"] = Failing(3).streams["trials"]
    assert run(engine, 2).status == "done"
    assert engine.letters.open("acme", run_id=None, most=9) == []


@pytest.mark.every_metric
def test_a_retry_reads_the_stream_again_and_sends_what_it_changes(tmp_path: Path) -> None:
    source, portal, clock = Failing(3, "trials"), portal_with_trials(3), Clock()
    engine = make_engine(tmp_path, portal, source, mapping=TRIALS, clock=clock)
    ended = run(engine)
    assert (ended.status, "saas_trial" in portal.companies["0"]) == ("rejects", False)

    source.broken = ""
    retried = control.retry(engine, ended.id, mode="inline")
    assert retried.as_of == clock.now
    assert inline.carry_out(engine, retried, "me").status == "done"
    assert portal.companies["0"]["saas_trial"] == "converted"


def test_where_no_stream_can_be_read_the_run_fails_with_the_first_reason(tmp_path: Path) -> None:
    source = Failing(2)
    engine = make_engine(tmp_path, FakePortal(2), source)
    broken = replace(engine, sources=lambda *_: {"app": AllBroken(2)})
    ended = run(broken)
    assert (ended.status, ended.code) == ("failed", "SOURCE_BROKEN")
    assert ended.message == "source app, stream accounts: it is broken at page 1"
    assert ended.help == "mend it"


class AllBroken(Failing):
    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        self.broken = stream
        return super().pages(stream, since=since, resume=resume, watermark=watermark)


def test_workers_try_a_stream_that_may_come_back_again_before_it_is_given_up(
    tmp_path: Path,
) -> None:
    source = Failing(2, "subscriptions", retry=True)
    engine = make_engine(tmp_path, FakePortal(2), source)
    started = sync.start(engine, "acme", as_of=AS_OF, mode="queue")
    todos = sync.begin(engine, started.id)
    for _ in range(engine.limits.attempts - 1):
        with pytest.raises(SourceError):
            sync.work(engine, int(todos[1].id), "me")
    assert engine.chunks.left(started.id, "extract") == 3
    sync.work(engine, int(todos[1].id), "me")
    assert source.tries == engine.limits.attempts
    assert engine.chunks.left(started.id, "extract") == 2
    assert engine.runs.get(started.id).status == "running"


class Columns(FakeSource):
    """Says which columns its rows have."""

    declared = True

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        had = frozenset(name for row in self.streams[stream] for name in row)
        for page in super().pages(stream, since=since, resume=resume, watermark=watermark):
            yield replace(page, columns={stream: had}, declared=self.declared)


@pytest.mark.parametrize(
    ("declared", "rows", "stops"), [(True, 3, True), (False, 3, False), (False, 120, True)]
)
def test_a_column_that_is_gone_stops_its_stream_before_anything_of_it_is_staged(
    tmp_path: Path, declared: bool, rows: int, stops: bool
) -> None:
    source = Columns(rows)
    source.page, source.declared = 1000, declared
    limits = Limits(push_records=1000, shard_accounts=1000)
    engine = make_engine(tmp_path, FakePortal(rows), source, limits=limits)
    run(engine)
    for row in source.streams["accounts"]:
        del row["domain"]
    ended = run(engine, 1)
    assert ended.summary["stopped"] == ({"app.accounts": "SOURCE_DRIFT"} if stops else {})
    staged = sum(page.rows for page in engine.pages.staged("acme", "accounts"))
    assert (staged == rows) is stops
    if stops:
        (letter,) = [
            one for one in engine.letters.open("acme", run_id=None, most=99) if one.kind == "stream"
        ]
        assert letter.message == (
            "source app, stream accounts: the column domain is gone; the last reading had it"
        )
        assert "syncworker extract acme --stream app.accounts --full" in letter.help


def test_a_full_reading_accepts_that_a_column_is_gone_and_a_new_column_is_remembered(
    tmp_path: Path,
) -> None:
    source = Columns(3)
    engine = make_engine(tmp_path, FakePortal(3), source)
    run(engine)
    for row in source.streams["accounts"]:
        row["industry"] = row.pop("domain")
    asked = {"full": True, "streams": ["app.accounts"]}
    started = sync.start(
        engine, "acme", as_of=AS_OF + timedelta(hours=1), kind="extract", options=asked
    )
    assert inline.carry_out(engine, started, "me").status == "done"
    (read,) = [read for read in engine.pages.read("acme") if read.stream == "accounts"]
    assert read.columns == {"accounts": ["account_id", "industry"]}
