"""Stripe's subscription object, in the shapes Stripe has published."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from syncworker.model.rows import canonical_rows
from syncworker.model.streams import STREAMS
from syncworker.model.stripe import Parts, subscription_rows

NOV_1, DEC_1 = 1_793_491_200, 1_796_083_200


def item(**more: object) -> dict[str, Any]:
    price = {
        "id": "price_1",
        "unit_amount": 1500,
        "unit_amount_decimal": "1500",
        "currency": "eur",
        "product": "prod_1",
        "tax_behavior": "inclusive",
        "recurring": {"interval": "month", "interval_count": 3, "usage_type": "licensed"},
    }
    price |= more.pop("price", {})
    return {"id": "si_1", "price": price, "quantity": 4, "current_period_end": DEC_1} | more


def subscription(*items: object, **more: object) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "status": "active",
        "created": NOV_1,
        "start_date": NOV_1,
        "cancel_at_period_end": False,
        "metadata": {},
        "items": {"data": list(items), "has_more": False},
    } | more


def only(result: Parts, stream: str) -> dict[str, Any]:
    assert result.refused == []
    [row] = result.rows[stream]
    return row


def refused(result: Parts) -> list[tuple[str, str, str]]:
    return [(part.stream, part.field, part.key) for part in result.refused]


def test_a_subscription_fits_its_streams() -> None:
    result = subscription_rows(subscription(item()))
    for name, given in result.rows.items():
        stream = STREAMS[name]
        columns = {
            column.name: [row.get(column.name) for row in given] for column in stream.columns
        }
        at = datetime(2026, 11, 21, tzinfo=UTC)
        frame, bad = canonical_rows(stream, columns, len(given), source="s", synced_at=at)
        assert bad == ()
        if name == "subscriptions":
            assert frame["started_at"].to_list() == [datetime(2026, 11, 1, tzinfo=UTC)]
            assert frame["current_period_end"].to_list() == [datetime(2026, 12, 1, tzinfo=UTC)]


def test_an_item_holds_its_price() -> None:
    assert only(subscription_rows(subscription(item())), "subscription_items") == {
        "item_id": "si_1",
        "sub_id": "sub_1",
        "price_id": "price_1",
        "product_id": "prod_1",
        "unit_amount": 1500,
        "quantity": 4,
        "interval": "month",
        "interval_count": 3,
        "usage_type": "licensed",
        "currency": "eur",
        "current_period_end": DEC_1,
        "tax_behavior": "inclusive",
        "tiers": None,
        "billed_quantity": None,
    }


@pytest.mark.parametrize(
    ("more", "account", "customer"),
    [
        ({}, None, "cus_1"),
        ({"customer": {"id": "cus_2", "email": "a@b.co"}}, None, "cus_2"),
        ({"customer": {"id": "cus_3", "deleted": True}}, None, "cus_3"),
        ({"metadata": {"account_id": "acme", "org": "x"}}, "acme", "cus_1"),
        ({"metadata": None}, None, "cus_1"),
    ],
)
def test_the_account_is_named_by_metadata_alone_and_the_customer_beside_it(
    more: dict[str, Any], account: str | None, customer: str
) -> None:
    row = only(subscription_rows(subscription(item(), **more)), "subscriptions")
    assert (row["account_id"], row["customer_id"]) == (account, customer)


def test_another_key_of_the_metadata_may_hold_the_account() -> None:
    given = subscription(item(), metadata={"account_id": "acme", "org": "x"})
    assert only(subscription_rows(given, account_key="org"), "subscriptions")["account_id"] == "x"


def test_the_paid_period_ends_as_the_subscription_or_its_latest_item_says() -> None:
    def end(*items: object, **more: object) -> object:
        row = only(subscription_rows(subscription(*items, **more)), "subscriptions")
        return row["current_period_end"]

    assert end(item(), item(id="si_2", current_period_end=NOV_1)) == DEC_1
    assert end(item(current_period_end=None), current_period_end=NOV_1) == NOV_1
    assert end() is None


def test_a_cancellation_keeps_its_request_its_end_and_its_reasons() -> None:
    row = only(
        subscription_rows(
            subscription(
                item(),
                status="canceled",
                canceled_at=NOV_1,
                cancel_at_period_end=True,
                cancel_at=DEC_1,
                ended_at=DEC_1,
                cancellation_details={
                    "reason": "cancellation_requested",
                    "feedback": "too_expensive",
                    "comment": "bye",
                },
                pause_collection={"behavior": "void", "resumes_at": DEC_1},
            )
        ),
        "subscriptions",
    )
    assert row["cancel_requested_at"] == NOV_1
    assert (row["cancel_at"], row["ended_at"], row["cancel_at_period_end"]) == (DEC_1, DEC_1, True)
    assert (row["reason"], row["feedback"]) == ("cancellation_requested", "too_expensive")
    assert (row["comment"], row["pause_behavior"]) == ("bye", "void")
    assert (row["pause_resumes_at"], row.get("pause_since")) == (DEC_1, None)


def test_a_price_below_a_cent_is_read_from_its_decimal() -> None:
    price = {"unit_amount": None, "unit_amount_decimal": "0.05"}
    row = only(subscription_rows(subscription(item(price=price))), "subscription_items")
    assert row["unit_amount"] == "0.05"


def test_a_metered_item_needs_no_amount_and_a_licensed_one_does() -> None:
    tiers = {"unit_amount": None, "unit_amount_decimal": None}
    metered = tiers | {"recurring": {"interval": "month", "usage_type": "metered"}}

    row = only(subscription_rows(subscription(item(price=metered))), "subscription_items")
    assert (row["usage_type"], row["unit_amount"]) == ("metered", None)

    result = subscription_rows(subscription(item(price=tiers)))
    assert refused(result) == [("subscription_items", "unit_amount", "si_1")]
    assert len(result.rows["subscriptions"]) == 1


def test_a_tiered_price_keeps_its_tiers_and_their_mode() -> None:
    tiers = [{"up_to": 5, "unit_amount": 100, "flat_amount": None}, {"up_to": None}]
    price = {
        "unit_amount": None,
        "unit_amount_decimal": None,
        "tiers": tiers,
        "tiers_mode": "volume",
    }
    row = only(subscription_rows(subscription(item(price=price))), "subscription_items")
    assert row["unit_amount"] is None
    assert json.loads(str(row["tiers"])) == {"tiers_mode": "volume", "tiers": tiers}


@pytest.mark.parametrize(
    ("quantity", "transform", "billed"),
    [
        (11, {"divide_by": 5, "round": "up"}, 3),
        (11, {"divide_by": 5, "round": "down"}, 2),
        (10, {"divide_by": 5, "round": "up"}, 2),
        (None, {"divide_by": 5, "round": "up"}, None),
        (11, {"divide_by": 0, "round": "up"}, None),
        (11, None, None),
    ],
)
def test_a_transformed_quantity_changes_what_is_billed_and_not_the_seats(
    quantity: int | None, transform: object, billed: int | None
) -> None:
    given = item(quantity=quantity, price={"transform_quantity": transform})
    row = only(subscription_rows(subscription(given)), "subscription_items")
    assert (row["quantity"], row["billed_quantity"]) == (quantity, billed)


def test_an_item_without_its_price_is_refused_and_its_neighbour_is_read() -> None:
    result = subscription_rows(subscription({"id": "si_0", "price": "price_0"}, item(), "si_9"))
    assert refused(result) == [
        ("subscription_items", "price", "si_0"),
        ("subscription_items", "price", "sub_1"),
    ]
    assert [row["item_id"] for row in result.rows["subscription_items"]] == ["si_1"]


def test_items_that_stripe_cut_off_are_told() -> None:
    result = subscription_rows(subscription(items={"data": [item()], "has_more": True}))
    assert refused(result) == [("subscription_items", "items", "sub_1")]
    assert len(result.rows["subscription_items"]) == 1


COUPON = {"id": "c", "percent_off": 20, "duration": "repeating"}


@pytest.mark.parametrize("holder", [{"coupon": COUPON}, {"source": {"coupon": COUPON}}])
@pytest.mark.parametrize("place", ["discounts", "discount"])
def test_a_discount_is_read_in_the_old_shape_and_the_new(
    holder: dict[str, Any], place: str
) -> None:
    discount = {"id": "di_1", "start": NOV_1, "end": DEC_1} | holder
    more = {place: [discount] if place == "discounts" else discount}
    assert only(subscription_rows(subscription(item(), **more)), "discounts") == {
        "discount_id": "di_1",
        "sub_id": "sub_1",
        "item_id": None,
        "percent": 20,
        "amount": None,
        "currency": None,
        "duration": "repeating",
        "start": NOV_1,
        "end": DEC_1,
        "position": 0,
        "applies_to": None,
    }


def test_discounts_on_items_come_first_and_name_their_item() -> None:
    amount = {"amount_off": 500, "currency": "eur", "duration": "forever"}
    on_item = item(discounts=[{"id": "di_2", "coupon": amount}])
    on_all = [{"id": "di_1", "coupon": COUPON}]
    rows = subscription_rows(subscription(on_item, discounts=on_all)).rows["discounts"]

    told = [(row["discount_id"], row["item_id"], row["amount"], row["position"]) for row in rows]
    assert told == [("di_2", "si_1", 500, 0), ("di_1", None, None, 1)]


def test_a_coupon_limited_to_products_names_them() -> None:
    coupon = COUPON | {"applies_to": {"products": ["prod_1", "prod_2"]}}
    given = subscription(item(), discounts=[{"id": "di_1", "source": {"coupon": coupon}}])
    assert only(subscription_rows(given), "discounts")["applies_to"] == "prod_1,prod_2"


def test_the_customers_discount_counts_where_the_subscription_has_none() -> None:
    customer = {"id": "cus_1", "discount": {"id": "di_9", "source": {"coupon": COUPON}}}
    row = only(subscription_rows(subscription(item(), customer=customer)), "discounts")
    assert (row["discount_id"], row["sub_id"], row["percent"]) == ("di_9:sub_1", "sub_1", 20)

    own = [{"id": "di_1", "source": {"coupon": COUPON}}]
    given = subscription(item(), customer=customer, discounts=own)
    assert only(subscription_rows(given), "discounts")["discount_id"] == "di_1"


def test_a_discount_that_is_only_an_id_is_refused_with_what_expands_it() -> None:
    by_id = {"id": "di_2", "source": {"coupon": "c_2"}}
    result = subscription_rows(subscription(item(), discounts=["di_1", by_id]))

    assert refused(result) == [("discounts", "discount", "di_1"), ("discounts", "coupon", "di_2")]
    assert result.refused[0].reason == "is only an id: expand[]=data.discounts"
    # Each stays as a row that cannot be read: the account's MRR is unknown, not higher.
    kept = [(r["discount_id"], r["percent"], r["amount"]) for r in result.rows["discounts"]]
    assert kept == [("di_1", None, None), ("di_2", None, None)]


@pytest.mark.parametrize("broken", [{}, {"id": 7}, {"id": "cus_1", "object": "customer"}])
def test_what_is_no_subscription_is_refused(broken: dict[str, Any]) -> None:
    result = subscription_rows(broken)
    assert refused(result) == [("subscriptions", "object", "")]
    assert not any(result.rows.values())


def test_a_subscription_without_items_or_with_broken_ones_raises_nothing() -> None:
    for items in (None, [], "x", {"data": None}, {"data": [None]}):
        assert len(subscription_rows(subscription(items=items)).rows["subscriptions"]) == 1
