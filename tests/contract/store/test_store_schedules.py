"""Schedules, pauses, signs of life: a slot is taken once, with its run, by who comes first."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from support.stores import NOW, PORTAL, Stores, new_run, start_slots

from syncworker.engine.heartbeats import Heartbeat
from syncworker.engine.memory import DeadLetter
from syncworker.engine.schedule_stores import Pause, Scheduled

HOUR = timedelta(hours=1)


def test_a_job_is_planned_once_and_a_changed_timetable_replaces_it(state: Stores) -> None:
    state.schedules.plan(PORTAL, "sync", "every 1h", NOW)
    state.schedules.plan(PORTAL, "sync", "every 1h", NOW + HOUR)  # a second beat, a moment later
    assert state.schedules.of(PORTAL) == [Scheduled(PORTAL, "sync", "every 1h", NOW)]
    state.schedules.plan(PORTAL, "sync", "every 2h", NOW + 2 * HOUR)
    assert state.schedules.of() == [Scheduled(PORTAL, "sync", "every 2h", NOW + 2 * HOUR)]


def test_slots_are_taken_together_with_the_run_that_does_them(state: Stores) -> None:
    for job in ("full", "sync"):
        state.schedules.plan(PORTAL, job, f"{job}'s", NOW)
    full, sync = state.schedules.of(PORTAL)
    run = new_run()

    assert state.schedules.start([(full, NOW + 3 * HOUR), (sync, NOW + HOUR)], run)

    assert state.runs.running(PORTAL) == run
    assert state.schedules.of(PORTAL) == [
        Scheduled(PORTAL, "full", "full's", NOW + 3 * HOUR, NOW, run.id),
        Scheduled(PORTAL, "sync", "sync's", NOW + HOUR, NOW, run.id),
    ]
    state.finish(run)
    assert not state.schedules.start([(full, NOW + 3 * HOUR)], new_run()), "another took it"
    assert state.runs.running(PORTAL) is None


def test_while_another_run_holds_the_portal_the_slot_stays(state: Stores) -> None:
    state.schedules.plan(PORTAL, "sync", "every 1h", NOW)
    (job,) = state.schedules.of(PORTAL)
    held = state.run()
    assert not state.schedules.start([(job, NOW + HOUR)], new_run())
    assert state.schedules.of(PORTAL) == [job]
    state.finish(held)
    assert state.schedules.start([(job, NOW + HOUR)], new_run())


def test_a_slot_of_a_timetable_that_has_changed_meanwhile_is_not_taken(state: Stores) -> None:
    state.schedules.plan(PORTAL, "sync", "every 1h", NOW)
    (job,) = state.schedules.of(PORTAL)
    state.schedules.plan(PORTAL, "sync", "every 2h", NOW)
    assert not state.schedules.take(job, NOW + HOUR)
    assert not state.schedules.start([(job, NOW + HOUR)], new_run())


def test_a_slot_without_a_run_is_taken_once_and_its_next_can_be_set(state: Stores) -> None:
    state.schedules.plan(PORTAL, "fast", "every 1m", NOW)
    (job,) = state.schedules.of(PORTAL)
    assert state.schedules.take(job, NOW + HOUR)
    assert not state.schedules.take(job, NOW + HOUR)
    state.schedules.move(PORTAL, "fast", NOW + timedelta(minutes=1))
    (moved,) = state.schedules.of(PORTAL)
    assert (moved.next_at, moved.last_slot) == (NOW + timedelta(minutes=1), NOW)


def test_of_beats_that_tick_at_once_one_starts_each_slots_run(
    url: str, state: Stores, processes: ProcessPoolExecutor
) -> None:
    portals = [f"p{number}" for number in range(20)]
    for portal in portals:
        state.schedules.plan(portal, "sync", "every 1h", NOW)
    futures = [processes.submit(start_slots, url) for _ in range(3)]
    started = [portal for future in futures for portal in future.result(60)]
    assert sorted(started) == sorted(portals)
    assert len(state.runs.latest(None, 99)) == len(portals)


def test_jobs_and_portals_that_are_gone_leave_nothing(state: Stores) -> None:
    for portal in (PORTAL, "other"):
        state.schedules.plan(portal, "full", "a", NOW)
        state.schedules.plan(portal, "sync", "b", NOW)
    state.schedules.drop(PORTAL, keep=["sync"])
    told = [(one.portal, one.job) for one in state.schedules.of()]
    assert told == [(PORTAL, "sync"), ("other", "full"), ("other", "sync")]
    state.schedules.drop_portals(keep=[PORTAL], due_before=NOW)
    assert len(state.schedules.of()) == 3, "its mapping may come back"
    state.schedules.drop_portals(keep=[PORTAL], due_before=NOW + HOUR)
    assert [one.portal for one in state.schedules.of()] == [PORTAL]
    state.schedules.drop(PORTAL, keep=[])
    state.schedules.plan("other", "sync", "b", NOW)
    state.schedules.drop_portals(keep=[], due_before=NOW + HOUR)
    assert state.schedules.of() == []


def test_a_pause_is_kept_replaced_and_lifted(state: Stores) -> None:
    assert state.pauses.all() == {}
    state.pauses.lift(PORTAL, NOW)
    state.pauses.put(PORTAL, Pause(NOW, "cleaning"))
    state.pauses.put("other", Pause(NOW))
    state.pauses.put(PORTAL, Pause(NOW, "moving", NOW + HOUR))
    assert state.pauses.all() == {PORTAL: Pause(NOW, "moving", NOW + HOUR), "other": Pause(NOW)}
    state.pauses.end(NOW + HOUR - timedelta(microseconds=1))
    assert PORTAL in state.pauses.all()
    assert state.pauses.ended(PORTAL) is None
    state.pauses.end(NOW + 2 * HOUR)
    assert state.pauses.all() == {"other": Pause(NOW)}
    assert state.pauses.ended(PORTAL) == NOW + HOUR
    for now in (NOW + HOUR, NOW + 2 * HOUR):  # the second one ends nothing
        state.pauses.lift("other", now)
    assert state.pauses.all() == {}
    assert state.pauses.ended("other") == NOW + HOUR
    state.pauses.put("other", Pause(NOW))
    assert state.pauses.ended("other") is None


def test_the_last_sign_of_life_is_kept_for_a_day(state: Stores) -> None:
    def beat(name: str, hours: int) -> Heartbeat:
        return Heartbeat(name, "worker", "1.0", NOW, NOW + hours * HOUR)

    for name, hours in (("a@x", 0), ("b@x", 1), ("a@x", 2)):
        state.heartbeats.put(beat(name, hours))
    assert state.heartbeats.all() == [beat("a@x", 2), beat("b@x", 1)]
    state.heartbeats.put(beat("c@x", 26))
    assert state.heartbeats.all() == [beat("c@x", 26), beat("a@x", 2)]
    state.heartbeats.drop("a@x")
    assert state.heartbeats.all() == [beat("c@x", 26)]


def test_open_letters_are_counted_and_a_whole_reading_resolves_them_as_a_sync_does(
    state: Stores,
) -> None:
    assert state.letters.number(PORTAL) == 0
    first = state.run()
    letter = DeadLetter("record", "companies", "a1", "X")
    state.plans.add(state.chunk(first, "compute"), PORTAL, [], [letter], [], NOW)
    state.finish(first, "rejects")
    assert (state.letters.number(PORTAL), state.letters.number("other")) == (1, 0)
    for options, left in (({"people": []}, 1), ({"full": True}, 0)):
        state.finish(state.run(options=options))
        assert state.letters.number(PORTAL) == left
