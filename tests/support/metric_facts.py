"""Facts written as a few rows, and the metrics of one account or person of them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from syncworker.metrics.compute import AccountPart, AccountStep, compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.known import there
from syncworker.metrics.settings import MetricSettings
from syncworker.model.streams import STREAMS

AS_OF = datetime(2026, 6, 15, 12, tzinfo=UTC)
Row = Mapping[str, Any]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ACME: Row = {"account_id": "acme", "created_at": utc("2020-01-01")}
_IDS = {
    f"{what}_id"
    for what in ("account", "user", "event", "sub", "item", "discount", "ticket", "trial")
}


def stream(name: str, rows: list[Row]) -> pl.LazyFrame:
    schema = STREAMS[name].schema()
    empty = dict.fromkeys(schema)
    empty |= {"source": "app", "source_id": "1", "synced_at": AS_OF}
    return pl.DataFrame([{**empty, **row} for row in rows], schema=schema).lazy()


def facts(
    *, as_of: datetime = AS_OF, timezone: str = "UTC", currency: str = "USD", **rows: list[Row]
) -> Facts:
    """Facts of these streams; without `accounts` there is one old account, `acme`."""
    rows.setdefault("accounts", [ACME])
    return Facts(as_of, timezone, currency, {name: stream(name, r) for name, r in rows.items()})


def side_by_side(cases: Sequence[Mapping[str, list[Row]]]) -> Facts:
    """Facts of several cases in one: the ids of case n begin with `n:`, so `n:acme` is its account.

    A case has the rows that `facts` takes, of the accounts that it takes.
    """
    together: dict[str, list[Row]] = {}
    for number, case in enumerate(cases):
        given: dict[str, list[Row]] = {"accounts": [ACME], **case}
        for name, rows in given.items():
            together.setdefault(name, []).extend(_named(row, number) for row in rows)
    return facts(**together)


def each(
    cases: Sequence[Mapping[str, list[Row]]], settings: MetricSettings | None = None
) -> list[dict[str, Any]]:
    """The row of `acme` of each case: one computation for all of them."""
    rows = accounts(side_by_side(cases), settings)
    return [rows[f"{number}:acme"] for number in range(len(cases))]


def _named(row: Row, number: int) -> Row:
    return {k: f"{number}:{v}" if k in _IDS and v is not None else v for k, v in row.items()}


def accounts(given: Facts, settings: MetricSettings | None = None) -> dict[str, dict[str, Any]]:
    frame = compute(given, settings or MetricSettings()).accounts.collect()
    return {row["account_id"]: row for row in frame.iter_rows(named=True)}


def account(given: Facts, settings: MetricSettings | None = None) -> dict[str, Any]:
    return accounts(given, settings)["acme"]


def of_parts(
    given: Facts,
    settings: MetricSettings | None,
    *parts: AccountPart,
    steps: tuple[AccountStep, ...] = (),
) -> dict[str, dict[str, Any]]:
    """What these parts and steps alone tell of each account: a fraction of a whole computation."""
    inputs = inputs_of(given, settings or MetricSettings())
    frame = inputs.facts.streams["accounts"].filter(there(given.as_of))
    for part in parts:
        frame = frame.join(part(inputs), on="account_id", how="left")
    for step in steps:
        frame = step(frame, inputs)
    return {row["account_id"]: row for row in frame.collect().iter_rows(named=True)}


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
