"""What webhooks received: stored once, read in order, removed when it is old and read."""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from support.stores import NOW, PORTAL, Stores, put_deliveries

from syncworker.errors import StoreError
from syncworker.store.tables import cursors, inbox

AT = (PORTAL, "website", "demo_requests")


def read(state: Stores, *at: str, after: int = 0, most: int = 999) -> list[str]:
    found = state.inbox.read(*(at or AT), after=after, most=most)
    return [one.delivery for one in found]


def test_a_delivery_is_stored_once_for_each_stream(state: Stores) -> None:
    assert state.inbox.put(*AT, "s1", '{"email": "ü"}', NOW)
    assert not state.inbox.put(*AT, "s1", "another", NOW + timedelta(seconds=1))
    assert state.inbox.put(PORTAL, "other", "demo_requests", "s1", "{}", NOW)
    assert state.inbox.put("beta", "website", "demo_requests", "s1", "{}", NOW)

    (one,) = state.inbox.read(*AT, after=0, most=9)
    assert (one.delivery, one.body, one.received_at) == ("s1", '{"email": "ü"}', NOW)


def test_they_are_read_in_their_order_and_from_a_place_on(state: Stores) -> None:
    for number in range(5):
        assert state.inbox.put(*AT, f"s{number}", "{}", NOW - timedelta(seconds=number))
    ids = [one.id for one in state.inbox.read(*AT, after=0, most=9)]

    assert ids == sorted(ids)
    assert read(state) == ["s0", "s1", "s2", "s3", "s4"]
    assert read(state, after=ids[1], most=2) == ["s2", "s3"]
    assert read(state, after=ids[4]) == []


def test_only_what_is_old_and_was_read_is_removed(state: Stores) -> None:
    for number, age in enumerate((40, 35, 1, 33)):
        assert state.inbox.put(*AT, f"s{number}", "{}", NOW - timedelta(days=age))
    assert state.inbox.put("beta", *AT[1:], "s0", "{}", NOW - timedelta(days=40))
    third = state.inbox.read(*AT, after=0, most=9)[2].id

    before = NOW - timedelta(days=30)
    assert state.inbox.remove(*AT, up_to=third, received_before=before) == 2

    assert read(state) == ["s2", "s3"]
    assert read(state, "beta", *AT[1:]) == ["s0"]


def test_a_delivery_is_read_even_if_the_newest_ones_before_it_were_removed(
    state: Stores,
) -> None:
    for number in range(3):
        assert state.inbox.put(*AT, f"s{number}", "{}", NOW)
    cursor = state.inbox.read(*AT, after=0, most=9)[-1].id
    place = dict(zip(("portal", "source", "stream"), AT, strict=True))
    elsewhere = {**place, "stream": "users", "cursor": "2026-11-21T06:00:00"}
    with state.database.write() as connection:
        for row in ({**place, "cursor": str(cursor)}, elsewhere):
            more = {"read_at": NOW, "rows": 3, "run_id": "r"}
            connection.execute(sa.insert(cursors).values(row | more))
        connection.execute(sa.delete(inbox))
    assert state.inbox.put(*AT, "new", "{}", NOW)
    assert not state.inbox.put(*AT, "new", "{}", NOW)

    assert read(state, after=cursor) == ["new"]


def test_processes_that_store_the_same_at_once_store_each_once(
    url: str, state: Stores, processes: ProcessPoolExecutor
) -> None:
    futures = [processes.submit(put_deliveries, url, 40) for _ in range(3)]
    stored = [future.result(60) for future in futures]

    assert sum(stored) == 40
    assert sorted(read(state)) == sorted(f"s{number}" for number in range(40))


def test_whoever_has_read_up_to_a_delivery_has_missed_none_before_it(
    url: str, state: Stores
) -> None:
    """A reader that always goes on behind the last id it saw gets all of what writers store."""
    writers = [
        threading.Thread(target=put_deliveries, args=(url, 60), kwargs={"prefix": f"w{n}-"})
        for n in range(4)
    ]
    for writer in writers:
        writer.start()
    seen: list[str] = []
    after = 0
    while True:
        done = not any(writer.is_alive() for writer in writers)
        found = state.inbox.read(*AT, after=after, most=1000)
        seen += [one.delivery for one in found]
        after = found[-1].id if found else after
        if done:
            break

    assert len(seen) == len(set(seen)) == 240


def test_a_database_that_cannot_store_says_so(state: Stores) -> None:
    state.inbox.check()
    with state.database.write() as connection:
        connection.execute(sa.text(f"ALTER TABLE {inbox.name} RENAME TO gone"))
    try:
        with pytest.raises(StoreError):
            state.inbox.check()
        with pytest.raises(StoreError):
            state.inbox.put(*AT, "s1", "{}", NOW)
    finally:
        with state.database.write() as connection:
            connection.execute(sa.text(f"ALTER TABLE gone RENAME TO {inbox.name}"))
