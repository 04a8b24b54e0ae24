"""Items and discounts that a subscription lost between two whole readings."""

from __future__ import annotations

from support.stripe_objects import Json, at, coupon, discount, item, price

from syncworker.model.stripe_changes import Change, gone_rows
from syncworker.model.stripe_json import Parts

STREAMS = ("subscription_items", "discounts")


def parts() -> Parts:
    now = Parts.of(STREAMS)
    now.rows["subscription_items"].append({"item_id": "si_now"})
    now.rows["discounts"].append({"discount_id": "di_now"})
    return now


def an_item(item_id: str) -> Json:
    return item(item_id, "sub_1", "price_1") | {"price": price("price_1", 700)}


def test_an_item_that_was_replaced_keeps_its_price_and_gets_its_end() -> None:
    result = parts()
    changes = [
        Change(at(9), "sub_1", items=(an_item("si_old"), an_item("si_now"))),
        Change(at(12), "sub_1", items=(an_item("si_old"),)),
        Change(at(13), "sub_1"),
    ]
    gone_rows(changes, "sub_1", result)

    [_, gone] = result.rows["subscription_items"]
    assert (gone["item_id"], gone["unit_amount"], gone["deleted_at"]) == ("si_old", 700, at(12))
    assert result.refused == []


def test_a_discount_that_was_taken_away_keeps_its_coupon_and_gets_its_end() -> None:
    result = parts()
    whole = coupon("c_1", percent_off=20)
    taken = discount("di_old", "c_1") | {"source": {"coupon": whole}}
    still = discount("di_now", "c_1") | {"source": {"coupon": whole}}
    changes = [Change(at(9), "sub_1", discount=taken), Change(at(10), "sub_1", discount=still)]
    gone_rows(changes, "sub_1", result)

    [_, gone] = result.rows["discounts"]
    assert (gone["discount_id"], gone["percent"], gone["deleted_at"]) == ("di_old", 20, at(9))


def test_what_has_no_id_is_left_out() -> None:
    result = parts()
    change = Change(at(9), "sub_1", items=({"price": {}},), discount={"source": {}})
    gone_rows([change], "sub_1", result)
    assert [len(result.rows[name]) for name in STREAMS] == [1, 1]
