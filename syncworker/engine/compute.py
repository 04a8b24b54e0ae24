"""Computing: staged rows to metrics to desired records to a plan, one shard of accounts a chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import polars as pl

from syncworker.engine import properties
from syncworker.engine.engine import Engine
from syncworker.engine.facts import facts_of, held_metrics
from syncworker.engine.link import Links, Target, link
from syncworker.engine.mappings import checked, digest
from syncworker.engine.memory import Chunk, Planned, Run
from syncworker.engine.ports import Portal
from syncworker.errors import UnsafePlan
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.portal import ObjectName, PortalMapping
from syncworker.mapping.properties import property_rules
from syncworker.mapping.render import KEY_COLUMNS, desired_records
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.compute import compute as compute_metrics
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known, there
from syncworker.metrics.shard import shard
from syncworker.planning import guard
from syncworker.planning.diff import diff
from syncworker.planning.guard import Tally
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.plan import Plan, plan_from_json, plan_to_json, summarize, to_json
from syncworker.planning.records import LedgerRecord, RecordPlan

_STREAMS: Mapping[ObjectName, str] = {"companies": "accounts", "contacts": "users"}
_STRETCH = 1_000
"""Records linked, compared and stored at a time."""


def shards(engine: Engine, run: Run) -> list[dict[str, Any]]:
    """The computing chunks: enough that none has more accounts, or more people, than the limit."""
    accounts, people = (
        sum(page.rows for page in engine.pages.staged(run.portal, stream))
        for stream in _STREAMS.values()
    )
    number = max(1, -(-max(accounts, people) // engine.limits.shard_accounts))
    return [{"shard": shard, "of": number} for shard in range(number)]


def compute(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Plan every record of one shard.

    This runs Polars queries: never call it in a worker's main process, whose forked children
    would hang (measured).
    """
    engine.plans.clear(chunk)
    portal = engine.connect(run.portal, mapping)
    requests = portal.requests
    held = held_metrics(engine, run, mapping)
    whole = facts_of(engine, run, mapping)
    facts = shard(whole, chunk.payload["shard"], chunk.payload["of"])
    computed = compute_metrics(facts, mapping.metrics)
    accounts = computed.accounts.collect(engine="streaming")
    frames = {"companies": accounts, "contacts": _contacts(computed.users, accounts)}
    plan = Plan(run.portal, run.as_of, digest(run.mapping))
    tallies: tuple[Tally, ...] = ()
    unlinked: Counter[str] = Counter()
    unmapped: dict[str, list[str]] = {}
    number = 0
    for object_name in mapping.objects:
        target = _target(engine, run, mapping, portal, object_name, whole)
        desired = desired_records(mapping, object_name, frames[object_name], METRICS, held)
        for stretch in _stretches(desired):
            links = link(engine, run, chunk, portal, target, stretch)
            rows = list(_planned(run, mapping, target, stretch, links))
            plan = plan.plus(_summary(run, target, rows, links))
            tallies = guard.combine(tallies, guard.count(rows, target.rules))
            number = _store(engine, run, chunk, rows, links, number)
            dropped = {*unmapped.get(object_name, ()), *_unmapped(target, links)}
            unmapped[object_name] = sorted(dropped)
            unlinked.update(links.unlinked.values())
    engine.chunks.complete(
        chunk,
        {
            **chunk.payload,
            "plan": plan_to_json(plan),
            "tallies": [
                [t.object, t.property, t.with_value, t.cleared, t.flipped] for t in tallies
            ],
            "held_metrics": {name: why for name, why in held.items() if name in _used(mapping)},
            "unlinked": unlinked,
            "unmapped": unmapped,
            "requests": portal.requests - requests,
            "accounts": accounts.height,
            "users": frames["contacts"].height,
        },
    )


def assemble(engine: Engine, run: Run) -> tuple[dict[str, Any], UnsafePlan | None]:
    """The shards' plans as one, and the guard's refusal where it has one."""
    results = engine.chunks.results(run.id, "compute")
    plan = plan_from_json(results[0]["plan"])
    for result in results[1:]:
        plan = plan.plus(plan_from_json(result["plan"]))
    tallies = guard.combine(*([Tally(*row) for row in result["tallies"]] for result in results))
    settings = checked(run.portal, run.mapping).guard
    refusals = guard.check(tallies, settings)
    unlinked: Counter[str] = Counter()
    for result in results:
        unlinked.update(result["unlinked"])
    unmapped: dict[str, set[str]] = {}
    for result in results:
        for object_name, names in result["unmapped"].items():
            unmapped.setdefault(object_name, set()).update(names)
    summary = {
        "plan": plan_to_json(plan),
        "held_metrics": results[0]["held_metrics"],
        "unlinked": unlinked,
        "unmapped": {name: sorted(names) for name, names in unmapped.items() if names},
        "plan_requests": sum(result["requests"] for result in results),
        "accounts": sum(result["accounts"] for result in results),
        "users": sum(result["users"] for result in results),
        "computed_at": engine.clock().isoformat(),
    }
    if not refusals:
        return summary, None
    return summary, UnsafePlan(
        "; ".join(refusal.message for refusal in refusals),
        help="often a broken source: look at `syncworker plan "
        f"{run.portal}`; if the change is meant: syncworker sync {run.portal} --force",
        code="GUARD_REFUSED",
    )


def _stretches(records: Iterator[DesiredRecord]) -> Iterator[list[DesiredRecord]]:
    while stretch := list(islice(records, _STRETCH)):
        yield stretch


def _contacts(users: pl.LazyFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """People with the metrics of their account beside their own."""
    own = users.collect_schema().names()
    of_account = [c for c in accounts.columns if c == "account_id" or c not in own]
    return users.join(
        accounts.lazy().select(of_account), on="account_id", how="left", maintain_order="left"
    ).collect(engine="streaming")


def _target(
    engine: Engine,
    run: Run,
    mapping: PortalMapping,
    portal: Portal,
    object_name: ObjectName,
    whole: Facts,
) -> Target:
    definitions = properties.known(engine, run.portal, object_name, portal)
    config = mapping.objects[object_name]
    rows = known(whole).streams[_STREAMS[object_name]].filter(there(run.as_of))
    match = pl.col(config.match.column).cast(pl.String).str.to_lowercase()
    found = rows.select(key=KEY_COLUMNS[object_name], match=match).collect(engine="streaming")
    shared = found["match"].drop_nulls()
    stage = definitions.get(STAGE_PROPERTY)
    return Target(
        name=object_name,
        config=config,
        rules=property_rules(mapping, object_name, METRICS),
        stages=tuple(value for value, _ in stage.options) if stage else (),
        shared=set(shared.filter(shared.is_duplicated())),
        rows=found["key"],
    )


def _planned(
    run: Run,
    mapping: PortalMapping,
    target: Target,
    desired: Iterable[DesiredRecord],
    links: Links,
) -> Iterator[tuple[DesiredRecord, LedgerRecord | None, RecordPlan | None]]:
    for record in desired:
        ledger = links.records.get(record.key)
        if ledger is not None or record.key in links.new:
            plan = diff(
                record, ledger, target.rules, run.as_of, mapping.volatile_days, target.stages
            )
            yield record, ledger, plan


def _summary(
    run: Run,
    target: Target,
    rows: Iterable[tuple[DesiredRecord, LedgerRecord | None, RecordPlan | None]],
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


def _used(mapping: PortalMapping) -> set[str]:
    """The metrics the mapping names."""
    mapped = {p.metric for each in mapping.objects.values() for p in each.properties.values()}
    rules = (rule for rules in mapping.lifecycle.values() for rule in rules)
    return mapped | {condition.metric for rule in rules for condition in rule.when}


def _unmapped(target: Target, links: Links) -> set[str]:
    """Properties that hold a value of ours or read by us and that the mapping no longer names."""
    filled = {
        name for record in links.records.values() for name, value in record.values.items() if value
    }
    return filled - {*target.rules, target.config.match.property, STAGE_PROPERTY}


def _store(
    engine: Engine,
    run: Run,
    chunk: Chunk,
    rows: Iterable[tuple[DesiredRecord, LedgerRecord | None, RecordPlan | None]],
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
