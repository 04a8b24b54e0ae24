"""Why a number is what it is: from source rows over components to what HubSpot has.

Everything is read from staging and from the state database. No run is opened, no source and no
portal is asked. The numbers are those a run of the same moment computes, for one account.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import polars as pl

from syncworker.engine import snapshots
from syncworker.engine.engine import Engine
from syncworker.engine.explain_metrics import Asked, Known, account_of, explained
from syncworker.engine.explain_rows import rows_behind
from syncworker.engine.explain_subject import subject_of
from syncworker.engine.explained import Explanation, Subject
from syncworker.engine.facts import facts_of
from syncworker.engine.freshness import held_metrics, stale_streams
from syncworker.engine.mappings import checked
from syncworker.engine.memory import Run
from syncworker.engine.part import restricted
from syncworker.errors import ConfigError
from syncworker.mapping.objects import ENTITIES, KEY_COLUMNS, rows_of
from syncworker.mapping.portal import PortalMapping, Rows
from syncworker.mapping.profiles import DESCRIBED
from syncworker.mapping.suggest import did_you_mean
from syncworker.metrics.catalog import catalog_of
from syncworker.metrics.compute import compute
from syncworker.metrics.facts import Facts
from syncworker.metrics.focus import focus, focus_keys
from syncworker.metrics.metric import Metric
from syncworker.metrics.population import Population

_LOOKED_AT = 20  # runs
_PREPARE: Any = "prepare"
"""The step whose results hold the values of the whole portal."""


def explain(
    engine: Engine,
    portal: str,
    who: str,
    *,
    metrics: Sequence[str] = (),
    object_name: str | None = None,
    as_of: datetime | None = None,
) -> Explanation:
    """Explain the mapped metrics of an account or a person, or some metrics, mapped or not.

    Args:
        engine: The ports.
        portal: The portal's name.
        who: An account's id, domain or name, or a person's address.
        metrics: Only these, by their names or by properties they fill; empty: all that are mapped.
        object_name: Only what goes to this object; else what goes to the subject's own records.
        as_of: The moment the numbers are for; None: that of the last sync, whose values are those
            that HubSpot was given; of the last plan, or now, where there was none.

    Raises:
        MappingError: The mapping has errors.
        ConfigError: No such account, person, metric or object.
    """
    text = engine.mapping_text(portal)
    mapping = checked(portal, text)
    catalog = catalog_of(mapping.metrics)
    asked_for = [_metric(mapping, catalog, name) for name in metrics]
    _require_object(mapping, portal, object_name)
    last = _last(engine, portal)
    run = _run(engine, portal, text, last, as_of)
    whole = facts_of(engine, run, mapping)
    subject = subject_of(portal, whole, who)
    named = ({subject.email} - {""}, {subject.account_id} if subject.account_id else set())
    keys = focus_keys(whole, *named).collect(engine="streaming")["key"]
    facts = _in_memory(focus(whole, keys), whole)
    days = snapshots.grid(engine, run, mapping, kept=False)
    computed = compute(
        facts,
        mapping.metrics,
        _population(engine, last),
        snapshots.remembered(engine, run, mapping, None, facts, days),
        stale_streams(engine, run, mapping, run.as_of),
    )
    known = Known(
        engine=engine,
        run=run,
        mapping=mapping,
        subject=subject,
        computed=computed,
        accounts=account_of(computed, subject),
        held=held_metrics(engine, run, mapping),
        unlinked=engine.unlinked.all(portal),
    )
    found = [
        one
        for asked in _asked(mapping, subject, asked_for, object_name)
        for one in explained(known, asked)
    ]
    used = {name for one in found for name in one.streams}
    of_account = {name for one in found if one.metric.entity != "user" for name in one.streams}
    own = used - of_account if subject.kind == "user" else set()
    rows = rows_behind(facts, subject, used, own=own)
    return Explanation(portal, run.as_of, subject, tuple(found), rows)


def _in_memory(part: Facts, whole: Facts) -> Facts:
    """The part with its rows read, so that staging is gone through once, not once a question.

    Streams that are not cut by account stay as they are: they may be large.
    """
    cut = [name for name, rows in part.streams.items() if rows is not whole.streams[name]]
    read = pl.collect_all([part.streams[name] for name in cut], engine="streaming")
    rows = {name: frame.lazy() for name, frame in zip(cut, read, strict=True)}
    return replace(part, streams={**part.streams, **rows})


def _last(engine: Engine, portal: str) -> Run | None:
    """The last sync of the whole portal, or the last plan where there was none."""
    runs = engine.runs.latest(portal, _LOOKED_AT)
    planned = [run for run in runs if "plan" in run.summary and not restricted(run)]
    return next((run for run in planned if run.kind == "sync"), next(iter(planned), None))


def _run(engine: Engine, portal: str, text: str, last: Run | None, as_of: datetime | None) -> Run:
    """The last run, or one of another moment that is never opened."""
    moment = as_of.astimezone(UTC) if as_of else None
    if last is not None and moment in {None, last.as_of}:
        return last
    now = engine.clock()
    return Run(
        "", portal, "plan", "inline", moment or now, force=False, mapping=text, created_at=now
    )


def _population(engine: Engine, last: Run | None) -> Population:
    """The values of the whole portal that the last run computed with, where it kept some."""
    values: dict[str, Any] = {}
    if last is not None:
        for result in engine.chunks.results(last.id, _PREPARE):
            values.update(result.get("population", {}))
    return Population(values)


def _metric(mapping: PortalMapping, catalog: Mapping[str, Metric], name: str) -> Metric:
    """A metric by its name, or by that of a property it fills: people know those from HubSpot."""
    filled = {n: p.metric for one in mapping.objects.values() for n, p in one.properties.items()}
    known = name if name in catalog else filled.get(name)
    if known is not None:
        return catalog[known]
    help_ = did_you_mean(name, catalog, "syncworker metrics list")
    raise ConfigError(f"no metric is called {name}", help=help_)


def _require_object(mapping: PortalMapping, portal: str, name: str | None) -> None:
    if name is not None and name not in mapping.objects:
        help_ = did_you_mean(name, mapping.objects, f"it maps {', '.join(mapping.objects)}")
        raise ConfigError(f"the mapping of portal {portal} has no object {name}", help=help_)


def _asked(
    mapping: PortalMapping, subject: Subject, metrics: Sequence[Metric], object_name: str | None
) -> Iterator[Asked]:
    """Which metrics of which rows: by kind of row, with the objects they go to."""
    home: Rows = "accounts" if subject.kind == "account" else "users"
    wanted = {home, *map(_rows_described, metrics)}
    by_rows: dict[Rows, list[str]] = {}
    catalog = catalog_of(mapping.metrics)
    for name, config in mapping.objects.items():
        rows = rows_of(name, config)
        if name == object_name or (object_name is None and rows in wanted):
            by_rows.setdefault(rows, []).append(name)
    left = list(metrics)
    for rows, objects in by_rows.items():
        mapped = [p.metric for name in objects for p in mapping.objects[name].properties.values()]
        found = [catalog[name] for name in dict.fromkeys(mapped)]
        found = [one for one in found if not metrics or one in metrics]
        left = [one for one in left if one not in found]
        if found:
            yield Asked(rows, tuple(objects), tuple(found))
    for rows in KEY_COLUMNS:
        here = [one for one in left if _unmapped_at(one, by_rows if object_name else ()) == rows]
        if here:
            yield Asked(rows, (), tuple(here))


def _unmapped_at(metric: Metric, asked_for: Collection[Rows]) -> Rows:
    """The rows to show a metric of that no object asked for maps: theirs, else its own."""
    others = (rows for rows in asked_for if metric.entity in ENTITIES[rows])
    return next(others, _rows_described(metric))


def _rows_described(metric: Metric) -> Rows:
    """The rows that a metric describes."""
    return next(rows for rows, entity in DESCRIBED.items() if entity == metric.entity)
