"""What a computing chunk works on: its shard as it was prepared, or the people it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from syncworker.engine import snapshots
from syncworker.engine.engine import Engine
from syncworker.engine.facts import facts_of
from syncworker.engine.memory import Chunk, Run
from syncworker.engine.part import last_whole, part
from syncworker.engine.ports import PropertyDefinition
from syncworker.engine.prepared import prepared, shard_facts
from syncworker.engine.target import Target
from syncworker.engine.targets import SHARED, match_rows, match_schema, shared_values, target
from syncworker.mapping.portal import PortalMapping
from syncworker.metrics.facts import Facts
from syncworker.metrics.population import Population

Targets = Callable[[str, Mapping[str, PropertyDefinition]], Target]


@dataclass(frozen=True, slots=True)
class Share:
    """A computing chunk's part of the portal.

    Attributes:
        facts: Its rows.
        population: The values of the whole portal.
        grid: The days it continues from and makes.
        target: An object by its name and HubSpot's definitions, as the whole portal has it.
        keys: By object, our keys of the records that the run is about; None: all.
    """

    facts: Facts
    population: Population
    grid: snapshots.Grid
    target: Targets
    keys: Mapping[str, frozenset[str]] | None = None


def share(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> Share:
    """What the chunk works on; a restricted run prepares nothing, and cuts its part out itself."""
    cut = prepared(engine, run.id)
    if cut is None:
        return _restricted(engine, run, mapping, chunk)
    read = engine.staging.read
    return Share(
        facts=shard_facts(engine, run, mapping, cut, chunk.payload["shard"]),
        population=Population(cut.population),
        grid=snapshots.Grid(**cut.grid),
        target=lambda name, definitions: target(
            mapping,
            name,
            definitions,
            read(cut.rows[name], match_schema(mapping, name)),
            read(cut.shared[name], SHARED),
        ),
        keys=None if cut.keys is None else {n: frozenset(keys) for n, keys in cut.keys.items()},
    )


def _restricted(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> Share:
    whole = facts_of(engine, run, mapping)
    before = last_whole(engine, run)
    cut = None if before is None else prepared(engine, before)

    def made(name: str, definitions: Mapping[str, PropertyDefinition]) -> Target:
        rows = match_rows(mapping, name, whole).collect(engine="streaming").lazy()
        return target(mapping, name, definitions, rows, shared_values(mapping, name, rows))

    return Share(
        facts=part(engine, run, chunk, whole),
        population=Population({} if cut is None else cut.population),
        grid=snapshots.grid(engine, run, mapping, kept=False),
        target=made,
    )


def shard_of(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> Facts:
    """Only the rows a chunk works on."""
    cut = prepared(engine, run.id)
    if cut is None:
        return part(engine, run, chunk, facts_of(engine, run, mapping))
    return shard_facts(engine, run, mapping, cut, chunk.payload["shard"])
