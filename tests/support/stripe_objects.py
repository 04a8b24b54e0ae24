"""Stripe's objects as published for API version 2026-10-28.endive, with the fields that matter.

References are ids; what expands them is the server's business. Shapes:
https://docs.stripe.com/api
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


def at(day: int, hour: int = 0, *, month: int = 11, year: int = 2026) -> int:
    """A time as Stripe tells it: seconds since 1970."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def subscription(sub_id: str, *, created: int, customer: str = "cus_1", **more: object) -> Json:
    """A subscription without items; those are objects of their own."""
    return {
        "id": sub_id,
        "object": "subscription",
        "billing_cycle_anchor": created,
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "created": created,
        "currency": "eur",
        "customer": customer,
        "discounts": [],
        "ended_at": None,
        "latest_invoice": None,
        "livemode": False,
        "metadata": {},
        "pause_collection": None,
        "start_date": created,
        "status": "active",
        "trial_end": None,
        "trial_start": None,
    } | more


def item(item_id: str, sub_id: str, price_id: str, *, quantity: int = 1, **more: object) -> Json:
    """An item of a subscription; the paid period stands here."""
    return {
        "id": item_id,
        "object": "subscription_item",
        "created": at(1),
        "current_period_start": at(1),
        "current_period_end": at(1, month=12),
        "discounts": [],
        "metadata": {},
        "price": price_id,
        "quantity": quantity,
        "subscription": sub_id,
    } | more


def price(price_id: str, unit_amount: int | None = 1000, **more: object) -> Json:
    """A monthly, licensed price."""
    decimal = None if unit_amount is None else str(unit_amount)
    return {
        "id": price_id,
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": at(1),
        "currency": "eur",
        "product": f"prod_{price_id}",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
        "tax_behavior": "exclusive",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring",
        "unit_amount": unit_amount,
        "unit_amount_decimal": decimal,
    } | more


def coupon(coupon_id: str, **more: object) -> Json:
    """A coupon; what it applies to is shown where that is expanded."""
    return {
        "id": coupon_id,
        "object": "coupon",
        "amount_off": None,
        "created": at(1),
        "currency": None,
        "duration": "forever",
        "percent_off": None,
        "valid": True,
    } | more


def discount(discount_id: str, coupon_id: str, **more: object) -> Json:
    """A coupon that was redeemed; in the newer shape."""
    return {
        "id": discount_id,
        "object": "discount",
        "end": None,
        "source": {"coupon": coupon_id, "type": "coupon"},
        "start": at(1),
        "subscription": None,
        "subscription_item": None,
    } | more


def customer(customer_id: str, **more: object) -> Json:
    """A customer."""
    return {
        "id": customer_id,
        "object": "customer",
        "created": at(1),
        "discount": None,
        "email": None,
        "metadata": {},
        "name": None,
    } | more


def invoice(
    invoice_id: str, *, created: int, customer: str = "cus_1", net: int = 1000, **more: object
) -> Json:
    """A paid invoice of a subscription with 19 % tax on top; its lines are objects of their own."""
    tax = net * 19 // 100
    return {
        "id": invoice_id,
        "object": "invoice",
        "amount_paid": net + tax,
        "created": created,
        "currency": "eur",
        "customer": customer,
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": {}, "subscription": "sub_1"},
            "type": "subscription_details",
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "status": "paid",
        "status_transitions": {
            "finalized_at": created,
            "marked_uncollectible_at": None,
            "paid_at": created + 60,
            "voided_at": None,
        },
        "subtotal": net,
        "total": net + tax,
        "total_excluding_tax": net,
        "total_taxes": [
            {"amount": tax, "tax_behavior": "exclusive", "taxable_amount": net, "type": "tax"}
        ],
    } | more


def line(line_id: str, invoice_id: str, amount: int = 1000, **more: object) -> Json:
    """A line of an invoice, for an item of a subscription."""
    return {
        "id": line_id,
        "object": "line_item",
        "amount": amount,
        "currency": "eur",
        "invoice": invoice_id,
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "proration": False,
                "subscription": "sub_1",
                "subscription_item": "si_1",
            },
            "type": "subscription_item_details",
        },
        "period": {"start": at(1), "end": at(1, month=12)},
        "pricing": {"price_details": {"price": "price_1", "product": "prod_1"}},
        "quantity": 1,
        "taxes": [],
    } | more


def payment(payment_id: str, invoice_id: str, amount: int, intent: str) -> Json:
    """A payment of an invoice, made with a payment intent."""
    return {
        "id": payment_id,
        "object": "invoice_payment",
        "amount_paid": amount,
        "amount_requested": amount,
        "created": at(1),
        "invoice": invoice_id,
        "payment": {"payment_intent": intent, "type": "payment_intent"},
        "status": "paid",
    }


def refund(refund_id: str, intent: str, amount: int, *, created: int, **more: object) -> Json:
    """A refund of a payment."""
    return {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "charge": "ch_1",
        "created": created,
        "payment_intent": intent,
        "status": "succeeded",
    } | more


def credit_note(
    note_id: str, invoice_id: str, amount: int, *, created: int, **more: object
) -> Json:
    """A credit note to the customer's balance."""
    return {
        "id": note_id,
        "object": "credit_note",
        "amount": amount,
        "created": created,
        "invoice": invoice_id,
        "refunds": [],
        "status": "issued",
    } | more
