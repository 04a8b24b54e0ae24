"""Each subscription's own metrics: what its deal shows."""

from datetime import date, timedelta
from typing import Any

import pytest
from support.metric_facts import (
    AS_OF,
    Row,
    account,
    discount,
    facts,
    item,
    side_by_side,
    sub,
    subscriptions,
    utc,
)

from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings

PAST = utc("2026-05-01")
FUTURE = utc("2026-07-01")
DAY = timedelta(days=1)
KEEPS_COMING = timedelta(days=30)


Case = dict[str, list[Row]]


def one(row: Row, *items: Row) -> Case:
    return {"subscriptions": [row], "subscription_items": list(items or [item()])}


def each_subscription(cases: list[Case]) -> list[dict[str, Row]]:
    """By case, its subscriptions by their own ids: one computation for all of them."""
    rows: list[dict[str, Row]] = [{} for _ in cases]
    for key, row in subscriptions(side_by_side(cases)).items():
        number, name = key.split(":")
        rows[int(number)][name] = row
    return rows


def only(row: Row, *items: Row, settings: MetricSettings | None = None, **more: Any) -> Row:
    return subscriptions(facts(**one(row, *items), **more), settings)["s1"]


def several(*subs: tuple[Row, int]) -> Case:
    """Subscriptions s1, s2... with one monthly item each."""
    return {
        "subscriptions": [{**row, "sub_id": f"s{n}"} for n, (row, _) in enumerate(subs, 1)],
        "subscription_items": [
            item(item_id=f"i{n}", sub_id=f"s{n}", unit_amount=amount)
            for n, (_, amount) in enumerate(subs, 1)
        ],
    }


def priced(*subs: tuple[Row, int]) -> dict[str, Any]:
    return subscriptions(facts(**several(*subs)))


def ended(at: Any = PAST, **more: object) -> Row:
    return sub(status="canceled", ended_at=at, **more)


def test_a_running_subscription_shows_its_state_worth_and_start() -> None:
    row = only(sub(), item(quantity=3), item(item_id="i2", interval="year", unit_amount=12000))
    assert row["subscription_state"] == "active"
    assert row["subscription_mrr"] == row["subscription_amount"] == 4000
    assert row["subscription_arr"] == 48000
    assert row["subscription_currency"] == "USD"
    assert row["subscription_started_at"] == utc("2026-01-01")
    assert row["subscription_ends_at"] is row["subscription_inactive_on"] is None
    assert row["subscription_inactive_reason"] is None
    assert row["subscription_deal_type"] == "new_business"
    assert row["subscription_mrr_because"] == "2 priced items"
    assert row["subscription_state_because"] == "active, started 2026-01-01"
    assert row["subscription_type_because"] == "started 2026-01-01, replaced no other"


def test_a_subscription_keeps_the_columns_of_its_stream() -> None:
    row = only(sub(hubspot_deal_id="42", reason="price"))
    assert (row["account_id"], row["hubspot_deal_id"], row["reason"]) == ("acme", "42", "price")


def test_the_state_is_the_status_as_it_stands_at_as_of() -> None:
    cases = (
        (sub(status="trialing"), "trialing"),
        (sub(trial_end=FUTURE), "trialing"),
        (sub(status="past_due"), "past_due"),
        (sub(status="unpaid"), "unpaid"),
        (sub(pause_behavior="void"), "paused"),
        (sub(cancel_at=PAST), "canceled"),
        (sub(status="frozen"), None),
    )
    rows = each_subscription([one(row) for row, _ in cases])
    assert [row["s1"]["subscription_state"] for row in rows] == [state for _, state in cases]


def test_what_never_began_is_not_known_yet_or_is_forgotten_has_no_row() -> None:
    rows = subscriptions(
        facts(
            subscriptions=[
                sub(sub_id="never", status="incomplete_expired"),
                sub(sub_id="later", started_at=FUTURE),
                sub(sub_id="forgotten", deleted_at=PAST),
                sub(sub_id="here", deleted_at=FUTURE),
            ]
        )
    )
    assert rows.keys() == {"here"}


def test_one_that_ended_shows_what_was_lost_and_when() -> None:
    row = only(ended(), item(), item(item_id="i2", valid_to=utc("2026-04-01")))
    assert row["subscription_mrr"] == row["subscription_arr"] == 0
    assert row["subscription_amount"] == 1000
    assert row["subscription_inactive_on"] == date(2026, 5, 1)
    assert row["subscription_inactive_reason"] == "churned"
    assert row["subscription_ends_at"] == PAST
    assert row["subscription_mrr_because"] == "canceled: no MRR"
    assert row["subscription_amount_because"] == "1 priced item, ended 2026-05-01"
    assert row["subscription_inactive_because"] == "ended 2026-05-01, not replaced"


def test_the_inactive_date_is_the_local_day_of_the_end() -> None:
    late = ended(utc("2026-04-30T22:00"))
    assert only(late, timezone="Europe/Berlin")["subscription_inactive_on"] == PAST.date()
    assert only(late)["subscription_inactive_on"] == date(2026, 4, 30)


def test_a_scheduled_end_is_told_while_the_subscription_still_counts() -> None:
    row = only(sub(cancel_at=FUTURE))
    assert row["subscription_ends_at"] == FUTURE
    assert row["subscription_amount"] == 1000
    assert row["subscription_inactive_on"] is row["subscription_inactive_reason"] is None
    assert row["subscription_state_because"] == "active, started 2026-01-01, to end 2026-07-01"
    assert row["subscription_inactive_because"] == "not ended"


def test_a_trial_that_was_never_paid_loses_no_revenue() -> None:
    row = only(ended(trial_end=PAST))
    assert row["subscription_amount"] == 0
    assert row["subscription_inactive_on"] is row["subscription_inactive_reason"] is None
    assert row["subscription_ends_at"] == PAST
    assert row["subscription_amount_because"] == "canceled: no MRR"


def test_an_end_at_an_unknown_time_leaves_the_amount_alone() -> None:
    row = only(sub(status="canceled", started_at=None))
    assert row["subscription_mrr"] == 0
    assert row["subscription_amount"] is None
    assert row["subscription_amount_problem"] == "it is not known when subscription s1 ended"
    assert row["subscription_inactive_reason"] == "churned"


def test_an_amount_that_cannot_be_told_says_why() -> None:
    row = only(sub(), item(unit_amount=None))
    assert row["subscription_mrr"] is row["subscription_arr"] is row["subscription_amount"] is None
    assert row["subscription_mrr_problem"] == row["subscription_amount_problem"]
    assert (
        row["subscription_mrr_because"] == "item i1 has no unit amount (a tiered or custom price)"
    )
    over = only(ended(), item(unit_amount=None))
    assert (over["subscription_mrr"], over["subscription_mrr_problem"]) == (0, None)
    assert over["subscription_amount"] is over["subscription_currency"] is None
    assert over["subscription_amount_because"].startswith("item i1 has no unit amount")
    euro = item(item_id="i2", currency="EUR")
    assert only(sub(), item(), euro)["subscription_mrr_problem"] == (
        "MRR in several currencies (EUR, USD) and no rate between them"
    )
    strange = only(sub(status="frozen"))
    assert strange["subscription_mrr_problem"] == "subscription s1 has an unknown status: frozen"


@pytest.mark.parametrize(
    ("items", "currency"),
    [
        ([item(currency="EUR")], "EUR"),
        ([item(currency="EUR", valid_to=PAST)], "EUR"),
        ([item(currency="EUR", usage_type="metered"), item(item_id="i2")], "USD"),
        ([item(sub_id="other", currency="EUR")], "CHF"),
    ],
)
def test_the_currency_is_that_of_the_items_else_the_portals(items: Any, currency: str) -> None:
    assert only(sub(), *items, currency="CHF")["subscription_currency"] == currency


def test_the_mrr_of_subscriptions_adds_up_to_the_accounts_to_the_cent() -> None:
    third = {"interval": "year", "unit_amount": 10000}  # 833.33 a month
    given = facts(
        subscriptions=[
            sub(sub_id="new", started_at=utc("2026-03-01")),
            sub(sub_id="old", started_at=utc("2026-01-01")),
            sub(sub_id="mid", started_at=utc("2026-02-01")),
        ],
        subscription_items=[
            item(item_id=name, sub_id=name, **third) for name in ("old", "mid", "new")
        ],
    )
    mrr = {name: row["subscription_mrr"] for name, row in subscriptions(given).items()}
    assert mrr == {"old": 833, "mid": 834, "new": 833}
    assert account(given)["mrr"] == sum(mrr.values()) == 2500


def test_settings_and_discounts_count_as_for_the_account() -> None:
    half = [discount(percent=50)]
    assert only(sub(), discounts=half)["subscription_mrr"] == 500
    late = sub(status="past_due")
    assert only(late)["subscription_mrr"] == 1000
    strict = MetricSettings(revenue=RevenueSettings(past_due=False))
    assert only(late, settings=strict)["subscription_mrr"] == 0
    assert only(late, settings=strict)["subscription_mrr_because"] == "past_due: no MRR"


def test_a_replacement_is_told_on_both_sides() -> None:
    changes = [
        (change, amount, gap)
        for amount, change in ((1000, "renewal"), (1001, "upgrade"), (999, "downgrade"))
        for gap in (-KEEPS_COMING, timedelta(0), KEEPS_COMING)
    ]
    found = each_subscription(
        [
            several((ended(), 1000), (sub(started_at=PAST + gap), amount))
            for _, amount, gap in changes
        ]
    )
    for number, ((change, _, _), rows) in enumerate(zip(changes, found, strict=True)):
        old, new = rows["s1"], rows["s2"]
        assert old["subscription_inactive_reason"] == change
        assert new["subscription_deal_type"] == change
        assert old["subscription_replaced_by"] == f"{number}:s2"
        assert old["subscription_inactive_because"] == f"ended 2026-05-01, replaced by {number}:s2"
        assert new["subscription_type_because"].endswith(f"replaced {number}:s1")
        assert old["subscription_deal_type"] == "new_business"


def test_what_did_not_take_over_leaves_it_churned() -> None:
    others = {
        "too late": sub(started_at=PAST + KEEPS_COMING + timedelta(microseconds=1)),
        "too early": sub(started_at=PAST - KEEPS_COMING - timedelta(microseconds=1)),
        "another's": sub(account_id="other", started_at=PAST),
        "on trial": sub(status="trialing", started_at=PAST),
        "in trial": sub(started_at=PAST, trial_end=FUTURE),
        "undated": sub(started_at=None),
        "did not run on": ended(PAST, started_at=PAST - DAY),
    }
    found = each_subscription(
        [several((ended(), 1000), (other, 1000)) for other in others.values()]
    )
    for what, rows in zip(others, found, strict=True):
        assert rows["s1"]["subscription_inactive_reason"] == "churned", what
        assert rows["s2"]["subscription_deal_type"] == "new_business", what


def test_a_subscription_never_replaces_one_that_began_after_it() -> None:
    short = ended(started_at=PAST - DAY)
    rows = priced((sub(started_at=PAST - 2 * DAY), 1000), (short, 1000))
    assert rows["s2"]["subscription_inactive_reason"] == "churned"
    same_start = priced((sub(started_at=PAST - DAY), 1000), (short, 1000))
    assert same_start["s2"]["subscription_inactive_reason"] == "churned"


def test_the_nearest_start_takes_over_and_the_earlier_of_two_as_near() -> None:
    rows = priced(
        (ended(), 1000), (sub(started_at=PAST + 2 * DAY), 1), (sub(started_at=PAST - DAY), 2000)
    )
    assert rows["s1"]["subscription_replaced_by"] == "s3"
    rows = priced((ended(), 1000), (sub(started_at=PAST + DAY), 1), (sub(started_at=PAST - DAY), 1))
    assert rows["s1"]["subscription_replaced_by"] == "s3"


def test_one_that_took_over_from_two_is_compared_with_both() -> None:
    rows = priced((ended(), 600), (ended(PAST - DAY), 400), (sub(started_at=PAST), 1000))
    assert rows["s3"]["subscription_deal_type"] == "renewal"
    assert rows["s3"]["subscription_replaces"] == "s1, s2"
    reasons = {rows[name]["subscription_inactive_reason"] for name in ("s1", "s2")}
    assert reasons == {"renewal"}


def test_a_renewal_stays_one_after_it_has_grown_and_ended_itself() -> None:
    grown = item(item_id="i2", sub_id="s2", valid_from=utc("2026-04-01"))
    given = facts(
        subscriptions=[ended(utc("2026-02-01")), ended(sub_id="s2", started_at=utc("2026-02-01"))],
        subscription_items=[item(), item(item_id="i3", sub_id="s2"), grown],
    )
    rows = subscriptions(given)
    assert rows["s1"]["subscription_inactive_reason"] == "renewal"
    assert rows["s2"]["subscription_deal_type"] == "renewal"
    assert rows["s2"]["subscription_inactive_reason"] == "churned"
    assert rows["s2"]["subscription_amount"] == 2000


def test_items_that_came_some_days_after_the_start_count_in_the_comparison() -> None:
    given = facts(
        subscriptions=[ended(), sub(sub_id="s2", started_at=PAST)],
        subscription_items=[item(), item(item_id="i2", sub_id="s2", valid_from=PAST + DAY)],
    )
    assert subscriptions(given)["s2"]["subscription_deal_type"] == "renewal"


def test_subscriptions_without_items_renew_each_other() -> None:
    given = facts(subscriptions=[ended(), sub(sub_id="s2", started_at=PAST)])
    assert subscriptions(given)["s1"]["subscription_inactive_reason"] == "renewal"


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (item(item_id="i2", sub_id="s2", unit_amount=None), "item i2 has no unit amount"),
        (item(item_id="i2", sub_id="s2", currency="EUR"), "MRR in several currencies (EUR, USD)"),
    ],
)
def test_what_cannot_be_compared_is_told_as_neither(other: Row, problem: str) -> None:
    given = facts(
        subscriptions=[ended(), sub(sub_id="s2", started_at=AS_OF - 40 * DAY)],
        subscription_items=[item(), other],
    )
    rows = subscriptions(given)
    assert rows["s1"]["subscription_inactive_reason"] is None
    assert rows["s2"]["subscription_deal_type"] is None
    assert rows["s1"]["subscription_reason_problem"].startswith(problem)
    assert rows["s2"]["subscription_type_problem"].startswith(problem)
    assert rows["s1"]["subscription_type_problem"] is None


def test_an_item_that_ran_to_the_end_counts_in_what_was_lost_and_in_the_comparison() -> None:
    given = facts(
        subscriptions=[ended(), sub(sub_id="s2", started_at=PAST)],
        subscription_items=[item(valid_to=PAST), item(item_id="i2", sub_id="s2")],
    )
    rows = subscriptions(given)
    assert rows["s1"]["subscription_amount"] == 1000
    assert rows["s1"]["subscription_inactive_reason"] == "renewal"


def test_one_that_ended_as_it_began_can_be_replaced_by_the_next() -> None:
    rows = priced((ended(started_at=PAST), 0), (sub(started_at=PAST + DAY), 1000))
    assert rows["s1"]["subscription_replaced_by"] == "s2"
    assert rows["s2"]["subscription_deal_type"] == "upgrade"
