"""Stripe's subscription object to rows of subscriptions, subscription_items and discounts.

Both shapes Stripe has published are read: `current_period_end` on the items or on the
subscription, and a discount's coupon in `source.coupon` or in `coupon`. `canceled_at` is when
cancelling was last asked for; the subscription's end is `ended_at`. Since when collection is
paused is not in the object: `subscription_states` tell it.

Source: https://docs.stripe.com/api/subscriptions/object
"""

from __future__ import annotations

from collections.abc import Sequence

from syncworker.model.stripe_discounts import discount_rows
from syncworker.model.stripe_items import item_row
from syncworker.model.stripe_json import Object, Parts, Refused, Row, id_of, listed, mapping, text

__all__ = ["STREAMS", "Parts", "Refused", "Row", "subscription_rows"]

STREAMS = ("subscriptions", "subscription_items", "discounts")


def subscription_rows(subscription: Object, *, account_key: str = "account_id") -> Parts:
    """Take a subscription object apart.

    Items need their price, discounts their coupon: an id in the place of an expanded object is
    refused, with the parameter that expands it. So is a licensed item whose price has neither an
    amount nor tiers: its revenue is not known. A list that Stripe cut off is refused as well.

    Args:
        subscription: The object.
        account_key: The key in its metadata that holds the app's account id; without one the
            account stays empty, and `customer_id` leads to it.
    """
    result = Parts.of(STREAMS)
    sub_id = text(subscription.get("id"))
    if subscription.get("object", "subscription") != "subscription" or sub_id is None:
        result.refused.append(Refused("subscriptions", "object", "is not a Stripe subscription"))
        return result
    items = listed(subscription.get("items"))
    if mapping(subscription.get("items")).get("has_more"):
        reason = "has more items than the object holds: list its subscription items too"
        result.refused.append(Refused("subscription_items", "items", reason, sub_id))
    result.rows["subscriptions"].append(_subscription(subscription, items, account_key))
    for item in items:
        item_row(item, sub_id, result)
    discount_rows(subscription, items, sub_id, result)
    return result


def _subscription(subscription: Object, items: Sequence[Object], account_key: str) -> Row:
    cancellation = mapping(subscription.get("cancellation_details"))
    pause = mapping(subscription.get("pause_collection"))
    ends = [end for item in items if isinstance(end := item.get("current_period_end"), int)]
    return {
        "sub_id": subscription.get("id"),
        "account_id": mapping(subscription.get("metadata")).get(account_key),
        "customer_id": id_of(subscription.get("customer")),
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
        "pause_behavior": pause.get("behavior"),
        "pause_resumes_at": pause.get("resumes_at"),
        "reason": cancellation.get("reason"),
        "feedback": cancellation.get("feedback"),
        "comment": cancellation.get("comment"),
    }
