"""Stripe's invoice object, in the shapes Stripe has published."""

from __future__ import annotations

from typing import Any

import pytest
from support.stripe_objects import Json, at, credit_note, invoice, line, payment, refund

from syncworker.model.stripe_invoices import invoice_rows, refunded
from syncworker.model.stripe_json import Parts

NOV_2 = at(2)


def an_invoice(*lines: Json, **more: object) -> Json:
    return invoice("in_1", created=NOV_2) | {"lines": {"data": list(lines)}} | more


def only(result: Parts, stream: str) -> dict[str, Any]:
    assert result.refused == []
    [row] = result.rows[stream]
    return row


def test_an_invoice_is_without_tax_and_with_it_beside() -> None:
    assert only(invoice_rows(an_invoice()), "invoices") == {
        "invoice_id": "in_1",
        "account_id": None,
        "customer_id": "cus_1",
        "sub_id": "sub_1",
        "status": "paid",
        "created_at": NOV_2,
        "paid_at": NOV_2 + 60,
        "amount_ex_tax": 1000,
        "tax": 190,
        "refunded": None,
        "refunded_at": None,
        "currency": "eur",
    }


def test_the_older_shape_is_read_too() -> None:
    older = an_invoice(
        total_excluding_tax=None,
        total_taxes=None,
        total=1190,
        tax=190,
        parent=None,
        subscription="sub_9",
        subscription_details={"metadata": {"account_id": "acme"}},
    )
    row = only(invoice_rows(older), "invoices")
    assert (row["amount_ex_tax"], row["tax"], row["sub_id"]) == (1000, 190, "sub_9")
    assert row["account_id"] == "acme"
    amounts = older | {"total_tax_amounts": [{"amount": 100}, {"amount": 50}]}
    assert only(invoice_rows(amounts), "invoices")["amount_ex_tax"] == 1040
    untaxed = older | {"tax": None}
    assert only(invoice_rows(untaxed), "invoices")["amount_ex_tax"] == 1190
    assert only(invoice_rows(older | {"total": None}), "invoices")["amount_ex_tax"] is None


def test_the_account_is_in_the_invoices_metadata_or_its_subscriptions() -> None:
    parent = {"subscription_details": {"subscription": "sub_1", "metadata": {"org": "b"}}}

    def account(**more: object) -> object:
        return only(invoice_rows(an_invoice(**more), account_key="org"), "invoices")["account_id"]

    assert account(metadata={"org": "a"}, parent=parent) == "a"
    assert account(parent=parent) == "b"
    assert account() is None


def test_a_line_names_what_it_is_for_in_the_newer_shape_and_the_older() -> None:
    newer = only(invoice_rows(an_invoice(line("il_1", "in_1"))), "invoice_lines")
    assert newer == {
        "invoice_line_id": "il_1",
        "invoice_id": "in_1",
        "sub_id": "sub_1",
        "item_id": "si_1",
        "price_id": "price_1",
        "quantity": 1,
        "period_start": at(1),
        "period_end": at(1, month=12),
        "amount": 1000,
        "currency": "eur",
        "proration": False,
    }
    older = line(
        "il_1",
        "in_1",
        parent=None,
        pricing=None,
        subscription="sub_1",
        subscription_item="si_1",
        price={"id": "price_1"},
        proration=False,
    )
    assert only(invoice_rows(an_invoice(older)), "invoice_lines") == newer


def test_a_proration_of_an_invoice_item_is_known_as_one() -> None:
    parent = {"invoice_item_details": {"proration": True, "subscription": "sub_2"}}
    row = only(invoice_rows(an_invoice(line("il_1", "in_1", -40, parent=parent))), "invoice_lines")
    assert (row["proration"], row["sub_id"], row["item_id"]) == (True, "sub_2", None)
    assert row["amount"] == -40


@pytest.mark.parametrize(
    ("taxes", "amount"),
    [
        ({"taxes": [{"amount": 190, "taxable_amount": 1000, "tax_behavior": "inclusive"}]}, 1000),
        # Half of it was discounted, and so is the tax; the line itself is before discounts.
        ({"taxes": [{"amount": 95, "taxable_amount": 500, "tax_behavior": "inclusive"}]}, 1000),
        ({"taxes": [{"amount": 226, "taxable_amount": 1190, "tax_behavior": "exclusive"}]}, 1190),
        ({"tax_amounts": [{"amount": 190, "taxable_amount": 1000, "inclusive": True}]}, 1000),
        ({"taxes": [{"amount": 0, "taxable_amount": 0, "tax_behavior": "inclusive"}]}, 1190),
        ({}, 1190),
    ],
)
def test_a_line_is_without_the_tax_that_its_amount_includes(taxes: Json, amount: int) -> None:
    given = line("il_1", "in_1", 1190) | {"taxes": None} | taxes
    assert only(invoice_rows(an_invoice(given)), "invoice_lines")["amount"] == amount


def test_a_line_without_an_amount_stays_without() -> None:
    given = line("il_1", "in_1") | {"amount": None}
    assert only(invoice_rows(an_invoice(given)), "invoice_lines")["amount"] is None


def test_lines_that_stripe_cut_off_are_told() -> None:
    cut = an_invoice() | {"lines": {"data": [line("il_1", "in_1")], "has_more": True}}
    result = invoice_rows(cut)
    assert [(one.stream, one.field, one.key) for one in result.refused] == [
        ("invoice_lines", "lines", "in_1")
    ]
    assert len(result.rows["invoice_lines"]) == 1


@pytest.mark.parametrize("broken", [{}, {"id": 7}, {"id": "cus_1", "object": "customer"}])
def test_what_is_no_invoice_is_refused(broken: Json) -> None:
    assert [one.field for one in invoice_rows(broken).refused] == ["object"]


PAID = payment("inpay_1", "in_1", 1190, "pi_1")


def test_refunds_of_its_payments_are_paid_back_and_failed_ones_are_not() -> None:
    refunds = {
        "pi_1": [
            refund("re_1", "pi_1", 300, created=at(5)),
            refund("re_2", "pi_1", 200, created=at(7), status="pending"),
            refund("re_3", "pi_1", 400, created=at(9), status="failed"),
        ],
        "pi_2": [refund("re_4", "pi_2", 99, created=at(9))],
    }
    assert refunded([PAID], refunds, []) == (500, at(7))
    assert refunded([{"payment": {"charge": "pi_2"}, "amount_paid": 50}], refunds, []) == (
        50,
        at(9),
    )
    assert refunded([{"payment": None}], refunds, []) == (0, None)


def test_a_refund_that_a_credit_note_names_counts_once() -> None:
    refunds = {"pi_1": [refund("re_1", "pi_1", 300, created=at(5))]}
    note = credit_note(
        "cn_1", "in_1", 500, created=at(6), refunds=[{"amount_refunded": 300, "refund": "re_1"}]
    )
    assert refunded([PAID], refunds, [note]) == (500, at(6))
    covered = note | {"amount": 300}
    assert refunded([PAID], refunds, [covered]) == (300, at(5))
    assert refunded([PAID], {}, [note | {"status": "void"}]) == (0, None)
    assert refunded([PAID], {}, [covered | {"refunds": None}]) == (300, at(6))


def test_what_was_paid_back_stands_in_the_row() -> None:
    row = only(invoice_rows(an_invoice(), refunded=(500, at(6))), "invoices")
    assert (row["refunded"], row["refunded_at"]) == (500, at(6))
