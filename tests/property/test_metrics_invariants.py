"""What holds of the metrics whatever the rows are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF, facts, of_parts

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.focus import focus, focus_keys
from syncworker.metrics.health_components import COMPONENTS
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.settings import HealthWeights, MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings
from syncworker.metrics.shard import shard

ACCOUNTS = ("a", "b", "c", "d")
HOURS = st.integers(-80 * 24, 0).map(lambda hours: AS_OF + timedelta(hours=hours, minutes=-1))
AFTER = st.integers(1, 80 * 24).map(lambda hours: AS_OF + timedelta(hours=hours))
WHICH = st.sampled_from(ACCOUNTS)
AMOUNTS = st.decimals(0, 10**7, places=3, allow_nan=False)
SLOW = [HealthCheck.too_slow]
Rows = dict[str, list[dict[str, Any]]]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def portals(draw: st.DrawFn, times: st.SearchStrategy[Any] = HOURS, prefix: str = "") -> Rows:
    """A small portal's rows; whatever makes a row come into being lies in `times`."""

    def rows(most: int, **columns: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        return draw(st.lists(st.fixed_dictionaries(columns), max_size=most))

    def named(key: str, made: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, key: f"{prefix}{number}"} for number, row in enumerate(made)]

    future = st.integers(-60, 60).map(lambda days: AS_OF + timedelta(days=days))
    subscriptions = named(
        "sub_id",
        rows(
            6,
            account_id=WHICH,
            status=st.sampled_from(
                ["active", "past_due", "trialing", "unpaid", "canceled", "paused", "incomplete"]
            ),
            started_at=times,
            trial_end=maybe(future),
            cancel_at=maybe(future),
            ended_at=maybe(future),
            pause_behavior=st.sampled_from([None, None, "void", "keep_as_draft"]),
        ),
    )
    of_subs = st.sampled_from([row["sub_id"] for row in subscriptions] or ["none"])
    items = named(
        "item_id",
        rows(
            8,
            sub_id=of_subs,
            unit_amount=AMOUNTS,
            quantity=maybe(st.integers(0, 50)),
            interval=st.sampled_from(["day", "week", "month", "year"]),
            interval_count=maybe(st.integers(1, 6)),
            currency=st.sampled_from(["USD", "USD", "USD", "EUR"]),
        ),
    )
    discounts = named(
        "discount_id",
        rows(
            6,
            sub_id=of_subs,
            item_id=maybe(st.just(f"{prefix}0")),
            percent=maybe(st.decimals(0, 100, places=2)),
            amount=maybe(AMOUNTS),
            duration=st.sampled_from(["once", "repeating", "forever"]),
            start=maybe(future),
            end=maybe(future),
        ),
    )
    return {
        "users": named(
            "user_id",
            rows(5, account_id=WHICH, email=maybe(st.sampled_from(["x@a.b", "y@a.b"])))
            if not prefix
            else [],
        ),
        "events": named(
            "event_id",
            rows(
                40,
                account_id=maybe(WHICH),
                user_id=maybe(st.sampled_from(["0", "1", "2"])),
                name=st.sampled_from(["report", "login"]),
                ts=times,
                quantity=maybe(st.floats(0, 1000)),
            ),
        ),
        "subscriptions": subscriptions,
        "subscription_items": items,
        "discounts": discounts,
        "trials": named(
            "trial_id", rows(4, account_id=WHICH, requested_at=times, ends_at=maybe(future))
        ),
        "demo_requests": named(
            "submission_id",
            rows(
                5,
                email=st.sampled_from(["x@a.b", "y@a.b", "z@a.b"]),
                type=maybe(st.sampled_from(["live", "video"])),
                submitted_at=times,
            ),
        ),
        "tickets": named(
            "ticket_id",
            rows(
                4,
                account_id=maybe(WHICH),
                user_id=maybe(st.sampled_from(["0", "1", "2"])),
                opened_at=times,
                closed_at=maybe(future),
            ),
        ),
    }


CHOICES = st.builds(
    MetricSettings,
    key_events=st.sampled_from([(), ("report",), ("report", "login")]),
    usage_quantity=st.booleans(),
    revenue=st.builds(RevenueSettings, past_due=st.booleans()),
    health_weights=st.builds(
        HealthWeights, *[st.integers(0, 97) for _ in COMPONENTS[:4]], billing=st.integers(0, 97)
    ),
)
EVERYONE = [
    {"account_id": name, "created_at": AS_OF - timedelta(days=20 + 30 * place)}
    for place, name in enumerate(ACCOUNTS)
]


KEYS = ("account_id", "user_id", "sub_id", "ticket_id")


def values(given_facts: Facts, choice: MetricSettings) -> list[pl.DataFrame]:
    """Accounts, users, subscriptions and tickets, each by its key."""
    computed = compute(given_facts, choice)
    frames = pl.collect_all(
        [computed.accounts, computed.users, computed.subscriptions, computed.tickets]
    )
    return [frame.sort(key) for frame, key in zip(frames, KEYS, strict=True)]


@settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
@given(rows=portals(), later=portals(AFTER, "later "), choice=CHOICES, seed=st.integers(0, 2**32))
def test_neither_the_order_of_rows_nor_what_comes_after_as_of_changes_a_value(
    rows: Rows, later: Rows, choice: MetricSettings, seed: int
) -> None:
    future = {"account_id": "future", "created_at": AS_OF + timedelta(seconds=1)}
    newcomer = {"user_id": "9", "account_id": "a", "created_at": AS_OF + timedelta(seconds=1)}
    more: Rows = {name: made + later[name] for name, made in rows.items()}
    more["users"] = [*rows["users"], newcomer]
    before = facts(accounts=EVERYONE, timezone="Europe/Berlin", **rows)
    after = facts(accounts=[*EVERYONE, future], timezone="Europe/Berlin", **more)
    shuffled = {
        name: frame.collect().sample(fraction=1, shuffle=True, seed=seed).lazy()
        for name, frame in after.streams.items()
    }
    told = values(before, choice)
    for one, other in zip(told, values(replace(after, streams=shuffled), choice), strict=True):
        assert one.equals(other)
    assert_scores_are_explained(told[0])


def assert_scores_are_explained(accounts: pl.DataFrame) -> None:
    """A score lies between 0 and 100, and its contributions add up to it exactly."""
    for row in accounts.iter_rows(named=True):
        tenths = [row[f"health_{name}_tenths"] for name in COMPONENTS]
        if row["health_score"] is None:
            assert row["health_band"] == "unknown"
            assert tenths == [None] * len(COMPONENTS)
            continue
        assert 0 <= row["health_score"] <= 100
        assert sum(part for part in tenths if part is not None) == 10 * (row["health_score"] - 50)


@pytest.mark.long
@settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
@given(rows=portals(), choice=CHOICES)
def test_shards_together_have_the_values_of_the_whole(rows: Rows, choice: MetricSettings) -> None:
    whole = facts(accounts=EVERYONE, **rows)
    parts = [values(shard(whole, number, 2), choice) for number in range(2)]
    for number, frame in enumerate(values(whole, choice)):
        together = pl.concat([part[number] for part in parts]).sort(KEYS[number])
        assert together.equals(frame)


@pytest.mark.long
@settings(max_examples=4, deadline=None, suppress_health_check=SLOW)
@given(
    rows=portals(),
    choice=CHOICES,
    people=st.sets(st.sampled_from([" X@a.b", "y@a.b", "z@a.b", "nobody@a.b"])),
    chosen=st.sets(WHICH),
)
def test_a_few_people_and_accounts_have_the_values_of_the_whole(
    rows: Rows, choice: MetricSettings, people: set[str], chosen: set[str]
) -> None:
    alone = {"user_id": "alone", "email": "y@a.b"}
    whole = facts(accounts=EVERYONE, **{**rows, "users": [*rows["users"], alone]})
    keys = focus_keys(whole, people, chosen).collect()["key"]
    some, everything = values(focus(whole, keys), choice), values(whole, choice)
    for key, few, all_of_them in zip(KEYS, some, everything, strict=True):
        assert few.equals(all_of_them.join(few, on=key, how="semi", maintain_order="left"))
    asked = {person.strip().lower() for person in people}
    homes = {u["account_id"] for u in everything[1].iter_rows(named=True) if u["email"] in asked}
    assert set(some[0]["account_id"]) == (homes - {None}) | chosen
    persons = everything[1].filter(
        pl.col("email").is_in(asked) | pl.col("account_id").is_in(set(some[0]["account_id"]))
    )
    assert set(some[1]["user_id"]) == set(persons["user_id"])


FACTOR = {"day": Decimal(365), "week": Decimal(52), "month": Decimal(12), "year": Decimal(1)}


def by_hand(rows: Mapping[str, list[dict[str, Any]]]) -> Decimal:
    """MRR of one account without discounts, in Python's own decimals."""
    return sum(
        (
            row["unit_amount"]
            * (1 if row["quantity"] is None else row["quantity"])
            * FACTOR[row["interval"]]
            / (12 * (row["interval_count"] or 1))
            for row in rows["items"]
        ),
        Decimal(0),
    )


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(
    items=st.lists(
        st.fixed_dictionaries(
            {
                "unit_amount": AMOUNTS,
                "quantity": maybe(st.integers(0, 1000)),
                "interval": st.sampled_from(list(FACTOR)),
                "interval_count": maybe(st.integers(1, 12)),
            }
        ),
        max_size=8,
    ),
    percent=st.integers(0, 100),
)
def test_mrr_agrees_with_decimals_worked_one_by_one(
    items: list[dict[str, Any]], percent: int
) -> None:
    start = AS_OF - timedelta(days=1)
    named = [
        {**row, "item_id": str(number), "sub_id": "s", "currency": "USD"}
        for number, row in enumerate(items)
    ]
    subscription = {"sub_id": "s", "account_id": "a", "status": "active", "started_at": start}
    off = {"discount_id": "d", "sub_id": "s", "percent": percent, "duration": "forever"}
    given_facts = facts(
        accounts=[{"account_id": "a"}],
        subscriptions=[subscription],
        subscription_items=named,
        discounts=[off],
    )
    exact = by_hand({"items": items}) * (100 - percent) / 100
    part = of_parts(given_facts, None, lambda i: account_mrr(i.facts, i.settings, i.terms, i.steps))
    row = part["a"]
    assert abs(row["mrr"] - exact) <= Decimal("0.500000001")
