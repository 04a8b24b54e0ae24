"""The store on one state database, and what tests and their child processes do with it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from syncworker.engine.memory import (
    Chunk,
    Planned,
    Run,
    RunStatus,
    Settled,
    Snapshot,
    StagedPage,
    Step,
)
from syncworker.planning.records import Change, LedgerRecord
from syncworker.store import schema
from syncworker.store.alerts import SqlAlerts
from syncworker.store.associations import SqlAssociations
from syncworker.store.chunks import SqlChunks
from syncworker.store.database import Database
from syncworker.store.definitions import SqlDefinitions
from syncworker.store.heartbeats import SqlHeartbeats
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
from syncworker.store.unlinked import SqlUnlinked

NOW = datetime(2026, 11, 21, 6, 0, 0, 123456, tzinfo=UTC)
LEASE = timedelta(seconds=60)
PORTAL = "acme"


class Stores:
    """Every part of the store on one database."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.runs = SqlRuns(self.database)
        self.chunks = SqlChunks(self.database)
        self.pages = SqlPages(self.database)
        self.ledger = SqlLedger(self.database)
        self.plans = SqlPlans(self.database)
        self.letters = SqlLetters(self.database)
        self.unlinked = SqlUnlinked(self.database)
        self.associations = SqlAssociations(self.database)
        self.slots = SqlSlots(self.database)
        self.schedules = SqlSchedules(self.database)
        self.pauses = SqlPauses(self.database)
        self.heartbeats = SqlHeartbeats(self.database)
        self.definitions = SqlDefinitions(self.database)
        self.inbox = SqlInbox(self.database)
        self.snapshots = SqlSnapshots(self.database)
        self.alerts = SqlAlerts(self.database)

    def run(self, portal: str = PORTAL, **more: object) -> Run:
        """Open a run."""
        run = new_run(portal, **more)
        self.runs.open(run)
        return run

    def step(self, run: Run, step: Step, payloads: Sequence[Mapping[str, Any]]) -> None:
        """Move a run on to a step with those chunks."""
        old = self.runs.get(run.id).step
        assert self.runs.advance(run.id, old=old, new=step, payloads=payloads, summary={})

    def claim(self, chunk_id: int, owner: str = "me", now: datetime = NOW) -> Chunk:
        """Claim a chunk that must be free."""
        chunk = self.chunks.claim(chunk_id, owner=owner, now=now, until=now + LEASE)
        assert chunk is not None
        return chunk

    def chunk(self, run: Run, step: Step = "push", **payload: object) -> Chunk:
        """Move a run on to a step with one chunk, claimed."""
        self.step(run, step, [payload])
        return self.claim(self.chunks.take(run.id, now=NOW, most=1)[0][0])

    def extraction(self, run: Run, source: str = "app", stream: str = "users") -> Chunk:
        """A claimed chunk that reads a stream."""
        return self.chunk(run, "extract", source=source, stream=stream)

    def planned(self, run: Run, records: int) -> Chunk:
        """Store and number a plan of that many companies; returns a claimed pushing chunk."""
        compute = self.chunk(run, "compute")
        self.plans.add(compute, run.portal, [planned(i) for i in range(records)], [], [], NOW)
        self.chunks.complete(compute, {})
        self.plans.number(run.id)
        return self.chunk(run, "push")

    def finish(self, run: Run, status: RunStatus = "done") -> bool:
        """Close a run."""
        return self.runs.finish(replace(run, status=status, finished_at=NOW))

    def close(self) -> None:
        """Close its connections."""
        self.database.close()


@contextmanager
def stores(url: str) -> Iterator[Stores]:
    """The store on a migrated database for as long as the block lasts."""
    made = Stores(url)
    try:
        yield made
    finally:
        made.close()


def new_run(portal: str = PORTAL, **more: object) -> Run:
    """A run that is not stored yet."""
    values: dict[str, Any] = {
        "id": f"20261121T060000-{uuid4().hex[:8]}",
        "portal": portal,
        "kind": "sync",
        "mode": "queue",
        "as_of": NOW,
        "force": False,
        "mapping": "version: 1\n",
        "created_at": NOW,
    }
    return Run(**{**values, **more})


def page(place: str, source: str = "app", stream: str = "users") -> StagedPage:
    """A staged file of ten rows."""
    return StagedPage(source, stream, place, 10, NOW)


def day_of(run_id: str, day: int = 20, **more: Any) -> Snapshot:
    """One shard's file of a remembered day."""
    values: dict[str, Any] = {"shard": 0, "of": 1, "place": f"{run_id}-{day}", "known_at": NOW}
    kind = {"mode": "standard", "timezone": "UTC", "currency": "EUR"}
    return Snapshot(day=date(2026, 11, day), run_id=run_id, **kind, **(values | more))


def planned(number: int) -> Planned:
    """A planned company."""
    return Planned(number, "companies", f"a{number}", f'{{"key": "a{number}"}}')


def record(key: str, hubspot_id: str = "1", **values: str) -> LedgerRecord:
    """A ledger's record of a company."""
    return LedgerRecord("companies", key, hubspot_id, values, NOW)


def sent(number: int) -> Settled:
    """A company that HubSpot took."""
    key = f"a{number}"
    change = Change("saas_mrr", "", "100", "first value")
    confirmed = record(key, f"hs{number}", saas_mrr="100")
    return Settled(number, "sent", "companies", key, confirmed, (change,))


def make_ready(url: str) -> str:
    """Start as a command does: make the database ready; returns its version."""
    with stores(url) as state:
        schema.check(state.database)
        return str(schema.current(state.database))


def work_on_all(url: str, run_id: str, owner: str) -> list[int]:
    """Take and claim chunks of a run until none is left; the ids of those it got."""
    mine: list[int] = []
    with stores(url) as state:
        while state.chunks.left(run_id, "push"):
            for chunk_id, _ in state.chunks.take(run_id, now=NOW, most=4):
                chunk = state.claim(chunk_id, owner)
                state.chunks.complete(chunk, {"by": owner})
                mine.append(chunk.id)
    return mine


def claim_everything(url: str, chunk_ids: Sequence[int], owner: str) -> list[int]:
    """Try to claim each chunk; the ids of those it got."""
    with stores(url) as state:
        claims = (
            state.chunks.claim(chunk_id, owner=owner, now=NOW, until=NOW + LEASE)
            for chunk_id in chunk_ids
        )
        return [chunk.id for chunk in claims if chunk is not None]


def claim_slots(url: str, slots: Sequence[datetime]) -> list[bool]:
    """Claim slots of the portal's sync."""
    with stores(url) as state:
        return [state.slots.claim(PORTAL, "sync", slot) for slot in slots]


def put_deliveries(url: str, count: int, *, prefix: str = "s") -> int:
    """Store deliveries of the website's form; how many were new."""
    with stores(url) as state:
        put, at = state.inbox.put, (PORTAL, "website", "demo_requests")
        return sum(put(*at, f"{prefix}{number}", "{}", NOW) for number in range(count))


def open_runs(url: str, portals: Sequence[str]) -> list[str]:
    """Open a run of each portal where none is open; the portals it got."""
    from syncworker.errors import LockHeld  # noqa: PLC0415 - children import what they need

    got = []
    with stores(url) as state:
        for portal in portals:
            try:
                state.run(portal)
            except LockHeld:
                continue
            got.append(portal)
    return got


def push_for(url: str, portal: str, seconds: float) -> int:
    """Settle record after record of a portal of its own; how many were settled."""
    with stores(url) as state:
        run = state.run(portal)
        chunk = state.planned(run, 1_000)
        end = time.monotonic() + seconds
        done = 0
        while done < 1_000 and time.monotonic() < end:
            state.plans.settle(chunk, portal, [sent(done)], NOW)
            state.chunks.renew(chunk, until=NOW + LEASE)
            assert state.ledger.get(portal, "companies", [f"a{done}"])
            done += 1
        return done


def start_slots(url: str) -> list[str]:
    """Tick as a beat does: start the run of every slot that is due; the portals it got."""
    with stores(url) as state:
        return [
            job.portal
            for job in state.schedules.of()
            if job.next_at <= NOW
            and state.schedules.start([(job, NOW + timedelta(hours=1))], new_run(job.portal))
        ]
