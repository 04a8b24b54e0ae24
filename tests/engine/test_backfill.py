"""Backfills: a stretch is read again, cursors stay, today's values are sent once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.fake_engine import MAPPING, WITH_CONTACTS, Clock, FakePortal, FakeSource, make_engine

from syncworker.cli import show_forecast
from syncworker.engine import backfill, control, inline, pausing, schedules, sync, turn
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.forecast import forecast
from syncworker.engine.memory import Run
from syncworker.engine.ports import Page, Reach
from syncworker.engine.progress import progress
from syncworker.engine.todo import Todo
from syncworker.errors import ConfigError, LockHeld, SourceError, StalePlan

START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2026, 11, 15, tzinfo=UTC)
EVENTS = MAPPING.replace("accounts: {query: x}", "accounts: {query: x}\n      users: {query: x}")


class Sliced(FakeSource):
    """`users` can be asked by time; every slice that was asked is noted, and rows come with it."""

    def __init__(self, accounts: int) -> None:
        super().__init__(accounts)
        self.asked: list[tuple[str, str]] = []
        self.whole: list[str] = []
        self.failing: set[str] = set()

    def incremental(self, stream: str) -> bool:
        return stream == "users"

    def reach(self, stream: str) -> Reach:
        return "slices" if stream == "users" else "whole"

    def pages(self, stream: str, **more: Any) -> Iterator[Page]:
        self.whole.append(stream)
        return super().pages(stream, **more)

    def between(self, stream: str, **more: Any) -> Iterator[Page]:
        day = f"{more['start']:%m-%d}"
        self.asked.append((day, f"{more['end']:%m-%d}"))
        if day in self.failing:
            raise SourceError("the table is locked", help="unlock it", code="SOURCE_QUERY")
        pages = super().pages(stream, since=None, resume=None, watermark=more["watermark"])
        yield replace(next(pages), resume="end")


def engine_with(
    folder: Path,
    clock: Clock | None = None,
    *,
    schedule: str = "",
    mapping: str = EVENTS,
    accounts: int = 5,
    shard_accounts: int = 100,
) -> tuple[Engine, FakePortal, Sliced]:
    portal, source = FakePortal(accounts), Sliced(accounts)
    engine = make_engine(
        folder,
        portal,
        source,
        mapping=mapping + schedule,
        clock=clock or Clock(),
        limits=Limits(push_records=2, shard_accounts=shard_accounts, in_flight=1),
    )
    return engine, portal, source


def options(engine: Engine, **more: Any) -> dict[str, Any]:
    wanted = {"start": START, "end": END, "chunk": "7d", **more}
    return backfill.asked(engine, "acme", **wanted)


def begun(engine: Engine, **more: Any) -> Run:
    return backfill.start(engine, "acme", options(engine, **more), mode="queue")


def work(engine: Engine, todos: list[Todo], until: str = "") -> list[Todo]:
    """Work off, up to the first todo of that task."""
    while todos and todos[0].task != until:
        todos = [*inline.do(engine, todos[0], "worker"), *todos[1:]]
    return todos


def synced(engine: Engine) -> Run:
    return inline.carry_out(engine, sync.start(engine, "acme"), "test")


def test_a_backfill_reads_slices_leaves_cursors_and_sends_todays_values_once(
    tmp_path: Path,
) -> None:
    clock = Clock()
    engine, portal, source = engine_with(tmp_path, clock)
    synced(engine)
    cursors = {one.stream: one.cursor for one in engine.pages.read("acme")}
    read_at = {one.stream: one.read_at for one in engine.pages.read("acme")}
    source.streams["subscription_items"][0]["unit_amount"] = 9_000
    source.whole.clear()
    portal.written.clear()
    clock.now += timedelta(hours=1)

    run = inline.carry_out(engine, backfill.start(engine, "acme", options(engine)), "test")

    assert (run.status, run.kind, run.priority) == ("done", "backfill", "backfill")
    assert source.asked == [("11-01", "11-08"), ("11-08", "11-15")]
    assert sorted(source.whole) == ["accounts", "subscription_items", "subscriptions"]
    after = {one.stream: one for one in engine.pages.read("acme")}
    assert after["users"].cursor == cursors["users"]
    assert after["users"].read_at == read_at["users"], "a stretch moves no cursor"
    assert after["accounts"].read_at == run.as_of == clock.now
    assert [values for _, values in portal.written] == [{"saas_mrr": "90"}]
    assert run.summary["streams"]["app.users"] == 4, "both slices count"
    assert all(not page.deletions for page in engine.pages.staged("acme", "users"))


def test_only_the_named_metrics_and_records_are_sent(tmp_path: Path) -> None:
    engine, portal, _ = engine_with(tmp_path)
    asked = options(engine, metrics=["mrr"], select=[("account", "a1"), ("account", "a2")])
    run = inline.carry_out(engine, backfill.start(engine, "acme", asked), "test")

    assert run.summary["outcomes"] == {"sent": 2}
    assert [sorted(values) for _, values in portal.written] == [["saas_mrr"], ["saas_mrr"]]
    rest = synced(engine)
    assert rest.summary["outcomes"] == {"sent": 5}, "a sync sends what the backfill left"


def test_of_named_metrics_and_properties_only_what_is_both_is_sent(tmp_path: Path) -> None:
    engine, portal, _ = engine_with(tmp_path)
    other = ("property", "saas_subscription_status")
    for select, sent in (([other], 0), ([other, ("property", "saas_mrr")], 5)):
        asked = options(engine, metrics=["mrr"], select=select)
        inline.carry_out(engine, backfill.start(engine, "acme", asked), "test")
        assert len(portal.written) == sent
    assert {name for _, values in portal.written for name in values} == {"saas_mrr"}


@pytest.mark.every_metric
def test_an_account_is_taken_with_its_people_in_every_shard_and_by_any_of_its_names(
    tmp_path: Path,
) -> None:
    ours = "properties: {saas_disqualified: disqualified}, associate"
    mapping = WITH_CONTACTS.replace("associate", ours)
    engine, portal, source = engine_with(tmp_path, mapping=mapping, accounts=9, shard_accounts=5)
    portal.types["saas_disqualified"], source.page = "bool", 9
    picked = [("account", name) for name in ("a1", "c4.example", "u7@c7.example")]
    run = backfill.start(engine, "acme", options(engine, select=picked))
    run = inline.carry_out(engine, run, "test")
    sent = {
        f"{name} {key}"
        for name, letter in (("companies", "a"), ("contacts", "u"))
        for key, one in engine.ledger.get("acme", name, [f"{letter}{n}" for n in range(9)]).items()
        if one.values.get("saas_mrr") or one.values.get("saas_disqualified")
    }
    assert run.status == "done"
    assert run.summary["outcomes"]["sent"] == len(sent)
    assert sent == {f"{kind}{n}" for kind in ("companies a", "contacts u") for n in (1, 4, 7)}


def test_an_account_that_nobody_knows_ends_the_backfill_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    engine, portal, _ = engine_with(tmp_path)
    asked = options(engine, select=[("account", "a77")])
    run = inline.carry_out(engine, backfill.start(engine, "acme", asked), "test")
    assert (run.status, run.code, portal.written) == ("failed", "ACCOUNT_UNKNOWN", [])
    assert "has no account a77" in run.message


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"start": END, "end": START}, "does not lie before"),
        ({"end": datetime(2030, 1, 1, tzinfo=UTC)}, "lies ahead"),
        ({"metrics": ["mr"]}, "sends no metric mr"),
        ({"select": [("object", "company")]}, "has no object company"),
        ({"chunk": "7s"}, "--chunk 7s makes [0-9,]+ slices"),
    ],
)
def test_what_is_asked_wrong_is_told(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    engine, _, _ = engine_with(tmp_path)
    with pytest.raises(ConfigError, match=words):
        options(engine, **wrong)


def test_backfills_of_a_portal_wait_for_each_other_in_order(tmp_path: Path) -> None:
    clock = Clock()
    engine, _, _ = engine_with(tmp_path, clock)
    runs = []
    for chunk in ("1d", "2d", "3d"):
        runs.append(begun(engine, chunk=chunk))
        clock.now += timedelta(seconds=1)
    assert [run.status for run in runs] == ["running", "waiting", "waiting"]
    assert sync.onward(engine, runs[1].id) == []
    with pytest.raises(LockHeld, match=rf"run {runs[0].id} \(backfill, at start\)"):
        synced(engine)
    for number, run in enumerate(runs):
        later = [engine.runs.get(one.id).status for one in runs[number + 1 :]]
        assert set(later) <= {"waiting"}
        work(engine, sync.onward(engine, run.id))
        assert engine.runs.get(run.id).status == "done"
        schedules.due(engine, "acme")


def test_a_cancelled_backfill_stops_between_two_batches_and_retry_does_what_is_left(
    tmp_path: Path,
) -> None:
    engine, portal, source = engine_with(tmp_path)
    run = begun(engine)
    todos = work(engine, sync.onward(engine, run.id), "push_chunk")
    todos = inline.do(engine, todos[0], "worker")
    assert len(portal.written) == 2
    asked = control.ask(engine, run.id, "cancel")

    assert (asked.status, asked.code) == ("cancelled", "CANCELLED")
    assert "2 records had been sent; 3 were left" in asked.message
    assert f"syncworker runs retry {run.id}" in asked.help
    assert asked.summary["outcomes"] == {"sent": 2, "planned": 3}
    assert work(engine, todos) == [], "what was on the way finds nothing to do"
    assert len(portal.written) == 2
    with pytest.raises(ConfigError, match="is cancelled"):
        control.ask(engine, run.id, "pause")
    source.asked.clear()

    again = control.retry(engine, run.id, mode="inline")
    done = inline.carry_out(engine, again, "test")

    assert (done.id, done.status) == (run.id, "done")
    assert done.summary["outcomes"] == {"sent": 5}
    assert len(portal.written) == 5, "each record once"
    assert source.asked == [], "slices that were read stay read"
    with pytest.raises(ConfigError, match="nothing of it is left"):
        control.retry(engine, run.id, mode="inline")


def test_a_paused_backfill_lets_a_sync_by_and_is_planned_anew(tmp_path: Path) -> None:
    clock = Clock()
    engine, portal, source = engine_with(tmp_path, clock)
    run = begun(engine)
    todos = work(engine, sync.onward(engine, run.id), "push_chunk")
    inline.do(engine, todos[0], "worker")
    paused = control.ask(engine, run.id, "pause")
    assert paused.status == "paused"
    assert schedules.due(engine, "acme") == [], "a person let it rest"
    clock.now += timedelta(hours=2)
    source.streams["subscription_items"][4]["unit_amount"] = 7_000
    assert synced(engine).status == "done"
    written = len(portal.written)
    source.asked.clear()

    assert control.resume(engine, run.id)
    work(engine, sync.onward(engine, run.id))
    done = engine.runs.get(run.id)

    assert (done.status, done.as_of) == ("done", clock.now)
    assert len(portal.written) == written, "the sync had sent the rest"
    assert done.summary["outcomes"] == {"sent": 2}, "what its first plan sent is counted"
    assert source.asked == []


def test_on_a_paused_portal_nothing_goes_on_that_would_send(tmp_path: Path) -> None:
    engine, portal, _ = engine_with(tmp_path)
    rests = begun(engine)
    control.ask(engine, rests.id, "pause")
    other = sync.start(engine, "acme")
    control.ask(engine, other.id, "cancel")
    pausing.pause(engine, "acme", why="wrong mapping", lasting=None)

    with pytest.raises(ConfigError, match=r"portal acme is paused since .*: wrong mapping") as said:
        control.resume(engine, rests.id)
    assert said.value.help.startswith("syncworker resume acme")
    assert engine.runs.get(rests.id).status == "paused", "it does not wait for the portal either"
    with pytest.raises(ConfigError, match="is paused since"):
        control.retry(engine, other.id, mode="inline")
    assert engine.runs.get(other.id).status == "cancelled"

    engine.turns.mark(rests.id, "waiting")
    with pytest.raises(ConfigError, match="is paused since"):
        turn.take(engine, engine.runs.get(rests.id))
    engine.runs.hand_over(rests.id)
    assert turn.next_of(engine, "acme") == []
    assert engine.runs.get(rests.id).status == "waiting"
    assert portal.written == []
    pausing.resume(engine, "acme")
    work(engine, turn.next_of(engine, "acme"))
    assert engine.runs.get(rests.id).status == "done"


def test_a_backfill_gives_way_to_a_due_sync_and_goes_on_after_it(tmp_path: Path) -> None:
    clock = Clock()
    engine, _, source = engine_with(tmp_path, clock, schedule="schedule: {every: 1h}\n")
    run = begun(engine, chunk="1d")
    todos = work(engine, sync.onward(engine, run.id), "extract_chunk")
    todos = inline.do(engine, todos[0], "worker")
    assert schedules.due(engine, "acme") == []
    assert engine.turns.wish(run.id) == "", "its own turn has just begun"
    clock.now += timedelta(minutes=11)
    schedules.due(engine, "acme")
    assert engine.turns.wish(run.id) == "yield"

    todos = work(engine, todos, "next_run")

    assert engine.runs.get(run.id).status == "waiting"
    read = len(source.asked)
    work(engine, schedules.due(engine, "acme"), "")
    first = engine.runs.latest("acme", 1)[0]
    assert (first.kind, first.status) == ("sync", "done")
    clock.now += timedelta(minutes=1)
    work(engine, schedules.due(engine, "acme"))
    done = engine.runs.get(run.id)
    assert (done.status, done.as_of) == ("done", clock.now)
    # The slice that was begun when it gave way is read from its place on.
    assert len(source.asked) in (14, 15)
    assert read >= 1


def test_a_slice_that_cannot_be_read_is_told_and_retry_reads_it_alone(tmp_path: Path) -> None:
    engine, _, source = engine_with(tmp_path)
    source.failing.add("11-08")
    run = inline.carry_out(engine, backfill.start(engine, "acme", options(engine)), "test")
    assert run.status == "rejects"
    (letter,) = engine.letters.open("acme", run_id=run.id, most=9)
    assert (letter.kind, letter.cause) == ("stream", "SOURCE_QUERY")
    assert letter.key.startswith("users 2026-11-08")
    source.failing.clear()
    source.asked.clear()

    done = inline.carry_out(engine, control.retry(engine, run.id, mode="inline"), "test")

    assert done.status == "done"
    assert source.asked == [("11-08", "11-15")]
    assert engine.letters.open("acme", run_id=None, most=9) == []


def test_ctrl_c_ends_after_the_batch_in_flight_and_the_run_goes_on(tmp_path: Path) -> None:
    engine, portal, _ = engine_with(tmp_path)
    run = sync.start(engine, "acme")
    pressed = replace(engine, interrupted=lambda: len(portal.written) > 0)
    with pytest.raises(KeyboardInterrupt):
        inline.carry_out(pressed, run, "test")
    assert len(portal.written) == 2, "a chunk's batch is finished and stored"
    assert engine.plans.outcomes(run.id) == {"sent": 2, "planned": 3}
    assert inline.carry_out(engine, run, "again").summary["outcomes"] == {"sent": 5}
    assert len(portal.written) == 5


def test_a_ready_plan_that_others_have_overtaken_cannot_go_on(tmp_path: Path) -> None:
    clock = Clock()
    engine, _, _ = engine_with(tmp_path, clock)
    run = sync.start(engine, "acme", kind="apply")
    control.ask(engine, run.id, "cancel")
    clock.now += timedelta(hours=1)
    synced(engine)
    with pytest.raises(StalePlan, match="another run has written"):
        turn.take(engine, engine.runs.get(run.id))


def test_a_forecast_counts_slices_rows_and_requests_without_running(tmp_path: Path) -> None:
    engine, portal, source = engine_with(tmp_path)
    synced(engine)
    requests = portal.requests
    expected = forecast(engine, "acme", options(engine, chunk="1d"))
    by_name = {one.name: one for one in expected.readings}
    assert (by_name["app.users"].slices, by_name["app.users"].reach) == (14, "slices")
    assert (by_name["app.accounts"].slices, by_name["app.accounts"].rows) == (1, 5)
    assert (expected.records, expected.requests) == (5, 2)
    assert (source.asked, portal.requests) == ([], requests)


def test_a_forecast_says_to_type_what_was_asked_and_no_more(tmp_path: Path) -> None:
    engine, _, _ = engine_with(tmp_path)
    synced(engine)
    asked = options(engine, chunk="1d", metrics=["mrr"], select=[("account", "a 1")])
    said = list(show_forecast.lines(forecast(engine, "acme", asked)))[-1]
    assert said.endswith(" --chunk 1d --metrics mrr --select 'account:a 1'")


def test_progress_is_told_in_slices_and_records(tmp_path: Path) -> None:
    engine, _, _ = engine_with(tmp_path)
    run = begun(engine)
    todos = work(engine, sync.onward(engine, run.id), "extract_chunk")
    now = progress(engine, engine.runs.get(run.id))
    assert (now.step, now.done, now.of, now.unit) == ("extract", 0, 5, "slices")
    todos = work(engine, todos, "push_chunk")
    inline.do(engine, todos[0], "worker")
    now = progress(engine, engine.runs.get(run.id))
    assert (now.step, now.done, now.of, now.unit) == ("push", 2, 5, "records")
    assert now.share == pytest.approx(0.4)
