"""Stripe's invoices: what is listed, which events tell of them, what is fetched beside them.

Refunds are not in an invoice: its payments (expanded) name what was paid with, and the refunds of
that are listed, all at once where everything is read, else those of the invoice. Credit notes are
listed for an invoice that says it has some.

Sources: https://docs.stripe.com/api/invoices/list, https://docs.stripe.com/api/invoice-payment,
https://docs.stripe.com/api/refunds/list and https://docs.stripe.com/api/credit_notes/list
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from syncworker.model.stripe_invoices import STREAMS, invoice_rows, paid_with, refunded
from syncworker.model.stripe_json import Object, Parts, id_of, listed, mapping, number, text
from syncworker.sources.stripe_client import Client
from syncworker.sources.stripe_reader import Listing, expand

PROVIDES = STREAMS
_PATH = "/v1/invoices"


class Invoices:
    """A reading of invoices.

    Args:
        client: The session.
        account_key: The key in the metadata that holds the app's account id.
        whole: Whether everything is read.
    """

    listings: tuple[Listing, ...] = (Listing(_PATH, expand("data.payments")),)
    event_types: tuple[str, ...] = (
        "invoice.created",
        "invoice.updated",
        "invoice.deleted",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice.marked_uncollectible",
        "invoice.voided",
        "credit_note.created",
        "credit_note.updated",
        "credit_note.voided",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
    )

    def __init__(self, client: Client, account_key: str, *, whole: bool) -> None:
        self._client = client
        self._account_key = account_key
        self._refunds: dict[str, list[Object]] | None = None
        self._whole = whole
        self._touched: set[str] = set()
        self._paid_with: set[str] = set()
        self._deleted: dict[str, tuple[Object, object]] = {}

    def parts(self, value: Object) -> Parts:
        """See `Reader`."""
        value = self._with_lines(value)
        back = self._paid_back(value)
        return invoice_rows(value, account_key=self._account_key, refunded=back)

    def take(self, event: Object) -> None:
        """See `Reader`. A refund's event names what was paid with, which leads to the invoice."""
        kind = text(event.get("type")) or ""
        value = mapping(mapping(event.get("data")).get("object"))
        if kind.startswith("invoice."):
            invoice = id_of(value)
            if kind == "invoice.deleted" and invoice:
                self._deleted[invoice] = (value, event.get("created"))
        else:
            invoice = id_of(value.get("invoice"))
            paid = id_of(value.get("payment_intent"))
            if invoice is None and paid is not None:
                self._paid_with.add(paid)
        if invoice is not None:
            self._touched.add(invoice)

    def touched(self) -> Collection[str]:
        """See `Reader`."""
        for paid in sorted(self._paid_with):
            by = [("payment[type]", "payment_intent"), ("payment[payment_intent]", paid)]
            payments = self._client.listed("/v1/invoice_payments", by)
            self._touched |= {found for one in payments if (found := id_of(one.get("invoice")))}
        self._paid_with.clear()
        return self._touched

    def changed(self, object_id: str) -> Parts | None:
        """See `Reader`. A draft that was deleted is told by its event."""
        value = self._client.get(f"{_PATH}/{object_id}", expand("payments"))
        if value is not None:
            return self.parts(value)
        if object_id not in self._deleted:
            return None
        last, at = self._deleted[object_id]
        result = invoice_rows({**last, "lines": None}, account_key=self._account_key)
        for row in result.rows["invoices"]:
            row["deleted_at"] = at
        return result

    def _with_lines(self, value: Object) -> Object:
        if not mapping(value.get("lines")).get("has_more"):
            return value
        lines = list(self._client.listed(f"{_PATH}/{value.get('id')}/lines"))
        return {**value, "lines": {"data": lines, "has_more": False}}

    def _paid_back(self, value: Object) -> tuple[int, int | None]:
        payments = listed(value.get("payments"))
        if mapping(value.get("payments")).get("has_more"):
            by = [("invoice", str(value.get("id")))]
            payments = list(self._client.listed("/v1/invoice_payments", by))
        payments = [one for one in payments if number(one.get("amount_paid"))]
        notes: Sequence[Object] = ()
        credited = ("pre_payment_credit_notes_amount", "post_payment_credit_notes_amount")
        if any(number(value.get(name)) for name in credited):
            by = [("invoice", str(value.get("id")))]
            notes = list(self._client.listed("/v1/credit_notes", by))
        return refunded(payments, self._refunds_of(payments), notes)

    def _refunds_of(self, payments: Sequence[Object]) -> Mapping[str, Sequence[Object]]:
        if not payments:
            return {}
        if self._whole:
            if self._refunds is None:
                self._refunds = {}
                for one in self._client.listed("/v1/refunds"):
                    key = id_of(one.get("payment_intent")) or id_of(one.get("charge")) or ""
                    kept = {name: one.get(name) for name in ("amount", "created", "status")}
                    self._refunds.setdefault(key, []).append(kept)
            return self._refunds
        found: dict[str, list[Object]] = {}
        for payment in payments:
            if with_ := paid_with(payment):
                name = "charge" if with_.startswith(("ch_", "py_")) else "payment_intent"
                found[with_] = list(self._client.listed("/v1/refunds", [(name, with_)]))
        return found
