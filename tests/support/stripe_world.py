"""A Stripe account for the suite that every kind of source must pass: its draft invoices."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.stripe_objects import invoice, line
from support.stripe_server import KEY, StripeServer

from syncworker.engine.ports import Source
from syncworker.mapping.source_stripe import StripeSource as StripeConfig
from syncworker.sources.stripe import StripeSource
from syncworker.sources.stripe_client import Patience


class StripeWorld:
    """See `support.source_world.SourceWorld`; row n is the invoice in_n.

    Args:
        server: The account, empty.
    """

    stream = "invoices"
    canonical = "invoices"
    overlap: timedelta | None = timedelta(minutes=30)

    def __init__(self, server: StripeServer) -> None:
        self.server = server
        self._changed: dict[str, int] = {}

    def source(self, *, page_rows: int = 3) -> Source:
        """The source, made anew."""
        return stripe_source(self.server, page_rows=page_rows, overlap="30m")

    def put(self, number: int, at: datetime) -> None:
        """Make or change the invoice, with Stripe's event of it at `at`."""
        key, moment = self.key(number), int(at.timestamp())
        stored = self.server.objects["invoice"]
        known = key in stored
        if not known:
            self.server.add(invoice(key, created=moment, status="draft"), line(f"il_{key}", key))
        value = self.server.change("invoice", key, status_transitions={"paid_at": moment})
        self._changed[key] = moment
        self.server.event("invoice.updated" if known else "invoice.created", value, moment)

    def remove(self, number: int) -> None:
        """Delete the draft."""
        key = self.key(number)
        self.server.delete("line_item", f"il_{key}")
        value = self.server.delete("invoice", key)
        self.server.event("invoice.deleted", {**value, "deleted": True}, self._changed[key])

    def spoil(self, number: int) -> str:
        """Give it a currency that there is none of."""
        self.server.change("invoice", self.key(number), currency="zzz")
        return "currency"

    def drop_column(self) -> str | None:
        """None: the version of the API is fixed, and with it the columns."""
        return None

    def key(self, number: int) -> str:
        """The invoice's id."""
        return f"in_{number:04}"


def stripe_source(
    server: StripeServer,
    *,
    key: str = KEY,
    page_rows: int = 100,
    patience: Patience | None = None,
    **config: object,
) -> StripeSource:
    """A source that reads the server and does not wait long for it."""
    given = {
        "kind": "stripe",
        "api_key": "env:STRIPE_KEY",
        "base_url": server.url,
        "streams": ["subscriptions", "invoices", "accounts", "identity"],
        **config,
    }
    waits = patience or Patience(connect=2, read=2, total=5, sleep=lambda _: None)
    made = StripeConfig.model_validate(given)
    return StripeSource("billing", made, key, page_rows=page_rows, patience=waits)
