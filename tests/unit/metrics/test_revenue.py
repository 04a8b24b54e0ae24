"""What counts as MRR: modes, status history, prices, discounts and item history."""

from typing import Any

import polars as pl
import pytest
from support.metric_facts import AS_OF, Row, accounts, discount, item, sub
from support.revenue_facts import (
    APR,
    DAY,
    FUTURE,
    JAN,
    JUN,
    MAR,
    PAST,
    Case,
    invoice,
    line,
    revenue,
    state,
    steps_of,
    world,
)

from syncworker.metrics.counting import mode_name
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.ledger import worth_at
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings

PAUSED = {
    "subscriptions": [sub(pause_behavior="void", pause_since=MAR)],
    "subscription_items": [item()],
}
COUPONS = {
    "subscriptions": [sub()],
    "subscription_items": [item()],
    "discounts": [
        discount(percent=10),
        discount(discount_id="d2", percent=50, duration="repeating", end=FUTURE),
    ],
}
ENDING = {
    "subscriptions": [sub(cancel_at=FUTURE, cancel_requested_at=PAST)],
    "subscription_items": [item()],
}
UNPAID = {"subscriptions": [sub(status="unpaid")], "subscription_items": [item()]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # support.stripe.com/questions/billing-analytics: only coupons that last forever count
        ({}, {"paused": 0, "coupons": 450, "ending": 1000, "unpaid": 0}),
        ({"mode": "stripe_dashboard"}, {"paused": 1000, "coupons": 900, "ending": 0, "unpaid": 0}),
        (
            {"mode": "stripe_dashboard", "churn_timing": "effective_end", "paused": "draft"},
            {"paused": 0, "coupons": 900, "ending": 1000, "unpaid": 0},
        ),
        (
            {"recurring_coupons": "none", "unpaid": True, "paused": "all"},
            {"paused": 1000, "coupons": 1000, "ending": 1000, "unpaid": 1000},
        ),
    ],
)
def test_a_mode_sets_the_switches_and_a_switch_that_is_set_counts(
    given: Any, expected: dict[str, int]
) -> None:
    cases = {"paused": PAUSED, "coupons": COUPONS, "ending": ENDING, "unpaid": UNPAID}
    found = accounts(world(cases), revenue(**given))
    assert {name: row["mrr"] for name, row in found.items()} == expected
    assert {row["mrr_mode"] for row in found.values()} == {mode_name(RevenueSettings(**given))}


def test_the_mode_is_told_with_every_switch_that_differs_from_it() -> None:
    assert mode_name(RevenueSettings(past_due=True)) == "standard"
    assert mode_name(RevenueSettings(past_due=False, paused="all")) == (
        "standard, past_due: false, paused: all"
    )
    row = accounts(world({"a": UNPAID}), revenue(mode="stripe_dashboard"))["a"]
    assert row["mrr_because"] == "no paying subscription, mode stripe_dashboard"


@pytest.mark.parametrize(
    ("row", "states", "gap"),
    [
        # a span without payment is out, and what is back counts again
        (sub(), [state("unpaid", MAR, APR)], (MAR, APR)),
        (sub(), [state("past_due", MAR, APR)], None),
        (sub(), [state("pause_collection:void", MAR, APR)], (MAR, APR)),
        (sub(), [state("pause_collection:keep_as_draft", MAR, APR)], None),
        # the subscription's own status holds from the reading that saw it
        (sub(status="unpaid", synced_at=JUN), [], (JUN, FUTURE)),
        (sub(pause_behavior="void", pause_since=MAR, pause_resumes_at=APR), [], (MAR, APR)),
        # a reading that says otherwise ends what was still open
        (sub(synced_at=APR), [state("unpaid", MAR)], (MAR, APR)),
        # its first payment came in March
        (sub(), [state("incomplete", JAN, MAR)], (JAN, MAR)),
        # a later state ends an older one that was still open
        (sub(), [state("unpaid", MAR), state("active", APR)], (MAR, APR)),
    ],
)
def test_the_status_at_an_instant_decides_what_counts(row: Row, states: Any, gap: Any) -> None:
    case = {
        "subscriptions": [row],
        "subscription_items": [item()],
        "subscription_states": states,
    }
    ledger = inputs_of(world({"a": case}), MetricSettings()).ledger
    days = [JAN - DAY, JAN, MAR - DAY, MAR, APR - DAY, APR, JUN - DAY, JUN, AS_OF]
    worth = pl.collect_all([worth_at(ledger, pl.lit(day)) for day in days])
    for day, rows in zip(days, worth, strict=True):
        idle = day < JAN or (gap is not None and gap[0] <= day < gap[1])
        assert rows["mrr"].sum() == (0 if idle else 1000), day


def test_a_subscription_that_was_only_tried_never_churns_and_a_deleted_one_does() -> None:
    gone = {"subscription_items": [item()]}
    cases: dict[str, Case] = {
        "tried": {
            **gone,
            "subscriptions": [sub(status="canceled", ended_at=PAST)],
            "subscription_states": [state("trialing", JAN, MAR), state("paused", MAR)],
        },
        "paid": {
            **gone,
            "subscriptions": [sub(status="canceled", ended_at=PAST)],
            "subscription_states": [state("active", JAN, MAR), state("trialing", MAR)],
        },
        "deleted": {**gone, "subscriptions": [sub(deleted_at=PAST)]},
        "strange": {**gone, "subscriptions": [sub(status="frozen")]},
    }
    found = accounts(world(cases))
    assert {name: row["churned"] for name, row in found.items()} == {
        "tried": False,
        "paid": True,
        "deleted": True,
        "strange": False,
    }
    assert found["deleted"]["churned_mrr"] == 1000
    assert steps_of(world(cases)).keys() == {"paid", "deleted", "strange"}
    assert steps_of(world(cases))["strange"][0][2] is None
    assert found["strange"]["pays_now"] is found["strange"]["mrr_movement"] is None


def test_an_unknown_status_is_not_known_to_be_free_within_its_trial() -> None:
    trial = sub(status="frozen", trial_end=FUTURE)
    found = accounts(world({"a": {"subscriptions": [trial], "subscription_items": [item()]}}))
    assert found["a"]["mrr"] is None


def test_a_trial_that_its_history_tells_was_paid_later_is_worth_its_price() -> None:
    case: Case = {
        "subscriptions": [sub(status="trialing", synced_at=JAN)],
        "subscription_states": [state("active", MAR)],
        "subscription_items": [item()],
    }
    assert steps_of(world({"a": case})) == {"a": [(MAR, None, 1000)]}


GRADUATED = (
    '{"tiers_mode":"graduated","tiers":[{"up_to":5,"unit_amount":700,"flat_amount":100},'
    '{"up_to":null,"unit_amount":null,"unit_amount_decimal":"650.5","flat_amount":200}]}'
)
VOLUME = GRADUATED.replace("graduated", "volume")
CAPPED = GRADUATED.replace("null,", "9,", 1)


def test_prices_with_tiers_tax_and_packages() -> None:
    def of(tiers: str | None, quantity: int, **more: Any) -> Case:
        row = item(unit_amount=None, tiers=tiers, quantity=quantity, **more)
        return {"subscriptions": [sub()], "subscription_items": [row]}

    taxed = item(unit_amount=1190, tax_behavior="inclusive")
    cases: dict[str, Case] = {
        "first": of(GRADUATED, 5),
        "second": of(GRADUATED, 7),
        "none": of(GRADUATED, 0),
        "volume": of(VOLUME, 7),
        "volume low": of(VOLUME, 5),
        "beyond": of(CAPPED, 10),
        "nonsense": of("{", 1),
        "other mode": of(GRADUATED.replace("graduated", "other"), 1),
        "packages": of(None, 21, billed_quantity=3)
        | {"subscription_items": [item(unit_amount=100, quantity=21, billed_quantity=3, seats=20)]},
        "taxed": {
            "subscriptions": [sub()],
            "subscription_items": [taxed],
            "invoices": [invoice(amount_ex_tax=999, tax=190)],
        },
        "untold": {"subscriptions": [sub()], "subscription_items": [taxed]},
    }
    found = accounts(world(cases))
    assert {name: row["mrr"] for name, row in found.items()} == {
        "first": 3600,
        "second": 3600 + 1301 + 200,
        "none": 100,
        "volume": 4754,  # 7 x 650.5 + 200, half up
        "volume low": 3600,
        "beyond": None,
        "nonsense": None,
        "other mode": None,
        "packages": 300,
        "taxed": 1000,
        "untold": None,
    }
    assert found["untold"]["mrr_problem"] == (
        "item untold-i1 includes tax at a rate that no invoice tells"
    )
    assert found["packages"]["seats"] == 20


def test_a_discount_limited_to_products_is_spread_over_these_alone() -> None:
    items = [
        item(unit_amount=6000, product_id="p1"),
        item(item_id="i2", unit_amount=2000, product_id="p2"),
        item(item_id="i3", unit_amount=2000, product_id="p3", interval="year"),
    ]

    def of(*discounts: Row) -> Case:
        return {
            "subscriptions": [sub()],
            "subscription_items": items,
            "discounts": list(discounts),
        }

    first = discount(amount=4000, applies_to="p1, p2", start=JAN)
    half = discount(discount_id="d2", percent=50, start=MAR)
    cases = {
        "amount": of(first),  # 40.00 off 80.00: half of both is left, and the year's 1.67
        "then half": of(first, half),
        "half then": of({**first, "start": APR}, half),
        "percent": of(discount(percent=50, applies_to="p2")),
        "other": of(discount(percent=50, applies_to="p9")),
        "on item": of(discount(percent=50, item_id="i1", applies_to="p2")),
    }
    assert {name: row["mrr"] for name, row in accounts(world(cases)).items()} == {
        "amount": 4167,
        "then half": 2083,
        "half then": 83,
        "percent": 7167,
        "other": 8167,
        "on item": 8167,
    }


def test_invoices_tell_what_an_item_was_before_it_was_first_read() -> None:
    lines = [
        line(1, "2026-01-01", "2026-02-01", 800),
        line(2, "2026-02-01", "2026-03-01", 800),
        line(3, "2026-03-01", "2026-04-01", 1000, price_id="new"),
        line(4, "2026-04-01", "2026-05-01", 1000, price_id="new"),
        line(5, "2026-03-15", "2026-04-01", 77, proration=True),
    ]
    first = item(price_id="new", quantity=1, synced_at=PAST)
    cases: dict[str, Case] = {
        "billed": {
            "subscriptions": [sub()],
            "subscription_items": [first],
            "invoices": [invoice()],
            "invoice_lines": lines,
        },
        "yearly": {
            "subscriptions": [sub()],
            "subscription_items": [first],
            "invoices": [invoice()],
            "invoice_lines": [line(1, "2025-01-01", "2026-01-01", 2400)],
        },
        "weekly": {
            "subscriptions": [sub()],
            "subscription_items": [first],
            "invoices": [invoice()],
            "invoice_lines": [line(1, "2026-01-01", "2026-01-08", 300)],
        },
        "void": {
            "subscriptions": [sub()],
            "subscription_items": [first],
            "invoices": [invoice(status="void")],
            "invoice_lines": lines,
        },
        "read again": {
            "subscriptions": [sub()],
            "subscription_items": [first, {**first, "unit_amount": 1500, "synced_at": JUN}],
        },
    }
    worth = {name: [step[2] for step in steps] for name, steps in steps_of(world(cases)).items()}
    assert worth == {
        "billed": [800, 1000],
        "yearly": [200, 1000],
        "weekly": [1300, 1000],
        "void": [1000],
        "read again": [1000, 1500],
    }
    assert steps_of(world(cases))["billed"][1][0] == MAR
    moved = accounts(world(cases))["read again"]
    # A change at the first instant of June belongs to June.
    assert (moved["mrr_movement"], moved["mrr_change"]) == ("expansion", 500)
