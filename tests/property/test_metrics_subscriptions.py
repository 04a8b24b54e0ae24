"""Subscriptions that follow one another: what each is worth and which replaced which."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import stream
from support.oracle_subscriptions import expected_subscriptions
from support.oracle_world import INSTANT, World

from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings
from syncworker.metrics.subscription_rows import subscription_rows

Row = dict[str, Any]
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
SLOW = [HealthCheck.too_slow]
TIMES = st.builds(
    lambda days, by: NOW - days * DAY + by,
    st.sampled_from([0, 5, 30, 60, 60, 90, 90, 120]),
    st.sampled_from([timedelta(0), timedelta(0), INSTANT, -INSTANT, DAY]),
)
AHEAD = st.sampled_from([NOW + INSTANT, NOW + DAY])


@st.composite
def successions(draw: st.DrawFn) -> World:
    """A few subscriptions of two accounts that end and begin about the same few days."""
    subscriptions = [
        {
            "sub_id": f"s{number}",
            "account_id": draw(st.sampled_from("aaab")),
            "status": draw(st.sampled_from(["active"] * 6 + ["past_due", "trialing", "paused"])),
            "started_at": draw(st.one_of(TIMES, TIMES, TIMES, st.none())),
            "ended_at": draw(st.one_of(TIMES, TIMES, AHEAD, st.none())),
            "trial_end": draw(st.sampled_from([None] * 5 + [NOW - 60 * DAY, NOW + DAY])),
        }
        for number in range(draw(st.integers(2, 6)))
    ]
    items = [
        {
            "item_id": f"i{number}",
            "sub_id": draw(st.sampled_from([row["sub_id"] for row in subscriptions])),
            "unit_amount": draw(st.sampled_from([1000] * 6 + [500, 1, 0, None])),
            "interval": draw(st.sampled_from(["month", "month", "year"])),
            "currency": draw(st.sampled_from(["USD"] * 12 + ["EUR"])),
            "valid_from": draw(st.sampled_from([None] * 5 + [NOW - 59 * DAY])),
        }
        for number in range(draw(st.integers(0, 8)))
    ]
    streams = {
        "accounts": [{"account_id": name} for name in "ab"],
        "subscriptions": subscriptions,
        "subscription_items": items,
    }
    choice = MetricSettings(revenue=RevenueSettings(past_due=draw(st.booleans())))
    return World(NOW, "Europe/Berlin", "CHF", choice, streams)


def of(world: World) -> tuple[dict[str, Row], dict[str, Row]]:
    """The subscriptions and the accounts by their keys."""
    lazy = {name: stream(name, rows) for name, rows in world.streams.items()}
    facts = Facts(world.as_of, world.timezone, world.currency, lazy)
    inputs = inputs_of(facts, world.settings)
    frames = pl.collect_all(
        [
            subscription_rows(inputs.billing, inputs.terms, inputs.steps),
            account_mrr(inputs.facts, inputs.settings, inputs.terms, inputs.steps),
        ]
    )
    subscriptions, accounts = (list(frame.iter_rows(named=True)) for frame in frames)
    return {r["sub_id"]: r for r in subscriptions}, {r["account_id"]: r for r in accounts}


@settings(max_examples=10, deadline=None, suppress_health_check=SLOW)
@given(world=successions())
def test_every_subscription_agrees_adds_up_and_tells_what_replaced_it(world: World) -> None:
    rows, accounts = of(world)
    expected = expected_subscriptions(world)
    assert rows.keys() == expected.keys()
    for key, row in expected.items():
        assert {name: rows[key][name] for name in row} == row, key
    assert_adds_up(rows, accounts)
    assert_both_sides_agree(rows)


def assert_adds_up(rows: dict[str, Row], accounts: dict[str, Row]) -> None:
    for name, account in accounts.items():
        own = [row for row in rows.values() if row["account_id"] == name]
        if account["mrr"] is not None:
            assert sum(row["subscription_mrr"] for row in own) == account["mrr"]
            spoken = {row["subscription_currency"] for row in own if row["subscription_mrr"]}
            assert spoken <= {account["mrr_currency"]}


def assert_both_sides_agree(rows: dict[str, Row]) -> None:
    for old, new in replacements(rows):
        assert new["account_id"] == old["account_id"]
        assert old["sub_id"] in new["subscription_replaces"].split(", ")
        assert old["subscription_inactive_reason"] == new["subscription_deal_type"]
        assert old["subscription_reason_problem"] == new["subscription_type_problem"]


def replacements(rows: dict[str, Row]) -> Iterator[tuple[Row, Row]]:
    for row in rows.values():
        if row["subscription_replaced_by"] is not None:
            yield row, rows[row["subscription_replaced_by"]]
