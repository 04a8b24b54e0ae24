"""The metrics agree with a second, row-wise computation of the same definitions."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import stream
from support.metric_oracle import expected_accounts, expected_people
from support.oracle_subscriptions import expected_subscriptions, expected_tickets
from support.oracle_world import INSTANT, World

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import HealthWeights, MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings
from syncworker.metrics.shard import shard

Row = dict[str, Any]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOMENTS = (
    datetime(2026, 4, 10, 12, tzinfo=UTC),  # 12 days after Berlin's clocks went forward
    datetime(2026, 3, 31, 22, tzinfo=UTC),  # midnight in Berlin, on the first of a month
    datetime(2026, 11, 1, tzinfo=UTC),  # a week after they went back
)
FIXED = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2026-03-29T00:59:59.999999+00:00",
        "2026-03-29T01:00+00:00",
        "2026-10-25T00:30+00:00",
        "2026-10-25T01:30+00:00",
        "2026-01-31T22:59:59+00:00",
        "2026-01-31T23:00+00:00",
        "2026-03-01T00:00+00:00",
    )
)
EDGES = (0, 1, 7, 14, 28, 30, 56, 57, 90)
NEAR = (timedelta(0), INSTANT, -INSTANT, HOUR, -HOUR)
NAMES = ("report", "login", "export")
STATUSES = (
    *("active",) * 7,
    *("past_due", "past_due", "trialing", "unpaid", "canceled", "canceled", "paused"),
    *("incomplete", "incomplete_expired", "Active"),
)
STATES = (
    *("active", "past_due", "unpaid", "trialing", "incomplete", "canceled"),
    *("pause_collection:void", "pause_collection:keep_as_draft"),
)
WHOSE = ("a", "a", "a", "b", "b", "b", "nobody")
MONEY = st.one_of(
    *[st.integers(1, 30000)] * 5,
    st.sampled_from([Decimal("0.5"), Decimal("12.345"), 4, 10, 0, 0, None]),
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def seldom(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 6).flatmap(lambda die: strategy if die == 1 else st.none())


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few accounts with rows whose times lie on, and an instant beside, what divides them.

    Every other world is calm: its subscriptions are paid and go on, so that money is seen.
    """
    as_of = draw(st.sampled_from(MOMENTS))
    calm = draw(st.booleans())
    beside = st.builds(
        lambda days, by: as_of - days * DAY + by, st.sampled_from(EDGES), st.sampled_from(NEAR)
    )
    ahead = st.builds(
        lambda days, by: as_of + days * DAY + by,
        st.sampled_from([0, 1, 20]),
        st.sampled_from(NEAR),
    )
    past = beside | beside | st.sampled_from([at for at in FIXED if at < as_of])
    when = st.one_of(past, ahead)
    account = st.sampled_from(WHOSE)
    user = st.sampled_from(["0", "1", "2", "stranger"])

    def oddly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.none() if calm else seldom(strategy)

    def rows(key: str, most: int, **columns: st.SearchStrategy[Any]) -> list[Row]:
        least = draw(st.sampled_from([0, most - 1, most - 1]))
        made = draw(st.lists(st.fixed_dictionaries(columns), min_size=least, max_size=most))
        return [{**row, key: str(number)} for number, row in enumerate(made)]

    subscriptions = rows(
        "sub_id",
        4,
        account_id=account,
        status=st.sampled_from(["active", "active", "past_due"] if calm else STATUSES),
        created_at=maybe(past),
        started_at=past if calm else past | past | maybe(when),
        trial_start=oddly(past),
        trial_end=oddly(when),
        cancel_requested_at=oddly(when),
        cancel_at=oddly(when),
        cancel_at_period_end=oddly(st.booleans()),
        current_period_end=maybe(when),
        ended_at=oddly(when),
        pause_behavior=oddly(st.sampled_from(["void", "keep_as_draft"])),
        pause_since=oddly(past),
        pause_resumes_at=oddly(when),
        synced_at=st.just(as_of) if calm else st.just(as_of) | when,
        deleted_at=oddly(when),
    )
    of_sub = st.sampled_from([row["sub_id"] for row in subscriptions] or ["none"])
    streams = {
        "accounts": [
            {"account_id": name, "created_at": draw(maybe(past)), "deleted_at": None}
            for name in ("a", "b", "c")
        ],
        "users": rows(
            "user_id",
            3,
            account_id=maybe(account),
            email=maybe(st.sampled_from(["x@a.example", "Y@a.example", " y@a.example"])),
            created_at=maybe(past),
            deleted_at=seldom(when),
        ),
        "events": rows(
            "event_id",
            draw(st.sampled_from([4, 60])),
            account_id=maybe(account),
            user_id=maybe(user),
            name=st.sampled_from(NAMES),
            ts=when,
            received_at=seldom(when),
            quantity=maybe(st.integers(0, 40).map(lambda quarters: quarters / 4)),
        ),
        "usage_daily": rows(
            "name",
            6,
            account_id=maybe(account),
            user_id=maybe(user),
            day=st.builds(
                lambda days: (as_of - days * DAY).date(),
                st.sampled_from([-1, 0, 1, 27, 28, 29, 55, 56, 57]),
            )
            | st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)]),
            quantity=st.sampled_from([0.0, 0.25, 1.0, 2.75, 30.0, -1.0]),
        ),
        "subscriptions": subscriptions,
        "subscription_items": rows(
            "item_id",
            6,
            sub_id=of_sub,
            price_id=st.sampled_from([None, "seat"]),
            unit_amount=MONEY,
            quantity=maybe(st.integers(0, 9)),
            interval=st.sampled_from([*("day", "week", "month", "year") * 4, None, "quarter"]),
            interval_count=maybe(st.integers(1, 6)),
            usage_type=st.sampled_from([None, None, "licensed", "licensed", "metered"]),
            currency=st.sampled_from([*("USD",) * 11, "USD" if calm else "EUR"]),
            valid_from=seldom(when),
            valid_to=oddly(when),
            deleted_at=oddly(when),
        ),
        "subscription_states": [
            {**row, "sub_id": sub_id}
            for sub_id in draw(st.lists(of_sub, max_size=0 if calm else 3, unique=True))
            for row in draw(
                st.lists(
                    st.fixed_dictionaries(
                        {
                            "state": st.sampled_from(STATES),
                            "since": past,
                            "until": maybe(when),
                        }
                    ),
                    max_size=3,
                    unique_by=lambda row: (row["state"], row["since"]),
                )
            )
        ],
        "discounts": rows(
            "discount_id",
            4,
            sub_id=of_sub,
            item_id=maybe(st.sampled_from(["0", "1"])),
            percent=maybe(st.integers(0, 120)),
            amount=st.sampled_from([3000, 100, 0, Decimal("0.5"), 7, 8, 9, 10, None]),
            currency=st.sampled_from([None, *("USD",) * 8, "EUR"]),
            duration=st.sampled_from(["once", "repeating", "forever"]),
            start=seldom(when),
            end=seldom(when),
            position=maybe(st.integers(0, 2)),
            deleted_at=seldom(when),
        ),
        "trials": rows(
            "trial_id",
            3,
            account_id=account,
            requested_at=past | when,
            started_at=maybe(when),
            ends_at=maybe(when),
            deleted_at=seldom(when),
        ),
        "demo_requests": rows(
            "submission_id",
            4,
            email=st.sampled_from(["x@a.example", "y@a.example", "z@a.example"]),
            type=st.sampled_from([None, "live", "video"]),
            submitted_at=when,
            deleted_at=seldom(when),
        ),
        "tickets": rows(
            "ticket_id",
            3,
            account_id=maybe(account),
            user_id=maybe(user),
            opened_at=when,
            closed_at=maybe(when),
            deleted_at=seldom(when),
        ),
        "survey_responses": rows(
            "response_id",
            4,
            account_id=maybe(account),
            user_id=maybe(user),
            kind=st.sampled_from(["nps", "nps", "csat"]),
            score=st.sampled_from([*range(-1, 12), 4.5]).map(float),
            scale=st.sampled_from([None, None, 5, 10]),
            at=when,
            deleted_at=seldom(when),
        ),
    }
    for row in streams["usage_daily"]:
        row["name"] = NAMES[int(row["name"]) % len(NAMES)]
    for name in draw(st.sets(st.sampled_from(["events", "usage_daily", "trials", "discounts"]))):
        del streams[name]
    zone = draw(st.sampled_from(["Europe/Berlin", "UTC", "America/New_York"]))
    return World(as_of, zone, "CHF", draw(CHOICES), streams)


CHOICES = st.builds(
    MetricSettings,
    key_events=st.sampled_from([(), ("report",), ("report", "login")]),
    key_features=st.sampled_from([(), ("export", "login", "report", "other")]),
    usage_quantity=st.booleans(),
    seat_prices=st.sampled_from([(), ("seat",)]),
    revenue=st.builds(
        RevenueSettings,
        past_due=st.booleans(),
        paused=st.sampled_from([None, "none", "draft", "all"]),
        once_coupons=st.booleans(),
    ),
    usage_min_base=st.sampled_from([0, 1, 20]),
    trial_silent_days=st.sampled_from([1, 7]),
    health_weights=st.builds(HealthWeights, *[st.integers(0, 97)] * 7),
)


KEYS = ("account_id", "user_id", "sub_id", "ticket_id")


def expected(world: World) -> list[dict[str, Row]]:
    return [
        expected_accounts(world),
        expected_people(world),
        expected_subscriptions(world),
        expected_tickets(world),
    ]


def computed(world: World, parts: int = 1) -> list[dict[str, Row]]:
    """Accounts, people, subscriptions and tickets by their keys; no row is in two shards."""
    lazy = {name: stream(name, rows) for name, rows in world.streams.items()}
    whole = Facts(world.as_of, world.timezone, world.currency, lazy)
    found: list[dict[str, Row]] = [{} for _ in KEYS]
    for number in range(parts):
        part = compute(shard(whole, number, parts), world.settings)
        frames = pl.collect_all([part.accounts, part.users, part.subscriptions, part.tickets])
        for rows, frame, key in zip(found, frames, KEYS, strict=True):
            of_part = {row[key]: row for row in frame.iter_rows(named=True)}
            assert len(of_part) == frame.height
            assert rows.keys().isdisjoint(of_part)
            rows.update(of_part)
    return found


NEARLY = {"usage_change_percent": 0.05, "nps_exact": 0}
"""What is rounded, and how much; the rest agrees exactly."""


def assert_agrees(expected: dict[str, Row], got: dict[str, Row]) -> None:
    assert got.keys() == expected.keys()
    for key, row in expected.items():
        for name, value in row.items():
            if name in NEARLY and value is not None:
                assert got[key][name] is not None, (key, name)
                assert abs(got[key][name] - value) <= NEARLY[name] + 1e-9, (key, name)
            else:
                assert got[key][name] == value, (key, name)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_every_metric_agrees_with_a_computation_row_by_row(world: World) -> None:
    for rows, got in zip(expected(world), computed(world), strict=True):
        assert_agrees(rows, got)


@pytest.mark.long
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_every_metric_agrees_row_by_row_in_many_worlds(world: World) -> None:
    for rows, got in zip(expected(world), computed(world), strict=True):
        assert_agrees(rows, got)


@pytest.mark.long
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), parts=st.integers(2, 3))
def test_every_metric_agrees_however_the_portal_is_cut(world: World, parts: int) -> None:
    for rows, got in zip(expected(world), computed(world, parts), strict=True):
        assert_agrees(rows, got)
