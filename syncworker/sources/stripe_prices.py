"""What a subscription names by id and Stripe does not expand: coupons, and the tiers of prices."""

from __future__ import annotations

from syncworker.model.stripe_discounts import coupon_of
from syncworker.model.stripe_json import Object, id_of, mapping, sequence, text
from syncworker.sources.stripe_client import Client
from syncworker.sources.stripe_reader import expand


class Prices:
    """Coupons and tiers, each asked for once in a reading.

    An item's discounts are expanded at four levels already, so their coupons stay ids, and so does
    what a coupon applies to; `data.items.data.price.tiers` is five levels, which Stripe refuses.

    Args:
        client: The session.
        whole: Whether everything is read: then coupons are listed, else got one by one.
    """

    def __init__(self, client: Client, *, whole: bool) -> None:
        self._client = client
        self._coupons: dict[str, Object | None] = {}
        self._unlisted = whole
        self._prices: dict[str, Object | None] = {}

    def item(self, item: Object) -> Object:
        """The item with its price's tiers and its discounts' coupons."""
        item = {**item, "price": self._with_tiers(item.get("price"))}
        discounts = [self.discount(one) for one in sequence(item.get("discounts"))]
        if any(not mapping(coupon_of(one)) for one in discounts):
            # A deleted coupon is in no list, but what was discounted by it still shows it.
            path = f"/v1/subscription_items/{item.get('id')}"
            whole = self._client.get(path, expand("discounts.source.coupon"))
            discounts = list(sequence(mapping(whole).get("discounts"))) or discounts
        return {**item, "discounts": discounts}

    def past_item(self, item: Object) -> Object:
        """An item of an event, with its price as Stripe has it in our version of the API."""
        price_id = id_of(item.get("price"))
        price = self._price(price_id) if price_id else None
        return {**item, "price": price or item.get("price")}

    def discount(self, value: object) -> object:
        """The discount with its whole coupon, where there is one."""
        discount, coupon_id = mapping(value), id_of(coupon_of(value))
        coupon = self._coupon(coupon_id) if coupon_id else None
        if coupon is None:
            return value
        return {**discount, "source": {"type": "coupon", "coupon": coupon}}

    def _coupon(self, coupon_id: str) -> Object | None:
        applies_to = "applies_to"
        if self._unlisted:
            self._unlisted = False
            listed = self._client.listed("/v1/coupons", expand(f"data.{applies_to}"))
            self._coupons |= {str(one["id"]): one for one in listed}
        if coupon_id not in self._coupons:
            path = f"/v1/coupons/{coupon_id}"
            self._coupons[coupon_id] = self._client.get(path, expand(applies_to))
        return self._coupons[coupon_id]

    def _with_tiers(self, value: object) -> object:
        price = mapping(value)
        tiered = price.get("billing_scheme") == "tiered" and not price.get("tiers")
        price_id = text(price.get("id"))
        if not tiered or price_id is None:
            return value
        return self._price(price_id) or value

    def _price(self, price_id: str) -> Object | None:
        if price_id not in self._prices:
            path = f"/v1/prices/{price_id}"
            self._prices[price_id] = self._client.get(path, expand("tiers"))
        return self._prices[price_id]
