"""What holds of trials and the journey whatever the rows are."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.metric_facts import AS_OF, Row, facts, item

from syncworker.metrics.customers import account_customers
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.journey import account_turns, with_journey
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_journey import JourneySettings
from syncworker.metrics.trials import all_trials

SLOW = [HealthCheck.too_slow]
DAYS = st.integers(-40, 0).map(lambda days: AS_OF + timedelta(days=days))
ENDS = st.integers(-30, 20).map(lambda days: AS_OF + timedelta(days=days))
WHO = st.sampled_from(["a", "b"])
BETTER = {"abandoned": 0, "requested": 1, "expired": 1, "committed": 2, "converted": 3}


def named(key: str, rows: list[Row]) -> list[Row]:
    return [{**row, key: f"{key}{number}"} for number, row in enumerate(rows)]


def rows_of(key: str, most: int, **columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Row]]:
    rows = st.lists(st.fixed_dictionaries(columns), max_size=most)
    return rows.map(lambda found: named(key, found))


TRIALS = rows_of(
    "trial_id",
    4,
    account_id=WHO,
    requested_at=DAYS,
    started_at=st.none() | DAYS,
    ends_at=st.none() | ENDS,
)
EVENTS = rows_of("event_id", 8, account_id=WHO, ts=DAYS, name=st.sampled_from(["report", "login"]))
SUBS = rows_of(
    "sub_id",
    4,
    account_id=WHO,
    status=st.sampled_from(["active", "canceled", "trialing"]),
    started_at=DAYS,
    ended_at=st.none() | ENDS,
)
INVOICES = rows_of(
    "invoice_id",
    3,
    account_id=WHO,
    paid_at=DAYS,
    amount_ex_tax=st.sampled_from([0, 100]),
    currency=st.just("USD"),
)
KEY = MetricSettings(key_events=("report",))


def world(**rows: list[Row]) -> Any:
    created = AS_OF - timedelta(days=60)
    items = [
        item(item_id=sub["sub_id"], sub_id=sub["sub_id"], unit_amount=100 * number)
        for number, sub in enumerate(rows["subscriptions"])
    ]
    people = [{"account_id": name, "created_at": created} for name in ("a", "b")]
    return facts(accounts=people, subscription_items=items, **rows)


def trials(given_facts: Any) -> dict[str, Row]:
    frame = all_trials(inputs_of(given_facts, KEY)).collect()
    return {row["trial_id"]: row for row in frame.iter_rows(named=True)}


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(asked=TRIALS, acts=EVENTS, subs=SUBS, invoices=INVOICES, late=EVENTS)
def test_a_trials_status_is_a_function_of_its_facts_and_use_never_makes_it_worse(
    asked: list[Row],
    acts: list[Row],
    subs: list[Row],
    invoices: list[Row],
    late: list[Row],
) -> None:
    more = [{**row, "event_id": f"late {row['event_id']}"} for row in late]
    given_facts = world(trials=asked, events=acts, subscriptions=subs, invoices=invoices)
    before = trials(given_facts)
    everything = world(trials=asked, events=acts + more, subscriptions=subs, invoices=invoices)
    after = trials(everything)
    backwards = world(
        trials=asked[::-1],
        events=(more + acts)[::-1],
        subscriptions=subs,
        invoices=invoices[::-1],
    )
    assert trials(backwards) == after
    for key, row in after.items():
        assert BETTER[row["status"]] >= BETTER[before[key]["status"]] or row["committed"]
        assert (row["status"] == "converted") == (
            row["paid_before"] or row["first_paid_at"] is not None
        )
        if row["first_paid_at"] is not None:
            assert row["requested_at"] <= row["first_paid_at"] <= AS_OF
        if row["status"] in ("committed", "expired"):
            assert row["started_at"] is not None
        if row["status"] == "expired":
            assert row["ends_at"] <= AS_OF
    customers = dict(
        account_customers(inputs_of(everything, KEY))
        .select("account_id", "customer_since")
        .collect()
        .iter_rows()
    )
    for row in after.values():
        since = customers.get(row["account_id"])
        if since is not None and since >= row["requested_at"]:
            assert row["first_paid_at"] == since


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(acts=EVENTS, subs=SUBS, users=st.integers(0, 2), features=st.integers(0, 2))
def test_a_journeys_stage_holds_and_was_reached_by_now(
    acts: list[Row], subs: list[Row], users: int, features: int
) -> None:
    journey = JourneySettings(success_users=users, success_features=features, renewal_months=1)
    features_named = ("report", "login")
    choice = MetricSettings(("report",), features_named, journey=journey)
    inputs = inputs_of(world(events=acts, subscriptions=subs), choice)
    accounts = inputs.facts.streams["accounts"]
    for part in (account_customers(inputs), account_turns(inputs)):
        accounts = accounts.join(part, on="account_id", how="left")
    for row in with_journey(accounts, inputs).collect().iter_rows(named=True):
        stage, at = row["journey_stage"], row["journey_stage_at"]
        assert row["created_at"] <= at <= AS_OF
        assert (stage == "left") == (row["customer_since"] is not None and not row["pays_now"])
        if stage in ("succeeding", "expanded", "renewed"):
            assert row["pays_now"]
            assert at >= row["paying_since"]
        assert (row["check_in_due_on"] is None) == (not row["pays_now"])
