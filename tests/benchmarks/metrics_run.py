"""Every record-level metric of a large portal, beside the bare aggregation of its events.

    python tests/benchmarks/metrics_run.py [ACCOUNTS]

Fills staging with a portal's rows (by default a million accounts, three users and twenty events to
each, subscriptions, items, tickets and trials in proportion, and one event in a thousand twice) and
measures, each in a process of its own with two threads: preparing and computing all shards at the
default number of shards, and what Polars alone takes to count the same events and their users by
account. Prints wall seconds, CPU seconds, the peak of resident memory, and what each step and each
part of the metrics took. Then compares the values of a smaller portal in one and in eight shards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl
from support.fake_engine import AS_OF, FakePortal, FakeSource, make_engine

from syncworker.engine import prepare, snapshots, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Chunk, Run, StagedPage
from syncworker.engine.share import share
from syncworker.metrics.compute import ACCOUNT_PARTS, Computed, compute
from syncworker.metrics.inputs import inputs_of
from syncworker.model.streams import STREAMS

MAPPING = """\
version: 1
hubspot: {credentials: env:TOKEN}
reporting: {currency: EUR, timezone: Europe/Berlin}
sources:
  app:
    kind: sql
    url: env:DATABASE
    streams:
      accounts: {query: x}
      users: {query: x}
      events: {query: x}
      subscriptions: {query: x}
      subscription_items: {query: x}
      tickets: {query: x}
      trials: {query: x}
objects:
  companies:
    match: {property: saas_account_id, column: account_id}
    properties:
      saas_mrr: {metric: mrr}
"""
_MOST_SECONDS, _MOST_MIB = 90, 2048
_PAGE = 500_000
_ROW = pl.col("row")


def _by(seed: int, below: int) -> pl.Expr:
    """A number below a limit that looks like chance."""
    return (_ROW.hash(seed) % below).cast(pl.Int64)


def _ago(days: pl.Expr) -> pl.Expr:
    return pl.lit(AS_OF) - pl.duration(days=days)


def _columns(accounts: int) -> dict[str, tuple[int, dict[str, pl.Expr]]]:
    """By stream: how many rows, and their columns."""
    users = 3 * accounts
    happened = pl.lit(AS_OF) - pl.duration(seconds=_by(1, 90 * 86_400))
    twice = pl.when(_by(2, 1_000) == 0).then(_ROW // 2).otherwise(_ROW)
    canceled = _by(3, 10) > 7
    return {
        "accounts": (
            accounts,
            {
                "account_id": pl.format("a{}", _ROW),
                "domain": pl.format("x{}.example", _ROW),
                "size": pl.lit("mid"),
                "created_at": _ago(30 + _by(4, 900)),
            },
        ),
        "users": (
            users,
            {
                "user_id": pl.format("u{}", _ROW),
                "account_id": pl.format("a{}", _ROW // 3),
                "email": pl.format("u{}@x{}.example", _ROW, _ROW // 3),
                "created_at": _ago(_by(5, 400)),
            },
        ),
        "events": (
            20 * accounts,
            {
                "event_id": pl.format("e{}", twice),
                "user_id": pl.format("u{}", _by(6, users)),
                "name": pl.format("action{}", _by(7, 12)),
                "ts": happened,
                "received_at": happened,
                "props": pl.format('{{"page": {}}}', _by(8, 13)),
            },
        ),
        "subscriptions": (
            accounts * 6 // 10,
            {
                "sub_id": pl.format("s{}", _ROW),
                "account_id": pl.format("a{}", _ROW),
                "status": pl.when(canceled).then(pl.lit("canceled")).otherwise(pl.lit("active")),
                "started_at": _ago(40 + _by(3, 700)),
                "ended_at": pl.when(canceled).then(_ago(_by(3, 30))),
            },
        ),
        "subscription_items": (
            accounts * 6 // 10,
            {
                "item_id": pl.format("i{}", _ROW),
                "sub_id": pl.format("s{}", _ROW),
                "unit_amount": 1_000 + _by(9, 5_000),
                "quantity": 1 + _by(10, 9),
                "interval": pl.lit("month"),
                "currency": pl.lit("EUR"),
            },
        ),
        "tickets": (
            accounts // 5,
            {
                "ticket_id": pl.format("t{}", _ROW),
                "user_id": pl.format("u{}", _by(11, users)),
                "opened_at": _ago(_by(12, 60)),
                "closed_at": pl.when(_by(12, 3) > 0).then(_ago(_by(12, 60))),
                "text": pl.lit("May we cancel, or is there a cheaper plan? " * 3),
            },
        ),
        "trials": (
            accounts // 5,
            {
                "trial_id": pl.format("r{}", _ROW),
                "account_id": pl.format("a{}", _by(13, accounts)),
                "requested_at": _ago(_by(13, 60)),
                "ends_at": _ago(_by(13, 60)) + timedelta(days=14),
            },
        ),
    }


def _engine(folder: Path, limits: Limits | None = None) -> Engine:
    return make_engine(
        folder, FakePortal(0), FakeSource(0), mapping=MAPPING, limits=limits or Limits()
    )


def fill(folder: Path, accounts: int) -> None:
    """Stage a portal's rows as one reading."""
    engine = _engine(folder)
    run = sync.start(engine, "acme", as_of=AS_OF, kind="extract")
    payloads = [{"source": "app", "stream": stream} for stream in _columns(accounts)]
    engine.runs.advance(run.id, old="start", new="extract", payloads=payloads, summary={})
    for chunk_id, _ in engine.chunks.take(run.id, now=AS_OF, most=99):
        chunk = _claimed(engine, chunk_id)
        stream = chunk.payload["stream"]
        number, columns = _columns(accounts)[stream]
        key = STREAMS[stream].key[0]
        always = {"source": pl.lit("app"), "source_id": columns[key], "synced_at": pl.lit(AS_OF)}
        told = {**columns, **always}
        for first in range(0, number, _PAGE):
            last = min(first + _PAGE, number)
            frame = pl.select(row=pl.int_range(first, last, dtype=pl.Int64)).select(
                told.get(name, pl.lit(None)).cast(type_).alias(name)
                for name, type_ in STREAMS[stream].schema().items()
            )
            place = engine.staging.write("acme", stream, f"{first}", frame)
            page = StagedPage("app", stream, place, frame.height, AS_OF)
            engine.pages.commit(chunk, [page], [], {})
        result = {"rows": number, "cursor": "c", "whole": True}
        engine.chunks.complete(chunk, {**chunk.payload, **result})
    engine.runs.finish(replace(run, status="done", finished_at=AS_OF))


def _claimed(engine: Engine, chunk_id: int) -> Chunk:
    chunk = engine.chunks.claim(chunk_id, owner="me", now=AS_OF, until=AS_OF + timedelta(days=9))
    assert chunk is not None
    return chunk


def computed(engine: Engine, each: Callable[[int, Computed], None], *, remember: bool) -> int:
    """Prepare a run and compute its shards; how many they were."""
    open_run = engine.runs.running("acme")
    if open_run is not None:
        engine.runs.finish(replace(open_run, status="failed", finished_at=AS_OF))
    run = sync.start(engine, "acme", as_of=AS_OF, kind="plan")
    engine.runs.advance(run.id, old="start", new="prepare", payloads=[{}], summary={})
    mapping = checked("acme", MAPPING)
    with _timed("prepare"):
        ((chunk_id, _),) = engine.chunks.take(run.id, now=AS_OF, most=1)
        prepare.prepare(engine, run, mapping, _claimed(engine, chunk_id))
    number = engine.chunks.results(run.id, "prepare")[0]["of"]
    shards = [{"shard": shard, "of": number} for shard in range(number)]
    engine.runs.advance(run.id, old="prepare", new="compute", payloads=shards, summary={})
    with _timed(f"{number} shards"):
        for chunk_id, _ in engine.chunks.take(run.id, now=AS_OF, most=number):
            chunk = _claimed(engine, chunk_id)
            mine = share(engine, run, mapping, chunk)
            grid = mine.grid if remember else snapshots.Grid()
            memory = snapshots.remembered(engine, run, mapping, chunk, mine.facts, grid)
            each(
                chunk.payload["shard"],
                compute(mine.facts, mapping.metrics, mine.population, memory),
            )
            if chunk.payload["shard"] == 0 and number > 1:
                _parts(engine, run, chunk)
    return int(number)


class _timed:  # noqa: N801 - reads as a function
    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.wall, self.used = time.monotonic(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, used = time.monotonic() - self.wall, time.process_time() - self.used
        print(f"  {self.what:<40} {wall:7.2f} s wall {used:7.2f} s CPU", flush=True)


def _parts(engine: Engine, run: Run, chunk: Chunk) -> None:
    """What each part of the metrics takes by itself, of one shard."""
    mapping = checked("acme", MAPPING)
    inputs = inputs_of(share(engine, run, mapping, chunk).facts, mapping.metrics)
    frames: dict[str, pl.LazyFrame] = {
        "activity": inputs.activity,
        "terms": inputs.terms,
        "ledger": inputs.ledger,
    }
    for place, part in enumerate(ACCOUNT_PARTS):
        names = [n for n in part(inputs).collect_schema().names() if n != "account_id"]
        frames[f"account part {place} ({', '.join(names[:2])})"] = part(inputs)
    for name, frame in frames.items():
        with _timed(f"  {name}"[:40]):
            frame.collect(engine="streaming")


def _collect(_shard: int, found: Computed) -> None:
    frames = (found.accounts, found.users, found.subscriptions, found.tickets)
    accounts, *_ = pl.collect_all(frames, engine="streaming")
    assert accounts.height


def metrics(folder: Path) -> None:
    """Everything, at the default number of shards."""
    with _timed("all metrics of all shards"):
        computed(_engine(folder), _collect, remember=False)


def yardstick(folder: Path) -> None:
    """What Polars takes for the simplest thing one can ask of the events."""
    events = pl.scan_parquet(sorted((folder / "staging/acme/events").glob("*.parquet")))
    users = pl.scan_parquet(sorted((folder / "staging/acme/users").glob("*.parquet")))
    with _timed("bare aggregation"):
        (
            events.select("user_id")
            .join(users.select("user_id", "account_id"), on="user_id")
            .group_by("account_id")
            .agg(pl.len(), pl.col("user_id").n_unique())
            .collect(engine="streaming")
        )


def same(folder: Path) -> None:
    """One shard and eight have the same values."""
    values: list[list[pl.DataFrame]] = []
    for limit in (10**9, 3 * 10_000 // 8):
        parts: list[list[pl.DataFrame]] = []

        def each(_shard: int, found: Computed, parts: list[list[pl.DataFrame]] = parts) -> None:
            frames = (found.accounts, found.users, found.subscriptions, found.tickets)
            parts.append(pl.collect_all(frames, engine="streaming"))

        number = computed(_engine(folder, Limits(shard_accounts=limit)), each, remember=True)
        keys = ("account_id", "user_id", "sub_id", "ticket_id")
        values.append(
            [pl.concat([part[place] for part in parts]).sort(key) for place, key in enumerate(keys)]
        )
        print(f"  {number} shards: {[frame.height for frame in values[-1]]} rows")
    assert all(one.equals(other) for one, other in zip(*values, strict=True))
    print("  the values are the same")


def measured(what: str, folder: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of a process of its own."""
    environment = os.environ | {"POLARS_MAX_THREADS": "2"}
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, __file__, what, str(folder)], env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    wall, cpu = time.monotonic() - started, used.ru_utime + used.ru_stime
    peak = used.ru_maxrss / 1024
    print(
        f"{what}: {wall:.1f} s wall, {cpu:.1f} s CPU ({cpu / 2:.1f} s on two cores), {peak:.0f} MiB"
    )
    return wall, cpu, peak


def _made(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def main(accounts: int) -> None:
    """Fill, measure, compare."""
    folder = Path(tempfile.mkdtemp(prefix="metrics-"))
    with _timed(f"fill: {accounts:,} accounts"):
        fill(_made(folder, "large"), accounts)
        fill(_made(folder, "small"), 10_000)
    wall, cpu, peak = measured("metrics", folder / "large")
    bare_wall, bare_cpu, _ = measured("yardstick", folder / "large")
    print(f"ratio to the bare aggregation: {wall / bare_wall:.1f} wall, {cpu / bare_cpu:.1f} CPU")
    measured("same", folder / "small")
    shutil.rmtree(folder)
    assert cpu / 2 < _MOST_SECONDS
    assert peak < _MOST_MIB


if __name__ == "__main__":
    if sys.argv[1:2] and not sys.argv[1].isdigit():
        {"metrics": metrics, "yardstick": yardstick, "same": same}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
