"""Facts written as a few rows, and the metrics of one account or person of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import polars as pl

from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings
from syncworker.model.streams import STREAMS

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
Row = Mapping[str, Any]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def stream(name: str, rows: list[Row]) -> pl.LazyFrame:
    schema = STREAMS[name].schema()
    empty = dict.fromkeys(schema)
    empty |= {"source": "app", "source_id": "1", "synced_at": AS_OF}
    return pl.DataFrame([{**empty, **row} for row in rows], schema=schema).lazy()


def facts(
    *, as_of: datetime = AS_OF, timezone: str = "UTC", currency: str = "USD", **rows: list[Row]
) -> Facts:
    """Facts of these streams; without `accounts` there is one old account, `acme`."""
    rows.setdefault("accounts", [{"account_id": "acme", "created_at": utc("2020-01-01")}])
    return Facts(as_of, timezone, currency, {name: stream(name, r) for name, r in rows.items()})


def accounts(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    frame = compute(given, settings or MetricSettings()).accounts.collect()
    return {row["account_id"]: row for row in frame.iter_rows(named=True)}


def account(given: Facts, settings: MetricSettings | None = None) -> dict[str, Any]:
    return accounts(given, settings)["acme"]


def people(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    frame = compute(given, settings or MetricSettings()).users.collect()
    return {row["user_id"]: row for row in frame.iter_rows(named=True)}


def subscriptions(
    given: Facts, settings: MetricSettings | None = None
) -> dict[str, dict[str, Any]]:
    frame = compute(given, settings or MetricSettings()).subscriptions.collect()
    return {row["sub_id"]: row for row in frame.iter_rows(named=True)}


def tickets(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    frame = compute(given, settings or MetricSettings()).tickets.collect()
    return {row["ticket_id"]: row for row in frame.iter_rows(named=True)}


def sub(**more: object) -> Row:
    return {
        "sub_id": "s1",
        "account_id": "acme",
        "status": "active",
        "started_at": utc("2026-01-01"),
        **more,
    }


def item(**more: object) -> Row:
    return {
        "item_id": "i1",
        "sub_id": "s1",
        "unit_amount": 1000,
        "interval": "month",
        "currency": "USD",
        **more,
    }


def discount(**more: object) -> Row:
    return {"discount_id": "d1", "sub_id": "s1", "duration": "forever", **more}


def event(number: int, ts: datetime, **more: object) -> Row:
    return {
        "event_id": f"e{number}",
        "account_id": "acme",
        "user_id": "ann",
        "name": "report",
        "ts": ts,
        **more,
    }
