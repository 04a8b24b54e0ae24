"""Chargebee's lists as they are published: `list` and `next_offset`, times in seconds.

https://apidocs.chargebee.com/docs/api (Product Catalog 2.0).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from support.http_server import Asked, Reply, as_json

MINUTE = 60
DAY = 86_400


def subscription(number: int, status: str, updated_at: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"sub_{number}",
        "billing_period": 1,
        "billing_period_unit": "month",
        "customer_id": f"cus_{number}",
        "status": status,
        "current_term_start": updated_at - DAY,
        "current_term_end": updated_at + 29 * DAY,
        "next_billing_at": updated_at + 29 * DAY,
        "created_at": updated_at - 90 * DAY,
        "started_at": updated_at - 90 * DAY,
        "activated_at": updated_at - 80 * DAY,
        "has_scheduled_changes": False,
        "resource_version": updated_at * 1000,
        "deleted": False,
        "object": "subscription",
        "currency_code": "EUR",
        "subscription_items": [
            {
                "item_price_id": "pro-EUR-Monthly",
                "item_type": "plan",
                "quantity": 3,
                "unit_price": 2900,
                "amount": 8700,
                "object": "subscription_item",
            },
            {
                "item_price_id": "setup-EUR",
                "item_type": "charge",
                "quantity": 1,
                "unit_price": 9900,
                "amount": 9900,
                "object": "subscription_item",
            },
        ],
        "due_invoices_count": 0,
        "mrr": 8700,
        "has_scheduled_advance_invoices": False,
        "updated_at": updated_at,
        **more,
    }


def invoice(number: int, status: str, updated_at: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "customer_id": f"cus_{number}",
        "subscription_id": f"sub_{number}",
        "recurring": True,
        "status": status,
        "price_type": "tax_exclusive",
        "date": updated_at - 10,
        "due_date": updated_at,
        "currency_code": "EUR",
        "sub_total": 10_000,
        "tax": 1900,
        "total": 10_900,
        "amount_paid": 10_900,
        "amount_due": 0,
        "updated_at": updated_at,
        "object": "invoice",
        **({"paid_at": updated_at} if status == "paid" else {}),
        **more,
    }


def customer(number: int, updated_at: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"cus_{number}",
        "email": f"c{number}@example.com",
        "auto_collection": "on",
        "created_at": updated_at,
        "updated_at": updated_at,
        "cf_account_id": f"a{number}",
        "object": "customer",
        **more,
    }


@dataclass
class Chargebee:
    """Resources by kind, listed by when they changed.

    Attributes:
        key: The API key it wants as the user name.
        most: Resources of a page at most, whatever the limit.
    """

    key: str
    most: int = 100
    resources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def answer(self, asked: Asked) -> Reply:
        pair = base64.b64encode(f"{self.key}:".encode()).decode()
        if asked.headers.get("Authorization") != f"Basic {pair}":
            return as_json({"api_error_code": "api_authentication_failed"}, 401)
        kind = asked.path.removeprefix("/api/v2/").removesuffix("s")
        if kind not in self.resources:
            return as_json({"api_error_code": "site_not_found"}, 404)
        after = int(asked.params.get("updated_at[after]", 0))
        found = [each for each in self.resources[kind] if each["updated_at"] > after]
        if asked.params.get("sort_by[asc]") == "updated_at":
            found.sort(key=lambda each: int(each["updated_at"]))
        start = int(asked.params.get("offset", '["0"]').strip('[]"'))
        size = min(int(asked.params.get("limit", 10)), self.most)
        more = {"next_offset": f'["{start + size}"]'} if start + size < len(found) else {}
        return as_json({"list": [{kind: each} for each in found[start : start + size]], **more})
