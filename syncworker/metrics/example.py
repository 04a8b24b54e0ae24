"""One made-up customer, so that the reason of a metric can be shown as people will read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from syncworker.metrics.facts import Facts
from syncworker.model.streams import STREAMS

AS_OF = datetime(2026, 11, 20, 12, tzinfo=UTC)
ACCOUNT = "northwind"


def example_facts() -> Facts:
    """A customer who pays for two seats and whose use has fallen, with a trial, demo and ticket."""
    of_account = {"account_id": ACCOUNT}
    person = {"user_id": "ann", "email": "ann@northwind.example"}
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "accounts": [
            {
                **of_account,
                "name": "Northwind",
                "domain": "northwind.example",
                "created_at": _ago(200),
            }
        ],
        "users": [{**of_account, **person, "created_at": _ago(200)}],
        "events": [
            {
                **of_account,
                "event_id": f"e{number}",
                "user_id": "ann",
                "name": "report_created",
                "ts": _ago(2 + number if number < _NOW else 29 + number % 27),
            }
            for number in range(_NOW + _BEFORE)
        ],
        "subscriptions": [
            {
                **of_account,
                "sub_id": "sub_1",
                "status": "active",
                "created_at": _ago(180),
                "started_at": _ago(180),
            }
        ],
        "subscription_items": [
            {
                "item_id": "si_1",
                "sub_id": "sub_1",
                "price_id": "team",
                "unit_amount": 4900,
                "quantity": 2,
                "interval": "month",
                "interval_count": 1,
                "usage_type": "licensed",
                "currency": "EUR",
                "valid_from": _ago(180),
            }
        ],
        "trials": [
            {
                **of_account,
                "trial_id": "t1",
                "requested_at": _ago(196),
                "started_at": _ago(195),
                "ends_at": _ago(182),
            }
        ],
        "demo_requests": [
            {
                "submission_id": "f1",
                "email": person["email"],
                "type": "live",
                "submitted_at": _ago(198),
            }
        ],
        "tickets": [
            {
                **of_account,
                "ticket_id": "42",
                "opened_at": _ago(3),
                "text": "We found it too expensive and want to cancel.",
            }
        ],
    }
    streams = {name: _frame(name, given) for name, given in rows.items()}
    return Facts(AS_OF, "Europe/Berlin", "EUR", streams)


_NOW, _BEFORE = 12, 40


def _ago(days: int) -> datetime:
    return AS_OF - timedelta(days=days)


def _frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.LazyFrame:
    schema = STREAMS[name].schema()
    empty = {**dict.fromkeys(schema), "source": "app", "source_id": "1", "synced_at": AS_OF}
    return pl.DataFrame([{**empty, **row} for row in rows], schema=schema).lazy()
