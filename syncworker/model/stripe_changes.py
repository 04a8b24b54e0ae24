"""What Stripe's events of subscriptions tell: when a status or a pause began, and what went.

An event's object is in the API version of its time, so the rows of what there is are never made
from it: only ids, states, times, and what a subscription has no more.

Source: https://docs.stripe.com/api/events/object
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncworker.model.stripe_discounts import discount_row
from syncworker.model.stripe_items import item_row
from syncworker.model.stripe_json import Object, Parts, id_of, listed, mapping, text


@dataclass(frozen=True, slots=True)
class Change:
    """What one event tells of a subscription.

    Attributes:
        at: When, in seconds since 1970.
        sub_id: The subscription.
        status: Its status from then on; None: the event does not change it.
        before: The status before, where the event says it.
        pause: How collection is paused from then on, "" for not at all; None: unchanged.
        pause_before: The same before, where the event says it.
        items: The items the subscription had before, where they changed.
        discount: A discount that was taken away.
        last: Of a subscription's end, the subscription itself.
    """

    at: int
    sub_id: str
    status: str | None = None
    before: str | None = None
    pause: str | None = None
    pause_before: str | None = None
    items: tuple[Object, ...] = ()
    discount: Object | None = None
    last: Object | None = None


def change_of(event: Object) -> Change | None:
    """What an event of a subscription or of its discount tells; None: it is of neither."""
    at, kind = event.get("created"), text(event.get("type")) or ""
    now = mapping(mapping(event.get("data")).get("object"))
    old = mapping(mapping(event.get("data")).get("previous_attributes"))
    of_discount = kind.startswith("customer.discount.")
    sub_id = id_of(now.get("subscription")) if of_discount else id_of(now)
    if not isinstance(at, int) or sub_id is None:
        return None
    deleted = kind.endswith(".deleted")
    if of_discount:
        return Change(at, sub_id, discount=now if deleted else None)
    status = text(now.get("status")) if not kind.endswith(".updated") or "status" in old else None
    behavior = text(mapping(now.get("pause_collection")).get("behavior")) or ""
    pause = pause_before = None
    if "pause_collection" in old:
        was = old["pause_collection"]
        # Only what differs is told: {"resumes_at": ...} leaves the behaviour as it was.
        pause_before = "" if was is None else text(mapping(was).get("behavior")) or behavior
        pause = behavior
    elif kind.endswith(".created") and behavior:
        pause = behavior
    return Change(
        at,
        sub_id,
        status=status,
        before=text(old.get("status")),
        pause=pause,
        pause_before=pause_before,
        items=tuple(listed(old.get("items"))),
        last=now if deleted else None,
    )


def gone_rows(changes: Iterable[Change], sub_id: str, parts: Parts) -> None:
    """Add rows, marked as deleted, of items and discounts that the subscription no longer has.

    A plan change takes one item away and adds another: without the mark both would count until
    the next whole reading. The rows keep what they cost, because what was so before still counts.

    Args:
        changes: The subscription's changes, oldest first, prices and coupons expanded.
        sub_id: The subscription.
        parts: The rows of the subscription as it is now.
    """
    there = {str(row["item_id"]) for row in parts.rows["subscription_items"]}
    still = {str(row["discount_id"]) for row in parts.rows["discounts"]}
    items: dict[str, tuple[Object, int]] = {}
    discounts: dict[str, tuple[Object, int]] = {}
    for change in changes:
        for item in change.items:
            items[id_of(item) or ""] = (item, change.at)
        if change.discount is not None:
            discounts[id_of(change.discount) or ""] = (change.discount, change.at)
    for stream, found, known in (
        ("subscription_items", items, there),
        ("discounts", discounts, still),
    ):
        gone = Parts.of(("subscription_items", "discounts"))
        for key, (value, at) in found.items():
            if not key or key in known:
                continue
            if stream == "discounts":
                discount_row(value, sub_id, None, 0, gone)
            else:
                item_row(value, sub_id, gone)
            for row in gone.rows[stream]:
                row.setdefault("deleted_at", at)
        parts.rows[stream] += gone.rows[stream]
