"""Pushing changed records, ledger writes included, beside the official client used the plain way.

    python tests/benchmarks/push_run.py [RECORDS] [ROUNDS] [PROCESSES]

One sandbox portal without limits, in a process of its own, takes both. The yardstick is a loop of
the official client's typed `batch_api.upsert`, 100 contacts of 20 properties a request: remembering
nothing, it sends all properties of a record of which one has changed. Against it stands the push
step of a run with SQLite as its state in PROCESSES worker processes (4), of records with 3 changed
properties (a usual night) and with all 20 (the worst). Prints records per second, ratios per round,
and the CPU that a batch of 100 takes.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.queues import Queue
from pathlib import Path

import hubspot
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInputUpsert,
    SimplePublicObjectBatchInputUpsert,
)
from hubspot.crm.properties import BatchInputPropertyCreate

from syncworker import bootstrap
from syncworker.engine import inline, sync
from syncworker.engine.engine import Engine
from syncworker.engine.memory import Chunk, Planned, Run
from syncworker.hubspot.budget import LocalBudget, limits
from syncworker.hubspot.local_state import LocalState
from syncworker.hubspot.portal import HubSpotPortal
from syncworker.planning.plan import to_json
from syncworker.planning.records import Change, LedgerRecord, RecordPlan
from syncworker.sandbox.portal import Portal
from syncworker.sandbox.server import SandboxServer
from syncworker.settings import Settings

AS_OF = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PROPERTIES = [f"saas_p{number:02}" for number in range(20)]
BATCH = 100
_MAPPING = """\
version: 1
hubspot: {{credentials: env:BENCH_TOKEN, base_url: "{url}"}}
sources: {{app: {{kind: files, path: ., streams: {{users: {{path: users.csv}}}}}}}}
objects:
  contacts:
    match: {{property: email, column: email}}
    properties:
{properties}
"""


def main() -> None:
    """Run both in turn and print what was measured."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    processes = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    with _portal(records) as (url, token, ids), tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH_TOKEN"] = token
        client = hubspot.Client.create(access_token=token, host=url)
        _make_properties(client)
        engine = _engine(Path(folder), url, token)
        workers = _Workers(Path(folder), url, token, processes)
        for changed in (3, len(PROPERTIES)):
            ratios, cpus = [], []
            for turn in range(rounds):
                plain = _rate(partial(_plain, client, records, f"{changed}{turn}1"), records)
                run = _planned(engine, ids, f"{changed}{turn}2", changed)
                ours = workers.push(engine, run, records)
                ended = engine.runs.get(run.id)
                assert ended.summary["outcomes"] == {"sent": records}, ended
                ratios.append(ours[0] / plain[0])
                cpus.append(ours[1])
                print(
                    f"round {turn + 1}: plain typed upserts {plain[0]:,.0f} records/s "
                    f"({plain[1] * 1000:.1f} ms CPU a batch); push with ledger, {changed} changed, "
                    f"{ours[0]:,.0f} records/s ({ours[1] * 1000:.1f} ms); ratio {ratios[-1]:.2f}"
                )
            print(
                f"{changed} of {len(PROPERTIES)} properties changed: median ratio "
                f"{statistics.median(ratios):.2f}, CPU per 100-record batch "
                f"{statistics.median(cpus) * 1000:.1f} ms, ledger writes included"
            )


class _Workers:
    """Processes that carry out pushing chunks, as Celery's children do."""

    def __init__(self, folder: Path, url: str, token: str, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._chunks, self._done = context.Queue(), context.Queue()
        where = (folder, url, token, self._chunks, self._done)
        self._processes = [
            context.Process(target=_work, args=where, daemon=True) for _ in range(processes)
        ]
        for process in self._processes:
            process.start()
        for _ in self._processes:
            self._done.get()

    def push(self, engine: Engine, run: Run, records: int) -> tuple[float, float]:
        """Push the run: records per second, and CPU seconds of all processes per batch."""
        now = engine.clock()
        chunks = [chunk_id for chunk_id, _ in engine.chunks.take(run.id, now=now, most=10**6)]
        began = time.perf_counter()
        for chunk_id in chunks:
            self._chunks.put(chunk_id)
        cpu = sum(self._done.get() for _ in chunks)
        seconds = time.perf_counter() - began
        inline.carry_out(engine, run, "bench")  # its end
        return records / seconds, cpu / -(-records // BATCH)


def _work(folder: Path, url: str, token: str, chunks: Queue[int], done: Queue[float]) -> None:
    engine = _engine(folder, url, token)
    gc.freeze()
    done.put(0.0)
    while True:
        chunk_id = chunks.get()
        began = time.process_time()
        sync.work(engine, chunk_id, f"bench {os.getpid()}")
        done.put(time.process_time() - began)


def _rate(work: Callable[[], object], records: int) -> tuple[float, float]:
    """Records per second, and CPU seconds of this process per batch."""
    clock, cpu = time.perf_counter(), time.process_time()
    work()
    batches = -(-records // BATCH)
    return records / (time.perf_counter() - clock), (time.process_time() - cpu) / batches


def _plain(client: hubspot.HubSpot, records: int, value: str) -> None:
    batch_api = client.crm.contacts.batch_api
    for first in range(0, records, BATCH):
        answer = batch_api.upsert(
            BatchInputSimplePublicObjectBatchInputUpsert(
                inputs=[
                    SimplePublicObjectBatchInputUpsert(
                        id=_email(number),
                        id_property="email",
                        object_write_trace_id=f"t{number}",
                        properties=dict.fromkeys(PROPERTIES, value),
                    )
                    for number in range(first, min(first + BATCH, records))
                ]
            )
        )
        assert len(answer.results) == min(BATCH, records - first)


def _planned(engine: Engine, ids: list[str], value: str, changed: int) -> Run:
    """A run whose plan changes so many properties of every contact, up to the push."""
    run = sync.start(engine, "bench", as_of=AS_OF)
    summary = {"start_requests": 0, "plan_requests": 0}
    engine.runs.advance(run.id, old="start", new="compute", payloads=[{}], summary=summary)
    now = engine.clock()
    ((chunk_id, _),) = engine.chunks.take(run.id, now=now, most=1)
    chunk = engine.chunks.claim(chunk_id, owner="bench", now=now, until=now + engine.limits.lease)
    assert isinstance(chunk, Chunk)
    old = engine.ledger.get("bench", "contacts", [f"u{number}" for number in range(len(ids))])
    known = [
        old.get(f"u{n}") or LedgerRecord("contacts", f"u{n}", id_, dict.fromkeys(PROPERTIES, ""))
        for n, id_ in enumerate(ids)
    ]
    engine.ledger.confirm(chunk, "bench", known, now)
    plans = [
        RecordPlan(
            "contacts",
            record.key,
            record.key,
            record.hubspot_id,
            "update",
            tuple(
                Change(name, record.values[name], value, "measured")
                for name in PROPERTIES[:changed]
            ),
        )
        for record in known
    ]
    rows = [Planned(i, "contacts", plan.key, to_json(plan)) for i, plan in enumerate(plans)]
    engine.plans.add(chunk, "bench", rows, [], [], now)
    engine.chunks.complete(chunk, {})
    size, step = engine.plans.number(run.id), engine.limits.push_records
    payloads = [{"first": n, "last": min(n + step, size) - 1} for n in range(0, size, step)]
    summary = {"computed_at": now.isoformat()}
    engine.runs.advance(run.id, old="compute", new="push", payloads=payloads, summary=summary)
    return run


def _engine(folder: Path, url: str, token: str) -> Engine:
    (folder / "mappings").mkdir(exist_ok=True)
    lines = "\n".join(f"      {name}: user_usage_28d" for name in PROPERTIES)
    text = _MAPPING.format(url=url, properties=lines)
    (folder / "mappings" / "bench.yaml").write_text(text, "utf-8")
    engine = bootstrap.engine(Settings(home=folder / "home", mappings=folder / "mappings"))
    unlimited = LocalState(replace(limits("enterprise"), burst=10**6, daily=None))
    budget = LocalBudget("enterprise", state=unlimited)
    portal = HubSpotPortal(token, base_url=url, budget=budget, name="bench")
    return replace(engine, connect=lambda _name, _mapping, _priority: portal)


def _make_properties(client: hubspot.HubSpot) -> None:
    inputs = [
        {
            "name": name,
            "label": name,
            "groupName": "contactinformation",
            "type": "number",
            "fieldType": "number",
        }
        for name in PROPERTIES
    ]
    client.crm.properties.batch_api.create("contacts", BatchInputPropertyCreate(inputs=inputs))


def _email(number: int) -> str:
    return f"user-{number}@bench.example"


@contextmanager
def _portal(records: int) -> Iterator[tuple[str, str, list[str]]]:
    """A portal with contacts in a process of its own: its address, token and their ids."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, records), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("stop")
        process.join(10)


def _serve(pipe: Connection, records: int) -> None:
    portal = Portal(limits=False)
    ids = [portal.put("contacts", {"email": _email(number)}).id for number in range(records)]
    with SandboxServer(portal) as server:
        pipe.send((server.url, server.token, ids))
        pipe.recv()


if __name__ == "__main__":
    main()
