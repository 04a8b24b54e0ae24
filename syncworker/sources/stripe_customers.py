"""Stripe's customers, read as accounts or as identity.

Source: https://docs.stripe.com/api/customers/list
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from syncworker.model.stripe_json import Object, Parts, id_of, mapping, text
from syncworker.sources.stripe_client import Client
from syncworker.sources.stripe_reader import Listing

_PATH = "/v1/customers"


class Customers:
    """A reading of customers.

    Args:
        client: The session.
        rows: Takes a customer apart.
    """

    listings: tuple[Listing, ...] = (Listing(_PATH),)
    event_types: tuple[str, ...] = ("customer.created", "customer.updated", "customer.deleted")

    def __init__(self, client: Client, rows: Callable[[Object], Parts]) -> None:
        self._client = client
        self._rows = rows
        self._touched: set[str] = set()
        self._deleted: dict[str, tuple[Object, object]] = {}

    def parts(self, value: Object) -> Parts:
        """See `Reader`."""
        return self._rows(value)

    def take(self, event: Object) -> None:
        """See `Reader`."""
        value = mapping(mapping(event.get("data")).get("object"))
        customer = id_of(value)
        if customer is None:
            return
        self._touched.add(customer)
        if text(event.get("type")) == "customer.deleted":
            self._deleted[customer] = (value, event.get("created"))

    def touched(self) -> Collection[str]:
        """See `Reader`."""
        return self._touched

    def changed(self, object_id: str) -> Parts | None:
        """See `Reader`. Of a deleted customer Stripe gives the id alone; its event has the rest."""
        value = self._client.get(f"{_PATH}/{object_id}")
        if value is not None and value.get("deleted") is not True:
            return self._rows(value)
        if object_id not in self._deleted:
            return None
        last, at = self._deleted[object_id]
        result = self._rows(last)
        for rows in result.rows.values():
            for row in rows:
                row["deleted_at"] = at
        return result
