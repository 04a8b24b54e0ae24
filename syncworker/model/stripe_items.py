"""A subscription's item, with what its price costs, to a row of subscription_items.

Sources: https://docs.stripe.com/api/subscription_items/object and
https://docs.stripe.com/api/prices/object
"""

from __future__ import annotations

import json

from syncworker.model.stripe_json import Object, Parts, Refused, id_of, mapping, text


def item_row(item: Object, sub_id: str, result: Parts) -> None:
    """Add the item's row, or why there is none.

    `unit_amount` is empty where the price is tiered or lies below a cent; the decimal text is used
    then. `quantity` are the seats; what is billed of them after `transform_quantity` is
    `billed_quantity`.
    """
    key = text(item.get("id")) or sub_id
    price = mapping(item.get("price"))
    if not price:
        reason = "is not expanded: expand[]=data.items.data.price"
        result.refused.append(Refused("subscription_items", "price", reason, key))
        return
    recurring = mapping(price.get("recurring"))
    amount = price.get("unit_amount")
    if amount is None:
        amount = price.get("unit_amount_decimal")
    tiers = price.get("tiers")
    if amount is None and not tiers and recurring.get("usage_type") != "metered":
        reason = "is not in the price, and neither are its tiers: its revenue is not known"
        # The row stays, without a price: its account's MRR is unknown, not lower.
        result.refused.append(Refused("subscription_items", "unit_amount", reason, key))
    result.rows["subscription_items"].append(
        {
            "item_id": item.get("id"),
            "sub_id": sub_id,
            "price_id": price.get("id"),
            "product_id": id_of(price.get("product")),
            "unit_amount": amount,
            "quantity": item.get("quantity"),
            "interval": recurring.get("interval"),
            "interval_count": recurring.get("interval_count"),
            "usage_type": recurring.get("usage_type"),
            "currency": price.get("currency"),
            "current_period_end": item.get("current_period_end"),
            "tax_behavior": price.get("tax_behavior"),
            "tiers": tiers_text(price) if tiers else None,
            "billed_quantity": _billed(item.get("quantity"), price.get("transform_quantity")),
        }
    )


def tiers_text(price: Object) -> str:
    """A tiered price's tiers as JSON: `tiers_mode` and `tiers`, each named as Stripe names them."""
    told = {"tiers_mode": price.get("tiers_mode"), "tiers": price.get("tiers")}
    return json.dumps(told, separators=(",", ":"))


def _billed(quantity: object, transform: object) -> int | None:
    """The quantity in billed packages: divided, then rounded up or down as the price says."""
    by = mapping(transform).get("divide_by")
    if not isinstance(quantity, int) or not isinstance(by, int) or by < 1:
        return None
    up = mapping(transform).get("round") == "up"
    return -(-quantity // by) if up else quantity // by
