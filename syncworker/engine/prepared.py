"""What preparing a run has left for its shards: their rows, and what is told of the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from syncworker.engine.engine import Engine
from syncworker.engine.memory import Run
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.facts import Facts
from syncworker.model.streams import STREAMS

FOLDER = "prepared"
Places = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """The result of the preparing chunk; JSON can hold it.

    Attributes:
        of: How many shards there are.
        streams: By stream, the files of each shard, by its number; a shard without rows is absent.
        whole: Files of the streams that every shard has whole, by stream.
        rows: Files of what the source rows of each object are found by, by object.
        shared: Files of the match values that several rows have, by object.
        population: Values of the whole portal.
        grid: The days whose snapshots the shards continue from and make, as `snapshots.Grid`.
        unresolved: By stream, how many rows are of nobody we know.
        keys: By object, our keys of the records of the accounts that the run is about; None: of
            all.
    """

    of: int
    streams: Mapping[str, Places]
    whole: Places
    rows: Places
    shared: Places
    population: Mapping[str, Any]
    grid: Mapping[str, Any]
    unresolved: Mapping[str, int]
    keys: Mapping[str, Sequence[str]] | None = None


def prepared(engine: Engine, run_id: str) -> Prepared | None:
    """What the run's preparing chunk has left; None where the run has no such step."""
    results = engine.chunks.results(run_id, "prepare")
    return Prepared(**results[0]) if results else None


def shard_facts(
    engine: Engine, run: Run, mapping: PortalMapping, cut: Prepared, number: int
) -> Facts:
    """The facts of one shard."""
    streams = {
        name: engine.staging.read(places.get(str(number), ()), schema(name))
        for name, places in cut.streams.items()
    }
    for name, files in cut.whole.items():
        streams[name] = engine.staging.read(files, schema(name))
    reporting = mapping.reporting
    return Facts(
        run.as_of, reporting.timezone, reporting.currency, streams, language=reporting.language
    )


def schema(name: str) -> pl.Schema:
    """A stream's schema once its rows know their account."""
    columns = dict(STREAMS[name].schema())
    if name in ("demo_requests", "web_visits"):
        columns["account_id"] = pl.String()
    return pl.Schema(columns)


def clear(engine: Engine, portal: str) -> None:
    """Remove what runs of the portal have prepared; for who has the portal."""
    own = f"{portal}/{FOLDER}/"
    engine.staging.remove([p for p in engine.staging.files(portal) if p.startswith(own)])
