"""The fixture account itself answers as Stripe documents: else the tests beside it prove little."""

from __future__ import annotations

from typing import Any

import requests
from support.stripe_objects import at, coupon, discount, item, price, subscription
from support.stripe_server import KEY, StripeServer


def get(account: StripeServer, path: str, key: str = KEY, **parameters: Any) -> tuple[int, Any]:
    named = {name.replace("expand", "expand[]"): value for name, value in parameters.items()}
    answer = requests.get(
        f"{account.url}/v1/{path}",
        params=named,
        headers={"Authorization": f"Bearer {key}", "Connection": "close"},
        timeout=5,
    )
    return answer.status_code, answer.json()


def test_references_are_ids_unless_expanded_and_five_levels_are_refused(
    account: StripeServer,
) -> None:
    tiers = [{"up_to": None, "unit_amount": 5}]
    account.add(
        subscription("sub_1", created=at(1), discounts=["di_1"]),
        item("si_1", "sub_1", "price_t"),
        price("price_t", None, billing_scheme="tiered", tiers=tiers),
        discount("di_1", "c_1"),
        coupon("c_1", percent_off=10, applies_to={"products": ["p"]}),
    )
    [plain] = get(account, "subscriptions", status="all")[1]["data"]
    assert (plain["customer"], plain["discounts"]) == ("cus_1", ["di_1"])
    assert "tiers" not in plain["items"]["data"][0]["price"]

    wanted = ["data.customer", "data.discounts.source.coupon"]
    [whole] = get(account, "subscriptions", status="all", expand=wanted)[1]["data"]
    assert whole["customer"]["object"] == "customer"
    assert whole["discounts"][0]["source"]["coupon"]["percent_off"] == 10
    assert "applies_to" not in whole["discounts"][0]["source"]["coupon"]
    assert get(account, "prices/price_t", expand="tiers")[1]["tiers"] == tiers

    status, deep = get(account, "subscriptions", expand="data.items.data.price.tiers")
    assert (status, deep["error"]["code"]) == (400, "property_expansion_max_depth")
    assert get(account, "subscriptions", status="all", expand="data.nothing")[0] == 400
    assert get(account, "subscriptions", expand="customer")[0] == 400


def test_lists_are_newest_first_and_go_on_behind_an_object(account: StripeServer) -> None:
    for number in range(1, 13):
        account.add(subscription(f"sub_{number}", created=at(number)))
    _, first = get(account, "subscriptions", status="all")
    assert [one["id"] for one in first["data"]][:2] == ["sub_12", "sub_11"]
    assert (len(first["data"]), first["has_more"]) == (10, True)
    _, rest = get(account, "subscriptions", status="all", starting_after="sub_3")
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == (["sub_2", "sub_1"], False)
    assert get(account, "subscriptions", limit=101)[0] == 400
    assert get(account, "subscriptions", starting_after="sub_99")[0] == 400


def test_keys_and_ids_are_checked(account: StripeServer) -> None:
    assert get(account, "subscriptions", key="rk_test_other")[0] == 401
    assert get(account, "subscriptions/sub_1")[0] == 404
