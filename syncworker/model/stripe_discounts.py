"""The discounts of a subscription to rows: those on its items first, then its own.

Source: https://docs.stripe.com/api/discounts/object
"""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.model.stripe_json import (
    Object,
    Parts,
    Refused,
    id_of,
    mapping,
    sequence,
    text,
)


def discount_rows(
    subscription: Object, items: Sequence[Object], sub_id: str, result: Parts
) -> None:
    """Add the discounts in the order in which Stripe subtracts them.

    Where neither the subscription nor an item has one, the expanded customer's own counts: Stripe
    bills it on each of the customer's subscriptions, so its id carries the subscription's.
    """
    found: list[tuple[str | None, object]] = [
        (text(item.get("id")), discount)
        for item in items
        for discount in sequence(item.get("discounts"))
    ]
    own = subscription.get("discounts") or subscription.get("discount")
    found += [(None, discount) for discount in sequence(own)]
    for position, (item_id, discount) in enumerate(found):
        discount_row(discount, sub_id, item_id, position, result)
    of_customer = mapping(mapping(subscription.get("customer")).get("discount"))
    if of_customer and not found:
        renamed = {**of_customer, "id": f"{of_customer.get('id')}:{sub_id}"}
        discount_row(renamed, sub_id, None, 0, result)


def coupon_of(discount: object) -> object:
    """The discount's coupon, an object or an id, in the new shape or the old."""
    given = mapping(discount)
    return mapping(given.get("source")).get("coupon") or given.get("coupon")


def discount_row(
    value: object, sub_id: str, item_id: str | None, position: int, result: Parts
) -> None:
    """Add one discount's row; what cannot be read of it is refused."""
    discount = mapping(value)
    key = id_of(value) or sub_id
    coupon = mapping(coupon_of(discount))
    # An unread discount stays as a row without an amount: MRR is unknown, not higher.
    if not discount:
        reason = "is only an id: expand[]=data.discounts"
        result.refused.append(Refused("discounts", "discount", reason, key))
    elif not coupon:
        reason = "is only an id: expand[]=data.discounts.source.coupon"
        result.refused.append(Refused("discounts", "coupon", reason, key))
    products = sequence(mapping(coupon.get("applies_to")).get("products"))
    result.rows["discounts"].append(
        {
            "discount_id": id_of(value),
            "sub_id": sub_id,
            "item_id": discount.get("subscription_item") or item_id,
            "percent": coupon.get("percent_off"),
            "amount": coupon.get("amount_off"),
            "currency": coupon.get("currency"),
            "duration": coupon.get("duration") or "forever",
            "start": discount.get("start"),
            "end": discount.get("end"),
            "position": position,
            "applies_to": ",".join(str(product) for product in products) or None,
        }
    )
