"""What holds of the ledger of MRR whatever the rows are."""

from datetime import timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF, facts

from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.ledger import worth_at
from syncworker.metrics.movements import movements
from syncworker.metrics.mrr import account_mrr
from syncworker.metrics.settings import MetricSettings

DAY = timedelta(days=1)
TIMES = st.integers(-90, 0).map(lambda days: AS_OF + days * DAY)
INSTANTS = st.lists(TIMES, min_size=2, max_size=5, unique=True).map(sorted)
SLOW = [HealthCheck.too_slow]
Rows = dict[str, list[dict[str, Any]]]


@st.composite
def portals(draw: st.DrawFn) -> Rows:
    """A few subscriptions with priced items, discounts and a history of states."""

    def some(most: int, **columns: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        return draw(st.lists(st.fixed_dictionaries(columns), max_size=most))

    def named(key: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, key: str(number)} for number, row in enumerate(rows)]

    late = st.none() | TIMES
    subscriptions = named(
        "sub_id",
        some(
            5,
            account_id=st.sampled_from("ab"),
            status=st.sampled_from(["active", "active", "past_due", "unpaid", "trialing"]),
            started_at=TIMES,
            ended_at=late,
            trial_end=late,
            deleted_at=late,
            synced_at=TIMES,
        ),
    )
    of_sub = st.sampled_from([row["sub_id"] for row in subscriptions] or ["none"])
    return {
        "accounts": [{"account_id": "a"}, {"account_id": "b"}],
        "subscriptions": subscriptions,
        "subscription_items": named(
            "item_id",
            some(
                6,
                sub_id=of_sub,
                unit_amount=st.integers(0, 5000),
                interval=st.sampled_from(["week", "month", "year"]),
                currency=st.sampled_from(["USD", "USD", "EUR"]),
                valid_from=late,
                valid_to=late,
            ),
        ),
        "discounts": named(
            "discount_id",
            some(
                3,
                sub_id=of_sub,
                percent=st.integers(0, 100),
                duration=st.just("forever"),
                start=late,
                end=late,
            ),
        ),
        "subscription_states": [
            {**row, "since": AS_OF - (80 - 20 * number) * DAY}
            for number, row in enumerate(
                some(
                    3,
                    sub_id=of_sub,
                    state=st.sampled_from(["unpaid", "past_due", "pause_collection:void"]),
                    until=late,
                )
            )
        ],
    }


def at(given_facts: Facts, day: Any) -> dict[tuple[str, str], int]:
    rows = worth_at(inputs_of(given_facts, MetricSettings()).ledger, pl.lit(day)).collect()
    return {(r["account_id"], r["currency"]): r["mrr"] for r in rows.iter_rows(named=True)}


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(rows=portals(), instants=INSTANTS)
def test_movements_add_up_between_any_two_instants(rows: Rows, instants: list[Any]) -> None:
    ledger = inputs_of(facts(**rows), MetricSettings()).ledger
    moved = movements(ledger, instants)
    sides = [worth_at(ledger, pl.lit(day)) for day in (instants[0], instants[-1])]
    changes, start, end = pl.collect_all([moved, *sides])
    found: dict[tuple[str, str], int] = {}
    for row in changes.iter_rows(named=True):
        assert (row["kind"] == "none") == (row["change"] == 0)
        key = (row["account_id"], row["currency"])
        found[key] = found.get(key, 0) + row["change"]
    for sign, frame in ((1, start), (-1, end)):
        for row in frame.iter_rows(named=True):
            key = (row["account_id"], row["currency"])
            found[key] = found.get(key, 0) + sign * row["mrr"]
    assert not any(found.values())


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(rows=portals(), seed=st.integers(0, 2**32))
def test_mrr_is_the_ledger_at_as_of_in_whatever_order_rows_come(rows: Rows, seed: int) -> None:
    given_facts = facts(**rows)
    inputs = inputs_of(given_facts, MetricSettings())
    found = account_mrr(inputs.facts, inputs.settings, inputs.terms, inputs.steps)
    worth = at(given_facts, AS_OF)
    for row in found.collect().iter_rows(named=True):
        own = [value for (name, _), value in worth.items() if name == row["account_id"] and value]
        assert row["mrr"] == (sum(own) if len(own) < 2 else None)  # two currencies, no rate
    shuffled = {
        name: frame.collect().sample(fraction=1, shuffle=True, seed=seed).lazy()
        for name, frame in given_facts.streams.items()
    }
    other = Facts(AS_OF, "UTC", "USD", shuffled)
    assert at(other, AS_OF) == worth
