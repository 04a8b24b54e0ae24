"""Stickiness, breadth, depth, seats, quota and who is ready to expand."""

from datetime import date, timedelta

import pytest
from support.metric_facts import AS_OF, Row, account, accounts, event, facts, item, sub, utc

from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_usage import UsageSettings

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)


def test_stickiness_is_the_users_of_a_mean_day_among_the_users_of_28_days() -> None:
    every_day = [event(n, AS_OF - n * DAY - DAY / 2, user_id="ann") for n in range(28)]
    every_day += [event(50 + n, AS_OF - n * DAY - DAY / 4, user_id="ann") for n in range(28)]
    once = [event(100, AS_OF - 28 * DAY, user_id="bob"), event(101, AS_OF - 60 * DAY)]
    row = account(facts(events=[*every_day, *once]))
    # Ann on all of 28 slices and Bob on one: 29 user days of 28, by 2 users.
    assert (row["user_days_28d"], row["active_users_28d"]) == (29, 2)
    assert row["stickiness"] == 51.8
    assert row["stickiness_because"] == "29 user days in 28 d by 2 users"
    assert (row["usage_depth"], row["depth_because"]) == (28.5, "usage of 57 by 2 active users")


def test_a_slice_is_24_hours_before_as_of_and_of_daily_counts_a_local_date() -> None:
    edges = [0 * DAY + INSTANT, DAY, DAY + INSTANT, 28 * DAY, 28 * DAY + INSTANT]
    acts = [event(n, AS_OF - age) for n, age in enumerate(edges)]
    assert account(facts(events=acts))["user_days_28d"] == 3
    days = [
        {"user_id": "ann", "account_id": "acme", "name": "x", "day": date(2026, 6, 15) - n * DAY}
        for n in (0, 1, 27, 28)
    ]
    counted: list[Row] = [{**row, "quantity": 2} for row in days]
    assert account(facts(usage_daily=counted))["user_days_28d"] == 3


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York"])
def test_28_slices_lie_in_28_days_across_a_clock_change(timezone: str) -> None:
    as_of = utc("2026-04-10T12:00:00")
    hourly = [event(n, as_of - timedelta(hours=n, minutes=30)) for n in range(40 * 24)]
    row = account(facts(as_of=as_of, timezone=timezone, events=hourly))
    assert (row["user_days_28d"], row["stickiness"]) == (28, 100)


def test_what_cannot_be_told_is_empty_with_a_reason() -> None:
    rows = accounts(
        facts(
            accounts=[{"account_id": "silent"}, {"account_id": "nameless"}],
            events=[event(1, AS_OF - DAY, account_id="nameless", user_id=None)],
        )
    )
    names = ("stickiness", "usage_depth", "feature_breadth_percent", "seats", "seat_use_percent")
    names += ("quota_used_percent", "expansion_ready")
    for row in rows.values():
        assert [row[name] for name in names] == [None] * len(names)
        assert row["breadth_because"] == "the mapping names no key features"
        assert row["quota_because"] == "the mapping names no quota"
        assert row["expansion_because"] == "neither quota nor seats in use are known"
    assert rows["silent"]["stickiness_because"] == "nobody was active in 28 days"
    assert rows["silent"]["seat_use_because"] == "no seats known"
    for name in ("stickiness_because", "depth_because", "seat_use_because"):
        assert rows["nameless"][name] == "nothing says who used the app"


def test_an_average_needs_90_days() -> None:
    ages = {"old": 90 * DAY, "young": 90 * DAY - INSTANT, "unknown": None}
    acts = [(0.5 * DAY, 1), (90 * DAY, 1), (90 * DAY + INSTANT, 1), (60 * DAY, 43)]
    rows = accounts(
        facts(
            accounts=[
                {"account_id": name, "created_at": AS_OF - age if age else None}
                for name, age in ages.items()
            ],
            events=[
                event(f"{name} {i} {n}", AS_OF - age, account_id=name)
                for name in ages
                for i, (age, times) in enumerate(acts)
                for n in range(times)
            ],
        )
    )
    averages = {name: row["usage_avg_90d"] for name, row in rows.items()}
    assert averages == {"old": 14.0, "young": None, "unknown": 14.0}  # 45 x 28 / 90
    assert rows["young"]["usage_90d"] == 45


def test_seats_in_use_and_who_is_ready_to_expand() -> None:
    names = ("full", "half", "over", "not paying", "no rate")
    events = [
        event(f"{name} {n}", AS_OF - DAY, account_id=name, user_id=f"{name} {n}")
        for name, users in zip(names, (9, 5, 12, 9, 9), strict=True)
        for n in range(users)
    ]
    status = {"not paying": "trialing"}
    subs = [sub(sub_id=name, account_id=name, status=status.get(name, "active")) for name in names]
    items = [
        item(item_id=name, sub_id=name, quantity=2, seats=10)
        if name == "full"
        else item(item_id=name, sub_id=name, quantity=10)
        for name in names
    ]
    items.append(item(item_id="euro", sub_id="no rate", currency="EUR", quantity=0, seats=0))
    items[-1] = {**items[-1], "quantity": 1, "seats": 0}
    rows = accounts(
        facts(
            accounts=[{"account_id": name} for name in names],
            events=events,
            subscriptions=subs,
            subscription_items=items,
        )
    )
    seen = {n: (r["seats"], r["seat_use_percent"], r["expansion_ready"]) for n, r in rows.items()}
    assert seen == {
        "full": (10, 90.0, True),
        "half": (10, 50.0, False),
        "over": (10, 120.0, True),
        "not paying": (10, 90.0, False),
        "no rate": (10, 90.0, None),
    }
    assert rows["full"]["seat_use_because"] == "9 of 10 seats active"
    assert rows["full"]["expansion_because"] == "90.0 % of the seats active"
    assert rows["not paying"]["expansion_because"].endswith(", pays nothing now")
    assert rows["no rate"]["expansion_because"].endswith(", MRR is not known")


def quota(**more: object) -> MetricSettings:
    limits = {"free": 100, "pro": 1000, "extra": 500}
    return MetricSettings(
        usage=UsageSettings(quota_event="contacts", quotas=limits, free_quota=100, **more)
    )


def told(number: int, account_id: str, age: timedelta, quantity: float | None) -> Row:
    at = AS_OF - age
    return event(number, at, account_id=account_id, name="contacts", quantity=quantity)


def test_quota_used_is_the_level_or_the_sum_against_what_the_tier_allows() -> None:
    names = ("free", "pro", "more", "silent", "odd price", "daily")
    subs = [sub(sub_id=n, account_id=n) for n in names if n not in {"free", "silent"}]
    items = [
        item(item_id="1", sub_id="pro", price_id="pro", product_id="extra"),
        item(item_id="2", sub_id="more", price_id="p", product_id="pro"),
        item(item_id="3", sub_id="more", price_id="extra", quantity=7),
        item(item_id="4", sub_id="odd price", price_id="enterprise"),
        item(item_id="5", sub_id="daily", price_id="pro"),
        item(item_id="6", sub_id="daily", price_id="extra", valid_to=AS_OF),
    ]
    acts = [
        told(1, "free", 3 * DAY, 60),
        told(2, "free", 2 * DAY, 80),  # a free plan of 100 contacts with 80: the volume criterion
        told(3, "free", 40 * DAY, 500),
        told(4, "pro", 28 * DAY, 850),
        told(5, "pro", 28 * DAY + INSTANT, 900),
        told(6, "more", DAY, 600),
        told(7, "more", DAY, 750),  # of two at one time the later id
        told(8, "odd price", DAY, 5),
        event(9, AS_OF - DAY, account_id="silent", quantity=77),
    ]
    daily = [
        {"account_id": "daily", "user_id": who, "name": "contacts", "day": day, "quantity": amount}
        for who, day, amount in (
            ("ann", date(2026, 6, 14), 400),
            ("bob", date(2026, 6, 14), 100),
            ("ann", date(2026, 6, 10), 300),
            ("ann", date(2026, 5, 18), 100),
        )
    ]
    daily.append({**daily[0], "account_id": "free"})
    world = facts(
        accounts=[{"account_id": name} for name in names],
        events=acts,
        usage_daily=daily,
        subscriptions=subs,
        subscription_items=items,
    )
    expected = {
        "level": {"free": 80.0, "pro": 85.0, "more": 50.0, "daily": 50.0},
        "sum": {"free": 140.0, "pro": 85.0, "more": 90.0, "silent": 0.0, "daily": 80.0},
    }
    for kind, percents in expected.items():
        rows = accounts(world, quota(quota_kind=kind))
        assert {n: r["quota_used_percent"] for n, r in rows.items()} == {
            **dict.fromkeys(names),
            **percents,
        }
    ready = {n: r["expansion_ready"] for n, r in rows.items()}
    # Seats say something too: nobody but one person is active.
    assert (ready["free"], ready["pro"], ready["more"], ready["silent"]) == (
        False,
        True,
        True,
        False,
    )
    reasons = {n: r["quota_because"] for n, r in accounts(world, quota()).items()}
    assert reasons == {
        "free": "80 of 100 used",
        "pro": "850 of 1000 used",
        "more": "750 of 1500 used",
        "silent": "nothing says yet how much is used",
        "odd price": "no quota is known for its tier",
        "daily": "500 of 1000 used",
    }
