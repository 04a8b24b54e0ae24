"""Stripe's invoice object to rows of invoices and invoice_lines.

`amount_ex_tax` is `total_excluding_tax`: after discounts, without tax. A line's `amount` is
Stripe's amount less the tax that is included in it; discounts are not taken off it. Both shapes
Stripe has published are read: what a line is for in `parent` and `pricing`, or beside the amount.

`refunded` is money refunded on the invoice's payments, and what credit notes give back in another
way: to the customer's balance, outside of Stripe, or by asking for less before it was paid.

Sources: https://docs.stripe.com/api/invoices/object, https://docs.stripe.com/api/invoice-line-item
and https://docs.stripe.com/api/credit_notes/object
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from syncworker.model.stripe_json import (
    Object,
    Parts,
    Refused,
    Row,
    id_of,
    listed,
    mapping,
    number,
    sequence,
    text,
)

STREAMS = ("invoices", "invoice_lines")
_NOT_PAID_BACK = ("failed", "canceled")


def invoice_rows(
    invoice: Object,
    *,
    account_key: str = "account_id",
    refunded: tuple[int, int | None] = (0, None),
) -> Parts:
    """Take an invoice object apart. A list of lines that Stripe cut off is refused.

    Args:
        invoice: The object.
        account_key: The key in its metadata, or in its subscription's, with the app's account id.
        refunded: What was paid back and when last, as `refunded` tells.
    """
    result = Parts.of(STREAMS)
    invoice_id = text(invoice.get("id"))
    if invoice.get("object", "invoice") != "invoice" or invoice_id is None:
        result.refused.append(Refused("invoices", "object", "is not a Stripe invoice"))
        return result
    amount, at = refunded
    parent = mapping(mapping(invoice.get("parent")).get("subscription_details"))
    older = mapping(invoice.get("subscription_details"))
    tax = _tax(invoice)
    net = invoice.get("total_excluding_tax")
    total = invoice.get("total")
    if net is None and isinstance(total, int):
        net = total - (tax or 0)
    result.rows["invoices"].append(
        {
            "invoice_id": invoice_id,
            "account_id": next(
                filter(
                    None,
                    (
                        mapping(holder.get("metadata")).get(account_key)
                        for holder in (invoice, parent, older)
                    ),
                ),
                None,
            ),
            "customer_id": id_of(invoice.get("customer")),
            "sub_id": id_of(parent.get("subscription")) or id_of(invoice.get("subscription")),
            "status": invoice.get("status"),
            "created_at": invoice.get("created"),
            "paid_at": mapping(invoice.get("status_transitions")).get("paid_at"),
            "amount_ex_tax": net,
            "tax": tax,
            "refunded": amount or None,
            "refunded_at": at,
            "currency": invoice.get("currency"),
        }
    )
    if mapping(invoice.get("lines")).get("has_more"):
        reason = "has more lines than the object holds: list its lines too"
        result.refused.append(Refused("invoice_lines", "lines", reason, invoice_id))
    result.rows["invoice_lines"] += [_line(one, invoice_id) for one in listed(invoice.get("lines"))]
    return result


def refunded(
    payments: Iterable[Object], refunds: Mapping[str, Sequence[Object]], notes: Iterable[Object]
) -> tuple[int, int | None]:
    """What was paid back in minor units, tax included, and when last, in seconds since 1970.

    A refund counts once, though a credit note may name it too, and up to what its payment paid for
    this invoice.

    Args:
        payments: The invoice's payments.
        refunds: By what was paid with (`paid_with`), its refunds.
        notes: The invoice's credit notes.
    """
    amount, times = 0, []
    for payment in payments:
        made = [
            one
            for one in refunds.get(paid_with(payment) or "", ())
            if one.get("status") not in _NOT_PAID_BACK
        ]
        amount += min(sum(number(one.get("amount")) for one in made), _paid(payment))
        times += [number(one.get("created")) for one in made]
    for note in notes:
        if note.get("status") == "void":
            continue
        by_refund = sum(
            number(mapping(one).get("amount_refunded")) for one in sequence(note.get("refunds"))
        )
        other = max(number(note.get("amount")) - by_refund, 0)
        amount += other
        times += [number(note.get("created"))] if other else []
    return amount, max(times, default=None) if amount else None


def paid_with(payment: Object) -> str | None:
    """The id of the payment intent or charge that an invoice payment was made with."""
    by = mapping(payment.get("payment"))
    return id_of(by.get("payment_intent")) or id_of(by.get("charge"))


def _paid(payment: Object) -> int:
    return number(payment.get("amount_paid"))


def _tax(invoice: Object) -> int | None:
    for name in ("total_taxes", "total_tax_amounts"):
        taxes = sequence(invoice.get(name))
        if taxes:
            return sum(number(mapping(one).get("amount")) for one in taxes)
    tax = invoice.get("tax")
    return tax if isinstance(tax, int) else None


def _line(line: Object, invoice_id: str) -> Row:
    parent = mapping(line.get("parent"))
    item = mapping(parent.get("subscription_item_details"))
    by = item or mapping(parent.get("invoice_item_details"))
    price = mapping(mapping(line.get("pricing")).get("price_details")).get("price")
    proration = by.get("proration")
    return {
        "invoice_line_id": line.get("id"),
        "invoice_id": invoice_id,
        "sub_id": id_of(by.get("subscription")) or id_of(line.get("subscription")),
        "item_id": id_of(item.get("subscription_item")) or id_of(line.get("subscription_item")),
        "price_id": id_of(price) or id_of(line.get("price")),
        "quantity": line.get("quantity"),
        "period_start": mapping(line.get("period")).get("start"),
        "period_end": mapping(line.get("period")).get("end"),
        "amount": _without_tax(line),
        "currency": line.get("currency"),
        "proration": line.get("proration") if proration is None else proration,
    }


def _without_tax(line: Object) -> object:
    """The amount without the taxes it includes, by their rates: a discount has lowered the tax."""
    amount = line.get("amount")
    if not isinstance(amount, int):
        return amount
    rates = Fraction(0)
    for one in sequence(line.get("taxes") or line.get("tax_amounts")):
        tax = mapping(one)
        base = number(tax.get("taxable_amount"))
        included = tax.get("tax_behavior") == "inclusive" or tax.get("inclusive") is True
        if included and base:
            rates += Fraction(number(tax.get("amount")), base)
    return round(amount / (1 + rates))
