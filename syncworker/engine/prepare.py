"""Preparing: what is done once for the whole portal, so that a shard reads only its own.

Whose the rows are, which shard they belong to, the values of the whole portal that accounts are
compared with, the match values that several rows share, and the days that must be remembered. All
of it is frozen with the run, in files under the claim's name and in the chunk's result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import polars as pl

from syncworker.engine import identity, snapshots
from syncworker.engine.engine import Engine
from syncworker.engine.facts import resolution_of
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.prepared import FOLDER, Prepared, clear, schema, shard_facts
from syncworker.engine.selecting import asked_of, keys_of
from syncworker.engine.targets import match_rows, shared_values
from syncworker.mapping.portal import PortalMapping, Rows
from syncworker.metrics.facts import Facts
from syncworker.metrics.homes import HOME, ONE, PLACES, SEVERAL, TOO, WHOLE, Place
from syncworker.metrics.identity import reported
from syncworker.metrics.inputs import inputs_of
from syncworker.metrics.passes import PASSES, frozen
from syncworker.metrics.shard import number
from syncworker.model.streams import STREAMS

_SHARD, _ALSO = "_shard", "_shard_too"
_PART = 4_000_000  # rows
_COUNTED: tuple[Rows, ...] = ("accounts", "users", "subscriptions", "tickets")
_FIRST = ("accounts", "users", "subscriptions", "invoices", "tickets")  # others are placed by them


@dataclass(frozen=True, slots=True)
class _Cutter:
    """Writes files under the claim's name: an old owner's late file replaces nothing."""

    engine: Engine
    run: Run
    chunk: Chunk

    def cut(self, name: str, rows: pl.LazyFrame, by: str) -> dict[str, list[str]]:
        name = f"{self.run.id}-{self.chunk.id}-{self.chunk.claim}-{name}"
        places = self.engine.staging.cut(self.run.portal, FOLDER, name, rows, by)
        return {str(value): [place] for value, place in places.items()}

    def cut_in_parts(self, name: str, rows: pl.LazyFrame) -> dict[str, list[str]]:
        """A stream by shard, a few million rows at a time: a query holds many in memory."""
        number = sum(page.rows for page in self.engine.pages.staged(self.run.portal, name))
        parts = 1 + number // _PART
        key = pl.struct(STREAMS[name].key).hash(seed=1) % parts
        places: dict[str, list[str]] = {}
        for part in range(parts):
            mine = rows if parts == 1 else rows.filter(key == part)
            for shard, files in self.cut(f"{name}-{part}", mine, _SHARD).items():
                places.setdefault(shard, []).extend(files)
        return places

    def place(self, name: str) -> Place:
        """How the stream's rows find where they live: few streams' rows say for which account."""
        if name not in ONE:
            return PLACES[name]
        pages = self.engine.pages.staged(self.run.portal, name)
        said = pl.Schema({"account_id": pl.String()})
        accounts = self.engine.staging.read([page.place for page in pages], said)
        some = accounts.select(pl.col("account_id").is_not_null().any())
        return PLACES[name] if some.collect(engine="streaming").item() else ONE[name]

    def write(self, name: str, rows: pl.LazyFrame) -> list[str]:
        """Everything in one file."""
        return _all(self.cut(name, rows.with_columns(pl.lit(0).alias(_SHARD)), _SHARD))


def prepare(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Prepare a run's shards.

    This runs Polars queries: never call it in a worker's main process.
    """
    clear(engine, run.portal)
    cutter = _Cutter(engine, run, chunk)
    resolution = resolution_of(engine, run, mapping)
    facts = resolution.facts
    of = _number_of_shards(engine, run, facts)
    streams: dict[str, dict[str, list[str]]] = {}
    back: dict[str, pl.LazyFrame] = {}
    for name in sorted(facts.streams.keys() & PLACES.keys(), key=_order):
        places = _cut(cutter, facts, name, of)
        streams[name] = places
        # Read back, so that nothing is resolved twice.
        read = engine.staging.read(_all(places), schema(name))
        back[name] = read.unique(STREAMS[name].key) if name in SEVERAL else read
        if name in _FIRST:
            facts = replace(facts, streams={**facts.streams, name: back[name]})
    placed = replace(facts, streams={**facts.streams, **back})
    unresolved = identity.report(engine, run, chunk, reported(resolution, placed))
    rows_of, shared = {}, {}
    for object_name in mapping.objects:
        found = match_rows(mapping, object_name, facts)
        rows_of[object_name] = cutter.write(f"rows-{object_name}", found)
        values = shared_values(mapping, object_name, found)
        shared[object_name] = cutter.write(f"shared-{object_name}", values)
    cut = Prepared(
        of=of,
        streams=streams,
        whole={n: cutter.write(n, facts.streams[n]) for n in WHOLE if n in facts.streams},
        rows=rows_of,
        shared=shared,
        population={},
        grid=snapshots.grid(engine, run, mapping).as_json(),
        unresolved=unresolved,
        keys=_keys(run, mapping, placed),
    )
    population = _population(engine, run, mapping, cut, facts)
    engine.chunks.complete(chunk, asdict(replace(cut, population=population)))


def _keys(run: Run, mapping: PortalMapping, whole: Facts) -> dict[str, list[str]] | None:
    """Whose records the run may write to; None: everybody's."""
    what = asked_of(run, mapping)
    if what is None or not what.accounts:
        return None
    keys = keys_of(run.portal, mapping, whole, what.accounts)
    return {name: sorted(of_object) for name, of_object in keys.items()}


def _order(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)


def _number_of_shards(engine: Engine, run: Run, facts: Facts) -> int:
    """Enough that none has more accounts, people... than the limit."""
    most = 1
    limit = engine.limits.shard_accounts
    for name in _COUNTED:
        rows = sum(page.rows for page in engine.pages.staged(run.portal, name))
        if rows > limit and name in facts.streams:  # every version of a row is counted in there
            rows = facts.streams[name].select(pl.len()).collect(engine="streaming").item()
        most = max(most, rows)
    return -(-most // limit)


def _cut(cutter: _Cutter, facts: Facts, name: str, of: int) -> dict[str, list[str]]:
    """Write a stream's rows to the shards they live in; its files by shard."""
    rows = cutter.place(name)(facts, facts.streams[name])
    rows = rows.with_columns(number(HOME, of).alias(_SHARD))
    if name in SEVERAL:
        rows = rows.unique([*STREAMS[name].key, _SHARD])
    names = rows.collect_schema().names()
    if TOO not in names or of == 1:
        return cutter.cut_in_parts(name, rows.drop(HOME, TOO, strict=False))
    also = pl.when(pl.col(TOO).is_not_null()).then(number(TOO, of))
    also = pl.when(also != pl.col(_SHARD)).then(also)
    places = cutter.cut_in_parts(name, rows.with_columns(also.alias(_ALSO)).drop(HOME, TOO))
    both = pl.Schema({**schema(name), _ALSO: pl.Int32()})
    elsewhere = cutter.engine.staging.read(_all(places), both).filter(pl.col(_ALSO).is_not_null())
    for shard, files in cutter.cut(f"{name}-too", elsewhere, _ALSO).items():
        places.setdefault(shard, []).extend(files)
    return places


def _all(places: Mapping[str, list[str]]) -> list[str]:
    return [place for files in places.values() for place in files]


def _population(
    engine: Engine, run: Run, mapping: PortalMapping, cut: Prepared, whole: Facts
) -> dict[str, object]:
    """A pass over the shards."""
    if not PASSES:
        return {}
    parts: list[list[pl.DataFrame]] = []
    for shard in range(cut.of):
        inputs = inputs_of(shard_facts(engine, run, mapping, cut, shard), mapping.metrics)
        rows = [each.rows(inputs) for each in PASSES]
        parts.append(pl.collect_all(rows, engine="streaming"))
    together = {
        each.name: pl.concat([rows[place] for rows in parts]) for place, each in enumerate(PASSES)
    }
    return dict(frozen(together, whole, mapping.metrics).values)
