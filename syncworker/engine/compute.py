"""Computing: staged rows to metrics to desired records to a plan, one shard of accounts a chunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import polars as pl

from syncworker.engine import identity, properties
from syncworker.engine.engine import Engine
from syncworker.engine.facts import resolution_of
from syncworker.engine.freshness import held_metrics
from syncworker.engine.link import Links, link
from syncworker.engine.mappings import checked, digest
from syncworker.engine.memory import Chunk, Planned, Run, Unlinked
from syncworker.engine.part import part, restricted
from syncworker.engine.pipelines import pipelines
from syncworker.engine.ports import Pipeline, PropertyDefinition
from syncworker.engine.stretches import stretches
from syncworker.engine.target import Target
from syncworker.errors import UnsafePlan
from syncworker.mapping.desired import DesiredRecord
from syncworker.mapping.hubspot_names import DEAL_PIPELINE
from syncworker.mapping.objects import (
    KEY_COLUMNS,
    RECORD_ID,
    created_by,
    lifecycle_of,
    metrics_used,
    own_keys,
    rows_of,
)
from syncworker.mapping.portal import Match, PortalMapping, Rows
from syncworker.mapping.property_rules import property_rules
from syncworker.mapping.render import desired_records
from syncworker.metrics.catalog import METRICS
from syncworker.metrics.compute import Computed
from syncworker.metrics.compute import compute as compute_metrics
from syncworker.metrics.facts import Facts
from syncworker.metrics.known import known, there
from syncworker.planning import guard
from syncworker.planning.diff import diff
from syncworker.planning.guard import Tally
from syncworker.planning.lifecycle import STAGE_PROPERTY
from syncworker.planning.plan import Plan, plan_from_json, plan_to_json, summarize, to_json
from syncworker.planning.records import LedgerRecord, RecordPlan

_LOOKED_AT = 20  # runs
_STREAMS: tuple[Rows, ...] = ("accounts", "users", "subscriptions", "tickets")


def shards(engine: Engine, run: Run) -> list[dict[str, Any]]:
    """The computing chunks: enough that none has more accounts, people... than the limit."""
    if restricted(run):
        return [{"shard": 0, "of": 1}]
    most = max(
        sum(page.rows for page in engine.pages.staged(run.portal, stream)) for stream in _STREAMS
    )
    number = max(1, -(-most // engine.limits.shard_accounts))
    return [{"shard": shard, "of": number} for shard in range(number)]


def compute(engine: Engine, run: Run, mapping: PortalMapping, chunk: Chunk) -> None:
    """Plan every record of one shard.

    This runs Polars queries: never call it in a worker's main process, whose forked children
    would hang (measured).
    """
    engine.plans.clear(chunk)
    portal = engine.connect(run.portal, mapping, run.priority)
    requests, waited = portal.requests, portal.waited
    held = held_metrics(engine, run, mapping)
    resolution = resolution_of(engine, run, mapping)
    whole = resolution.facts
    unresolved: dict[str, int] = {}
    if chunk.payload["shard"] == 0 and not restricted(run):
        unresolved = identity.report(engine, run, chunk, resolution)
    facts = part(engine, run, chunk, whole)
    computed = compute_metrics(facts, mapping.metrics)
    frames = _frames(mapping, computed)
    plan = Plan(run.portal, run.as_of, digest(run.mapping))
    tallies: tuple[Tally, ...] = ()
    unlinked: Counter[str] = Counter()
    unmapped: dict[str, list[str]] = {}
    number = refused = 0
    for object_name in mapping.objects:
        definitions = properties.known(engine, run.portal, object_name, portal)
        target = _target(run, mapping, object_name, definitions, whole)
        frame = frames[rows_of(object_name, mapping.objects[object_name])]
        lines: tuple[Pipeline, ...] = ()
        if mapping.objects[object_name].pipeline is not None:
            lines = pipelines(engine, run.portal, object_name, portal)
        desired = desired_records(
            mapping, object_name, frame, METRICS, held, definitions, pipelines=lines
        )
        for stretch in stretches(desired):
            links = link(engine, run, chunk, portal, target, stretch)
            rows = list(_planned(run, mapping, target, stretch, links))
            plan = plan.plus(_summary(run, target, rows, links))
            refused += sum(bool(p.refused) for _, _, p in rows if p is not None)
            tallies = guard.combine(tallies, guard.count(rows, target.rules))
            number = _store(engine, run, chunk, rows, links, number)
            _note_unlinked(engine, run, chunk, target, stretch, links)
            dropped = {*unmapped.get(object_name, ()), *_unmapped(target, links)}
            unmapped[object_name] = sorted(dropped)
            unlinked.update(links.unlinked.values())
    used = metrics_used(mapping)
    engine.chunks.complete(
        chunk,
        {
            **chunk.payload,
            "plan": plan_to_json(plan),
            "tallies": [
                [t.object, t.property, t.with_value, t.cleared, t.flipped] for t in tallies
            ],
            "held_metrics": {name: why for name, why in held.items() if name in used},
            "unresolved": unresolved,
            "unlinked": unlinked,
            "unmapped": unmapped,
            "refused": refused,
            "requests": portal.requests - requests,
            "waited": portal.waited - waited,
            "accounts": frames["accounts"].height,
            "users": frames["users"].height,
        },
    )


def assemble(engine: Engine, run: Run) -> tuple[dict[str, Any], UnsafePlan | None]:
    """The shards' plans as one, and the guard's refusal where it has one."""
    results = engine.chunks.results(run.id, "compute")
    plan = plan_from_json(results[0]["plan"])
    for result in results[1:]:
        plan = plan.plus(plan_from_json(result["plan"]))
    tallies = _tallies(results)
    whole = _last_whole(engine, run) if restricted(run) else None
    if whole is not None:
        tallies = guard.as_part(tallies, _tallies(engine.chunks.results(whole, "compute")))
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
        "unresolved": {k: v for result in results for k, v in result["unresolved"].items()},
        "unlinked": unlinked,
        "unmapped": {name: sorted(names) for name, names in unmapped.items() if names},
        "plan_requests": sum(result["requests"] for result in results),
        "accounts": sum(result["accounts"] for result in results),
        "users": sum(result["users"] for result in results),
        "computed_at": engine.clock().isoformat(),
        **({} if whole is None else {"judged_by": whole}),
    }
    if not refusals:
        return summary, None
    return summary, UnsafePlan(
        "; ".join(refusal.message for refusal in refusals),
        help="often a broken source: look at `syncworker plan "
        f"{run.portal}`; if the change is meant: syncworker sync {run.portal} --force",
        code="GUARD_REFUSED",
    )


def _tallies(results: Iterable[Mapping[str, Any]]) -> tuple[Tally, ...]:
    return guard.combine(*([Tally(*row) for row in result["tallies"]] for result in results))


def _last_whole(engine: Engine, run: Run) -> str | None:
    """The last run that planned the whole portal, by whose counts a restricted one is judged.

    Restricted runs hand it on, so it need not be looked for among very many of them.
    """
    for earlier in engine.runs.latest(run.portal, _LOOKED_AT):
        if "judged_by" in earlier.summary:
            return str(earlier.summary["judged_by"])
        if "plan" in earlier.summary and not restricted(earlier):
            return earlier.id
    return None


def _frames(mapping: PortalMapping, computed: Computed) -> dict[Rows, pl.DataFrame]:
    """By kind of row, what the mapping's objects are filled from."""
    accounts = computed.accounts.collect(engine="streaming")
    frames: dict[Rows, pl.DataFrame] = {
        "accounts": accounts,
        "users": _with_account(computed.users, accounts),
    }
    needed = {rows_of(name, config) for name, config in mapping.objects.items()}
    if "subscriptions" in needed:
        frames["subscriptions"] = _with_account(computed.subscriptions, accounts)
    if "tickets" in needed:
        frames["tickets"] = _with_account(computed.tickets, accounts)
    return frames


def _with_account(rows: pl.LazyFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Rows with the metrics of their account beside their own."""
    own = rows.collect_schema().names()
    of_account = [c for c in accounts.columns if c == "account_id" or c not in own]
    return rows.join(
        accounts.lazy().select(of_account), on="account_id", how="left", maintain_order="left"
    ).collect(engine="streaming")


def _target(
    run: Run,
    mapping: PortalMapping,
    object_name: str,
    definitions: Mapping[str, PropertyDefinition],
    whole: Facts,
) -> Target:
    config = mapping.objects[object_name]
    rows_name = rows_of(object_name, config)
    key = KEY_COLUMNS[rows_name]
    rows = known(whole).streams[rows_name].filter(there(run.as_of))
    columns = {way.column for way in config.match} | {key}
    found = rows.select(sorted(columns)).collect(engine="streaming")
    stage = definitions.get(STAGE_PROPERTY)
    way = created_by(object_name, config)
    lifecycle = lifecycle_of(mapping, object_name)
    return Target(
        name=object_name,
        config=config,
        rules=property_rules(mapping, object_name, METRICS, definitions),
        stages=tuple(value for value, _ in stage.options) if stage else (),
        created_by=way.property if way else None,
        keep_peoples=lifecycle is not None and lifecycle.keep_peoples,
        shared={way.property: _shared(found, key, way) for way in config.match},
        rows=found[key],
        own={way.property: found[way.column].cast(pl.String) for way in own_keys(config)},
        # Of a domain HubSpot's definition may say so, and two companies may have it all the same.
        unique=frozenset(n for n, one in definitions.items() if one.unique and n != "domain"),
    )


def _shared(rows: pl.DataFrame, key: str, way: Match) -> dict[str, tuple[str, ...]]:
    """The match values that several rows have, with the rows' keys."""
    if way.column == key:
        return {}
    values = rows.select(
        key=key, value=pl.col(way.column).cast(pl.String).str.to_lowercase()
    ).drop_nulls("value")
    double = values.filter(pl.col("value").is_duplicated())
    grouped = double.group_by("value").agg(pl.col("key").sort())
    return {value: tuple(keys) for value, keys in grouped.iter_rows()}


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
    run: Run,
    mapping: PortalMapping,
    target: Target,
    desired: Iterable[DesiredRecord],
    links: Links,
) -> Iterator[tuple[DesiredRecord, LedgerRecord | None, RecordPlan | None]]:
    for record in desired:
        ledger = links.records.get(record.key)
        if ledger is not None and target.config.policy == "create_only":
            yield record, ledger, None  # it is there: never changed
        elif ledger is not None or record.key in links.new:
            plan = diff(
                record,
                ledger,
                target.rules,
                run.as_of,
                mapping.volatile_days,
                target.stages,
                peoples=record.key in links.peoples,
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
