"""Subscriptions as a whole reading finds them: everything, priced, and with what Stripe hides."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from support.stripe_objects import at, coupon, customer, discount, item, price, subscription
from support.stripe_read import WATERMARK, moment, only, read, rejected, rows
from support.stripe_server import StripeServer


def plain(account: StripeServer, number: int, **more: object) -> None:
    sub_id = f"sub_{number}"
    account.add(
        subscription(sub_id, created=at(1, number), **more),
        item(f"si_{number}", sub_id, "price_1", quantity=number),
    )


def test_everything_is_read_whatever_its_status(account: StripeServer) -> None:
    statuses = ("active", "past_due", "canceled", "incomplete", "trialing", "unpaid", "paused")
    for number, status in enumerate(statuses, start=1):
        plain(account, number, status=status)
    pages = read(account, "subscriptions")

    assert {row["status"] for row in rows(pages, "subscriptions")} == set(statuses)
    assert len(rows(pages, "subscriptions")) == len(statuses)
    assert [row["quantity"] for row in rows(pages, "subscription_items")] == [7, 6, 5, 4, 3, 2, 1]
    assert {row["customer_id"] for row in rows(pages, "subscriptions")} == {"cus_1"}
    assert {row["account_id"] for row in rows(pages, "subscriptions")} == {None}
    assert rejected(pages) == []


@pytest.mark.parametrize("in_all", [False, True])
def test_subscriptions_of_deleted_customers_are_read_once(
    account: StripeServer, *, in_all: bool
) -> None:
    account.deleted_in_all = in_all
    account.add(customer("cus_2"))
    plain(account, 1)
    plain(account, 2, status="canceled", ended_at=at(9), metadata={"account_id": "acme"})
    plain(account, 3, status="canceled", ended_at=at(9), customer="cus_2")
    account.delete("customer", "cus_2")
    pages = read(account, "subscriptions", page_rows=1)

    assert sorted(row["sub_id"] for row in rows(pages, "subscriptions")) == [
        "sub_1",
        "sub_2",
        "sub_3",
    ]
    by_id = {row["sub_id"]: row for row in rows(pages, "subscriptions")}
    assert by_id["sub_3"]["customer_id"] == "cus_2"
    assert by_id["sub_2"]["account_id"] == "acme"


def test_resuming_after_any_page_loses_and_doubles_nothing(account: StripeServer) -> None:
    account.add(customer("cus_2"))
    for number in range(1, 6):
        plain(account, number)
    for number in range(6, 9):
        plain(account, number, status="canceled", ended_at=at(9), customer="cus_2")
    account.delete("customer", "cus_2")
    pages = read(account, "subscriptions", page_rows=2)

    everything = rows(pages, "subscriptions")
    assert len({row["sub_id"] for row in everything}) == len(everything) == 8
    for done in range(1, len(pages) + 1):
        rest = read(account, "subscriptions", page_rows=2, resume=pages[done - 1].resume)
        assert rows(pages[:done], "subscriptions") + rows(rest, "subscriptions") == everything
        assert rest[-1].cursor == pages[-1].cursor


def test_what_was_made_after_the_watermark_waits(account: StripeServer) -> None:
    plain(account, 1)
    account.add(subscription("sub_2", created=int(WATERMARK.timestamp()) + 1))
    assert only(read(account, "subscriptions"), "subscriptions")["sub_id"] == "sub_1"


def test_a_cancellation_that_was_asked_for_is_not_the_end(account: StripeServer) -> None:
    plain(account, 1, canceled_at=at(5), cancel_at_period_end=True, cancel_at=at(1, month=12))
    row = only(read(account, "subscriptions"), "subscriptions")
    assert (row["cancel_requested_at"], row["ended_at"]) == (moment(at(5)), None)
    assert (row["cancel_at"], row["status"]) == (moment(at(1, month=12)), "active")


def test_a_trial_that_is_over_keeps_its_end_and_a_backdated_start_its_date(
    account: StripeServer,
) -> None:
    plain(account, 1, trial_start=at(1), trial_end=at(15), start_date=at(1, month=3))
    pages = read(account, "subscriptions")
    row = only(pages, "subscriptions")
    assert row["trial_end"] == moment(at(15))
    assert row["started_at"] == moment(at(1, month=3)) < row["created_at"]
    states = [(r["state"], r["since"], r["until"]) for r in rows(pages, "subscription_states")]
    assert states == [
        ("active", moment(at(15)), None),
        ("trialing", moment(at(1)), moment(at(15))),
    ]


def test_the_paid_period_is_the_items(account: StripeServer) -> None:
    plain(account, 1)
    later = at(1, year=2027)
    account.add(item("si_b", "sub_1", "price_1", current_period_end=later))
    pages = read(account, "subscriptions")
    ends = {r["item_id"]: r["current_period_end"] for r in rows(pages, "subscription_items")}
    assert ends == {"si_1": moment(at(1, month=12)), "si_b": moment(later)}
    assert only(pages, "subscriptions")["current_period_end"] == moment(later)


def test_a_paused_collection_is_a_state_since_it_was_seen(account: StripeServer) -> None:
    plain(account, 1, pause_collection={"behavior": "void", "resumes_at": at(1, month=12)})
    pages = read(account, "subscriptions")
    row = only(pages, "subscriptions")
    assert (row["status"], row["pause_behavior"]) == ("active", "void")
    assert (row["pause_since"], row["pause_resumes_at"]) == (None, moment(at(1, month=12)))
    paused = rows(pages, "subscription_states")[-1]
    assert (paused["state"], paused["since"]) == ("pause_collection:void", WATERMARK)
    assert paused["observed_at"] == WATERMARK


def test_a_tiered_price_is_fetched_with_its_tiers_once(account: StripeServer) -> None:
    tiers = [
        {"up_to": 5, "unit_amount": 100, "unit_amount_decimal": "100", "flat_amount": None},
        {"up_to": None, "unit_amount": None, "unit_amount_decimal": "0.5", "flat_amount": 900},
    ]
    account.add(
        price("price_t", None, billing_scheme="tiered", tiers=tiers, tiers_mode="graduated"),
        subscription("sub_1", created=at(1)),
        subscription("sub_2", created=at(1)),
        item("si_1", "sub_1", "price_t"),
        item("si_2", "sub_2", "price_t"),
    )
    pages = read(account, "subscriptions")
    found = rows(pages, "subscription_items")
    assert [json.loads(row["tiers"]) for row in found] == [
        {"tiers_mode": "graduated", "tiers": tiers}
    ] * 2
    assert [row["unit_amount"] for row in found] == [None, None]
    assert rejected(pages) == []
    assert len(account.asked("/v1/prices/price_t")) == 1


def test_prices_below_a_cent_and_packages_are_read_exactly(account: StripeServer) -> None:
    account.add(
        price(
            "price_s",
            None,
            unit_amount_decimal="0.05",
            tax_behavior="inclusive",
            transform_quantity={"divide_by": 10, "round": "up"},
        ),
        subscription("sub_1", created=at(1)),
        item("si_1", "sub_1", "price_s", quantity=11),
    )
    row = only(read(account, "subscriptions"), "subscription_items")
    assert row["unit_amount"] == Decimal("0.05")
    assert (row["quantity"], row["billed_quantity"]) == (11, 2)
    assert (row["tax_behavior"], row["currency"]) == ("inclusive", "EUR")
    assert row["product_id"] == "prod_price_s"


def test_items_that_the_object_cuts_off_are_listed_with_their_discounts(
    account: StripeServer,
) -> None:
    account.render.inner = 2
    account.add(subscription("sub_1", created=at(1)), coupon("c_1", percent_off=10))
    for number in range(7):
        account.add(item(f"si_{number}", "sub_1", "price_1"))
    account.add(discount("di_1", "c_1"))
    account.change("subscription_item", "si_6", discounts=["di_1"])
    pages = read(account, "subscriptions")
    assert len({row["item_id"] for row in rows(pages, "subscription_items")}) == 7
    row = only(pages, "discounts")
    assert (row["item_id"], row["percent"]) == ("si_6", 10)
    assert rejected(pages) == []


def test_discounts_have_their_coupon_and_come_in_the_order_of_subtraction(
    account: StripeServer,
) -> None:
    account.add(
        coupon("c_all", percent_off=50, duration="repeating"),
        coupon("c_item", amount_off=300, currency="eur", duration="once"),
        discount("di_all", "c_all", end=at(1, month=12)),
        discount("di_item", "c_item"),
    )
    account.change("coupon", "c_item", applies_to={"products": ["prod_1", "prod_2"]})
    plain(account, 1, discounts=["di_all"])
    account.change("subscription_item", "si_1", discounts=["di_item"])
    pages = read(account, "subscriptions")

    on_item, on_all = rows(pages, "discounts")
    assert (on_item["item_id"], on_item["amount"], on_item["position"]) == ("si_1", 300, 0)
    assert (on_item["duration"], on_item["applies_to"]) == ("once", "prod_1,prod_2")
    assert (on_all["item_id"], on_all["percent"], on_all["position"]) == (None, 50, 1)
    assert (on_all["start"], on_all["end"]) == (moment(at(1)), moment(at(1, month=12)))
    assert rejected(pages) == []
    assert len(account.asked("/v1/coupons")) == 1


def test_a_deleted_coupon_still_discounts(account: StripeServer) -> None:
    account.add(
        coupon("c_1", percent_off=10),
        coupon("c_2", percent_off=20),
        discount("di_1", "c_1"),
        discount("di_2", "c_2"),
    )
    plain(account, 1, discounts=["di_1"])
    account.change("subscription_item", "si_1", discounts=["di_2"])
    account.delete("coupon", "c_1")
    account.delete("coupon", "c_2")
    pages = read(account, "subscriptions")
    assert [row["percent"] for row in rows(pages, "discounts")] == [20, 10]
    assert rejected(pages) == []


def test_a_coupon_that_stripe_does_not_show_leaves_the_discount_unread_not_absent(
    account: StripeServer,
) -> None:
    account.add(discount("di_1", "c_gone"))
    plain(account, 1)
    account.change("subscription_item", "si_1", discounts=["di_1"])
    pages = read(account, "subscriptions")
    row = only(pages, "discounts")
    assert (row["percent"], row["amount"]) == (None, None)
    assert rejected(pages) == [("discounts", "coupon", "di_1")]


def test_a_customers_discount_is_on_each_of_its_subscriptions(account: StripeServer) -> None:
    account.add(coupon("c_1", percent_off=10), discount("di_1", "c_1"))
    account.change("customer", "cus_1", discount="di_1")
    plain(account, 1)
    plain(account, 2)
    found = rows(read(account, "subscriptions"), "discounts")
    assert [(r["discount_id"], r["percent"]) for r in found] == [
        ("di_1:sub_2", 10),
        ("di_1:sub_1", 10),
    ]


def test_a_bad_row_is_told_and_the_rest_goes_on(account: StripeServer) -> None:
    for number in (1, 2, 3):
        plain(account, number)
    account.change("subscription", "sub_2", trial_end="soon")
    pages = read(account, "subscriptions")
    assert [row["sub_id"] for row in rows(pages, "subscriptions")] == ["sub_3", "sub_1"]
    [bad] = [row for page in pages for row in page.rejected]
    assert (bad.stream, bad.field, bad.key) == ("subscriptions", "trial_end", "sub_2")
    assert (bad.place, bad.position) == ("/v1/subscriptions", 2)


def test_an_empty_account_gives_empty_pages(account: StripeServer) -> None:
    pages = read(account, "subscriptions")
    assert pages
    assert rows(pages, "subscriptions") == []
    assert all(page.declared is False and not page.columns for page in pages)
