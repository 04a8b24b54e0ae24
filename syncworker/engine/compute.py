"""Computing: staged rows to metrics to desired records to a plan, one shard of accounts a chunk."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from syncworker.engine import alert_health, properties
from syncworker.engine.engine import Engine
from syncworker.engine.frames import frames as collected
from syncworker.engine.freshness import held_metrics, stale_streams
from syncworker.engine.link import Links, link
from syncworker.engine.mappings import digest
from syncworker.engine.memory import Chunk, Planned, Run, Unlinked
from syncworker.engine.part import asked_records
from syncworker.engine.pipelines import pipelines
from syncworker.engine.ports import Pipeline
from syncworker.engine.prepared import prepared
from syncworker.engine.refused import Again, Row, without_refused
from syncworker.engine.selecting import may_send
from syncworker.engine.share import share
from syncworker.engine.snapshots import remembered
from syncworker.engine.stretches import stretches
from syncworker.engine.target import Target
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.hubspot_names import DEAL_PIPELINE
from syncworker.mapping.objects import (
    RECORD_ID,
    metrics_used,
    rows_of,
)
from syncworker.mapping.portal import PortalMapping
from syncworker.mapping.render import desired_records
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.compute import compute as compute_metrics
from syncworker.planning import guard
from syncworker.planning.diff import diff
from syncworker.planning.guard import Tally
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.plan import Plan, plan_to_json, summarize, to_json
from syncworker.planning.records import LedgerRecord, RecordPlan
from syncworker.planning.selection import Selection

log = logging.getLogger(__name__)


def shards(engine: Engine, run: Run) -> list[dict[str, Any]]:
    """The computing chunks, as they were prepared; a restricted run has one."""
    cut = prepared(engine, run.id)
    number = 1 if cut is None else cut.of
    return [{"shard": shard, "of": number} for shard in range(number)]


def compute(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Plan every record of one shard.

    This runs Polars queries: never call it in a worker's main process, whose forked children
    would hang (measured).
    """
    read_at = engine.clock()
    engine.plans.clear(chunk)
    portal = engine.connect(run.portal, mapping, run.priority)
    requests, waited = portal.requests, portal.waited
    held = held_metrics(engine, run, mapping)
    mine = share(engine, run, mapping, chunk)
    catalog = catalog_of(mapping.metrics)
    memory = remembered(engine, run, mapping, chunk, mine.facts, mine.grid)
    stale = stale_streams(engine, run, mapping, run.as_of)
    computed = compute_metrics(mine.facts, mapping.metrics, mine.population, memory, stale)
    frames = collected(mapping, computed)
    plan = Plan(run.portal, run.as_of, digest(run.mapping))
    tallies: tuple[Tally, ...] = ()
    unlinked: Counter[str] = Counter()
    unmapped: dict[str, list[str]] = {}
    number = refused = 0
    for object_name in mapping.objects:
        definitions = properties.known(engine, run.portal, object_name, portal)
        target = mine.target(object_name, definitions)
        frame = frames[rows_of(object_name, mapping.objects[object_name])]
        lines: tuple[Pipeline, ...] = ()
        if mapping.objects[object_name].pipeline is not None:
            lines = pipelines(engine, run.portal, object_name, portal)
        desired = desired_records(
            mapping, object_name, frame, catalog, held, definitions, pipelines=lines
        )
        asked = asked_records(run)
        if asked is not None:
            of_object = asked.get(object_name, frozenset())
            desired = (record for record in desired if record.key in of_object)
        meant = may_send(run, mapping, object_name, mine.keys)
        for stretch in stretches(desired):
            links = link(engine, run, chunk, portal, target, stretch)
            plan_again = partial(_plan, run, mapping, target, links)
            rows, waiting = without_refused(
                engine,
                run,
                target,
                _narrowed(_planned(target, stretch, links, plan_again), meant),
                plan_again,
            )
            links.letters.extend(waiting)
            plan = plan.plus(_summary(run, target, rows, links))
            refused += sum(any(not one.cause for one in p.refused) for _, _, p in rows if p)
            tallies = guard.combine(tallies, guard.count(rows, target.rules))
            number = _store(engine, run, chunk, rows, links, number)
            _note_unlinked(engine, run, chunk, target, stretch, links)
            dropped = {*unmapped.get(object_name, ()), *_unmapped(target, links)}
            unmapped[object_name] = sorted(dropped)
            unlinked.update(links.unlinked.values())
    health: Mapping[str, Any] = {}
    if "health_band" not in held:
        try:
            health = alert_health.compare(engine, run, mapping, chunk, frames["accounts"], portal)
        except Exception:  # an old snapshot that cannot be read must not keep today's values back
            log.exception("health could not be compared", extra={"run": run.id, "chunk": chunk.id})
    used = metrics_used(mapping)
    engine.chunks.complete(
        chunk,
        {
            **chunk.payload,
            "read_at": read_at.isoformat(),
            "plan": plan_to_json(plan),
            "tallies": [
                [t.object, t.property, t.with_value, t.cleared, t.flipped] for t in tallies
            ],
            "held_metrics": {name: why for name, why in held.items() if name in used},
            "unlinked": unlinked,
            "unmapped": unmapped,
            "refused": refused,
            "health": health,
            "requests": portal.requests - requests,
            "waited": portal.waited - waited,
            "accounts": frames["accounts"].height,
            "users": frames["users"].height,
        },
    )


def _note_unlinked(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    target: Target,
    desired: Iterable[DesiredRecord],
    links: Links,
) -> None:
    """Keep who has no record and why, for `syncworker links`."""
    names = {record.key: record.name for record in desired}
    found = [
        Unlinked(target.name, key, names[key], reason) for key, reason in links.unlinked.items()
    ]
    engine.unlinked.replace(chunk, run.portal, target.name, list(names), found, run.as_of)


def _planned(
    target: Target, desired: Iterable[DesiredRecord], links: Links, plan: Again
) -> Iterator[Row]:
    for record in desired:
        ledger = links.records.get(record.key)
        if ledger is not None and target.config.policy == "create_only":
            yield record, ledger, None  # it is there: never changed
        elif ledger is not None or record.key in links.new:
            yield record, ledger, plan(record, ledger)


def _plan(
    run: Run,
    mapping: PortalMapping,
    target: Target,
    links: Links,
    record: DesiredRecord,
    ledger: LedgerRecord | None,
) -> RecordPlan | None:
    return diff(
        record,
        ledger,
        target.rules,
        run.as_of,
        mapping.volatile_days,
        target.stages,
        peoples=record.key in links.peoples,
    )


def _narrowed(rows: Iterable[Row], meant: Selection | None) -> list[Row]:
    """The rows, where the run sends a part only: those that need nothing or have such a part."""
    if meant is None:
        return list(rows)
    return [
        (record, ledger, part)
        for record, ledger, plan in rows
        for part in (None if plan is None else meant.of(plan),)
        if part is not None or plan is None
    ]


def _summary(
    run: Run,
    target: Target,
    rows: Iterable[Row],
    links: Links,
) -> Plan:
    return summarize(
        run.portal,
        run.as_of,
        digest(run.mapping),
        target.name,
        [plan for _, _, plan in rows],
        unlinked=len(links.unlinked) + len(links.letters),
    )


def _unmapped(target: Target, links: Links) -> set[str]:
    """Properties that hold a value of ours or read by us and that the mapping no longer names."""
    filled = {
        name for record in links.records.values() for name, value in record.values.items() if value
    }
    ways = {way.property for way in target.config.match}
    return filled - {*target.rules, *ways, RECORD_ID, STAGE_PROPERTY, DEAL_PIPELINE}


def _store(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    rows: Iterable[Row],
    links: Links,
    number: int,
) -> int:
    """Store a stretch of the plan and return the next free number."""
    plans = [plan for _, _, plan in rows if plan is not None]
    planned = [
        Planned(number + i, plan.object, plan.key, to_json(plan)) for i, plan in enumerate(plans)
    ]
    fine = [(desired.object, desired.key) for desired, _, plan in rows if plan is None]
    engine.plans.add(chunk, run.portal, planned, links.letters, fine, run.as_of)
    return number + len(planned)
