"""Accounts with subscriptions and invoices, one per case, so that many are computed at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from support.metric_facts import Row, facts, utc

from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.settings import MetricSettings
from syncworker.metrics.settings_revenue import RevenueSettings

PAST, FUTURE = utc("2026-05-01"), utc("2026-07-01")
JAN, MAR, APR, JUN = (utc(f"2026-0{m}-01") for m in (1, 3, 4, 6))
DAY = timedelta(days=1)
Case = Mapping[str, list[Row]]


def world(cases: Mapping[str, Case], **more: Any) -> Any:
    """One account per case, so that many cases are computed at once; ids carry its name."""
    rows: dict[str, list[Row]] = {"accounts": [{"account_id": name} for name in cases]}
    for name, case in cases.items():
        for stream, given in case.items():
            for row in given:
                own = {k: f"{name}-{v}" for k, v in row.items() if k in IDS and v is not None}
                rows.setdefault(stream, []).append({**row, **own, **_account(stream, name)})
    return facts(**rows, **more)


IDS = ("sub_id", "item_id", "discount_id", "invoice_id", "invoice_line_id")


def _account(stream: str, name: str) -> Row:
    return {"account_id": name} if stream in ("subscriptions", "invoices") else {}


def revenue(**given: Any) -> MetricSettings:
    return MetricSettings(revenue=RevenueSettings(**given))


def state(name: str, since: datetime, until: datetime | None = None) -> Row:
    return {"sub_id": "s1", "state": name, "since": since, "until": until}


def invoice(**more: Any) -> Row:
    at = more.pop("at", utc("2026-01-01"))
    return {
        "invoice_id": "in1",
        "sub_id": "s1",
        "status": "paid",
        "created_at": at,
        "paid_at": at,
        "amount_ex_tax": 1000,
        "currency": "USD",
        **more,
    }


def line(number: int, start: str, end: str, amount: int, **more: Any) -> Row:
    return {
        "invoice_line_id": f"l{number}",
        "invoice_id": "in1",
        "sub_id": "s1",
        "item_id": "i1",
        "price_id": "old",
        "quantity": 1,
        "period_start": utc(start),
        "period_end": utc(end),
        "amount": amount,
        "currency": "USD",
        **more,
    }


def steps_of(given: Any, settings: MetricSettings | None = None) -> dict[str, list[Any]]:
    """Per account the steps of its ledger: since, until, mrr."""
    ledger = inputs_of(given, settings or MetricSettings()).ledger.sort("account_id", "since")
    found: dict[str, list[Any]] = {}
    for row in ledger.collect().iter_rows(named=True):
        found.setdefault(row["account_id"], []).append((row["since"], row["until"], row["mrr"]))
    return found
