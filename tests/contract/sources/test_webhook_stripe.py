"""Stripe's events in the inbox: in any order, the newest state of a subscription counts."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.webhook_world import WebhookWorld

from syncworker.mapping.source_webhook import WebhookSource
from syncworker.model.stripe import STREAMS
from syncworker.sources.registry import Surroundings, build
from syncworker.staging.parquet import ParquetStaging

CREATED = 1_763_600_000
MOMENT = datetime.fromtimestamp(CREATED, UTC)
NOW = MOMENT + timedelta(days=1)


def item(name: str, amount: int | None = 1000) -> dict[str, Any]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    price = {"id": "p", "unit_amount": amount, "currency": "eur", "recurring": recurring}
    return {"id": name, "quantity": 1, "price": price}


def subscription(*items: dict[str, Any], **more: object) -> dict[str, Any]:
    return {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_1",
        "metadata": {"account_id": "a1"},
        "status": "active",
        "items": {"data": list(items or (item("si_1"),))},
        **more,
    }


def event(
    content: object, *, kind: str = "updated", after: int = 0, **before: object
) -> dict[str, Any]:
    """An event made `after` seconds; `before` are the attributes that changed, as they were."""
    return {
        "type": f"customer.subscription.{kind}",
        "created": CREATED + after,
        "data": {"object": content, "previous_attributes": before},
    }


class Stripe:
    """Events received run by run, and what is staged of them."""

    def __init__(self, folder: Path) -> None:
        self._inbox = WebhookWorld(folder).inbox
        self._staging = ParquetStaging(str(folder / "staging"))
        self._numbers = itertools.count()
        self._cursor: str | None = None
        self._places: dict[str, list[str]] = {name: [] for name in STREAMS}
        config = WebhookSource(
            kind="webhook", format="stripe", secret="env:X", streams=["subscriptions"]
        )
        self.source = build("stripe", config, Surroundings(str, portal="acme", inbox=self._inbox))
        self.rejected: list[tuple[str, str, str, int]] = []

    def receive(self, *events: dict[str, Any]) -> None:
        """Store the events and read them, in one run."""
        for one in events:
            number = next(self._numbers)
            body = json.dumps({"id": f"evt_{number}", **one})
            at = NOW + timedelta(minutes=number)
            assert self._inbox.put("acme", "stripe", "subscriptions", f"evt_{number}", body, at)
        watermark = NOW + timedelta(days=1)
        for page in self.source.pages(
            "subscriptions", since=self._cursor, resume=None, watermark=watermark
        ):
            self._cursor = page.cursor
            for name, frame in page.frames.items():
                place = f"{next(self._numbers):06}"
                self._places[name].append(self._staging.write("acme", name, place, frame))
            self.rejected += [(r.stream, r.field, r.key, r.position) for r in page.rejected]

    def read_api(self, at: datetime, **more: object) -> None:
        """The same subscription as another source has read it from Stripe's API at that time."""
        frame = pl.read_parquet(Path(self._staging._root) / self._places["subscriptions"][0])
        frame = frame.with_columns(pl.lit(at).alias("synced_at").cast(frame["synced_at"].dtype))
        frame = frame.with_columns(**{name: pl.lit(value) for name, value in more.items()})
        self._places["subscriptions"].append(
            self._staging.write("acme", "subscriptions", f"api{at:%H%M%S}", frame)
        )

    def staged(self, stream: str) -> dict[str, dict[str, Any]]:
        rows = self._staging.scan(stream, self._places[stream]).collect()
        return {row["source_id"]: row for row in rows.iter_rows(named=True)}

    def there(self, stream: str) -> set[str]:
        return {key for key, row in self.staged(stream).items() if row["deleted_at"] is None}


@pytest.fixture
def stripe(tmp_path: Path) -> Stripe:
    return Stripe(tmp_path)


def test_an_event_gives_the_subscription_its_items_and_discounts(stripe: Stripe) -> None:
    coupon = {"percent_off": 20, "duration": "forever"}
    discount = {"id": "di_1", "coupon": coupon, "start": CREATED}

    stripe.receive(event(subscription(discounts=[discount]), kind="created"))

    assert stripe.source.provides("subscriptions") == STREAMS
    row = stripe.staged("subscriptions")["sub_1"]
    assert (row["account_id"], row["status"], row["synced_at"]) == ("a1", "active", MOMENT)
    assert stripe.staged("subscription_items")["si_1"]["unit_amount"] == 1000
    assert stripe.staged("discounts")["di_1"]["percent"] == 20
    assert stripe.rejected == []


@pytest.mark.parametrize("one_run", [True, pytest.param(False, marks=pytest.mark.long)])
def test_events_in_any_order_end_in_the_newest_state(tmp_path: Path, *, one_run: bool) -> None:
    events = [
        event(subscription(status="incomplete"), kind="created"),
        event(subscription(status="active"), kind="updated"),  # in the same second
        event(subscription(status="past_due"), kind="updated", after=60),
        event(subscription(status="canceled"), kind="deleted", after=60),
    ]
    for number, order in enumerate(itertools.permutations(events)):
        folder = tmp_path / str(number)
        folder.mkdir()
        made = Stripe(folder)
        for batch in [order] if one_run else [(one,) for one in order]:
            made.receive(*batch)
        assert made.staged("subscriptions")["sub_1"]["status"] == "canceled"


def test_a_late_event_does_not_undo_what_the_api_has_told_since(stripe: Stripe) -> None:
    stripe.receive(event(subscription(status="trialing")))
    stripe.read_api(MOMENT + timedelta(seconds=30), status="active")
    stripe.receive(event(subscription(status="incomplete"), after=20))
    assert stripe.staged("subscriptions")["sub_1"]["status"] == "active"
    stripe.receive(event(subscription(status="past_due"), after=40))
    assert stripe.staged("subscriptions")["sub_1"]["status"] == "past_due"


def test_an_item_and_a_discount_that_an_event_takes_away_are_deleted(stripe: Stripe) -> None:
    both = [item("si_1"), item("si_2")]
    stripe.receive(event(subscription(*both, discounts=["di_1"]), kind="created"))
    assert stripe.there("subscription_items") == {"si_1", "si_2"}
    assert stripe.there("discounts") == {"di_1"}

    after = event(subscription(item("si_2")), after=9, items={"data": both}, discounts=["di_1"])
    stripe.receive(after)

    assert stripe.there("subscription_items") == {"si_2"}
    assert stripe.there("discounts") == set()
    gone = stripe.staged("subscription_items")["si_1"]["deleted_at"]
    assert gone.replace(microsecond=0) == MOMENT + timedelta(seconds=9)


def test_a_discount_that_is_only_an_id_is_unknown_until_something_tells_it(stripe: Stripe) -> None:
    told = {"id": "di_1", "coupon": {"percent_off": 50, "duration": "forever"}}
    stripe.receive(event(subscription(discounts=["di_1"])))
    unknown = stripe.staged("discounts")["di_1"]
    assert (unknown["percent"], unknown["amount"]) == (None, None)
    stripe.receive(event(subscription(discounts=[told]), after=1))
    stripe.receive(event(subscription(discounts=["di_1"], status="past_due"), after=2))

    assert stripe.staged("discounts")["di_1"]["percent"] == 50
    assert stripe.rejected == [], "nobody could mend it"


def test_parts_that_do_not_fit_are_told_with_the_delivery_and_the_rest_is_read(
    stripe: Stripe,
) -> None:
    stripe.receive(event(subscription()))
    spoiled = subscription(item("si_1", None), {**item("si_2"), "quantity": -1}, id="sub_2")
    stripe.receive(event(spoiled), event({"object": "charge", "id": "ch_1"}))
    stripe.receive({"type": "invoice.paid"}, {"type": "customer.subscription.paused", "data": {}})

    assert sorted(stripe.rejected) == [
        ("subscription_items", "quantity", "si_2", 2),
        ("subscription_items", "unit_amount", "si_1", 2),
        ("subscriptions", "object", "", 3),
        ("subscriptions", "type", "", 4),
        ("subscriptions", "type", "", 5),
    ]
    assert stripe.there("subscriptions") == {"sub_1", "sub_2"}
    assert stripe.there("subscription_items") == {"si_1"}


def test_an_event_with_an_impossible_time_is_none(stripe: Stripe) -> None:
    for created in ("now", None, -1, 10**12):
        stripe.receive({**event(subscription()), "created": created})
    assert stripe.there("subscriptions") == set()
    assert len(stripe.rejected) == 4


@pytest.mark.parametrize(
    "text", ["[]", "null", "3", '"x"', "{}", '{"type": "customer.subscription.updated"}']
)
def test_any_json_in_the_inbox_is_a_rejected_row_and_no_crash(tmp_path: Path, text: str) -> None:
    world = WebhookWorld(tmp_path)
    config = WebhookSource(
        kind="webhook", format="stripe", secret="env:X", streams=["subscriptions"]
    )
    source = build("stripe", config, Surroundings(str, portal="acme", inbox=world.inbox))
    assert world.inbox.put("acme", "stripe", "subscriptions", "e", text, NOW)

    (page,) = source.pages("subscriptions", since=None, resume=None, watermark=NOW)

    assert len(page.rejected) == 1
