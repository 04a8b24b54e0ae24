"""Stripe's API as a source: lists read whole, and in between what events say has changed.

Stripe has no filter by the time of a change. So a reading without a cursor lists everything, and
one with a cursor takes from the events which objects changed, and reads each of these once, as it
is now: an event's own object is in the API version of its time. Stripe keeps events for 30 days;
a cursor that is older reads everything, and so does `full_every`, which finds what no event told.

The cursor is the time of the newest event that was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from syncworker.engine.ports import Page, Reach
from syncworker.errors import SourceError
from syncworker.mapping.duration import duration
from syncworker.mapping.source_stripe import StripeSource as StripeConfig
from syncworker.model.stripe_customers import account_rows, identity_rows
from syncworker.sources import stripe_invoices, stripe_subscriptions
from syncworker.sources.stripe_client import MOST, Client, Patience
from syncworker.sources.stripe_customers import Customers
from syncworker.sources.stripe_invoices import Invoices
from syncworker.sources.stripe_place import Place, events_from
from syncworker.sources.stripe_reader import Reader
from syncworker.sources.stripe_reading import Reading
from syncworker.sources.stripe_subscriptions import Subscriptions

FREE_MAIL: frozenset[str] = frozenset()
_PROVIDES = {
    "subscriptions": stripe_subscriptions.PROVIDES,
    "invoices": stripe_invoices.PROVIDES,
    "accounts": ("accounts",),
    "identity": ("identity",),
}


class StripeSource:
    """Reads a Stripe account.

    Args:
        name: The source's name in the mapping.
        config: Its section of the mapping.
        key: The secret or restricted key, of live or test mode.
        page_rows: Objects of a page, 100 at most.
        patience: How long to wait for Stripe.
    """

    def __init__(
        self,
        name: str,
        config: StripeConfig,
        key: str,
        *,
        page_rows: int = MOST,
        patience: Patience | None = None,
    ) -> None:
        self.name = name
        self._config = config
        self._key = key
        self._limit = min(page_rows, MOST)
        self._patience = patience

    def provides(self, stream: str) -> tuple[str, ...]:
        """Subscriptions come with items, discounts and states, invoices with their lines."""
        if stream not in _PROVIDES:
            raise SourceError(
                f"source {self.name} has a stream {stream}, which Stripe does not give",
                help=f"Use one of {', '.join(_PROVIDES)}.",
                code="SOURCE_STREAM",
            )
        return _PROVIDES[stream]

    def incremental(self, stream: str) -> bool:  # noqa: ARG002 - a Source is asked by stream
        """True: from the events of the last 30 days."""
        return True

    def full_every(self, stream: str) -> timedelta | None:  # noqa: ARG002 - a Source is asked
        """As configured."""
        return duration(self._config.full_every)

    def count(self, stream: str) -> int | None:  # noqa: ARG002 - a Source is asked by stream
        """None: Stripe's lists have no total."""
        return None

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`; at least one page comes, if an empty one.

        A page is one answer of a list, or as many changed objects. A cursor older than what Stripe
        keeps of events, less a day, is read like none.
        """
        self.provides(stream)
        start = events_from(since, duration(self._config.overlap), watermark)
        where = f"source {self.name}, stream {stream}"
        place = None if resume is None else Place.load(resume)
        with Client(where, self._key, self._config.base_url, self._patience) as client:
            reader = self._reader(stream, client, start, watermark)
            reading = Reading(self.name, self.provides(stream), reader, client, watermark)
            if start is None:
                yield from reading.whole(place, self._limit)
            else:
                yield from reading.changed(place, self._limit, start, since)

    def reach(self, stream: str) -> Reach:  # noqa: ARG002 - a Source is asked by stream
        """In slices of when objects were made: lists have no other time to ask by."""
        return "slices"

    def between(
        self,
        stream: str,
        *,
        start: datetime,
        end: datetime,
        resume: str | None,
        watermark: datetime,
    ) -> Iterator[Page]:
        """See `syncworker.engine.ports.Source`."""
        self.provides(stream)
        where = f"source {self.name}, stream {stream}"
        place = Place("") if resume is None else Place.load(resume)
        made = (int(start.timestamp()), int(end.timestamp()) - 1)
        with Client(where, self._key, self._config.base_url, self._patience) as client:
            reader = self._reader(stream, client, None, watermark)
            reading = Reading(self.name, self.provides(stream), reader, client, watermark, made)
            yield from reading.whole(place, self._limit)

    def _reader(
        self, stream: str, client: Client, start: datetime | None, watermark: datetime
    ) -> Reader:
        key = self._config.account_id
        if stream == "subscriptions":
            observed = int(watermark.timestamp())
            since = None if start is None else int(start.timestamp())
            return Subscriptions(client, key, observed=observed, since=since)
        if stream == "invoices":
            return Invoices(client, key, whole=start is None)
        if stream == "accounts":
            return Customers(client, lambda one: account_rows(one, key, FREE_MAIL))
        return Customers(client, lambda one: identity_rows(one, key))
