"""Stripe's events of subscriptions to rows of subscriptions, their items and discounts.

An event holds the subscription as it was when the event was made, in the API version of that
moment. Events come in any order, some of them twice. A row's `synced_at` is therefore when its
event was made: of all versions of a row the newest counts, so an event that comes late changes
nothing that a newer one, or a later reading of Stripe's API, has told.

Sources: https://docs.stripe.com/api/events/object, https://docs.stripe.com/webhooks#event-ordering
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from syncworker.model import stripe
from syncworker.sources.webhook_json import at, named

_PREFIX = "customer.subscription."
# Times of events are whole seconds: of one second these decide, whatever came first.
_RANKS = {"customer.subscription.created": 0, "customer.subscription.deleted": 2}
_OTHER_RANK = 1
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 4_102_444_800  # the year 2100, in seconds since 1970


@dataclass(frozen=True, slots=True)
class EventRows:
    """What an event tells.

    Attributes:
        rows: By canonical stream, raw rows, each with the moment that it was so.
        refused: Parts that cannot be read.
    """

    rows: Mapping[str, list[tuple[stripe.Row, datetime]]] = field(
        default_factory=lambda: {name: [] for name in stripe.STREAMS}
    )
    refused: list[stripe.Refused] = field(default_factory=list)


def concerns_us(event: Mapping[str, object]) -> bool:
    """Whether the event is about a subscription; a Stripe endpoint may get others too."""
    kind = event.get("type")
    return isinstance(kind, str) and kind.startswith(_PREFIX)


def delivery_id(event: Mapping[str, object], body: str) -> str:
    """The event's id."""
    return named(event.get("id"), body)


def event_rows(event: Mapping[str, object]) -> EventRows:
    """Take an event apart.

    Items and discounts that the subscription had before the event and has no more are marked as
    deleted. A discount that is only an id (events cannot be expanded) is a row without an amount,
    older than any other: MRR is unknown where nothing else has told the discount, and right where
    something has.
    """
    subscription, made = at(event, "data.object"), _made(event)
    if not concerns_us(event) or not isinstance(subscription, Mapping) or made is None:
        refused = stripe.Refused("subscriptions", "type", "is not an event of a subscription")
        return EventRows(refused=[refused])
    now = stripe.subscription_rows(subscription)
    found = EventRows(refused=[part for part in now.refused if part.stream != "discounts"])
    for name, rows in now.rows.items():
        found.rows[name].extend((row, _LONG_AGO if _unread(name, row) else made) for row in rows)
    before = at(event, "data.previous_attributes")
    if isinstance(before, Mapping):
        earlier = stripe.subscription_rows({**subscription, **before}).rows
        for name, key in (("subscription_items", "item_id"), ("discounts", "discount_id")):
            kept = {row[key] for row in now.rows[name]}
            found.rows[name].extend(
                ({**row, "deleted_at": made}, made) for row in earlier[name] if row[key] not in kept
            )
    return found


def _unread(stream: str, row: stripe.Row) -> bool:
    return stream == "discounts" and row["percent"] is None and row["amount"] is None


def _made(event: Mapping[str, object]) -> datetime | None:
    created = event.get("created")
    if not isinstance(created, int) or not 0 < created < _LATEST:
        return None
    rank = _RANKS.get(str(event.get("type")), _OTHER_RANK)
    return datetime.fromtimestamp(created, UTC) + timedelta(microseconds=rank)
