"""The first ten minutes of a person and of an account."""

from typing import Any

import polars as pl
from support.metric_facts import AS_OF, Row, event, facts, stream, utc

from syncworker.metrics.facts import Facts
from syncworker.metrics.first_minutes import account_minutes, user_minutes
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.passes import PASSES
from syncworker.metrics.population import Population
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.shard import shard

SINCE = Population({"events_since": "2026-05-01T00:00:00+00:00"})
KEY = MetricSettings(key_events=("report",))


def user(name: str, account: str | None, at: str | None, **more: object) -> Row:
    signed_up = None if at is None else utc(at)
    return {"user_id": name, "account_id": account, "created_at": signed_up, **more}


WORLD = facts(
    accounts=[{"account_id": name} for name in ("acme", "other", "late")],
    users=[
        user("ann", "acme", "2026-06-01T10:00"),
        user("bob", "acme", "2026-06-01T10:00"),
        user("zoe", "acme", "2026-05-01"),
        user("gone", "acme", "2026-05-02", deleted_at=utc("2026-05-03")),
        user("old", "other", "2026-04-30T23:59:59"),
        user("new", "other", "2026-06-02"),
        user("dateless", "late", None),
        user("alone", None, "2026-06-03"),
    ],
    events=[
        event(1, utc("2026-06-01T09:59:59"), user_id="ann"),
        event(2, utc("2026-06-01T10:00"), user_id="bob"),
        event(3, utc("2026-06-01T10:09:59.999999"), user_id="bob"),
        event(4, utc("2026-06-01T10:10"), user_id="bob"),
        event(5, utc("2026-06-01T10:05"), user_id="bob", name="login"),
        event(6, utc("2026-06-01T10:10:59"), user_id="ann"),
        event(7, utc("2026-05-01T00:09"), user_id="zoe"),
        event(8, utc("2026-06-01"), user_id="old"),
        event(9, utc("2026-06-01"), user_id="dateless"),
        event(10, AS_OF, user_id="new"),
    ],
    usage_daily=[
        {"user_id": "alone", "name": "report", "day": utc("2026-06-03").date(), "quantity": 3}
    ],
)


def rows(frame: pl.LazyFrame) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in frame.collect().iter_rows()}


def users(given: Facts, population: Population | None = SINCE) -> dict[str, tuple[Any, ...]]:
    return rows(user_minutes(inputs_of(given, KEY, population)))


def test_key_events_count_from_the_sign_up_for_ten_minutes() -> None:
    early = "signed up before the first event that is known (2026-05-01)"
    assert users(WORLD) == {
        "ann": (0, 10, None),
        "bob": (2, 0, None),
        "zoe": (1, 9, None),
        "old": (None, None, early),
        "new": (0, None, None),
        "dateless": (None, None, "the time of the sign-up is not told"),
        "alone": (0, None, None),
    }


def test_an_account_has_the_minutes_of_its_first_user_to_sign_up() -> None:
    found = rows(account_minutes(inputs_of(WORLD, KEY, SINCE)))
    assert {name: row[:2] for name, row in found.items()} == {
        "acme": (1, 9),
        "other": (None, None),
    }
    together = facts(users=[user("b", "acme", "2026-06-01"), user("a", "acme", "2026-06-01")])
    act = stream("events", [event(1, utc("2026-06-01"), user_id="b")])
    twins = Facts(AS_OF, "UTC", "USD", {**together.streams, "events": act})
    found = rows(account_minutes(inputs_of(twins, KEY, SINCE)))
    assert found["acme"][:2] == (0, None)  # of two at once the user id decides


def test_without_the_portals_first_event_nothing_is_told() -> None:
    reason = "it is not known from when on single events are told"
    assert set(users(WORLD, None).values()) == {(None, None, reason)}


def test_the_portals_first_event_is_the_same_however_the_portal_is_cut() -> None:
    (since,) = [each for each in PASSES if each.name == "events_since"]
    for parts in (1, 3):
        shards = [inputs_of(shard(WORLD, number, parts), KEY) for number in range(parts)]
        earliest = pl.concat(since.rows(part).collect() for part in shards)
        assert since.freeze(earliest, WORLD, KEY) == "2026-05-01T00:09:00+00:00"
    nothing = facts(events=[])
    rows_of_none = since.rows(inputs_of(nothing, KEY)).collect()
    assert since.freeze(rows_of_none, nothing, KEY) is None
