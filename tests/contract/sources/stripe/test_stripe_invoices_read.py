"""Invoices with their lines, and what was paid back of them."""

from __future__ import annotations

import pytest
from support.stripe_objects import at, credit_note, invoice, line, payment, refund
from support.stripe_read import NOVEMBER_20, moment, only, read, rejected, rows
from support.stripe_server import KEY, Asked, StripeServer, Trouble

from syncworker.errors import SourceError


def paid(account: StripeServer, number: int = 1, *, day: int = 2, **more: object) -> None:
    key = f"in_{number}"
    account.add(
        invoice(key, created=at(day), **more),
        line(f"il_{number}", key),
        payment(f"inpay_{number}", key, 1190, f"pi_{number}"),
    )


def test_an_invoice_comes_with_its_lines(account: StripeServer) -> None:
    paid(account)
    pages = read(account, "invoices")
    row = only(pages, "invoices")
    assert (row["amount_ex_tax"], row["tax"], row["currency"]) == (1000, 190, "EUR")
    assert (row["status"], row["paid_at"]) == ("paid", moment(at(2) + 60))
    assert (row["customer_id"], row["sub_id"]) == ("cus_1", "sub_1")
    assert (row["refunded"], row["refunded_at"]) == (None, None)
    told = only(pages, "invoice_lines")
    assert (told["invoice_id"], told["item_id"], told["price_id"]) == ("in_1", "si_1", "price_1")


def test_lines_that_the_object_cuts_off_are_listed(account: StripeServer) -> None:
    account.render.inner = 3
    paid(account)
    for number in range(2, 250):
        account.add(line(f"il_{number}", "in_1", number))
    pages = read(account, "invoices")
    assert len({row["invoice_line_id"] for row in rows(pages, "invoice_lines")}) == 249
    assert rejected(pages) == []


@pytest.mark.parametrize("since", [None, NOVEMBER_20])
def test_refunds_and_credit_notes_are_what_was_paid_back(
    account: StripeServer, since: str | None
) -> None:
    for number in (1, 2, 3):
        paid(account, number, day=20)
        account.event("invoice.paid", account.objects["invoice"][f"in_{number}"], at(20))
    account.change("invoice", "in_2", post_payment_credit_notes_amount=500)
    account.add(
        refund("re_1", "pi_1", 300, created=at(20, 5)),
        refund("re_2", "pi_2", 200, created=at(20, 6)),
        credit_note("cn_1", "in_2", 500, created=at(20, 7), refunds=[{"amount_refunded": 200}]),
    )
    found = {
        row["invoice_id"]: row for row in rows(read(account, "invoices", since=since), "invoices")
    }
    assert {key: row["refunded"] for key, row in found.items()} == {
        "in_1": 300,
        "in_2": 500,
        "in_3": None,
    }
    assert found["in_1"]["refunded_at"] == moment(at(20, 5))
    assert found["in_2"]["refunded_at"] == moment(at(20, 7))
    assert len(account.asked("/v1/credit_notes")) == 1
    assert len(account.asked("/v1/refunds")) == (1 if since is None else 3)


def test_a_refund_touches_its_old_invoice(account: StripeServer) -> None:
    paid(account, 1)
    paid(account, 2)
    given = refund("re_1", "pi_1", 300, created=at(20, 5))
    account.add(given)
    account.event("refund.created", given, at(20, 5))
    account.event("refund.updated", {**given, "payment_intent": None}, at(20, 6))
    account.event(
        "charge.refunded", {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}, at(20, 5)
    )
    row = only(read(account, "invoices", since=NOVEMBER_20), "invoices")
    assert (row["invoice_id"], row["refunded"]) == ("in_1", 300)


def test_a_credit_note_touches_its_old_invoice(account: StripeServer) -> None:
    paid(account, 1, post_payment_credit_notes_amount=100)
    note = credit_note("cn_1", "in_1", 100, created=at(20, 5))
    account.add(note)
    account.event("credit_note.created", note, at(20, 5))
    row = only(read(account, "invoices", since=NOVEMBER_20), "invoices")
    assert (row["refunded"], row["refunded_at"]) == (100, moment(at(20, 5)))


def test_an_invoice_paid_in_many_parts_has_all_its_refunds(account: StripeServer) -> None:
    account.render.inner = 1
    account.add(
        invoice("in_1", created=at(20)),
        payment("inpay_1", "in_1", 600, "pi_1"),
        payment("inpay_2", "in_1", 590, "pi_2"),
        payment("inpay_3", "in_1", 0, "pi_3"),
        {
            **payment("inpay_4", "in_1", 10, "pi_4"),
            "payment": {"charge": "ch_4", "payment_intent": None},
        },
        {**payment("inpay_5", "in_1", 10, "pi_5"), "payment": {"payment_intent": None}},
        refund("re_1", "pi_1", 100, created=at(20, 1)),
        refund("re_2", "pi_2", 50, created=at(20, 2)),
        refund("re_4", "pi_9", 7, created=at(20, 2), charge="ch_4", payment_intent=None),
    )
    account.event("invoice.paid", account.objects["invoice"]["in_1"], at(20, 3))
    for since in (None, NOVEMBER_20):
        assert only(read(account, "invoices", since=since), "invoices")["refunded"] == 157


def test_a_deleted_draft_is_marked_as_deleted(account: StripeServer) -> None:
    paid(account, 1, status="draft")
    paid(account, 2, status="draft")
    account.event("invoice.created", account.objects["invoice"]["in_2"], at(20))
    account.event("invoice.deleted", account.delete("invoice", "in_1"), at(20, 1))
    account.delete("invoice", "in_2")
    row = only(read(account, "invoices", since=NOVEMBER_20), "invoices")
    assert (row["invoice_id"], row["deleted_at"]) == ("in_1", moment(at(20, 1)))


def test_a_list_goes_on_where_the_object_it_stood_at_was_deleted(account: StripeServer) -> None:
    for number in range(1, 8):
        paid(account, number, day=number)
    first, *_ = read(account, "invoices", page_rows=3)
    account.delete("invoice", "in_5")
    rest = read(account, "invoices", page_rows=3, resume=first.resume)
    assert [row["invoice_id"] for row in rows([first, *rest], "invoices")] == [
        f"in_{number}" for number in range(7, 0, -1)
    ]


def test_an_invoice_deleted_before_its_lines_were_listed_is_a_matter_for_later(
    account: StripeServer,
) -> None:
    account.render.inner = 1
    paid(account, 1, status="draft")
    account.add(line("il_b", "in_1"))
    gone = Trouble(404, {"error": {"message": "No such invoice: 'in_1'"}})
    listed = account.answer(Asked("/v1/invoices", [], {"Authorization": f"Bearer {KEY}"}))[1]
    account.troubles += [Trouble(200, {"data": []}), Trouble(200, listed), gone]
    with pytest.raises(SourceError, match="/v1/invoices/in_1/lines with status 404") as caught:
        read(account, "invoices")
    assert caught.value.recovery == "retry"


def test_the_account_is_in_the_metadata_that_the_mapping_names(account: StripeServer) -> None:
    paid(account, 1, metadata={"org": "acme"})
    assert only(read(account, "invoices", account_id="org"), "invoices")["account_id"] == "acme"
