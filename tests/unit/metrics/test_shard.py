"""A portal cut into shards."""

import polars as pl
from support.metric_facts import AS_OF, event, facts, item, sub

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.shard import shard

NAMES = [f"a{number}" for number in range(20)]


def cut(whole: Facts, stream: str) -> list[pl.DataFrame]:
    return [shard(whole, number, 4).streams[stream].collect() for number in range(4)]


def test_one_shard_is_the_whole() -> None:
    whole = facts()
    assert shard(whole, 0, 1) is whole


def test_every_row_is_in_exactly_one_shard_with_its_account() -> None:
    whole = facts(
        accounts=[{"account_id": name} for name in NAMES],
        events=[event(n, AS_OF, account_id=name) for n, name in enumerate(NAMES)],
        demo_requests=[
            {"submission_id": name, "email": f"{name}@x.example", "submitted_at": AS_OF}
            for name in NAMES
        ],
    )
    accounts, events = cut(whole, "accounts"), cut(whole, "events")
    assert sorted(pl.concat(accounts)["account_id"]) == sorted(NAMES)
    for homes, acts in zip(accounts, events, strict=True):
        assert set(homes["account_id"]) == set(acts["account_id"])
    assert sorted(pl.concat(cut(whole, "demo_requests"))["submission_id"]) == sorted(NAMES)
    assert sum(not frame.is_empty() for frame in accounts) > 1


def test_a_stream_nobody_provides_is_in_no_shard() -> None:
    assert shard(facts(), 0, 4).streams.keys() == {"accounts"}


def requests_by_person(given: Facts, parts: int) -> dict[str, int]:
    rows = [
        row
        for number in range(parts)
        for row in compute(shard(given, number, parts), MetricSettings())
        .users.collect()
        .iter_rows(named=True)
    ]
    assert len(rows) == len({row["user_id"] for row in rows})
    return {row["user_id"]: row["demo_count"] for row in rows}


def test_a_request_finds_its_person_in_any_cut() -> None:
    at = {"submitted_at": AS_OF}
    whole = facts(
        users=[
            {"user_id": "spelled", "account_id": "a", "email": " Ann@X.example"},
            {"user_id": "again", "account_id": "b", "email": "bob@x.example"},
            {
                "user_id": "gone",
                "account_id": "c",
                "email": "bob@x.example",
                "deleted_at": AS_OF,
            },
        ],
        demo_requests=[
            {"submission_id": "1", "email": "ann@x.example", **at},
            {"submission_id": "2", "email": "bob@x.example", **at},
            {"submission_id": "3", "email": "Eve@x.example", **at},
        ],
    )
    expected = {"spelled": 1, "again": 1, "email:eve@x.example": 1}
    for parts in (1, 4, 7):
        assert requests_by_person(whole, parts) == expected


def test_a_ticket_is_computed_once_with_its_account_or_its_users() -> None:
    at = {"opened_at": AS_OF}
    whole = facts(
        accounts=[{"account_id": name} for name in NAMES],
        users=[{"user_id": f"u{name}", "account_id": name} for name in NAMES],
        tickets=[
            *({"ticket_id": f"by {name}", "user_id": f"u{name}", **at} for name in NAMES),
            # About another account than the one of the user who asked.
            *(
                {"ticket_id": name, "account_id": name, "user_id": f"u{other}", **at}
                for name, other in zip(NAMES, reversed(NAMES), strict=True)
            ),
            # Of nobody who is known.
            *({"ticket_id": f"no {name}", "user_id": name, **at} for name in NAMES),
        ],
    )
    rows = [
        (row["ticket_id"], row["account_id"])
        for number in range(4)
        for row in compute(shard(whole, number, 4), MetricSettings())
        .tickets.collect()
        .iter_rows(named=True)
    ]
    expected = [
        *((name, name) for name in NAMES),
        *((f"by {name}", name) for name in NAMES),
        *((f"no {name}", None) for name in NAMES),
    ]
    assert sorted(rows, key=str) == sorted(expected, key=str)


def test_a_ticket_is_in_one_shard_where_no_users_are_read() -> None:
    whole = facts(tickets=[{"ticket_id": name, "opened_at": AS_OF} for name in NAMES])
    assert sorted(pl.concat(cut(whole, "tickets"))["ticket_id"]) == sorted(NAMES)


def test_what_a_subscription_is_worth_does_not_depend_on_the_cut() -> None:
    whole = facts(
        subscriptions=[sub(sub_id=f"s{name}", account_id=name) for name in NAMES],
        subscription_items=[
            item(item_id=name, sub_id=f"s{name}", unit_amount=100 + place)
            for place, name in enumerate(NAMES)
        ],
    )
    amounts = {
        row["account_id"]: row["subscription_mrr"]
        for number in range(4)
        for row in compute(shard(whole, number, 4), MetricSettings())
        .subscriptions.collect()
        .iter_rows(named=True)
    }
    assert amounts == {name: 100 + place for place, name in enumerate(NAMES)}
