"""Stripe's subscriptions: what is listed, which events tell of them, what is fetched beside them.

Source: https://docs.stripe.com/api/subscriptions/list
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from syncworker.model.stripe import STREAMS, subscription_rows
from syncworker.model.stripe_changes import Change, change_of, gone_rows
from syncworker.model.stripe_json import Object, Parts, listed, mapping, sequence, text
from syncworker.model.stripe_states import state_rows
from syncworker.sources.stripe_client import Client
from syncworker.sources.stripe_prices import Prices
from syncworker.sources.stripe_reader import Listing, expand

PROVIDES = (*STREAMS, "subscription_states")
_PATH = "/v1/subscriptions"
_EXPANDED = ("customer", "customer.discount.source.coupon", "discounts.source.coupon")
_LISTED = ("data.customer", "data.discounts.source.coupon", "data.items.data.discounts")


def _of_deleted_customer(subscription: Object) -> bool:
    gone = mapping(subscription.get("customer")).get("deleted") is True
    return gone and subscription.get("status") == "canceled"


def _of_customer(subscription: Object) -> bool:
    return not _of_deleted_customer(subscription)


class Subscriptions:
    """A reading of subscriptions.

    Only the list of cancelled subscriptions is documented to hold those of deleted customers.
    Whether `status=all` holds them too does not matter here: they are taken from that one alone.

    Args:
        client: The session.
        account_key: The key in their metadata that holds the app's account id.
        observed: The watermark, in seconds since 1970.
        since: From when on events are read; None: everything is listed.
    """

    listings: tuple[Listing, ...] = (
        Listing(_PATH, [("status", "all"), *expand(*_LISTED)], _of_customer),
        Listing(_PATH, [("status", "canceled"), *expand(*_LISTED)], _of_deleted_customer),
    )
    event_types: tuple[str, ...] = (
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "customer.subscription.pending_update_applied",
        "customer.subscription.pending_update_expired",
        "customer.discount.created",
        "customer.discount.updated",
        "customer.discount.deleted",
    )

    def __init__(
        self, client: Client, account_key: str, *, observed: int, since: int | None
    ) -> None:
        self._client = client
        self._account_key = account_key
        self._observed = observed
        self._since = since
        self._prices = Prices(client, whole=since is None)
        self._changes: dict[str, list[Change]] = {}

    def parts(self, value: Object) -> Parts:
        """See `Reader`."""
        return self._parts(value, ())

    def take(self, event: Object) -> None:
        """See `Reader`."""
        change = change_of(event)
        if change is not None:
            self._changes.setdefault(change.sub_id, []).append(change)

    def touched(self) -> Collection[str]:
        """See `Reader`."""
        return self._changes

    def changed(self, object_id: str) -> Parts | None:
        """See `Reader`. Where Stripe has it no more, what its end's event told is taken."""
        changes = self._changes[object_id][::-1]
        value = self._client.get(f"{_PATH}/{object_id}", expand(*_EXPANDED, "items.data.discounts"))
        if value is None:
            value = next((one.last for one in changes if one.last is not None), None)
        return None if value is None else self._parts(value, changes)

    def _parts(self, value: Object, changes: Sequence[Change]) -> Parts:
        value = self._whole(value)
        result = subscription_rows(value, account_key=self._account_key)
        result.rows["subscription_states"] = []
        if not result.rows["subscriptions"]:
            return result
        past = [
            replace(
                change,
                items=tuple(self._prices.past_item(item) for item in change.items),
                discount=mapping(self._prices.discount(change.discount)) or None,
            )
            for change in changes
        ]
        gone_rows(past, str(value["id"]), result)
        result.rows["subscription_states"] = state_rows(
            value, observed=self._observed, changes=changes, since=self._since
        )
        return result

    def _whole(self, value: Object) -> Object:
        """The subscription with all of its items, their tiers and the coupons."""
        items = listed(value.get("items"))
        if mapping(value.get("items")).get("has_more") and text(value.get("id")):
            by: tuple[str, str | int] = ("subscription", str(value["id"]))
            asked = [by, *expand("data.discounts.source.coupon")]
            items = list(self._client.listed("/v1/subscription_items", asked))
        customer = mapping(value.get("customer"))
        if customer.get("discount"):
            discount = self._prices.discount(customer["discount"])
            value = {**value, "customer": {**customer, "discount": discount}}
        own = [self._prices.discount(one) for one in sequence(value.get("discounts"))]
        return {
            **value,
            "items": {"data": [self._prices.item(item) for item in items], "has_more": False},
            "discounts": own,
        }
