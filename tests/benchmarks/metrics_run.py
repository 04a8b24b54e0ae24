"""Every record-level metric of a large portal, beside the bare aggregation of its events.

    python tests/benchmarks/metrics_run.py [ACCOUNTS]

Fills staging with a portal's rows (by default a million accounts, three users and twenty events to
each, subscriptions, items, tickets and trials in proportion, and one event in a thousand twice) and
measures, as workers on two cores do it: preparing in one process with two threads, then computing
all shards at the default number of shards in two processes with one thread each; and what Polars
alone takes to count the same events and their users by account. Prints wall seconds, CPU seconds,
the peak of resident memory, and what each step and each part of the metrics took. Then compares the
values of a smaller portal in one and in eight shards.
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

from syncworker.engine import prepare, sync
from syncworker.engine.engine import Engine, Limits
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Chunk, StagedPage
from syncworker.engine.prepared import prepared, shard_facts
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


def computed(
    engine: Engine, each: Callable[[Computed], None], mine: Callable[[int], bool] = lambda _: True
) -> int:
    """Compute the shards of the prepared run that are mine; how many there are in all."""
    run = engine.runs.running("acme")
    assert run is not None
    mapping = checked("acme", MAPPING)
    number = int(engine.chunks.results(run.id, "prepare")[0]["of"])
    for place in filter(mine, range(number)):
        chunk = Chunk(0, run.id, "compute", {"shard": place, "of": number}, {}, 1, 1)
        shard = share(engine, run, mapping, chunk)
        each(compute(shard.facts, mapping.metrics, shard.population))
    return number


def prepare_run(engine: Engine) -> None:
    """Open a run, cut the portal into shards, and leave them to be computed."""
    open_run = engine.runs.running("acme")
    if open_run is not None:
        engine.runs.finish(replace(open_run, status="failed", finished_at=AS_OF))
    run = sync.start(engine, "acme", as_of=AS_OF, kind="plan")
    engine.runs.advance(run.id, old="start", new="prepare", payloads=[{}], summary={})
    ((chunk_id, _),) = engine.chunks.take(run.id, now=AS_OF, most=1)
    prepare.prepare(engine, run, checked("acme", MAPPING), _claimed(engine, chunk_id))
    number = engine.chunks.results(run.id, "prepare")[0]["of"]
    shards = [{"shard": shard, "of": number} for shard in range(number)]
    engine.runs.advance(run.id, old="prepare", new="compute", payloads=shards, summary={})


class _timed:  # noqa: N801 - reads as a function
    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        self.wall, self.used = time.monotonic(), time.process_time()

    def __exit__(self, *_: object) -> None:
        wall, used = time.monotonic() - self.wall, time.process_time() - self.used
        print(f"  {self.what:<40} {wall:7.2f} s wall {used:7.2f} s CPU", flush=True)


def parts(folder: Path) -> None:
    """What each part of the metrics takes by itself, of one shard."""
    engine, mapping = _engine(folder), checked("acme", MAPPING)
    run = engine.runs.running("acme")
    assert run is not None
    cut = prepared(engine, run.id)
    assert cut is not None
    inputs = inputs_of(shard_facts(engine, run, mapping, cut, 0), mapping.metrics)
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


def _collect(found: Computed) -> None:
    frames = (found.accounts, found.users, found.subscriptions, found.tickets)
    accounts, *_ = pl.collect_all(frames, engine="streaming")
    assert accounts.height


def preparing(folder: Path) -> None:
    """Cut the portal into the default number of shards."""
    prepare_run(_engine(folder))


def even(folder: Path) -> None:
    """Every second shard, as one of two workers computes it."""
    computed(_engine(folder), _collect, lambda shard: shard % 2 == 0)


def odd(folder: Path) -> None:
    """The other shards."""
    computed(_engine(folder), _collect, lambda shard: shard % 2 == 1)


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

        def each(found: Computed, parts: list[list[pl.DataFrame]] = parts) -> None:
            frames = (found.accounts, found.users, found.subscriptions, found.tickets)
            parts.append(pl.collect_all(frames, engine="streaming"))

        engine = _engine(folder, Limits(shard_accounts=limit))
        prepare_run(engine)
        number = computed(engine, each)
        keys = ("account_id", "user_id", "sub_id", "ticket_id")
        values.append(
            [pl.concat([part[place] for part in parts]).sort(key) for place, key in enumerate(keys)]
        )
        print(f"  {number} shards: {[frame.height for frame in values[-1]]} rows")
    assert all(one.equals(other) for one, other in zip(*values, strict=True))
    print("  the values are the same")


def measured(folder: Path, threads: int, *tasks: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of tasks side by side, each a process of its own."""
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads)}
    started = time.monotonic()
    processes = [
        subprocess.Popen([sys.executable, __file__, task, str(folder)], env=environment)
        for task in tasks
    ]
    cpu = peak = 0.0
    for process in processes:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        cpu += used.ru_utime + used.ru_stime
        peak += used.ru_maxrss / 1024
    wall = time.monotonic() - started
    print(f"{' and '.join(tasks)}: {wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.0f} MiB")
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
    large = folder / "large"
    first, first_cpu, first_peak = measured(large, 2, "preparing")
    then, then_cpu, then_peak = measured(large, 1, "even", "odd")
    wall, cpu, peak = first + then, first_cpu + then_cpu, max(first_peak, then_peak)
    print(f"all record-level metrics: {wall:.1f} s wall, {cpu:.1f} s CPU, {peak:.0f} MiB")
    bare_wall, bare_cpu, _ = measured(large, 2, "yardstick")
    print(f"ratio to the bare aggregation: {wall / bare_wall:.1f} wall, {cpu / bare_cpu:.1f} CPU")
    measured(large, 2, "parts")
    measured(folder / "small", 2, "same")
    shutil.rmtree(folder)
    assert cpu / 2 < _MOST_SECONDS
    assert peak < _MOST_MIB


if __name__ == "__main__":
    if sys.argv[1:2] and not sys.argv[1].isdigit():
        tasks = (preparing, even, odd, parts, yardstick, same)
        {task.__name__: task for task in tasks}[sys.argv[1]](Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
