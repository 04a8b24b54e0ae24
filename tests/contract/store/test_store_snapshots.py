"""Which files hold what metrics remember of a day."""

from __future__ import annotations

from datetime import date, timedelta

from support.stores import NOW, PORTAL, Stores, day_of


def test_days_are_told_as_they_were_known_and_an_attempt_replaces_the_one_before(
    state: Stores,
) -> None:
    run = state.run()
    chunk = state.chunk(run, "compute")
    first = [day_of(run.id, 20), day_of(run.id, 21)]
    state.snapshots.put(chunk, PORTAL, first)
    again = day_of(run.id, 21, place="again")
    state.snapshots.put(chunk, PORTAL, [again])
    later = day_of("r2", 21, known_at=NOW + timedelta(days=1))
    state.snapshots.put(chunk, PORTAL, [later])

    assert state.snapshots.known(PORTAL) == [first[0], again, later]
    assert state.snapshots.known(PORTAL, known_by=NOW) == [first[0], again]
    assert state.snapshots.known("other") == []

    state.snapshots.drop(PORTAL, before=date(2026, 11, 21))
    assert state.snapshots.known(PORTAL) == [again, later]


def test_a_portal_is_read_until_the_newest_run_that_read(state: Stores) -> None:
    assert state.runs.read_until(PORTAL) is None
    run = state.run()
    assert state.runs.read_until(PORTAL) is None
    state.extraction(run)
    assert state.runs.read_until(PORTAL) == run.as_of
