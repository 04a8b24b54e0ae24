"""An engine on a real SQLite store and real staging, with a portal and a source in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from syncworker.engine.account import Day
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.ports import (
    Page,
    Pair,
    PairOutcome,
    Pipeline,
    PortalRecord,
    PropertyDefinition,
    PropertyLimit,
    Quota,
    Reach,
    RejectedRow,
)
from syncworker.engine.touched import LastChange, Touched
from syncworker.metrics.compute import Computed, compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.settings import MetricSettings
from syncworker.model.streams import STREAMS
from syncworker.planning.records import Batch, RecordOutcome
from syncworker.staging.parquet import ParquetStaging
from syncworker.store import schema
from syncworker.store.alerts import SqlAlerts
from syncworker.store.associations import SqlAssociations
from syncworker.store.chunks import SqlChunks
from syncworker.store.database import Database
from syncworker.store.definitions import SqlDefinitions
from syncworker.store.forgotten import SqlForgotten
from syncworker.store.heartbeats import SqlHeartbeats
from syncworker.store.histories import SqlHistories
from syncworker.store.inbox import SqlInbox
from syncworker.store.ledger import SqlLedger
from syncworker.store.letters import SqlLetters
from syncworker.store.pages import SqlPages
from syncworker.store.pauses import SqlPauses
from syncworker.store.plans import SqlPlans
from syncworker.store.runs import SqlRuns
from syncworker.store.schedules import SqlSchedules
from syncworker.store.slots import SqlSlots
from syncworker.store.snapshots import SqlSnapshots
from syncworker.store.turns import SqlTurns
from syncworker.store.unlinked import SqlUnlinked

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN}
reporting: {currency: EUR}
sources:
  app:
    kind: sql
    url: env:DATABASE
    streams:
      accounts: {query: x}
      subscriptions: {query: x}
      subscription_items: {query: x}
objects:
  companies:
    match: {property: domain, column: domain}
    properties: {saas_mrr: mrr, saas_subscription_status: subscription_status}
"""
WITH_CONTACTS = (
    MAPPING.replace("accounts: {query: x}", "accounts: {query: x}\n      users: {query: x}")
    + "  contacts: {match: {property: email, column: email}, associate: [companies]}\n"
)
TYPES = {"saas_mrr": "number", "saas_subscription_status": "enumeration"}


class FakeAccount:
    """Tells nothing of the day."""

    def today(self) -> Day | None:
        return None


class FakePortal:
    """Companies by id, written and read like HubSpot's; counts what is written.

    Each has one contact; `together` says which of them HubSpot has associated, `unwanted` which
    contacts it refuses to associate.
    """

    def __init__(self, companies: int) -> None:
        self.companies = {str(i): {"domain": f"c{i}.example"} for i in range(companies)}
        self.requests = 0
        self.writes = 0
        self.waited = 0.0
        self.quota = Quota(100, 10.0, 250_000, 50_000)
        self.contacts = {f"p{i}": {"email": f"u{i}@c{i}.example"} for i in range(companies)}
        self.together: set[Pair] = set()
        self.unwanted: dict[str, PairOutcome] = {}
        self.written: list[tuple[str, dict[str, str]]] = []
        self.touched: dict[tuple[str, str], LastChange] = {}
        self.refuse: dict[str, RecordOutcome] = {}
        self.types = dict(TYPES)
        self.archived: frozenset[str] = frozenset()
        self.limit: PropertyLimit | None = None
        self.lines = (Pipeline("7", "Renewals", (("71", "Won"),)),)

    def home(self) -> str:
        return "https://app.hubspot.example/contacts/7"

    def account(self) -> FakeAccount:
        return FakeAccount()

    def app(self) -> str:
        return "4711"

    def properties(self, object_name: str) -> Mapping[str, PropertyDefinition]:
        self.requests += 1
        stages = tuple((s, s) for s in ("lead", "opportunity", "customer", "evangelist"))
        own = {
            n: PropertyDefinition(n, t, "text", unique=n.endswith("_id"))
            for n, t in self.types.items()
        }
        stage = PropertyDefinition("lifecyclestage", "enumeration", "radio", options=stages)
        return {**own, "lifecyclestage": stage}

    def create_properties(
        self, object_name: str, group: tuple[str, str], definitions: Sequence[PropertyDefinition]
    ) -> None:
        self.types.update({d.name: d.type for d in definitions})

    def records(self, object_name: str) -> dict[str, dict[str, str]]:
        """The records of an object by id."""
        return self.contacts if object_name == "contacts" else self.companies

    def archived_properties(self, object_name: str) -> frozenset[str]:
        return self.archived

    def definitions(self) -> dict[str, Any]:
        return {"objects": {}, "left_out": {}}

    def archive_properties(self, object_name: str, names: Sequence[str]) -> None:
        self.archived |= set(names)
        self.types = {name: kind for name, kind in self.types.items() if name not in names}

    def pipelines(self, object_name: str) -> tuple[Pipeline, ...]:
        self.requests += 1
        return self.lines

    def property_limit(self, object_name: str) -> PropertyLimit | None:
        return self.limit

    def find(
        self,
        object_name: str,
        match_property: str,
        values: Sequence[str],
        properties: Sequence[str],
        *,
        unique: bool = False,
    ) -> Mapping[str, tuple[PortalRecord, ...]]:
        self.requests += 1
        found: dict[str, tuple[PortalRecord, ...]] = {}
        for id_, held in self.records(object_name).items():
            value = held.get(match_property, "")
            if value in values:
                record = PortalRecord(id_, {p: held.get(p, "") for p in properties})
                found[value] = (*found.get(value, ()), record)
        return found

    def read(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, PortalRecord]:
        self.requests += 1
        records = self.records(object_name)
        return {
            i: PortalRecord(i, {p: records[i].get(p, "") for p in properties})
            for i in ids
            if i in records
        }

    def last_changes(
        self, object_name: str, ids: Sequence[str], properties: Sequence[str]
    ) -> Mapping[str, Touched]:
        """As `touched` says, by id and property; else an app's value of an unknown moment."""
        self.requests += 1
        return {
            id_: Touched(
                id_,
                {
                    name: self.touched.get((id_, name), LastChange(held[name], None, "INTEGRATION"))
                    for name in properties
                    if name in held
                },
            )
            for id_ in ids
            if (held := self.records(object_name).get(id_)) is not None
        }

    def edit(
        self, id_: str, name: str, value: str, by: str = "CRM_UI", source_id: str = ""
    ) -> None:
        """Change a company's property other than through syncworker, a day after AS_OF."""
        self.companies[id_][name] = value
        self.touched[id_, name] = LastChange(value, AS_OF + timedelta(days=1), by, source_id, "7")

    def write(self, batch: Batch) -> tuple[RecordOutcome, ...]:
        self.requests += 1
        self.writes += 1
        outcomes = []
        for one in batch.inputs:
            if one.key in self.refuse:
                outcomes.append(replace(self.refuse[one.key], key=one.key))
                continue
            assert one.hubspot_id is not None
            self.records(batch.object)[one.hubspot_id].update(one.properties)
            for name in one.properties:
                self.touched.pop((one.hubspot_id, name), None)
            self.written.append((one.key, dict(one.properties)))
            outcomes.append(RecordOutcome(one.key, "sent", one.hubspot_id, dict(one.properties)))
        return tuple(outcomes)

    def associated(
        self, from_object: str, to_object: str, ids: Sequence[str]
    ) -> Mapping[str, frozenset[str]]:
        assert len(ids) <= 1_000
        self.requests += 1
        return {i: frozenset(p.to_id for p in self.together if p.from_id == i) for i in ids}

    def associate(
        self, from_object: str, to_object: str, pairs: Sequence[Pair]
    ) -> tuple[PairOutcome, ...]:
        self.requests += 1
        self.writes += 1
        self.together |= {pair for pair in pairs if pair.from_id not in self.unwanted}
        return tuple(
            replace(self.unwanted.get(pair.from_id, PairOutcome(pair)), pair=pair) for pair in pairs
        )


class FakeSource:
    """Streams as lists of rows, `page` rows a page, read whole each time."""

    name = "app"
    page = 2

    def __init__(self, accounts: int) -> None:
        then = AS_OF - timedelta(days=100)
        numbers = range(accounts)
        self.streams: dict[str, list[dict[str, Any]]] = {
            "accounts": [{"account_id": f"a{i}", "domain": f"c{i}.example"} for i in numbers],
            "users": [
                {"user_id": f"u{i}", "account_id": f"a{i}", "email": f"u{i}@c{i}.example"}
                for i in numbers
            ],
            "subscriptions": [
                {"sub_id": f"s{i}", "account_id": f"a{i}", "status": "active", "started_at": then}
                for i in numbers
            ],
            "subscription_items": [
                {"item_id": f"i{i}", "sub_id": f"s{i}", "unit_amount": 1000 + i, "quantity": 1,
                 "interval": "month", "currency": "EUR"}
                for i in numbers
            ],
        }  # fmt: skip
        self.rejected: dict[str, tuple[RejectedRow, ...]] = {}

    def provides(self, stream: str) -> tuple[str, ...]:
        return (stream,)

    def incremental(self, stream: str) -> bool:
        return False

    def full_every(self, stream: str) -> timedelta | None:
        return None

    def count(self, stream: str) -> int | None:
        return len(self.streams[stream])

    def reach(self, stream: str) -> Reach:
        return "whole"

    def between(self, stream: str, **_: object) -> Iterator[Page]:
        raise NotImplementedError

    def pages(
        self, stream: str, *, since: str | None, resume: str | None, watermark: datetime
    ) -> Iterator[Page]:
        rows = self.streams[stream]
        for start in range(int(resume or 0), max(len(rows), 1), self.page):
            frame = frame_of(stream, rows[start : start + self.page], watermark)
            rejected = self.rejected.get(stream, ()) if start == 0 else ()
            cursor = "read before" if self.incremental(stream) else None
            yield Page({stream: frame}, rejected, resume=str(start + self.page), cursor=cursor)


def frame_of(stream: str, rows: list[dict[str, Any]], watermark: datetime) -> pl.DataFrame:
    """Rows as a source gives them, read at a moment."""
    definition = STREAMS[stream]
    complete = [
        {
            **row,
            "source": "app",
            "source_id": "|".join(str(row.get(k, "")) for k in definition.key).rstrip("|"),
            "synced_at": watermark,
        }
        for row in rows
    ]
    return pl.DataFrame(
        [{name: row.get(name) for name in definition.schema()} for row in complete],
        schema=definition.schema(),
    )


def no_metrics(*_: object) -> Computed:
    """Metrics of nobody, for tests of how a run goes in which nothing is sent."""
    return Computed(**{name: pl.LazyFrame(schema=schema) for name, schema in COLUMNS.items()})


_EVERY = compute(Facts(AS_OF, "UTC", "EUR", {}), MetricSettings())
COLUMNS = {one.name: getattr(_EVERY, one.name).collect_schema() for one in fields(_EVERY)}


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self, minutes: int = 0) -> None:
        self.now = datetime(2026, 11, 21, 6, minutes, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def make_engine(
    folder: Path, portal: FakePortal, source: FakeSource, *, mapping: str = MAPPING,
    clock: Clock | None = None, limits: Limits | None = None,
) -> Engine:  # fmt: skip
    """An engine in a folder; made again on the same folder it is the same engine, restarted."""
    state = Database(f"sqlite:///{folder / 'state.db'}")
    schema.check(state)
    return Engine(
        runs=SqlRuns(state),
        chunks=SqlChunks(state),
        pages=SqlPages(state),
        ledger=SqlLedger(state),
        histories=SqlHistories(state),
        plans=SqlPlans(state),
        letters=SqlLetters(state),
        unlinked=SqlUnlinked(state),
        associations=SqlAssociations(state),
        slots=SqlSlots(state),
        schedules=SqlSchedules(state),
        pauses=SqlPauses(state),
        heartbeats=SqlHeartbeats(state),
        definitions=SqlDefinitions(state),
        inbox=SqlInbox(state),
        snapshots=SqlSnapshots(state),
        forgotten=SqlForgotten(state),
        alerts=SqlAlerts(state),
        staging=ParquetStaging(str(folder / "staging")),
        turns=SqlTurns(state),
        sources=lambda _portal, _mapping: {"app": source},
        connect=lambda _name, _mapping, _priority: portal,
        mapping_text=lambda _portal: mapping,
        portals=lambda: ["acme"],
        clock=clock or Clock(),
        tell=lambda _channel, _delivery: "taken",
        limits=limits or Limits(push_records=3, shard_accounts=4),
    )
