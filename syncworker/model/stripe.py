"""Stripe's subscription object to rows of subscriptions, subscription_items and discounts.

Both shapes Stripe has published are read: `current_period_end` on the items or on the
subscription, and a discount's coupon in `source.coupon` or in `coupon`. Where the account is not in
`metadata.account_id` it is the customer. `canceled_at` is when cancelling was last asked for; the
subscription's end is `ended_at`.

Source: https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STREAMS = ("subscriptions", "subscription_items", "discounts")
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Refused:
    """A part of a subscription that cannot be read; the rest of it is."""

    stream: str
    field: str
    reason: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionRows:
    """Raw rows by stream, not yet checked against their schema, and what was refused."""

    rows: Mapping[str, list[Row]] = field(default_factory=lambda: {name: [] for name in STREAMS})
    refused: list[Refused] = field(default_factory=list)


def subscription_rows(subscription: Mapping[str, object]) -> SubscriptionRows:
    """Take a subscription object apart.

    Items need their price, discounts their coupon: an id in the place of an expanded object is
    refused, with the parameter that expands it. So is a licensed item whose price has no amount
    (tiers): its revenue is not known. A list that Stripe cut off is refused as well.
    """
    result = SubscriptionRows()
    sub_id = _text(subscription.get("id"))
    if subscription.get("object", "subscription") != "subscription" or sub_id is None:
        result.refused.append(Refused("subscriptions", "object", "is not a Stripe subscription"))
        return result
    listing = _mapping(subscription.get("items"))
    items = [_mapping(item) for item in _sequence(listing.get("data"))]
    if listing.get("has_more"):
        reason = "has more items than the object holds: list its subscription items too"
        result.refused.append(Refused("subscription_items", "items", reason, sub_id))
    result.rows["subscriptions"].append(_subscription(subscription, items))
    owners: list[tuple[str | None, object]] = [
        (None, subscription.get("discounts") or subscription.get("discount"))
    ]
    for item in items:
        _item(item, sub_id, result)
        owners.append((_text(item.get("id")), item.get("discounts")))
    position = 0
    for item_id, discounts in owners:
        for discount in _sequence(discounts):
            _discount(discount, sub_id, item_id, position, result)
            position += 1
    return result


def _subscription(subscription: Mapping[str, object], items: Sequence[Mapping[str, object]]) -> Row:
    metadata = _mapping(subscription.get("metadata"))
    cancellation = _mapping(subscription.get("cancellation_details"))
    ends = [end for item in items if isinstance(end := item.get("current_period_end"), int)]
    return {
        "sub_id": subscription.get("id"),
        "account_id": metadata.get("account_id") or _id(subscription.get("customer")),
        "status": subscription.get("status"),
        "created_at": subscription.get("created"),
        "started_at": subscription.get("start_date"),
        "trial_start": subscription.get("trial_start"),
        "trial_end": subscription.get("trial_end"),
        "cancel_requested_at": subscription.get("canceled_at"),
        "cancel_at": subscription.get("cancel_at"),
        "cancel_at_period_end": subscription.get("cancel_at_period_end"),
        "current_period_end": subscription.get("current_period_end") or max(ends, default=None),
        "ended_at": subscription.get("ended_at"),
        "pause_behavior": _mapping(subscription.get("pause_collection")).get("behavior"),
        "reason": cancellation.get("reason"),
        "feedback": cancellation.get("feedback"),
        "comment": cancellation.get("comment"),
    }


def _item(item: Mapping[str, object], sub_id: str, result: SubscriptionRows) -> None:
    key = _text(item.get("id")) or sub_id
    price = _mapping(item.get("price"))
    if not price:
        reason = "is not expanded: expand[]=data.items.data.price"
        result.refused.append(Refused("subscription_items", "price", reason, key))
        return
    recurring = _mapping(price.get("recurring"))
    amount = price.get("unit_amount")
    if amount is None:
        amount = price.get("unit_amount_decimal")
    if amount is None and recurring.get("usage_type") != "metered":
        reason = "is not in the price (tiered prices are not read): its revenue is not known"
        # The row stays, without a price: its account's MRR is unknown, not lower.
        result.refused.append(Refused("subscription_items", "unit_amount", reason, key))
    result.rows["subscription_items"].append(
        {
            "item_id": item.get("id"),
            "sub_id": sub_id,
            "price_id": price.get("id"),
            "unit_amount": amount,
            "quantity": item.get("quantity"),
            "interval": recurring.get("interval"),
            "interval_count": recurring.get("interval_count"),
            "usage_type": recurring.get("usage_type"),
            "currency": price.get("currency"),
        }
    )


def _discount(
    value: object, sub_id: str, item_id: str | None, position: int, result: SubscriptionRows
) -> None:
    discount = _mapping(value)
    key = _text(discount.get("id")) or _text(value) or sub_id
    coupon = _mapping(_mapping(discount.get("source")).get("coupon") or discount.get("coupon"))
    # An unread discount stays as a row without an amount: MRR is unknown, not higher.
    if not discount:
        reason = "is only an id: expand[]=data.discounts"
        result.refused.append(Refused("discounts", "discount", reason, key))
    elif not coupon:
        reason = "is only an id: expand[]=data.discounts.source.coupon"
        result.refused.append(Refused("discounts", "coupon", reason, key))
    result.rows["discounts"].append(
        {
            "discount_id": discount.get("id") or _text(value),
            "sub_id": sub_id,
            "item_id": discount.get("subscription_item") or item_id,
            "percent": coupon.get("percent_off"),
            "amount": coupon.get("amount_off"),
            "currency": coupon.get("currency"),
            "duration": coupon.get("duration") or "forever",
            "start": discount.get("start"),
            "end": discount.get("end"),
            "position": position,
        }
    )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[object]:
    """A list as it is, nothing as an empty one, and a single object as a list of one."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _id(value: object) -> object:
    """The id of what may be an id or the object itself."""
    return _mapping(value).get("id") if isinstance(value, Mapping) else value
