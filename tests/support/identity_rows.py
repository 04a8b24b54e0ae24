"""Facts with something to recognise, and what became of it."""

from datetime import timedelta
from typing import Any

from support.metric_facts import AS_OF, Row, facts

from syncworker.metrics.facts import Facts
from syncworker.metrics.identity import Resolution, resolved
from syncworker.metrics.settings import MetricSettings

ACCOUNTS = [
    {"account_id": "a", "domain": "acme.example"},
    {"account_id": "b", "domain": "bolt.example"},
    {"account_id": "cus_c"},
    {"account_id": "dead", "domain": "dead.example", "deleted_at": AS_OF},
]
LATER = AS_OF + timedelta(seconds=1)


def identity(kind: str, value: str, account: str, **more: object) -> Row:
    return {"kind": kind, "value": value, "account_id": account, **more}


def given(**rows: list[Row]) -> Facts:
    rows.setdefault("accounts", ACCOUNTS)
    return facts(**rows)


def found(whole: Facts, settings: MetricSettings | None = None) -> Resolution:
    return resolved(whole, settings or MetricSettings())


def rows(resolution: Resolution, stream: str) -> list[dict[str, Any]]:
    return resolution.facts.streams[stream].collect().rows(named=True)


def whose(resolution: Resolution, stream: str) -> str | None:
    (row,) = rows(resolution, stream)
    account: str | None = row["account_id"]
    return account


def conflicts(resolution: Resolution) -> list[tuple[Any, ...]]:
    frame = resolution.conflicts.select("stream", "source", "key", "field", "value", "accounts")
    return sorted(frame.collect().rows())


def demo(email: str, **more: object) -> list[Row]:
    return [{"submission_id": "d", "email": email, "submitted_at": AS_OF, **more}]


def ticket(**more: object) -> list[Row]:
    return [{"ticket_id": "t", "opened_at": AS_OF, "source_id": "t", **more}]


def answer(**more: object) -> list[Row]:
    return [{"response_id": "r", "kind": "nps", "score": 9.0, "at": AS_OF, **more}]
